/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "grid/grid.h"
#include "places.h"

#define HOUR_NS (INT64_C(3600) * NS_PER_S)
#define LONG_NS (INT64_C(60) * 86400 * NS_PER_S)

/* The middle of a year. */
#define IN_2021 (INT64_C(1625097600) * NS_PER_S)
#define IN_2022 (INT64_C(1656633600) * NS_PER_S)
#define IN_2024 (INT64_C(1719792000) * NS_PER_S)
#define IN_2026 (INT64_C(1782864000) * NS_PER_S)

static struct place chosen(struct tables *tables, const char *text)
{
	struct place place = place_of(tables, text);

	(void)snprintf(place.how, sizeof place.how, "option");
	return place;
}

static struct factor average_of(struct tables *tables, const char *text, int64_t at_ns,
				int64_t duration_ns)
{
	struct place place = chosen(tables, text);
	struct factor factor;

	factor_average(tables, &place, at_ns, duration_ns, &factor);
	return factor;
}

/* How wide an interval is: its ends' ratio. */
static double width(const struct factor *factor)
{
	return factor->value.high / factor->value.low;
}

static void assert_sound(const struct factor *factor, const char *what)
{
	const struct quantity *value = &factor->value;

	if (!value->known || !(value->value > 0) || !(value->low > 0) ||
	    !(value->low < value->value) || !(value->high > value->value) ||
	    !isfinite(value->high) || value->source[0] == '\0' ||
	    factor->zone[0] == '\0' || factor->basis[0] == '\0' ||
	    strlen(factor->year_or_time) != 4)
		fail_msg("%s: %g (%g to %g), zone '%s', of '%s', from '%s'", what,
			 value->value, value->low, value->high, factor->zone,
			 factor->year_or_time, value->source);
}

/* Averages: which figure. */

static void a_countrys_figure_is_embers_of_the_year(void **state)
{
	struct factor factor = average_of(*state, "DE", IN_2024, LONG_NS);

	assert_float_equal(factor.value.value, 344.14, 1e-9);
	assert_string_equal(factor.value.source,
			    "Ember (ember-energy.org) 2024, Germany");
	assert_string_equal(factor.basis, "average, lifecycle, generation");
	assert_string_equal(factor.year_or_time, "2024");
	assert_string_equal(factor.resolution, "year");
	assert_string_equal(factor.zone, "DE");
	assert_string_equal(factor.country, "DEU");
	assert_string_equal(factor.why, "");
	assert_int_equal(factor.value.kind, KIND_DERIVED);
}

static void states_of_two_countries_are_embers_too(void **state)
{
	assert_float_equal(average_of(*state, "US-CA", IN_2024, LONG_NS).value.value,
			   199.67, 1e-9);
	assert_float_equal(average_of(*state, "Kerala", IN_2024, LONG_NS).value.value,
			   28.92, 1e-9);
	assert_float_equal(average_of(*state, "US-AK", IN_2024, LONG_NS).value.value,
			   421.21, 1e-9);
}

static void a_zone_within_a_country_is_electricity_maps(void **state)
{
	struct factor factor = average_of(*state, "US-CAL-CISO", IN_2024, LONG_NS);

	assert_float_equal(factor.value.value, 229, 1e-9);
	assert_string_equal(factor.value.source,
			    "Electricity Maps (electricitymaps.com) 2024, CAISO");
	assert_string_equal(factor.basis, "average, lifecycle, consumption");
}

static void an_egrid_subregion_is_direct_and_says_so(void **state)
{
	struct factor factor = average_of(*state, "CAMX", IN_2024, LONG_NS);

	assert_float_equal(factor.value.value, 195.037, 1e-2);
	assert_string_equal(factor.basis, "average, direct, generation");
	assert_string_equal(factor.zone, "EGRID-CAMX");
	assert_string_equal(factor.year_or_time, "2023");
}

static void an_australian_grid_holds_both_sources(void **state)
{
	struct factor factor = average_of(*state, "AU-NSW", IN_2024, LONG_NS);

	/* Electricity Maps 541; National Greenhouse Accounts 660 + 40. */
	assert_float_equal(factor.value.value, 541, 1e-9);
	assert_true(factor.value.high >= 700);
	factor = average_of(*state, "AU-ACT", IN_2024, LONG_NS);
	assert_float_equal(factor.value.value, 700, 1e-9);
	assert_string_equal(factor.value.source,
			    "Commonwealth of Australia 2024, Australian Capital "
			    "Territory");
}

