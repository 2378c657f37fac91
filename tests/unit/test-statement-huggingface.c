/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "statement.h"

static void each_case_has_its_text(void **unused)
{
	(void)unused;
	assert_statements(
		"huggingface", "yaml",
		"hourly experiment modelled unknown partly no-carbon given hostile");
}

static void emissions_are_grams(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("given", &s);
	s.total.carbon_kg.value = 0.000123456;
	text = statement_write("huggingface", &s, 0);
	assert_non_null(strstr(text, "\n  emissions: 0.1235\n"));
}

static void what_is_not_told_has_no_key(void **unused)
{
	AUTO_FREE char *text = statement_written("huggingface", "modelled");

	(void)unused;
	assert_non_null(strstr(text, "co2_eq_emissions:"));
	assert_null(strstr(text, "training_type"));
	assert_null(strstr(text, "hardware_used"));
}

static void a_place_that_is_not_known_is_not_the_world(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("modelled", &s);
	text = statement_write("huggingface", &s, 0);
	assert_null(strstr(text, "geographical_location"));
	(void)strcpy(s.views[0].place.how, "option");
	(void)strcpy(s.views[0].place.zone, "US-CAL-CISO");
	(void)strcpy(s.views[0].place.state, "California");
	(void)strcpy(s.views[0].place.country, "USA");
	free(STEAL(text));
	text = statement_write("huggingface", &s, 0);
	assert_non_null(strstr(text, "geographical_location: \"California, USA\"\n"));
}

static void unknown_emissions_have_no_key_at_all(void **unused)
{
	AUTO_FREE char *text = statement_written("huggingface", "unknown");

	(void)unused;
	assert_null(strstr(text, "\nco2_eq_emissions"));
	assert_null(strstr(text, "emissions: "));
}

static void a_text_never_leaves_its_line(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("given", &s);
	(void)strcpy(s.facts.training_type, "a\nlicense: mit\n---\n\xe2\x80\xa8"
					    "b\xc2\x85"
					    "c\\\"\xf3\xa0\x80\x81\xff");
	text = statement_write("huggingface", &s, 0);
	assert_non_null(strstr(text,
			       "\n  training_type: \"a\\x0alicense: mit\\x0a---\\x0a"
			       "\\u2028b\\x85"
			       "c\\\\\\\"\\U000e0001\xef\xbf\xbd\"\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_text),
		cmocka_unit_test(emissions_are_grams),
		cmocka_unit_test(what_is_not_told_has_no_key),
		cmocka_unit_test(a_place_that_is_not_known_is_not_the_world),
		cmocka_unit_test(unknown_emissions_have_no_key_at_all),
		cmocka_unit_test(a_text_never_leaves_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
