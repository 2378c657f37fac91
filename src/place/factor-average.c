/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the yearly tables of carbon intensity and carbon_spread.csv.
 * Gives: a place's yearly mean, by the first source that has the place, with an interval that
 * holds the others and all that is less exact than was asked.
 * Needs: nothing but the tables.
 * Limits: a country that no table splits (China) is taken for one grid, though its parts
 * differ; parts weigh alike in a country's spread, small ones too.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/factor-say.h"
#include "place/factor-spread.h"
#include "place/factor.h"

/* Keys of a place in a table; NULL where it is none of the table's. */
static const char *key_us_state(const struct place *place)
{
	return strcmp(place->iso2, "US") == 0 ? place->state : NULL;
}

static const char *key_india_state(const struct place *place)
{
	return strcmp(place->iso2, "IN") == 0 ? place->state : NULL;
}

static bool is_country(const struct place *place)
{
	return place->iso2[0] != '\0' && strcmp(place->zone, place->iso2) == 0;
}

static const char *key_country(const struct place *place)
{
	return is_country(place) ? place->country : NULL;
}

static const char *key_world(const struct place *place)
{
	return strcmp(place->zone, "WORLD") == 0 ? "World" : NULL;
}

static const char *key_egrid(const struct place *place)
{
	return strncmp(place->zone, "EGRID-", 6) == 0 ? place->zone + 6 : NULL;
}

static const char *key_zone(const struct place *place)
{
	return place->zone;
}

/*
 * The first that has the place is the headline, whatever the year: so that one place's years
 * compare. Ember's goes first, with one method for all countries and for the states of two;
 * then what tells the parts of others.
 */
static const struct source {
	const char *table;
	const char *(*key)(const struct place *place);
	const char *column;
	const char *name; /* the column of what people call it */
	const char *value;
	const char *plus; /* a column to be added; NULL: none */
	const char *basis;
} sources[] = {
	{ "carbon_us_state_year", key_us_state, "state", "state", "gco2e_per_kwh", NULL,
	  "average, lifecycle, generation" },
	{ "carbon_india_state_year", key_india_state, "state", "state", "gco2e_per_kwh",
	  NULL, "average, lifecycle, generation" },
	{ "carbon_country_year", key_country, "iso3", "entity", "gco2e_per_kwh", NULL,
	  "average, lifecycle, generation" },
	{ "carbon_country_year", key_world, "entity", "entity", "gco2e_per_kwh", NULL,
	  "average, lifecycle, generation" },
	{ "carbon_egrid_subregion", key_egrid, "subregion", "name", "gco2e_per_kwh", NULL,
	  "average, direct, generation" },
	{ "carbon_electricitymaps_zone_year", key_zone, "zone", "name", "gco2e_per_kwh",
	  NULL, "average, lifecycle, consumption" },
	{ "carbon_australia", key_zone, "zone", "name", "direct_gpkwh", "upstream_gpkwh",
	  "average, direct and upstream, consumption" },
};

struct figure {
	const struct source *source;
	struct factor_year at;
	double gpkwh;
};

struct average {
	struct tables *tables;
	const struct place *asked;
	struct place place; /* what has a figure: asked, its country, the world */
	int year;
	struct figure headline;
	double least; /* of all sources */
	double most;
	struct factor_spread spread;
	struct factor *out;
};

/* Nothing is 0 over a whole lifecycle: a 0 is a grid too small for its source's digits. */
static bool figure_of(struct tables *tables, const struct source *source,
		      const struct place *place, int year, struct figure *ret)
{
	const char *key = source->key(place);
	const struct factor_yearly of = { .table = source->table,
					  .column = source->column,
					  .text = key,
					  .value = source->value };
	struct figure figure = { .source = source };
	double plus = 0;

	if (!key || *key == '\0' || !factor_row_of_year(tables, &of, year, &figure.at))
		return false;
	if (source->plus && !factor_row_number(&figure.at.row, source->plus, &plus))
		return false;
	figure.gpkwh = figure.at.value + plus;
	*ret = figure;
	return true;
}

static bool find_headline(struct average *average)
{
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (figure_of(average->tables, &sources[i], &average->place,
			      average->year, &average->headline))
			return true;
	return false;
}

/* Country and all, but the zone. */
static void to_country(struct average *average)
{
	const struct place *asked = average->asked;
	struct place *place = &average->place;

	*place = (struct place){ 0 };
	(void)copy_text(place->zone, sizeof place->zone, asked->iso2);
	(void)copy_text(place->iso2, sizeof place->iso2, asked->iso2);
	(void)copy_text(place->country, sizeof place->country, asked->country);
}

static void say_country(const struct average *average)
{
	const struct place *asked = average->asked;

	if (asked->zone[0] != '\0')
		factor_say(average->out, "no figure for zone %s: its country %s",
			   asked->zone, asked->country);
}

static void say_world(const struct average *average)
{
	const struct place *asked = average->asked;
	const char *country = asked->country[0] != '\0' ? asked->country : asked->iso2;

	if (key_world(asked) || (asked->zone[0] == '\0' && *country == '\0'))
		factor_say(average->out, "the place is not known: the world's");
	else if (is_country(asked) || asked->zone[0] == '\0')
		factor_say(average->out, "no figure for country %s: the world's",
			   country);
	else
		factor_say(average->out,
			   "no figure for zone %s or its country: the world's",
			   asked->zone);
}

