/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "statement.h"

static void each_case_has_its_text(void **unused)
{
	(void)unused;
	assert_statements(
		"green-algorithms", "txt",
		"hourly experiment modelled unknown partly no-carbon given hostile");
}

static void set_hardware(struct run_view *view, const char *json)
{
	free(view->record.hardware_json);
	view->record.hardware_json = strdup(json);
	assert_non_null(view->record.hardware_json);
}

/* 12 h x (150 W x 0.5 + 64 GB x 0.3725 W) x 1.67 / 1000 = 1.98072 kWh; x 475 g. */
static void make_known(struct statement *s)
{
	struct run_view *view;

	statement_case("hourly", s);
	view = &s->views[0];
	set_hardware(view,
		     "{\"cpu\": {\"name\": \"A CPU\", \"cores\": 12, \"threads\": 24, "
		     "\"tdp_w\": 150}, \"memory_bytes\": 64000000000}");
	view->record.info.duration_ns = 12 * 3600 * NS_PER_S;
	view->record.info.scope_cpu_ns = 12 * 12 * 3600 * (uint64_t)NS_PER_S;
	view->pue.value.value = 1.67;
	view->intensity.value.value = 475;
}

static void its_formula_gives_its_figure(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	make_known(&s);
	text = statement_write("green-algorithms", &s, 0);
	assert_non_null(strstr(text, "Number of cores       12\n"));
	assert_non_null(strstr(text, "Power of a core       12.5 W\n"));
	assert_non_null(strstr(text, "Usage of CPU          0.500 of all cores"));
	assert_non_null(strstr(text, "By its formula        1.98 kWh, 941 gCO2e, "));
}

static void a_missing_input_gives_no_figure(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	make_known(&s);
	s.views[0].record.info.has_scope_cpu = false;
	text = statement_write("green-algorithms", &s, 0);
	assert_non_null(strstr(text, "By its formula        not known"));
	assert_non_null(strstr(text, "Usage of CPU          not known\n"));
}

static void boards_are_in_the_formula(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;
	struct run_view *view;

	(void)unused;
	make_known(&s);
	view = &s.views[0];
	set_hardware(view,
		     "{\"cpu\": {\"name\": \"A CPU\", \"cores\": 12, \"threads\": 24, "
		     "\"tdp_w\": 150}, \"memory_bytes\": 64000000000, \"gpus\": "
		     "[{\"name\": \"B\", \"tdp_w\": 300}, {\"name\": \"B\", "
		     "\"tdp_w\": 300}]}");
	view->gpu_count = 2;
	view->gpus[0].has_sm = view->gpus[1].has_sm = true;
	view->gpus[0].scope_sm_ratio = 1;
	view->gpus[1].scope_sm_ratio = 0.5;
	text = statement_write("green-algorithms", &s, 0);
	assert_non_null(strstr(text, "Type of cores         Both\n"));
	assert_non_null(strstr(text, "Usage of GPU          0.750 of all GPUs"));
	/* 2 x 300 W x 0.75 more: 9.018 kWh */
	assert_non_null(strstr(text, "By its formula        11.0 kWh, "));
}

static void runs_that_differ_in_time_alone_are_one_block(void **unused)
{
	AUTO_FREE char *text = statement_written("green-algorithms", "experiment");
	const char *first = strstr(text, "  Runtime");
	const char *second = first ? strstr(first + 1, "  Runtime") : NULL;

	(void)unused;
	assert_non_null(second);
	assert_null(strstr(second + 1, "  Runtime"));
	assert_non_null(strstr(first, "2 runs together\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_case_has_its_text),
		cmocka_unit_test(its_formula_gives_its_figure),
		cmocka_unit_test(a_missing_input_gives_no_figure),
		cmocka_unit_test(boards_are_in_the_formula),
		cmocka_unit_test(runs_that_differ_in_time_alone_are_one_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
