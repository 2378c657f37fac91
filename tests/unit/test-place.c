/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "places.h"

static void assert_place(void **state, const char *text, const char *zone,
			 const char *country)
{
	struct place place = place_of(*state, text);

	assert_string_equal(place.zone, zone);
	assert_string_equal(place.country, country);
}

static void a_country_is_its_codes_and_its_name_in_any_case(void **state)
{
	static const char *const names[] = { "DE",      "de",      "DEU",       "deu",
					     "Germany", "GERMANY", " germany\n" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_place(state, names[i], "DE", "DEU");
	assert_string_equal(place_of(*state, "germany").iso2, "DE");
	assert_string_equal(place_of(*state, " Germany ").text, "Germany");
	assert_string_equal(place_of(*state, "DE").note, "");
}

static void a_country_is_also_found_by_the_names_of_the_sources(void **state)
{
	assert_place(state, "Russia", "RU", "RUS");
	assert_place(state, "South Korea", "KR", "KOR");
	assert_place(state, "Kosovo", "XK", "XKX");
	assert_place(state, "USA", "US", "USA");
	assert_place(state, "United States", "US", "USA");
}

static void two_letters_are_a_country_and_not_a_state(void **state)
{
	struct place place;
	struct diag diag = { 0 };

	assert_place(state, "CA", "CA", "CAN");
	assert_place(state, "IN", "IN", "IND");
	assert_place(state, "GA", "GA", "GAB");
	assert_int_equal(place_of_text(*state, "NY", &diag, &place), -EINVAL);
	assert_non_null(strstr(diag.text, "New York"));
	assert_string_equal(diag.fix, "US-NY");
}

static void a_state_is_its_code_with_the_country_or_its_name(void **state)
{
	struct place place = place_of(*state, "us-ca");

	assert_string_equal(place.zone, "US-CA");
	assert_string_equal(place.state, "California");
	assert_string_equal(place.iso2, "US");
	assert_string_equal(place_of(*state, "california").zone, "US-CA");
	place = place_of(*state, "IN-kerala");
	assert_string_equal(place.zone, "IN-Kerala");
	assert_string_equal(place.state, "Kerala");
	assert_string_equal(place.country, "IND");
	assert_string_equal(place_of(*state, "Tamil Nadu").zone, "IN-Tamil Nadu");
}

static void alaska_is_a_zone_and_a_state(void **state)
{
	struct place place = place_of(*state, "US-AK");

	assert_string_equal(place.zone, "US-AK");
	assert_string_equal(place.state, "Alaska");
}

static void georgia_is_the_country_and_says_how_to_name_the_state(void **state)
{
	struct place place = place_of(*state, "Georgia");

	assert_string_equal(place.country, "GEO");
	assert_non_null(strstr(place.note, "US-GA"));
	assert_string_equal(place_of(*state, "US-GA").state, "Georgia");
}

static void the_uk_is_gb_and_its_regions_have_numbers_and_names(void **state)
{
	struct place place = place_of(*state, "London");

	assert_string_equal(place.zone, "GB-13");
	assert_string_equal(place.note, "London");
	assert_place(state, "UK", "GB", "GBR");
	assert_place(state, "gb-13", "GB-13", "GBR");
	assert_place(state, "Scotland", "GB-16", "GBR");
}

static void zones_are_of_the_country_they_begin_with(void **state)
{
	assert_place(state, "us-cal-ciso", "US-CAL-CISO", "USA");
	assert_place(state, "DK-DK1", "DK-DK1", "DNK");
	assert_place(state, "AU-NSW", "AU-NSW", "AUS");
	assert_place(state, "New South Wales", "AU-NSW", "AUS");
	assert_place(state, "Ontario", "CA-ON", "CAN");
	assert_string_equal(place_of(*state, "US-CAL-CISO").state, "");
}

static void egrid_subregions_are_known_by_their_four_letters(void **state)
{
	struct place place = place_of(*state, "camx");

	assert_string_equal(place.zone, "EGRID-CAMX");
	assert_string_equal(place.country, "USA");
	assert_string_equal(place.note, "WECC California");
	assert_place(state, "EGRID-ERCT", "EGRID-ERCT", "USA");
}

static void a_cloud_region_has_a_zone_a_country_and_a_position(void **state)
{
	struct place place = place_of(*state, "aws:us-east-1");

	assert_string_equal(place.cloud, "aws");
	assert_string_equal(place.cloud_region, "us-east-1");
	assert_string_equal(place.zone, "US-MIDA-PJM");
	assert_string_equal(place.country, "USA");
	assert_true(place.has_position);
	assert_true(place.latitude > 30 && place.latitude < 45);
	assert_true(place.longitude < -70 && place.longitude > -90);
	assert_place(state, "GCP:europe-west9", "FR", "FRA");
	assert_place(state, "google:europe-west9", "FR", "FRA");
	assert_place(state, "azure:westeurope", "NL", "NLD");
}

static void a_bare_cloud_region_is_understood_where_one_provider_has_it(void **state)
{
	struct place place = place_of(*state, "eu-west-3");

	assert_string_equal(place.cloud, "aws");
	assert_string_equal(place.zone, "FR");
	assert_string_equal(place_of(*state, "WestEurope").cloud_region, "westeurope");
}

static void a_cloud_region_whose_grid_is_not_told_is_its_country(void **state)
{
	struct place place = place_of(*state, "gcp:us-central2");

	assert_string_equal(place.zone, "US");
	assert_string_equal(place.country, "USA");
	assert_non_null(strstr(place.note, "its country"));
}

static void a_new_cloud_region_is_not_taken_for_a_country(void **state)
{
	static const char *const names[] = { "me-south-7", "sa-east-9", "af-south-3",
					     "me-west9", "aws:eu-west-77" };
	struct place place = { .text = "before" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(place_of_text(*state, names[i], NULL, &place), -ENOENT);
	assert_string_equal(place.text, "before");
}

static void a_zone_that_no_table_has_keeps_its_name_and_its_country(void **state)
{
	struct place place = place_of(*state, "us-cal-cizo");

	assert_string_equal(place.zone, "US-CAL-CIZO");
	assert_string_equal(place.country, "USA");
	assert_non_null(strstr(place.note, "US-CAL-CISO"));
	assert_place(state, "DE-BY", "DE-BY", "DEU");
	assert_int_equal(place_of_text(*state, "QQ-XX", NULL, &place), -ENOENT);
	assert_int_equal(place_of_text(*state, "DE-\x1b[2J", NULL, &place), -ENOENT);
}

static void a_slip_of_the_pen_is_answered_with_the_nearest(void **state)
{
	struct place place;
	struct diag diag = { 0 };

	assert_int_equal(place_of_text(*state, "Germny", &diag, &place), -ENOENT);
	assert_non_null(strstr(diag.text, "there is no place 'Germny'"));
	assert_non_null(strstr(diag.text, "nearest: Germany (DE)"));
	assert_non_null(strstr(diag.fix, "gramme regions"));
	assert_int_equal(place_of_text(*state, "Califronia", &diag, &place), -ENOENT);
	assert_non_null(strstr(diag.text, "California"));
	assert_int_equal(place_of_text(*state, "aws:us-esat-1", &diag, &place), -ENOENT);
	assert_non_null(strstr(diag.text, "us-east-1"));
}

static void many_grids_at_once_are_no_place(void **state)
{
	static const char *const groups[] = { "EU", "Europe", "asia", "G20" };

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		struct place place;
		struct diag diag = { 0 };

		assert_int_equal(place_of_text(*state, groups[i], &diag, &place),
				 -EINVAL);
		assert_non_null(strstr(diag.text, "name a country"));
	}
}

static void nonsense_is_no_place_and_is_printed_tamely(void **state)
{
	static const char *const texts[] = { "", " ", ":", "aws:", "276", "-", "US-" };
	char longer[300];
	struct place place = { .text = "before" };
	struct diag diag = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(place_of_text(*state, texts[i], &diag, &place), -ENOENT);
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(place_of_text(*state, longer, &diag, &place), -ENOENT);
	memcpy(longer, "Germany", 7);
	assert_int_equal(place_of_text(*state, longer, &diag, &place), -ENOENT);
	assert_int_equal(place_of_text(*state, "\x1b[2Jx", &diag, &place), -ENOENT);
	assert_null(strchr(diag.text, '\x1b'));
	assert_string_equal(place.text, "before");
}

static void case_is_of_ascii_in_every_locale(void **state)
{
	(void)setlocale(LC_ALL, "tr_TR.UTF-8");
	assert_place(state, "india", "IN", "IND");
	assert_place(state, "us-il", "US-IL", "USA");
	(void)setlocale(LC_ALL, "C");
}

static void the_world_is_a_place_without_a_country(void **state)
{
	struct place place = place_of(*state, "world");
	struct place nowhere;

	assert_string_equal(place.zone, "WORLD");
	assert_string_equal(place.country, "");
	place_world(&nowhere);
	assert_string_equal(nowhere.zone, "WORLD");
	assert_string_equal(nowhere.how, "world");
}

static void an_iso_code_alone_is_a_place_too(void **state)
{
	struct place place = { .text = "before" };

	assert_int_equal(place_of_iso2(*state, "XX", &place), -ENOENT);
	assert_int_equal(place_of_iso2(*state, "", &place), -ENOENT);
	assert_int_equal(place_of_iso2(*state, "DEU", &place), -ENOENT);
	assert_string_equal(place.text, "before");
	assert_int_equal(place_of_iso2(*state, "fr", &place), 0);
	assert_string_equal(place.zone, "FR");
	assert_string_equal(place.country, "FRA");
}

static void assert_all_named(struct tables *tables, const char *name, const char *column,
			     const char *prefix)
{
	const struct table *table = tables_get(tables, name);
	size_t at = table_column(table, column);

	assert_true(table_rows(table) > 0);
	for (size_t row = 0; row < table_rows(table); row++) {
		char text[2 * PLACE_NAME_MAX];
		struct place place;

		(void)snprintf(text, sizeof text, "%s%s", prefix,
			       table_text(table, row, at));
		place = place_of(tables, text);
		if (place.zone[0] == '\0' || place.country[0] == '\0')
			fail_msg("%s: zone '%s', country '%s'", text, place.zone,
				 place.country);
		assert_string_equal(place_of(tables, place.zone).zone, place.zone);
	}
}

static void every_name_that_a_table_has_is_a_place_whose_zone_is_one_too(void **state)
{
	assert_all_named(*state, "country", "iso2", "");
	assert_all_named(*state, "country", "iso3", "");
	assert_all_named(*state, "country", "name", "");
	assert_all_named(*state, "carbon_electricitymaps_zone_year", "zone", "");
	assert_all_named(*state, "carbon_electricitymaps_zone_year", "name", "");
	assert_all_named(*state, "carbon_us_state_year", "code", "US-");
	assert_all_named(*state, "carbon_us_state_year", "state", "");
	assert_all_named(*state, "carbon_india_state_year", "state", "IN-");
	assert_all_named(*state, "carbon_uk_region", "name", "");
	assert_all_named(*state, "carbon_australia", "zone", "");
	assert_all_named(*state, "carbon_egrid_subregion", "subregion", "");
	assert_all_named(*state, "cloud_region", "region", "");
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, open_tables, close_tables)

static void a_name_may_be_typed_without_blanks(void **state)
{
	static const char *const names[][2] = { { "IN-Andhra-Pradesh",
						  "IN-Andhra Pradesh" },
						{ "new_york", "US-NY" },
						{ "West-Virginia", "US-WV" } };
	struct tables *tables = NULL;
	struct place place;

	(void)state;
	assert_int_equal(tables_new(NULL, &tables), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(place_of_text(tables, names[i][0], NULL, &place), 0);
		assert_string_equal(place.zone, names[i][1]);
	}
	tables_free(tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_may_be_typed_without_blanks),
		PLACE_TEST(a_country_is_its_codes_and_its_name_in_any_case),
		PLACE_TEST(a_country_is_also_found_by_the_names_of_the_sources),
		PLACE_TEST(two_letters_are_a_country_and_not_a_state),
		PLACE_TEST(a_state_is_its_code_with_the_country_or_its_name),
		PLACE_TEST(alaska_is_a_zone_and_a_state),
		PLACE_TEST(georgia_is_the_country_and_says_how_to_name_the_state),
		PLACE_TEST(the_uk_is_gb_and_its_regions_have_numbers_and_names),
		PLACE_TEST(zones_are_of_the_country_they_begin_with),
		PLACE_TEST(egrid_subregions_are_known_by_their_four_letters),
		PLACE_TEST(a_cloud_region_has_a_zone_a_country_and_a_position),
		PLACE_TEST(a_bare_cloud_region_is_understood_where_one_provider_has_it),
		PLACE_TEST(a_cloud_region_whose_grid_is_not_told_is_its_country),
		PLACE_TEST(a_new_cloud_region_is_not_taken_for_a_country),
		PLACE_TEST(a_zone_that_no_table_has_keeps_its_name_and_its_country),
		PLACE_TEST(a_slip_of_the_pen_is_answered_with_the_nearest),
		PLACE_TEST(many_grids_at_once_are_no_place),
		PLACE_TEST(nonsense_is_no_place_and_is_printed_tamely),
		PLACE_TEST(case_is_of_ascii_in_every_locale),
		PLACE_TEST(the_world_is_a_place_without_a_country),
		PLACE_TEST(an_iso_code_alone_is_a_place_too),
		PLACE_TEST(every_name_that_a_table_has_is_a_place_whose_zone_is_one_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
