/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "view.h"

static void the_statement_of(void (*make)(struct run_view *), const char *golden)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	make(&view);
	text = view_report("statement", &view, 80);
	assert_golden(golden, text);
}

static void a_measured_run_has_its_sentence(void **unused)
{
	(void)unused;
	the_statement_of(view_measured, "report-statement-measured.txt");
}

static void an_estimate_is_plain_about_it(void **unused)
{
	(void)unused;
	the_statement_of(view_modelled, "report-statement-modelled.txt");
}

static void a_failed_run_says_so(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	view_in_part(&view);
	text = view_report("statement", &view, 0);
	assert_non_null(strstr(text, "This run failed"));
	view.record.info.state = RUN_INTERRUPTED;
	free(STEAL(text));
	text = view_report("statement", &view, 0);
	assert_non_null(strstr(text, "was interrupted"));
}

static void an_unknown_energy_gives_no_number(void **unused)
{
	(void)unused;
	the_statement_of(view_unknown, "report-statement-unknown.txt");
}

static void without_a_terminal_a_paragraph_is_one_line(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;
	size_t lines = 0;

	(void)unused;
	view_measured(&view);
	text = view_report("statement", &view, 0);
	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_measured_run_has_its_sentence),
		cmocka_unit_test(an_estimate_is_plain_about_it),
		cmocka_unit_test(a_failed_run_says_so),
		cmocka_unit_test(an_unknown_energy_gives_no_number),
		cmocka_unit_test(without_a_terminal_a_paragraph_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
