/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: cloud_region.csv, pue.csv and wue.csv.
 * Gives: what a building adds to the power of its machines, and the water it drinks: of the
 * cloud's region, else of its provider; PUE also where nothing is known of the building.
 * Needs: nothing but the tables.
 * Limits: yearly means as the providers tell them, by their own rules.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/factor-say.h"
#include "place/factor.h"

/*
 * A region's overhead, PUE - 1, from one year to the next: of 74 pairs of the table 26 repeat the
 * figure, which is no measurement; of the others half changed by less than 9 %, 95 % by less
 * than 30 %. A summer's week is off by about as much.
 */
#define OVERHEAD_RATIO 0.30

/* The lowest PUE there can be is 1. */
#define PUE_OVER 0.999

/* Published figures for one way of making electricity differ by a factor of 2: own estimate. */
#define WATER_RATIO 2.0

/* Of 53 pairs of successive years of one region half changed by less than 6 %, 95 % by less than
 * a factor of 9: where a provider began to tell its regions apart. Reports have two digits. */
#define SITE_WATER_RATIO 9.0
#define SITE_WATER_DIGIT 0.01

/* The two of a building: which column of the regions, which table of the providers. */
struct building {
	const char *region_column;
	const char *table;
	const char *column;
	double over;
};

static const struct building pue = { "pue", "pue", "pue", PUE_OVER };
static const struct building wue = { "wue_l_per_kwh", "wue", "wue_l_per_kwh", -1e-9 };

static bool region_figure(struct tables *tables, const struct building *of,
			  const struct place *place, int year, struct factor_year *ret)
{
	const struct factor_yearly yearly = { .table = "cloud_region",
					      .column = "region",
					      .text = place->cloud_region,
					      .value = of->region_column,
					      .over = of->over,
					      .also_column = "provider",
					      .also_text = place->cloud };

	return place->cloud_region[0] != '\0' &&
	       factor_row_of_year(tables, &yearly, year, ret);
}

/* The tables of the providers have them by the names of the companies. */
static const char *company(const char *cloud)
{
	if (strcmp(cloud, "gcp") == 0)
		return "google";
	return strcmp(cloud, "azure") == 0 ? "microsoft" : cloud;
}

static bool provider_figure(struct tables *tables, const struct building *of,
			    const struct place *place, int year, struct factor_year *ret)
{
	struct factor_yearly yearly = { .table = of->table,
					.column = "place",
					.text = place->cloud,
					.value = of->column,
					.over = of->over };

	if (place->cloud[0] == '\0')
		return false;
	if (factor_row_of_year(tables, &yearly, year, ret))
		return true;
	yearly.text = company(place->cloud);
	return factor_row_of_year(tables, &yearly, year, ret);
}

/* All years: between what a provider's regions lie. */
static void hold_regions(struct tables *tables, const struct building *of,
			 const struct place *place, struct quantity *value)
{
	struct factor_row row;
	bool more =
		factor_row_find(tables, "cloud_region", "provider", place->cloud, &row);

	for (; more; more = factor_row_next(&row, "provider", place->cloud)) {
		double one;

		if (!factor_row_number(&row, of->region_column, &one) ||
		    !(one > of->over))
			continue;
		value->low = fmin(value->low, one);
		value->high = fmax(value->high, one);
	}
}

static void put(const struct factor_year *at, int asked, struct factor *ret)
{
	ret->value.known = true;
	ret->value.value = at->value;
	(void)copy_text(ret->value.source, sizeof ret->value.source,
			factor_row_text(&at->row, "source"));
	factor_set_year(ret, at->year);
	factor_say_year(ret, asked, at);
}

static void name_region(const struct place *place, struct factor *ret)
{
	(void)snprintf(ret->zone, sizeof ret->zone, "%s:%.40s", place->cloud,
		       place->cloud_region);
	(void)copy_text(ret->basis, sizeof ret->basis, "yearly mean of the region");
	(void)copy_text(ret->country, sizeof ret->country, place->country);
}

static void name_provider(const struct place *place, struct factor *ret)
{
	(void)copy_text(ret->zone, sizeof ret->zone, place->cloud);
	(void)copy_text(ret->basis, sizeof ret->basis,
			"yearly mean of all the provider's regions");
	factor_say(ret, "no figure for region %s:%s: its provider's mean", place->cloud,
		   place->cloud_region);
}