static void a_cloud_region_has_its_grids_figure(void **state)
{
	struct factor factor = average_of(*state, "aws:us-east-1", IN_2024, LONG_NS);

	assert_float_equal(factor.value.value, 403, 1e-9);
	assert_string_equal(factor.zone, "US-MIDA-PJM");
	assert_float_equal(average_of(*state, "eu-west-3", IN_2024, LONG_NS).value.value,
			   44.18, 1e-9);
}

static void the_other_source_is_in_the_interval(void **state)
{
	struct factor factor = average_of(*state, "FR", IN_2024, LONG_NS);

	/* Ember 44.18, Electricity Maps 33. */
	assert_float_equal(factor.value.value, 44.18, 1e-9);
	assert_true(factor.value.low <= 33);
	assert_true(factor.value.high > 44.18 && factor.value.high < 55);
}

/* Averages: the fall-backs. */

static void a_year_to_come_is_the_newest_with_a_wider_interval(void **state)
{
	struct factor now = average_of(*state, "DE", IN_2024, LONG_NS);
	struct factor later = average_of(*state, "DE", IN_2026, LONG_NS);

	assert_float_equal(later.value.value, now.value.value, 1e-9);
	assert_string_equal(later.year_or_time, "2024");
	assert_string_equal(later.why, "2026 is not in the table yet: 2024");
	assert_int_equal(later.value.kind, KIND_ASSUMED);
	assert_true(width(&later) > width(&now));
}

static void a_year_before_the_table_is_the_oldest(void **state)
{
	struct factor factor = average_of(*state, "US-CAL-CISO", 0, LONG_NS);

	assert_string_equal(factor.year_or_time, "2021");
	assert_string_equal(factor.why, "1970 is not in the table: 2021");
}

static void a_zone_without_a_figure_is_its_country_and_less_sure(void **state)
{
	struct factor factor = average_of(*state, "DE-BY", IN_2024, LONG_NS);
	struct factor country = average_of(*state, "DE", IN_2024, LONG_NS);

	assert_float_equal(factor.value.value, country.value.value, 1e-9);
	assert_string_equal(factor.zone, "DE");
	assert_string_equal(factor.why, "no figure for zone DE-BY: its country DEU");
	assert_int_equal(factor.value.kind, KIND_ASSUMED);
	assert_true(width(&factor) > width(&country));
	assert_string_equal(average_of(*state, "London", IN_2024, 0).why,
			    "no figure for zone GB-13: its country GBR");
}

static void a_country_without_a_figure_is_the_world(void **state)
{
	struct factor factor = average_of(*state, "Antarctica", IN_2024, LONG_NS);

	assert_float_equal(factor.value.value, 472.99, 1e-9);
	assert_string_equal(factor.zone, "WORLD");
	assert_string_equal(factor.country, "");
	assert_string_equal(factor.why, "no figure for country ATA: the world's");
	assert_int_equal(factor.value.kind, KIND_ASSUMED);
}

static void nowhere_is_the_world_from_hydropower_to_coal(void **state)
{
	struct place nowhere = { 0 };
	struct factor factor;

	factor_average(*state, &nowhere, IN_2024, LONG_NS, &factor);
	assert_float_equal(factor.value.value, 472.99, 1e-9);
	assert_string_equal(factor.why, "the place is not known: the world's");
	assert_true(factor.value.low < 60 && factor.value.low > 10);
	assert_true(factor.value.high > 650 && factor.value.high < 1200);
	place_world(&nowhere);
	factor_average(*state, &nowhere, IN_2024, LONG_NS, &factor);
	assert_float_equal(factor.value.value, 472.99, 1e-9);
	assert_string_equal(factor.zone, "WORLD");
}

static void a_guess_by_the_time_zone_is_assumed(void **state)
{
	struct place place = chosen(*state, "DE");
	struct factor factor;

	(void)snprintf(place.how, sizeof place.how, "timezone");
	factor_average(*state, &place, IN_2024, LONG_NS, &factor);
	assert_int_equal(factor.value.kind, KIND_ASSUMED);
}

