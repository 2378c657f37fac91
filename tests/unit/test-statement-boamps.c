/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "statement.h"

static void each_case_has_its_text(void **unused)
{
	(void)unused;
	assert_statements(
		"boamps", "json",
		"hourly experiment modelled unknown partly no-carbon given hostile");
}

static void a_header_has_the_day_it_was_written(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("hourly", &s);
	s.written_unix_ns = INT64_C(1795423077123000000);
	text = statement_write("boamps", &s, 0);
	assert_non_null(strstr(text, "\"reportDatetime\": \"2026-11-23 08:37:57\""));
}

static void without_a_known_energy_there_is_no_measure(void **unused)
{
	AUTO_FREE char *text = statement_written("boamps", "unknown");

	(void)unused;
	assert_non_null(strstr(text, "\"measures\": []"));
	assert_null(strstr(text, "powerConsumption"));
	assert_null(strstr(text, "\"quality\""));
}

static void assert_quality(double error, enum kind kind, const char *grade)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;
	char line[48];

	statement_case(kind == KIND_MEASURED ? "hourly" : "modelled", &s);
	s.total.attributed_j.low = s.total.attributed_j.value * (1 - error);
	s.total.attributed_j.high = s.total.attributed_j.value * (1 + error);
	text = statement_write("boamps", &s, 0);
	(void)snprintf(line, sizeof line, "\"quality\": \"%s\"", grade);
	assert_non_null(strstr(text, line));
}

static void quality_is_the_error_and_an_estimate_is_never_high(void **unused)
{
	(void)unused;
	assert_quality(0.09, KIND_MEASURED, "high");
	assert_quality(0.11, KIND_MEASURED, "medium");
	assert_quality(0.26, KIND_MEASURED, "low");
	assert_quality(0.09, KIND_MODELLED, "medium");
}

static void what_was_not_seen_is_never_high(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("hourly", &s);
	s.views[0].coverage_ratio = 0.8;
	text = statement_write("boamps", &s, 0);
	assert_non_null(strstr(text, "\"quality\": \"medium\""));
}

static void a_measure_lasts_as_long_as_the_runs_in_it(void **unused)
{
	AUTO_FREE char *text = statement_written("boamps", "partly");

	(void)unused;
	assert_non_null(strstr(text, "\"measurementDuration\": 7693.8,"));
}

static void a_cloud_is_told(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("hourly", &s);
	(void)strcpy(s.views[0].place.cloud, "gcp");
	text = statement_write("boamps", &s, 0);
	assert_non_null(strstr(text, "\"infraType\": \"publicCloud\""));
	assert_non_null(strstr(text, "\"cloudProvider\": \"gcp\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_text),
		cmocka_unit_test(a_header_has_the_day_it_was_written),
		cmocka_unit_test(without_a_known_energy_there_is_no_measure),
		cmocka_unit_test(quality_is_the_error_and_an_estimate_is_never_high),
		cmocka_unit_test(what_was_not_seen_is_never_high),
		cmocka_unit_test(a_measure_lasts_as_long_as_the_runs_in_it),
		cmocka_unit_test(a_cloud_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
