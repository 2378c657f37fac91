/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "statement.h"

static void it_reads_as_approved(void **unused)
{
	(void)unused;
	assert_statements("neurips", "tex", "hourly experiment unknown given hostile");
}

static char *one_line(const char *name)
{
	char *text = statement_written("neurips", name);

	for (char *p = text; *p != '\0'; p++)
		*p = *p == '\n' ? ' ' : *p;
	return text;
}

static void workers_time_and_total_are_told(void **unused)
{
	AUTO_FREE char *text = one_line("hourly");

	(void)unused;
	assert_non_null(strstr(text, "\\item[] Answer: \\answerYes{}"));
	assert_non_null(strstr(text, "Workers: AMD EPYC 9354, 64 threads, 256~GiB"));
	assert_non_null(strstr(text, "One run: train.py finished in 2~h 08~m, 7.39~kWh"));
	assert_non_null(strstr(text, "of electricity and 2.82~kg of CO"));
}

static void failed_runs_are_counted(void **unused)
{
	AUTO_FREE char *text = one_line("experiment");

	(void)unused;
	assert_non_null(strstr(text, "In all 3 runs"));
	assert_non_null(
		strstr(text, "Of these, 1 failed or preliminary run used 20.3~kWh"));
}

static void without_the_hardware_the_answer_is_left_open(void **unused)
{
	AUTO_FREE char *unknown = one_line("unknown");
	AUTO_FREE char *given = one_line("given");

	(void)unused;
	assert_non_null(strstr(unknown, "\\answerTODO{}"));
	assert_non_null(strstr(unknown, "the electricity used is not known"));
	assert_non_null(strstr(given, "\\answerTODO{}"));
}

static void many_runs_are_not_all_listed(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	struct run_view *one;
	struct run_view many[40];
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("hourly", &s);
	one = s.views;
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = *one;
	s.views = many;
	s.count = s.finished = ARRAY_SIZE(many);
	text = statement_write("neurips", &s, 80);
	s.views = one;
	s.count = 1;
	for (char *p = text; *p != '\0'; p++)
		*p = *p == '\n' ? ' ' : *p;
	assert_non_null(strstr(text, "28 more"));
	assert_true(strlen(text) < 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_approved),
		cmocka_unit_test(workers_time_and_total_are_told),
		cmocka_unit_test(failed_runs_are_counted),
		cmocka_unit_test(without_the_hardware_the_answer_is_left_open),
		cmocka_unit_test(many_runs_are_not_all_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