static void a_zero_of_a_tiny_grid_is_no_figure(void **state)
{
	/* Burundi: 0 in 2000 to 2009 and 2012, for lack of digits. */
	int64_t in_2012 = INT64_C(1341100800) * NS_PER_S;
	struct factor factor = average_of(*state, "BI", in_2012, LONG_NS);

	assert_sound(&factor, "BI");
	assert_string_not_equal(factor.year_or_time, "2012");
	factor = average_of(*state, "BI", INT64_C(946684800) * NS_PER_S, LONG_NS);
	assert_sound(&factor, "BI in 2000");
}

/* Averages: how sure. */

static void a_short_run_is_less_sure_than_a_long_one(void **state)
{
	struct factor hour = average_of(*state, "DE", IN_2024, HOUR_NS);
	struct factor week = average_of(*state, "DE", IN_2024, 7 * 24 * HOUR_NS);
	struct factor months = average_of(*state, "DE", IN_2024, LONG_NS);
	struct factor unknown = average_of(*state, "DE", IN_2024, 0);

	assert_true(width(&hour) > width(&week));
	assert_true(width(&week) > width(&months));
	assert_true(width(&unknown) >= width(&hour));
	assert_float_equal(hour.value.value, months.value.value, 1e-9);
}

/* A mean of parts is wider than any of them, an unknown part than the country, and the world
 * than an unknown part, at the same age of the figures. */
static void a_less_exact_place_is_never_surer(void **state)
{
	static const struct {
		const char *exact;
		const char *less;
	} pairs[] = {
		{ "US-CA", "US" },         { "US-CAL-CISO", "US" }, { "AU-NSW", "AU" },
		{ "CA-QC", "CA" },         { "NO-NO1", "NO" },      { "JP-TK", "JP" },
		{ "IN-Kerala", "IN" },     { "BR-CS", "BR" },       { "IT-NO", "IT" },
		{ "DK-DK1", "DK" },        { "SE-SE3", "SE" },      { "PH-LU", "PH" },
		{ "aws:eu-west-3", "FR" }, { "DE", "DE-XX" },       { "US", "US-XX-YY" },
		{ "GB", "London" },        { "DE-XX", "WORLD" },    { "US", "WORLD" },
		{ "FR-XX", "WORLD" },      { "NO-XX", "WORLD" },    { "CN-XX", "WORLD" },
	};

	static const int64_t days[] = { IN_2021, IN_2024, IN_2026 };

	for (size_t i = 0; i < ARRAY_SIZE(pairs) * ARRAY_SIZE(days); i++) {
		const char *exact = pairs[i / ARRAY_SIZE(days)].exact;
		const char *less = pairs[i / ARRAY_SIZE(days)].less;
		int64_t day = days[i % ARRAY_SIZE(days)];
		struct factor a = average_of(*state, exact, day, LONG_NS);
		struct factor b = average_of(*state, less, day, LONG_NS);

		if (width(&a) > width(&b) * (1 + 1e-9))
			fail_msg("%s is %g wide, %s %g", exact, width(&a), less,
				 width(&b));
	}
}

/* Than a zone of its country that nobody tells. */
static void no_zone_is_less_sure_than_an_unknown_one(void **state)
{
	const struct table *table =
		tables_get(*state, "carbon_electricitymaps_zone_year");
	size_t column = table_column(table, "zone");

	for (size_t row = 0; row < table_rows(table); row++) {
		const char *zone = table_text(table, row, column);
		struct factor known = average_of(*state, zone, IN_2024, LONG_NS);
		struct factor unknown;
		char text[16];

		(void)snprintf(text, sizeof text, "%.2s-QQQQ", zone);
		unknown = average_of(*state, text, IN_2024, LONG_NS);
		if (width(&known) > width(&unknown) * (1 + 1e-9))
			fail_msg("%s is %g wide, %s %g", zone, width(&known), text,
				 width(&unknown));
	}
}

static void a_country_beside_islands_is_its_mainlands_grid(void **state)
{
	/* 13 islands and enclaves of Spain at 380 to 840, the country at 146. */
	struct factor factor = average_of(*state, "ES", IN_2024, LONG_NS);

	assert_true(factor.value.high < 200);
	assert_true(factor.value.low > 100);
}

static void a_country_of_states_reaches_over_them(void **state)
{
	struct factor factor = average_of(*state, "US", IN_2024, LONG_NS);

	assert_float_equal(factor.value.value, 383.55, 1e-9);
	assert_true(factor.value.low < 120);
	assert_true(factor.value.high > 700);
}

