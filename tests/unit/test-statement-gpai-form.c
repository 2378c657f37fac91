/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "statement.h"

static void each_case_has_its_text(void **unused)
{
	(void)unused;
	assert_statements(
		"gpai-form", "md",
		"hourly experiment modelled unknown partly no-carbon given hostile");
}

static const char *methodology(const char *text)
{
	static const char label[] = "- **Measurement methodology**: ";
	const char *first = strstr(text, label);
	const char *last = first ? strstr(first + 1, label) : NULL;

	assert_non_null(last);
	return last + strlen(label);
}

static size_t count_words(const char *line)
{
	size_t words = 0;

	for (const char *p = line; *p != '\n' && *p != '\0'; p++)
		words += *p != ' ' && (p[1] == ' ' || p[1] == '\n');
	return words;
}

static void the_methodology_has_fewer_than_100_words(void **unused)
{
	static const char *const cases[] = { "hourly", "experiment", "modelled",
					     "partly", "no-carbon",  "hostile" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_FREE char *text = statement_written("gpai-form", cases[i]);
		size_t words = count_words(methodology(text));

		assert_true(words >= 10);
		assert_true(words < 100);
	}
}

static void no_name_makes_it_longer(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;
	char *source;
	size_t words;

	(void)unused;
	statement_case("hourly", &s);
	source = s.views[0].pue.value.source;
	for (size_t i = 0; i + 1 < QUANTITY_SOURCE_MAX; i++)
		source[i] = i % 2 ? ' ' : 'w';
	text = statement_write("gpai-form", &s, 0);
	words = count_words(methodology(text));
	assert_true(words < 100);
	assert_non_null(strstr(text, "own meters (powercap)"));
}

static void energy_is_in_mwh_with_two_digits(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("given", &s);
	s.total.facility_kwh.value = s.total.facility_kwh.low =
		s.total.facility_kwh.high = 123456;
	text = statement_write("gpai-form", &s, 0);
	assert_non_null(
		strstr(text,
		       "- **Amount of energy used for training**: 1.2\\*10^2 MWh\n"));
}

static void an_unknown_energy_is_the_forms_na_and_says_what_lacks(void **unused)
{
	AUTO_FREE char *text = statement_written("gpai-form", "unknown");

	(void)unused;
	assert_non_null(strstr(text, "used for training**: N/A\n"));
	assert_non_null(strstr(text, "What is lacking: no meter could be read"));
}

static void assert_range(int64_t days, const char *range)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;
	char line[64];

	statement_case("hourly", &s);
	s.views[0].record.info.duration_ns = days * 86400 * NS_PER_S;
	text = statement_write("gpai-form", &s, 0);
	(void)snprintf(line, sizeof line, "- **Training time, range**: %s\n", range);
	assert_non_null(strstr(text, line));
}

static void the_range_is_one_of_the_forms_four(void **unused)
{
	(void)unused;
	assert_range(30, "Less than 1 month");
	assert_range(31, "1 - 3 months");
	assert_range(92, "3 - 6 months");
	assert_range(183, "More than 6 months");
}

static void operations_are_told_by_magnitude_and_by_two_digits(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("hourly", &s);
	s.facts.flop = 9.96e24;
	text = statement_write("gpai-form", &s, 0);
	assert_non_null(strstr(text, "order of magnitude**: 10^24 FLOP\n"));
	assert_non_null(strstr(text, "for training**: 1.0\\*10^25 FLOP\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_text),
		cmocka_unit_test(the_methodology_has_fewer_than_100_words),
		cmocka_unit_test(no_name_makes_it_longer),
		cmocka_unit_test(energy_is_in_mwh_with_two_digits),
		cmocka_unit_test(an_unknown_energy_is_the_forms_na_and_says_what_lacks),
		cmocka_unit_test(the_range_is_one_of_the_forms_four),
		cmocka_unit_test(operations_are_told_by_magnitude_and_by_two_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
