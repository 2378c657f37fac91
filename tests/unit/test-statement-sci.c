/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "statement.h"

static void each_case_has_its_text(void **unused)
{
	(void)unused;
	assert_statements(
		"sci", "txt",
		"hourly experiment modelled unknown partly no-carbon given hostile");
}

static void without_embodied_it_is_not_called_an_sci(void **unused)
{
	AUTO_FREE char *text = statement_written("sci", "hourly");

	(void)unused;
	assert_non_null(strstr(text, "M     not known: give --embodied-kg\n"));
	assert_non_null(strstr(text, "NOT a full SCI"));
}

static void the_score_is_all_carbon_over_the_unit(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("given", &s);
	s.total.carbon_kg = (struct quantity){ true, 6, 5, 8, KIND_ASSUMED, "given" };
	s.embodied_kg = (struct quantity){ true, 2, 1, 3, KIND_ASSUMED, "given" };
	s.facts.embodied_kg = 1000;
	s.facts.lifespan_years = 4;
	(void)strcpy(s.facts.unit, "1000 tokens");
	s.facts.units = 16;
	text = statement_write("sci", &s, 0);
	assert_non_null(strstr(text, "R     16 1000 tokens, as told\n"));
	assert_non_null(strstr(text, "SCI   500 g CO2e per 1000 tokens (95 % interval "
				     "375 to 688): (O + M) per R"));
	assert_null(strstr(text, "NOT"));
}

static void a_run_that_is_left_out_is_no_unit(void **unused)
{
	AUTO_FREE char *text = statement_written("sci", "partly");

	(void)unused;
	assert_non_null(strstr(text, "R     1 run: "));
}

static void units_of_runs_that_are_left_out_are_told(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("partly", &s);
	s.facts.units = 10;
	text = statement_write("sci", &s, 0);
	assert_non_null(strstr(text, "R     10 unit, as told; all 2 runs did them"));
	assert_non_null(strstr(text, "too low"));
}

static void without_carbon_there_is_no_score(void **unused)
{
	AUTO_FREE char *text = statement_written("sci", "no-carbon");

	(void)unused;
	assert_non_null(strstr(text, "SCI   not known: O is missing\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_text),
		cmocka_unit_test(without_embodied_it_is_not_called_an_sci),
		cmocka_unit_test(the_score_is_all_carbon_over_the_unit),
		cmocka_unit_test(a_run_that_is_left_out_is_no_unit),
		cmocka_unit_test(units_of_runs_that_are_left_out_are_told),
		cmocka_unit_test(without_carbon_there_is_no_score),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