/* Every name of a column has a figure for a day in each of three years. */
static void assert_all_known(struct tables *tables, const char *name, const char *column,
			     const char *prefix)
{
	static const int64_t days[] = { IN_2022, IN_2024, IN_2026 };
	const struct table *table = tables_get(tables, name);
	char last[2 * PLACE_NAME_MAX] = "";

	for (size_t row = 0; row < table_rows(table); row++) {
		char text[2 * PLACE_NAME_MAX];

		(void)snprintf(text, sizeof text, "%s%s", prefix,
			       table_text(table, row, table_column(table, column)));
		if (strcmp(text, last) == 0)
			continue;
		memcpy(last, text, sizeof last);
		for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
			struct factor factor = average_of(tables, text, days[i], HOUR_NS);

			assert_sound(&factor, text);
		}
	}
}

static void every_place_that_is_named_has_an_answer(void **state)
{
	assert_all_known(*state, "country", "iso2", "");
	assert_all_known(*state, "carbon_electricitymaps_zone_year", "zone", "");
	assert_all_known(*state, "carbon_us_state_year", "code", "US-");
	assert_all_known(*state, "carbon_india_state_year", "state", "IN-");
	assert_all_known(*state, "carbon_uk_region", "region_id", "GB-");
	assert_all_known(*state, "carbon_australia", "zone", "");
	assert_all_known(*state, "carbon_egrid_subregion", "subregion", "");
	assert_all_known(*state, "cloud_region", "region", "");
}

/* Marginal. */

static struct factor marginal_of(struct tables *tables, const char *text, int64_t at_ns)
{
	struct place place = chosen(tables, text);
	struct factor factor;

	factor_marginal(tables, &place, at_ns, &factor);
	return factor;
}

static void a_cloud_region_has_a_marginal_figure(void **state)
{
	struct factor factor = marginal_of(*state, "aws:us-east-1", IN_2024);

	assert_sound(&factor, "us-east-1");
	assert_float_equal(factor.value.value, 557.17, 1e-9);
	assert_string_equal(factor.basis, "marginal, direct, consumption");
	assert_non_null(strstr(factor.value.source, "WattTime"));
	assert_string_equal(factor.zone, "US-MIDA-PJM");
}

static void a_zone_shares_its_cloud_regions_marginal_figure(void **state)
{
	struct factor factor = marginal_of(*state, "US-MIDA-PJM", IN_2024);

	assert_sound(&factor, "US-MIDA-PJM");
	assert_float_equal(factor.value.value, 557.17, 1e-9);
	assert_string_equal(factor.why, "");
}

static void a_countrys_marginal_figure_reaches_over_its_zones(void **state)
{
	struct factor zone = marginal_of(*state, "US-MIDA-PJM", IN_2024);
	struct factor factor = marginal_of(*state, "US", IN_2024);

	assert_sound(&factor, "US");
	assert_true(factor.value.low < zone.value.value &&
		    factor.value.high > zone.value.value);
	assert_string_equal(marginal_of(*state, "US-CA", IN_2024).why,
			    "no figure for zone US-CA: its country USA");
}

static void only_a_grids_own_marginal_figure_is_derived(void **state)
{
	assert_int_equal(marginal_of(*state, "US-MIDA-PJM", IN_2024).value.kind,
			 KIND_DERIVED);
	assert_int_equal(marginal_of(*state, "DE", IN_2024).value.kind, KIND_DERIVED);
	assert_int_equal(marginal_of(*state, "US", IN_2024).value.kind, KIND_ASSUMED);
	assert_int_equal(marginal_of(*state, "US-CA", IN_2024).value.kind, KIND_ASSUMED);
	assert_int_equal(marginal_of(*state, "SE-SE1", IN_2024).value.kind, KIND_ASSUMED);
}

static void there_is_no_marginal_figure_of_the_world(void **state)
{
	static const char *const places[] = { "WORLD", "Antarctica", "Chad" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct factor factor = marginal_of(*state, places[i], IN_2024);

		assert_false(factor.value.known);
		assert_string_not_equal(factor.why, "");
	}
}

/* The building. */

static struct factor pue_of(struct tables *tables, const char *text, int64_t at_ns)
{
	struct place place = chosen(tables, text);
	struct factor factor;

	factor_pue(tables, &place, at_ns, &factor);
	return factor;
}