/* The zone, else its country, else the world. */
static bool settle(struct average *average)
{
	average->place = *average->asked;
	if (!key_world(average->asked) && find_headline(average))
		return true;
	to_country(average);
	if (find_headline(average)) {
		say_country(average);
		return true;
	}
	place_world(&average->place);
	say_world(average);
	return find_headline(average);
}

/* The other sources of the same zone and year; how many there are. */
static size_t hold_sources(struct average *average)
{
	const struct figure *headline = &average->headline;
	size_t others = 0;

	average->least = headline->gpkwh;
	average->most = headline->gpkwh;
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		struct figure other;

		if (&sources[i] == headline->source ||
		    !figure_of(average->tables, &sources[i], &average->place,
			       headline->at.year, &other) ||
		    other.at.year != headline->at.year)
			continue;
		average->least = fmin(average->least, other.gpkwh);
		average->most = fmax(average->most, other.gpkwh);
		others++;
	}
	return others;
}

/*
 * What sources differ by. Two that agree do not prove that both are right, so it is never
 * less than half of such pairs differ by; and a country that is the mean of its parts is
 * never surer than they are, who have one source each.
 */
static void widen_by_sources(struct average *average, size_t others, bool is_mean)
{
	double down = factor_spread_95(average->tables, "sources");
	double up = down;

	if (others > 0 && !is_mean) {
		double floor = factor_spread_median(average->tables, "sources");

		down = fmax(floor, log(average->headline.gpkwh / average->least));
		up = fmax(floor, log(average->most / average->headline.gpkwh));
	}
	factor_spread_add(&average->spread, down, up);
}

/* Nobody tells the zone's figure, so it may be as far from its country's as zones can be; but
 * not farther than the world's countries are. */
static void widen_by_zone(struct average *average)
{
	struct factor_parts world;
	double far = factor_spread_95(average->tables, "part");
	double gpkwh = average->headline.gpkwh;

	factor_parts_of(average->tables, "", average->headline.at.year, &world);
	if (world.count == 0)
		factor_spread_add(&average->spread, far, far);
	else
		factor_spread_add(&average->spread, fmin(far, log(gpkwh / world.low)),
				  fmin(far, log(world.high / gpkwh)));
}

/* Where the run was in one part of what the figure is of, without our knowing in which. */
static bool widen_by_parts(struct average *average)
{
	const struct place *place = &average->place;
	struct factor_parts parts;
	bool span;

	if (!key_world(place) && !is_country(place))
		return false;
	factor_parts_of(average->tables, place->iso2, average->headline.at.year, &parts);
	if (!(parts.whole > 0))
		parts.whole = average->headline.gpkwh;
	span = factor_parts_span(&parts);
	if (span)
		factor_spread_parts(&parts, &average->spread);
	else if (strcmp(average->asked->zone, place->zone) != 0 &&
		 average->asked->zone[0] != '\0')
		widen_by_zone(average);
	return span;
}

static void widen(struct average *average, int64_t duration_ns)
{
	size_t others = hold_sources(average);
	bool is_mean = widen_by_parts(average);

	widen_by_sources(average, others, is_mean);
	factor_spread_years(average->tables,
			    abs(average->year - average->headline.at.year),
			    &average->spread);
	factor_spread_short(average->tables, duration_ns, &average->spread);
}

/* What a place is known by says whether its figure is derived for it or taken for it. */
static enum kind kind_of(const struct average *average)
{
	const struct place *asked = average->asked;
	bool guessed = strcmp(asked->how, "timezone") == 0 ||
		       strcmp(asked->how, "world") == 0 || key_world(&average->place);

	return !guessed && strcmp(asked->zone, average->place.zone) == 0 &&
			       average->headline.at.year == average->year
		       ? KIND_DERIVED
		       : KIND_ASSUMED;
}

static void put_source(const struct average *average)
{
	const struct figure *figure = &average->headline;
	const struct table *table = figure->at.row.table;
	const char *credit = table_meta(table, "attribution");

	if (*credit == '\0')
		credit = figure->source->table;
	(void)snprintf(average->out->value.source, sizeof average->out->value.source,
		       "%.*s %d, %s%s", (int)strcspn(credit, ",;"), credit,
		       figure->at.year,
		       factor_row_text(&figure->at.row, figure->source->name),
		       table_is_own(table) ? " (own table)" : "");
}

static void put_figure(const struct average *average)
{
	const struct figure *figure = &average->headline;
	struct factor *out = average->out;

	out->value = (struct quantity){ .known = true,
					.value = figure->gpkwh,
					.kind = kind_of(average) };
	factor_spread_bounds(&average->spread, &out->value);
	out->value.low = fmin(out->value.low, average->least);
	out->value.high = fmax(out->value.high, average->most);
	put_source(average);
	(void)copy_text(out->zone, sizeof out->zone, average->place.zone);
	(void)copy_text(out->country, sizeof out->country, average->place.country);
	(void)copy_text(out->basis, sizeof out->basis, figure->source->basis);
	factor_set_year(out, figure->at.year);
	factor_say_year(out, average->year, &figure->at);
}

void factor_average(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		    int64_t duration_ns, struct factor *ret)
{
	struct average average = { .tables = tables,
				   .asked = place,
				   .year = factor_year_of(at_unix_ns),
				   .out = ret };

	*ret = (struct factor){ 0 };
	if (!settle(&average)) {
		factor_say(ret, "no table in force has the world");
		return;
	}
	widen(&average, duration_ns);
	put_figure(&average);
}
