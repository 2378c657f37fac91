/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "statement.h"

static void each_case_has_its_text(void **unused)
{
	(void)unused;
	assert_statements(
		"eu-ai-act", "md",
		"hourly experiment modelled unknown partly no-carbon given hostile");
}

static void a_wall_meter_gives_the_node(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("hourly", &s);
	s.views[0].wall_j =
		(struct quantity){ true, 36e6, 36e6, 36e6, KIND_MEASURED, "node-ipmi" };
	text = statement_write("eu-ai-act", &s, 0);
	assert_non_null(strstr(text, "| node | 10.0 kWh |"));
}

static void an_estimate_is_not_called_known(void **unused)
{
	AUTO_FREE char *text = statement_written("eu-ai-act", "modelled");

	(void)unused;
	assert_non_null(strstr(text, "\nEstimated.\n"));
	assert_null(strstr(text, "\nKnown"));
}

static void operations_are_as_told(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("hourly", &s);
	s.facts.flop = 3.14159e24;
	text = statement_write("eu-ai-act", &s, 0);
	assert_non_null(strstr(text, "operations: 3.1\\*10^24, as told"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_text),
		cmocka_unit_test(a_wall_meter_gives_the_node),
		cmocka_unit_test(an_estimate_is_not_called_known),
		cmocka_unit_test(operations_are_as_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