static void a_building_nobody_knows_has_the_papers_pue(void **state)
{
	struct factor factor = pue_of(*state, "DE", IN_2024);

	assert_true(factor.value.known);
	assert_float_equal(factor.value.value, 1.58, 1e-9);
	assert_float_equal(factor.value.low, 1, 1e-9);
	assert_float_equal(factor.value.high, 2.5, 1e-9);
	assert_int_equal(factor.value.kind, KIND_ASSUMED);
	assert_non_null(strstr(factor.value.source, "Uptime Institute"));
	assert_string_not_equal(factor.why, "");
}

static void a_cloud_region_tells_its_pue_by_year(void **state)
{
	struct factor factor = pue_of(*state, "aws:us-east-1", IN_2022);

	assert_float_equal(factor.value.value, 1.16, 1e-9);
	assert_string_equal(factor.year_or_time, "2022");
	assert_string_equal(factor.why, "");
	assert_int_equal(factor.value.kind, KIND_DERIVED);
	assert_float_equal(factor.value.low, 1.112, 1e-9);
	assert_float_equal(factor.value.high, 1.208, 1e-9);
	factor = pue_of(*state, "aws:us-east-1", IN_2026);
	assert_float_equal(factor.value.value, 1.15, 1e-9);
	assert_non_null(strstr(factor.why, "2024"));
}

static void a_region_without_a_pue_has_its_providers_over_all_regions(void **state)
{
	struct factor factor = pue_of(*state, "gcp:europe-west9", IN_2024);
	struct factor region = pue_of(*state, "gcp:europe-west4", IN_2024);

	assert_float_equal(factor.value.value, 1.1, 1e-9);
	assert_string_equal(factor.zone, "gcp");
	assert_non_null(strstr(factor.why, "its provider's"));
	assert_true(width(&factor) > width(&region));
	assert_true(factor.value.low <= region.value.value);
	assert_float_equal(pue_of(*state, "azure:canadacentral", IN_2024).value.value,
			   1.18, 1e-9);
}

static void a_pue_is_never_below_one(void **state)
{
	const struct table *table = tables_get(*state, "cloud_region");
	size_t region = table_column(table, "region");

	for (size_t row = 0; row < table_rows(table); row++) {
		struct factor factor =
			pue_of(*state, table_text(table, row, region), IN_2026);

		assert_true(factor.value.known && factor.value.low >= 1);
		assert_true(factor.value.low <= factor.value.value);
		assert_true(factor.value.high > factor.value.value);
	}
}

static void water_is_told_or_not_known(void **state)
{
	struct place place = chosen(*state, "US");
	struct factor factor;

	factor_water(*state, &place, &factor);
	assert_float_equal(factor.value.value, 3.1321, 1e-9);
	assert_true(factor.value.low < 3.1321 && factor.value.high > 3.1321);
	factor_wue(*state, &place, &factor);
	assert_false(factor.value.known);
	assert_string_not_equal(factor.why, "");
	place = chosen(*state, "Antarctica");
	factor_water(*state, &place, &factor);
	assert_false(factor.value.known);
	assert_string_not_equal(factor.why, "");
	place = chosen(*state, "aws:us-east-1");
	factor_wue(*state, &place, &factor);
	assert_float_equal(factor.value.value, 0.12, 1e-9);
	assert_true(factor.value.low < 0.03 && factor.value.high > 0.9);
	place = chosen(*state, "aws:us-gov-east-1");
	factor_wue(*state, &place, &factor);
	assert_true(factor.value.known && factor.value.high > factor.value.value);
	place = chosen(*state, "gcp:europe-west9");
	factor_wue(*state, &place, &factor);
	assert_false(factor.value.known);
}

/* Cost. */

static void the_papers_social_cost_of_the_usa(void **state)
{
	struct place place = chosen(*state, "USA");
	struct factor factor;

	factor_scc_country(*state, &place, &factor);
	assert_float_equal(factor.value.low, 0.563405, 1e-9);
	assert_float_equal(factor.value.value, 47.8216, 1e-9);
	assert_float_equal(factor.value.high, 118.302, 1e-9);
	assert_string_equal(factor.country, "USA");
	assert_string_equal(factor.why, "");
	assert_non_null(strstr(factor.value.source, "Ricke"));
	assert_int_equal(factor_dollars_of(*state, "scc_country"), 2005);
	assert_int_equal(factor_dollars_of(*state, "scc_global"), 2020);
	assert_int_equal(factor_dollars_of(*state, "no_such_table"), 0);
}

