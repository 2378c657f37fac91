/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the marginal column of cloud_region.csv (WattTime's yearly means, by way of the Green
 * Software Foundation).
 * Gives: what a kWh more makes in a year's mean: of the cloud's region, else of its zone, else
 * of the country's zones that have a region.
 * Needs: nothing but the table.
 * Limits: grids with a cloud's region only; the smoke stack alone, no lifecycle.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/factor-say.h"
#include "place/factor-spread.h"
#include "place/factor.h"

#define TABLE  "cloud_region"
#define COLUMN "marginal_gpkwh"

struct marginal {
	struct factor_year at;
	double value;
	double least;
	double most;
};

static bool one(struct tables *tables, const struct factor_yearly *of, int year,
		struct marginal *ret)
{
	if (*of->text == '\0' || !factor_row_of_year(tables, of, year, &ret->at))
		return false;
	ret->value = ret->least = ret->most = ret->at.value;
	return true;
}

static bool of_region(struct tables *tables, const struct place *place, int year,
		      struct marginal *ret)
{
	const struct factor_yearly of = { .table = TABLE,
					  .column = "region",
					  .text = place->cloud_region,
					  .value = COLUMN,
					  .also_column = "provider",
					  .also_text = place->cloud };

	return one(tables, &of, year, ret);
}

static bool of_column(struct tables *tables, const char *column, const char *text,
		      int year, struct marginal *ret)
{
	const struct factor_yearly of = {
		.table = TABLE, .column = column, .text = text, .value = COLUMN
	};

	return one(tables, &of, year, ret);
}

/* The mean of the country's rows of that year, a region each, and between what they lie. */
static bool of_country(struct tables *tables, const struct place *place, int year,
		       struct marginal *ret)
{
	struct factor_row row;
	double sum = 0;
	size_t count = 0;

	if (!of_column(tables, "iso2", place->iso2, year, ret))
		return false;
	(void)factor_row_find(tables, TABLE, "iso2", place->iso2, &row);
	do {
		double at;
		double value;

		if (!factor_row_number(&row, "year", &at) || (int)at != ret->at.year ||
		    !factor_row_number(&row, COLUMN, &value) || !(value > 0))
			continue;
		sum += value;
		count++;
		ret->least = fmin(ret->least, value);
		ret->most = fmax(ret->most, value);
	} while (factor_row_next(&row, "iso2", place->iso2));
	ret->value = sum / (double)count;
	return true;
}

static bool find(struct tables *tables, const struct place *place, int year,
		 struct marginal *ret, struct factor *factor)
{
	const char *zone = place->zone;

	if (of_region(tables, place, year, ret))
		return true;
	if (strcmp(zone, place->iso2) != 0 && of_column(tables, "zone", zone, year, ret))
		return true;
	zone = place->iso2;
	if (!of_country(tables, place, year, ret))
		return false;
	if (strcmp(zone, place->zone) != 0)
		factor_say(factor, "no figure for zone %s: its country %s", place->zone,
			   place->country);
	(void)copy_text(factor->zone, sizeof factor->zone, zone);
	return true;
}

static void put(struct tables *tables, const struct marginal *marginal, int year,
		struct factor *ret)
{
	double far = factor_spread_95(tables, "sources");
	bool own = marginal->at.year == year && ret->why[0] == '\0' &&
		   marginal->least == marginal->most;
	struct factor_spread spread = { 0 };

	/* The mean of a country's grids is of none of them, nor is a country's of a zone. */
	ret->value = (struct quantity){ .known = true,
					.value = marginal->value,
					.kind = own ? KIND_DERIVED : KIND_ASSUMED };
	factor_spread_add(&spread, far, far);
	factor_spread_add(&spread, log(marginal->value / marginal->least),
			  log(marginal->most / marginal->value));
	factor_spread_years(tables, abs(year - marginal->at.year), &spread);
	factor_spread_bounds(&spread, &ret->value);
	(void)snprintf(ret->value.source, sizeof ret->value.source,
		       "WattTime by way of Green Software Foundation %d%s",
		       marginal->at.year,
		       table_is_own(marginal->at.row.table) ? " (own table)" : "");
	(void)copy_text(ret->basis, sizeof ret->basis, "marginal, direct, consumption");
	factor_set_year(ret, marginal->at.year);
	factor_say_year(ret, year, &marginal->at);
}

void factor_marginal(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		     struct factor *ret)
{
	int year = factor_year_of(at_unix_ns);
	struct marginal marginal;

	*ret = (struct factor){ 0 };
	(void)copy_text(ret->zone, sizeof ret->zone, place->zone);
	(void)copy_text(ret->country, sizeof ret->country, place->country);
	if (find(tables, place, year, &marginal, ret))
		put(tables, &marginal, year, ret);
	else
		factor_say(ret, "no table has a marginal figure for %s",
			   place->zone[0] != '\0' ? place->zone : "an unknown place");
}
