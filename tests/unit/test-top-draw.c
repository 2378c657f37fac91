/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "../../top/draw.h"
#include "fixture.h"

/* A scene of one component that draws so many watts, a window of 2 s after the other. */
struct stage {
	struct canvas canvas;
	struct reading reading;
	struct history history;
	struct view view;
	struct top_process processes[40];
	struct top_run runs[9];
	int shown;
};

static void tell(struct stage *stage, double cpu_w, double memory_w)
{
	struct reading *reading = &stage->reading;

	reading->window_s = 2;
	reading->watched_s += 2;
	reading->family_w[TOP_CPU] = cpu_w;
	reading->family_w[TOP_MEMORY] = memory_w;
	reading->family_w[TOP_GPU] = NAN;
	reading->family_w[TOP_OTHER] = NAN;
	history_add(&stage->history, reading);
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof *stage);

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	stage->view.interval_s = 2;
	stage->reading.power_w = 64;
	stage->reading.basis = TOP_MEASURED;
	stage->reading.gph = NAN;
	stage->reading.component_count = 1;
	stage->reading.components[0] = (struct top_component){
		.domain = "package-0", .kind = "measured", .counted = true, .power_w = 64
	};
	stage->reading.processes = stage->processes;
	stage->reading.runs = stage->runs;
	for (size_t i = 0; i < ARRAY_SIZE(stage->processes); i++)
		stage->processes[i] = (struct top_process){ .pid = 1000 + (long)i,
							    .power_w = NAN,
							    .gpu_w = NAN,
							    .cpu_ratio = NAN };
	*state = stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	canvas_done(&stage->canvas);
	free(stage);
	return 0;
}

static void draw(struct stage *stage, int rows, int columns)
{
	struct scene scene = { &stage->reading, &stage->history, &stage->view };

	assert_int_equal(canvas_resize(&stage->canvas, rows, columns), 0);
	stage->shown = draw_screen(&stage->canvas, &scene);
}

/* The first row with that text, or -1. */
static int row_with(const struct stage *stage, const char *text)
{
	char row[4096];

	for (int i = 0; i < stage->canvas.rows; i++) {
		canvas_row(&stage->canvas, i, row, sizeof row);
		if (strstr(row, text))
			return i;
	}
	return -1;
}

static void every_size_can_be_drawn_and_shows_the_watts(void **state)
{
	struct stage *stage = *state;

	stage->reading.listed = 40;
	stage->reading.run_count = 9;
	stage->reading.gpu_count = 3;
	tell(stage, 60, 4);
	for (int rows = 1; rows < 60; rows += 3)
		for (int columns = 1; columns < 200; columns += 7) {
			draw(stage, rows, columns);
			if (columns > 16)
				assert_int_equal(row_with(stage, "64.0 W"), 0);
		}
}

static void a_screen_that_is_too_small_has_one_line(void **state)
{
	struct stage *stage = *state;

	draw(stage, LAYOUT_LEAST_ROWS - 1, 80);
	assert_int_equal(row_with(stage, "64.0 W measured"), 0);
	assert_int_equal(row_with(stage, "quit"), -1);
	draw(stage, LAYOUT_LEAST_ROWS, 80);
	assert_int_equal(row_with(stage, "q quit"), LAYOUT_LEAST_ROWS - 1);
}

static void an_estimate_is_called_one_at_the_top(void **state)
{
	struct stage *stage = *state;

	stage->reading.basis = TOP_ESTIMATE;
	draw(stage, 24, 80);
	assert_int_equal(row_with(stage, "64.0 W ESTIMATE, no meter"), 0);
}

static void the_unknown_is_a_dash_and_its_reason_stands_at_the_foot(void **state)
{
	struct stage *stage = *state;

	stage->reading.power_w = NAN;
	stage->reading.components[0].power_w = NAN;
	(void)strcpy(stage->reading.why, "package-0: no reading for 30 s");
	draw(stage, 24, 80);
	assert_int_equal(row_with(stage, "- W"), 0);
	assert_int_equal(row_with(stage, "- g CO2e/h"), 0);
	assert_int_equal(row_with(stage, "package-0: no reading for 30 s"), 22);
	assert_int_equal(row_with(stage, "q quit"), 23);
}