static void an_unknown_country_costs_what_the_world_does(void **state)
{
	static const char *const places[] = { "WORLD", "Antarctica" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct place place = chosen(*state, places[i]);
		struct factor factor;

		factor_scc_country(*state, &place, &factor);
		assert_float_equal(factor.value.value, 417.506, 1e-9);
		assert_string_equal(factor.country, "WLD");
		assert_non_null(strstr(factor.why, "the world's"));
	}
}

static void a_cost_below_zero_is_explained(void **state)
{
	struct place place = chosen(*state, "Russia");
	struct factor factor;

	factor_scc_country(*state, &place, &factor);
	assert_float_equal(factor.value.value, -11.1416, 1e-9);
	assert_true(factor.value.low < factor.value.value);
	assert_string_equal(factor.why,
			    "below 0: what this country itself would lose or gain, "
			    "not the damage done to all");
}

static void the_global_cost_is_by_the_year_of_emission(void **state)
{
	struct factor factor;

	factor_scc_global(*state, IN_2024, &factor);
	assert_float_equal(factor.value.low, 128, 1e-9);
	assert_float_equal(factor.value.value, 208, 1e-9);
	assert_float_equal(factor.value.high, 356, 1e-9);
	assert_string_equal(factor.why, "");
	assert_non_null(strstr(factor.value.source, "EPA"));
	factor_scc_global(*state, 0, &factor);
	assert_float_equal(factor.value.value, 193, 1e-9);
	assert_string_equal(factor.why, "1970 is not in the table: 2020");
	factor_scc_global(*state, INT64_C(4102444800) * NS_PER_S, &factor);
	assert_string_equal(factor.year_or_time, "2080");
	assert_string_equal(factor.why, "2100 is not in the table yet: 2080");
}

static void a_fuel_has_a_factor_or_none(void **state)
{
	double lifecycle = -1;
	double direct = -1;

	assert_false(factor_fuel(*state, "caiso", "Batteries", &lifecycle, &direct));
	assert_false(factor_fuel(*state, "caiso", "Hay", &lifecycle, &direct));
	assert_false(factor_fuel(*state, "nobody", "Coal", &lifecycle, &direct));
	assert_true(lifecycle == -1 && direct == -1);
	assert_true(factor_fuel(*state, "caiso", "coal", &lifecycle, &direct));
	assert_float_equal(lifecycle, 820, 1e-9);
	assert_float_equal(direct, 1043, 1e-9);
	assert_true(factor_fuel(*state, "uk", "Nuclear", &lifecycle, &direct));
	assert_true(isnan(lifecycle) && direct == 0);
}

/* A user's own tables. */

static void a_table_of_ones_own_wins_and_is_credited(void **unused)
{
	struct fixture fixture;
	struct tables *tables;
	struct factor factor;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "carbon_country_year.csv",
		      "# attribution: our utility\n"
		      "iso3,entity,year,gco2e_per_kwh\n"
		      "DEU,Germany,2024,12.5\n"
		      ",World,2024,500\n");
	fixture_write(&fixture, "pue.csv",
		      "place,year,pue,source\ndefault,2026,1.05,our meter\n");
	assert_int_equal(tables_new(fixture.path, &tables), 0);
	factor = average_of(tables, "DE", IN_2024, LONG_NS);
	assert_float_equal(factor.value.value, 12.5, 1e-9);
	assert_string_equal(factor.value.source, "our utility 2024, Germany (own table)");
	/* The other source is still heard. */
	assert_true(factor.value.high >= 341);
	factor = pue_of(tables, "DE", IN_2024);
	assert_float_equal(factor.value.value, 1.05, 1e-9);
	assert_true(factor.value.low >= 1 && factor.value.high > 1.05);
	tables_free(tables);
	fixture_close(&fixture);
}

