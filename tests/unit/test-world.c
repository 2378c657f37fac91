/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "fixture.h"
#include "grid/world.h"

static void the_worlds_mean_has_an_interval_a_year_and_a_source(void **unused)
{
	struct factor factor;

	(void)unused;
	grid_world(&factor);
	assert_true(factor.value.known);
	assert_true(factor.value.value > 400 && factor.value.value < 550);
	assert_true(factor.value.low < factor.value.value);
	assert_true(factor.value.high > factor.value.value);
	assert_int_equal(factor.value.kind, KIND_ASSUMED);
	assert_int_equal(strlen(factor.year_or_time), 4);
	assert_non_null(strstr(factor.value.source, "Ember"));
	assert_non_null(strstr(factor.value.source, factor.year_or_time));
	assert_string_equal(factor.zone, "WORLD");
	assert_string_equal(factor.country, "");
	assert_string_equal(factor.basis, "average, lifecycle, generation");
	assert_string_equal(factor.resolution, "year");
}

static void the_worlds_interval_reaches_from_hydropower_to_coal(void **unused)
{
	struct factor factor;

	(void)unused;
	grid_world(&factor);
	assert_true(factor.value.low > 20 && factor.value.low < 60);
	assert_true(factor.value.high > 650 && factor.value.high < 1000);
}

static void the_default_pue_is_the_papers_and_assumed(void **unused)
{
	struct quantity pue;

	(void)unused;
	grid_default_pue(&pue);
	assert_true(pue.known);
	assert_true(pue.value == 1.58);
	assert_true(pue.low >= 1 && pue.low < pue.value && pue.high > pue.value);
	assert_int_equal(pue.kind, KIND_ASSUMED);
	assert_non_null(strstr(pue.source, "Uptime Institute"));
}

static void the_data_have_a_version(void **unused)
{
	const char *version = grid_data_version();

	(void)unused;
	assert_int_equal(strlen(version), strlen("2026-11"));
	assert_int_equal(version[4], '-');
	assert_true(isdigit((unsigned char)version[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worlds_mean_has_an_interval_a_year_and_a_source),
		cmocka_unit_test(the_worlds_interval_reaches_from_hydropower_to_coal),
		cmocka_unit_test(the_default_pue_is_the_papers_and_assumed),
		cmocka_unit_test(the_data_have_a_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
