/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/shown.h"
#include "view.h"

static void the_text_of(void (*make)(struct run_view *), const char *golden)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	make(&view);
	text = view_report("text", &view, 80);
	assert_golden(golden, text);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
}

static void a_measured_run_is_told_in_full(void **unused)
{
	(void)unused;
	the_text_of(view_weighed, "report-text-measured.txt");
}

static void a_model_is_called_an_estimate(void **unused)
{
	(void)unused;
	the_text_of(view_modelled, "report-text-modelled.txt");
}

static void an_unknown_run_shows_no_number(void **unused)
{
	(void)unused;
	the_text_of(view_unknown, "report-text-unknown.txt");
}

static void what_a_run_told_and_where_it_came_from_are_said(void **unused)
{
	(void)unused;
	the_text_of(view_told, "report-text-told.txt");
}

static void more_than_ten_gaps_are_counted(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	view_measured(&view);
	free(view.record.gaps);
	view.record.gaps = calloc(25, sizeof *view.record.gaps);
	view.record.gap_count = 25;
	assert_non_null(view.record.gaps);
	view.record.gaps[3].domain = 99;
	text = view_report("text", &view, 80);
	assert_non_null(strstr(text, "and 15 more"));
	assert_non_null(strstr(text, "unknown domain"));
}

static void only_a_metrics_last_value_is_shown(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	view_measured(&view);
	text = view_report("text", &view, 80);
	assert_non_null(strstr(text, "loss: 0.5\n"));
	assert_null(strstr(text, "0.75"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_measured_run_is_told_in_full),
		cmocka_unit_test(a_model_is_called_an_estimate),
		cmocka_unit_test(an_unknown_run_shows_no_number),
		cmocka_unit_test(what_a_run_told_and_where_it_came_from_are_said),
		cmocka_unit_test(more_than_ten_gaps_are_counted),
		cmocka_unit_test(only_a_metrics_last_value_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