static void without_even_the_world_nothing_is_made_up(void **unused)
{
	struct fixture fixture;
	struct place usa = { .zone = "US", .country = "USA", .iso2 = "US" };
	struct tables *tables;
	struct factor factor;

	(void)unused;
	fixture_open(&fixture);
	fixture_write(&fixture, "carbon_country_year.csv",
		      "iso3,entity,year,gco2e_per_kwh\nDEU,Germany,2024,\n");
	fixture_write(&fixture, "scc_country.csv",
		      "iso3,country,low_usd_per_t,usd_per_t,high_usd_per_t\n"
		      "USA,United States,1,,3\n");
	fixture_write(&fixture, "scc_global.csv",
		      "scheme,year,discount_pct,usd_per_t\nepa-2023,2024,2.0,208\n");
	fixture_write(&fixture, "pue.csv",
		      "place,year,pue,source\ndefault,2018,,nobody\n");
	assert_int_equal(tables_new(fixture.path, &tables), 0);
	factor = average_of(tables, "WORLD", IN_2024, LONG_NS);
	assert_false(factor.value.known);
	assert_string_not_equal(factor.why, "");
	factor = average_of(tables, "DE", IN_2024, LONG_NS);
	assert_float_equal(factor.value.value, 341, 1e-9);
	factor = pue_of(tables, "DE", IN_2024);
	assert_false(factor.value.known);
	factor_scc_global(tables, IN_2024, &factor);
	assert_false(factor.value.known);
	assert_string_not_equal(factor.why, "");
	factor_scc_country(tables, &usa, &factor);
	assert_false(factor.value.known);
	assert_true(factor.value.low == 0 && factor.value.high == 0);
	assert_string_equal(tables_trouble(tables), "");
	tables_free(tables);
	fixture_close(&fixture);
}

/* The yearly table as a provider. */

static int fetch(struct tables *tables, const struct place *place, int64_t from_unix_s,
		 int64_t to_unix_s, struct intensity_series *ret)
{
	const struct grid *grid = grid_find("table");
	const struct grid_door door = { .tables = tables };
	const struct grid_query query = { .place = place,
					  .from_unix_s = from_unix_s,
					  .to_unix_s = to_unix_s,
					  .now_unix_s = IN_2026 / NS_PER_S };
	struct diag diag = { 0 };

	assert_non_null(grid);
	*ret = (struct intensity_series){ 0 };
	return grid->fetch(&door, &query, ret, &diag);
}

static void the_table_is_the_last_provider_and_asks_nobody(void **state)
{
	const struct grid *grid = grid_find("table");
	struct place nowhere = { 0 };
	char zone[PLACE_NAME_MAX];

	assert_non_null(grid);
	assert_ptr_equal(grid_rows[grid_row_count - 1].grid, grid);
	assert_int_equal(grid->flags, GRID_IS_LOCAL);
	assert_true(grid->zone_of(*state, &nowhere, zone, sizeof zone));
	assert_string_equal(zone, "WORLD");
}

static void a_run_over_new_year_has_a_point_a_year(void **state)
{
	struct place place = chosen(*state, "DE");
	struct intensity_series series;
	int64_t new_year_s = 1704067200; /* 2024 */

	assert_int_equal(fetch(*state, &place, new_year_s - 60, new_year_s + 60, &series),
			 0);
	assert_int_equal(series.count, 2);
	assert_float_equal(series.points[0].gpkwh, 371.31, 1e-9);
	assert_float_equal(series.points[1].gpkwh, 344.14, 1e-9);
	assert_int_equal(series.points[0].to_unix_s, new_year_s);
	assert_int_equal(series.points[1].from_unix_s, new_year_s);
	assert_int_equal(series.points[1].to_unix_s, new_year_s + 366 * 86400);
	assert_false(series.points[1].estimated || series.points[1].forecast);
	assert_string_equal(series.provider, "table");
	assert_string_equal(series.zone, "DE");
	assert_string_equal(series.basis, "average, lifecycle, generation");
	assert_true(series.error_ratio > 0.1 && series.error_ratio < 2);
	intensity_series_done(&series);
}

static void a_year_the_table_has_not_is_marked_estimated(void **state)
{
	struct place place = chosen(*state, "DE");
	struct intensity_series series;
	int64_t at_s = IN_2026 / NS_PER_S;

	assert_int_equal(fetch(*state, &place, at_s, at_s, &series), 0);
	assert_int_equal(series.count, 1);
	assert_float_equal(series.points[0].gpkwh, 344.14, 1e-9);
	assert_true(series.points[0].estimated);
	assert_float_equal(intensity_series_covered(&series, at_s, at_s + 60), 1, 0);
	intensity_series_done(&series);
}