/* About 1, below which no building is. */
static void about(double overhead_ratio, struct quantity *value)
{
	double half = (value->value - 1) * overhead_ratio;

	value->low = fmax(1, value->value - half);
	value->high = value->value + half;
}

static void put_default(struct tables *tables, struct factor *ret)
{
	struct factor_row row;
	struct quantity *value = &ret->value;

	factor_say(ret, "nothing is known of the building");
	if (!factor_row_find(tables, "pue", "place", "default", &row) ||
	    !factor_row_number(&row, "pue", &value->value))
		return;
	value->known = true;
	value->kind = KIND_ASSUMED;
	about(1, value);
	(void)copy_text(value->source, sizeof value->source,
			factor_row_text(&row, "source"));
	(void)copy_text(ret->year_or_time, sizeof ret->year_or_time,
			factor_row_text(&row, "year"));
	(void)copy_text(ret->basis, sizeof ret->basis, "default");
	if (factor_row_find(tables, "pue", "place", "default-low", &row))
		(void)factor_row_number(&row, "pue", &value->low);
	if (factor_row_find(tables, "pue", "place", "default-high", &row))
		(void)factor_row_number(&row, "pue", &value->high);
}

void factor_pue(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		struct factor *ret)
{
	int year = factor_year_of(at_unix_ns);
	struct factor_year at;

	*ret = (struct factor){ 0 };
	if (region_figure(tables, &pue, place, year, &at)) {
		int years = year > at.year ? year - at.year : at.year - year;

		name_region(place, ret);
		put(&at, year, ret);
		ret->value.kind = KIND_DERIVED;
		about(OVERHEAD_RATIO * sqrt(fmax(1, years)), &ret->value);
	} else if (provider_figure(tables, &pue, place, year, &at)) {
		name_provider(place, ret);
		put(&at, year, ret);
		ret->value.kind = KIND_ASSUMED;
		about(OVERHEAD_RATIO, &ret->value);
		hold_regions(tables, &pue, place, &ret->value);
	} else {
		put_default(tables, ret);
	}
}

static void about_site_water(struct quantity *value)
{
	value->low = value->value / SITE_WATER_RATIO;
	value->high = value->value * SITE_WATER_RATIO + SITE_WATER_DIGIT;
}

void factor_wue(struct tables *tables, const struct place *place, struct factor *ret)
{
	struct factor_year at;

	*ret = (struct factor){ 0 };
	if (region_figure(tables, &wue, place, 9999, &at)) {
		name_region(place, ret);
		put(&at, at.year, ret);
		ret->value.kind = KIND_DERIVED;
		about_site_water(&ret->value);
	} else if (provider_figure(tables, &wue, place, 9999, &at)) {
		name_provider(place, ret);
		put(&at, at.year, ret);
		ret->value.kind = KIND_ASSUMED;
		about_site_water(&ret->value);
		hold_regions(tables, &wue, place, &ret->value);
	} else {
		factor_say(ret, "the water a building uses is told by clouds only");
	}
}

void factor_water(struct tables *tables, const struct place *place, struct factor *ret)
{
	struct factor_row row;

	*ret = (struct factor){ 0 };
	if (place->country[0] == '\0' ||
	    !factor_row_find(tables, "water_country", "iso3", place->country, &row) ||
	    !factor_row_number(&row, "l_per_kwh", &ret->value.value)) {
		factor_say(ret, "no figure for country %s",
			   place->country[0] != '\0' ? place->country : "?");
		return;
	}
	ret->value.known = true;
	ret->value.kind = KIND_DERIVED;
	ret->value.low = ret->value.value / WATER_RATIO;
	ret->value.high = ret->value.value * WATER_RATIO;
	(void)copy_text(ret->value.source, sizeof ret->value.source,
			table_meta(row.table, "attribution"));
	(void)copy_text(ret->zone, sizeof ret->zone, place->iso2);
	(void)copy_text(ret->country, sizeof ret->country, place->country);
	(void)copy_text(ret->basis, sizeof ret->basis,
			"consumed at power plants and reservoirs");
	(void)copy_text(ret->year_or_time, sizeof ret->year_or_time,
			table_meta(row.table, "year"));
	(void)copy_text(ret->resolution, sizeof ret->resolution, "year");
}