static void the_chart_stacks_families_to_scale(void **state)
{
	struct stage *stage = *state;
	char row[256];

	stage->reading.watched_s = 300 - 2;
	stage->view.interval_s = 60; /* a column a minute */
	tell(stage, 10, 10);
	draw(stage, 24, 46);
	assert_true(row_with(stage, "20|") >= 0);
	assert_true(row_with(stage, "# cpu") >= 0);
	assert_true(row_with(stage, "= memory") >= 0);
	canvas_row(&stage->canvas, row_with(stage, "20|"), row, sizeof row);
	assert_int_equal(row[45], '=');
	canvas_row(&stage->canvas, row_with(stage, "# cpu") - 1, row, sizeof row);
	assert_int_equal(row[45], '#');
	assert_int_equal(row[44], ' ');
}

static void time_without_a_reading_stays_empty_and_a_window_fills_its_own(void **state)
{
	struct stage *stage = *state;
	double watts[TOP_FAMILIES];

	tell(stage, 10, NAN);
	stage->reading.watched_s +=
		10; /* nobody read for so long, and then a window of 2 s */
	tell(stage, 30, NAN);
	assert_true(history_mean(&stage->history, 0, 2, watts));
	assert_float_equal(watts[TOP_CPU], 10, 1e-9);
	assert_true(isnan(watts[TOP_MEMORY]));
	assert_false(history_mean(&stage->history, 2, 12, watts));
	assert_true(history_mean(&stage->history, 1, 13, watts));
	assert_float_equal(watts[TOP_CPU], 20, 1e-9);
	/* A pause is one long window. */
	stage->reading.watched_s += 98;
	stage->reading.window_s = 100;
	history_add(&stage->history, &stage->reading);
	assert_true(history_mean(&stage->history, 50, 52, watts));
	assert_float_equal(watts[TOP_CPU], 30, 1e-9);
}

static void the_first_reading_has_no_window_and_no_point(void **state)
{
	struct stage *stage = *state;

	stage->reading.window_s = 0;
	history_add(&stage->history, &stage->reading);
	assert_int_equal(stage->history.count, 0);
}

static void processes_scroll_and_fill_what_is_left(void **state)
{
	struct stage *stage = *state;

	stage->reading.listed = 40;
	draw(stage, 24, 80);
	assert_true(stage->shown >= 8);
	assert_true(row_with(stage, " 1000 ") > 0);
	stage->view.scroll = 5;
	draw(stage, 24, 80);
	assert_int_equal(row_with(stage, " 1004 "), -1);
	assert_true(row_with(stage, " 1005 ") > 0);
}

static void what_is_asked_for_alone_is_there_in_a_small_window(void **state)
{
	struct stage *stage = *state;

	stage->reading.listed = 40;
	stage->reading.run_count = 2;
	tell(stage, 60, 4);
	stage->view.show = SHOW_CHART;
	draw(stage, 12, 40);
	assert_int_equal(row_with(stage, "COMPONENT"), -1);
	assert_true(row_with(stage, "ago") > 0);
	stage->view.show = SHOW_COMPONENTS;
	draw(stage, 12, 40);
	assert_true(row_with(stage, "COMPONENT") > 0);
	assert_int_equal(row_with(stage, "ago"), -1);
}

static void help_names_every_key(void **state)
{
	struct stage *stage = *state;

	stage->view.help = true;
	draw(stage, 24, 80);
	assert_true(row_with(stage, "q ") > 0);
	assert_true(row_with(stage, "PgUp, PgDn") > 0);
	assert_true(row_with(stage, "+, -") > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_size_can_be_drawn_and_shows_the_watts),
		TEST(a_screen_that_is_too_small_has_one_line),
		TEST(an_estimate_is_called_one_at_the_top),
		TEST(the_unknown_is_a_dash_and_its_reason_stands_at_the_foot),
		TEST(the_chart_stacks_families_to_scale),
		TEST(time_without_a_reading_stays_empty_and_a_window_fills_its_own),
		TEST(the_first_reading_has_no_window_and_no_point),
		TEST(processes_scroll_and_fill_what_is_left),
		TEST(what_is_asked_for_alone_is_there_in_a_small_window),
		TEST(help_names_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