static void any_span_ends_in_a_bounded_series(void **state)
{
	struct place place = { 0 };
	struct intensity_series series;

	assert_int_equal(fetch(*state, &place, INT64_MIN, INT64_MAX, &series), 0);
	assert_true(series.count > 200 && series.count < 300);
	for (size_t i = 1; i < series.count; i++)
		assert_int_equal(series.points[i].from_unix_s,
				 series.points[i - 1].to_unix_s);
	intensity_series_done(&series);
	assert_int_equal(fetch(*state, &place, INT64_MAX, INT64_MIN, &series), 0);
	assert_int_equal(series.count, 1);
	intensity_series_done(&series);
}

static void the_table_foretells_nothing(void **state)
{
	const struct grid *grid = grid_find("table");
	const struct grid_door door = { .tables = *state };
	struct place place = chosen(*state, "DE");
	const struct grid_query query = { .place = &place,
					  .to_unix_s = 3600,
					  .forecast = true };
	struct intensity_series series = { 0 };
	struct diag diag = { 0 };

	assert_int_equal(grid->fetch(&door, &query, &series, &diag), -ENODATA);
	assert_int_equal(series.count, 0);
	assert_string_not_equal(diag.text, "");
}

#define FACTOR_TEST(name) cmocka_unit_test_setup_teardown(name, open_tables, close_tables)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FACTOR_TEST(a_countrys_figure_is_embers_of_the_year),
		FACTOR_TEST(states_of_two_countries_are_embers_too),
		FACTOR_TEST(a_zone_within_a_country_is_electricity_maps),
		FACTOR_TEST(an_egrid_subregion_is_direct_and_says_so),
		FACTOR_TEST(an_australian_grid_holds_both_sources),
		FACTOR_TEST(a_cloud_region_has_its_grids_figure),
		FACTOR_TEST(the_other_source_is_in_the_interval),
		FACTOR_TEST(a_year_to_come_is_the_newest_with_a_wider_interval),
		FACTOR_TEST(a_year_before_the_table_is_the_oldest),
		FACTOR_TEST(a_zone_without_a_figure_is_its_country_and_less_sure),
		FACTOR_TEST(a_country_without_a_figure_is_the_world),
		FACTOR_TEST(nowhere_is_the_world_from_hydropower_to_coal),
		FACTOR_TEST(a_guess_by_the_time_zone_is_assumed),
		FACTOR_TEST(a_zero_of_a_tiny_grid_is_no_figure),
		FACTOR_TEST(a_short_run_is_less_sure_than_a_long_one),
		FACTOR_TEST(a_less_exact_place_is_never_surer),
		FACTOR_TEST(no_zone_is_less_sure_than_an_unknown_one),
		FACTOR_TEST(a_country_beside_islands_is_its_mainlands_grid),
		FACTOR_TEST(a_country_of_states_reaches_over_them),
		FACTOR_TEST(every_place_that_is_named_has_an_answer),
		FACTOR_TEST(a_cloud_region_has_a_marginal_figure),
		FACTOR_TEST(a_zone_shares_its_cloud_regions_marginal_figure),
		FACTOR_TEST(a_countrys_marginal_figure_reaches_over_its_zones),
		FACTOR_TEST(only_a_grids_own_marginal_figure_is_derived),
		FACTOR_TEST(there_is_no_marginal_figure_of_the_world),
		FACTOR_TEST(a_building_nobody_knows_has_the_papers_pue),
		FACTOR_TEST(a_cloud_region_tells_its_pue_by_year),
		FACTOR_TEST(a_region_without_a_pue_has_its_providers_over_all_regions),
		FACTOR_TEST(a_pue_is_never_below_one),
		FACTOR_TEST(water_is_told_or_not_known),
		FACTOR_TEST(the_papers_social_cost_of_the_usa),
		FACTOR_TEST(an_unknown_country_costs_what_the_world_does),
		FACTOR_TEST(a_cost_below_zero_is_explained),
		FACTOR_TEST(the_global_cost_is_by_the_year_of_emission),
		FACTOR_TEST(a_fuel_has_a_factor_or_none),
		cmocka_unit_test(a_table_of_ones_own_wins_and_is_credited),
		cmocka_unit_test(without_even_the_world_nothing_is_made_up),
		FACTOR_TEST(the_table_is_the_last_provider_and_asks_nobody),
		FACTOR_TEST(a_run_over_new_year_has_a_point_a_year),
		FACTOR_TEST(a_year_the_table_has_not_is_marked_estimated),
		FACTOR_TEST(any_span_ends_in_a_bounded_series),
		FACTOR_TEST(the_table_foretells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
