/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "report/svg.h"

static const double edges[] = { 0, 10, 20, 30, 40 };

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		n++;
	return n;
}

static struct svg_over_time chart_of(const struct svg_series *series, size_t count)
{
	return (struct svg_over_time){ .title = "Power <of> it",
				       .desc = "a description",
				       .unit = "W",
				       .edge_s = edges,
				       .bins = 4,
				       .series = series,
				       .series_count = count };
}

/* The d="" of the first path of that class; "" where there is none. */
static void path_of(const char *svg, const char *class_name, char *buf, size_t size)
{
	const char *at = strstr(svg, class_name);
	const char *d;

	buf[0] = '\0';
	while (at && (d = strstr(at, "d=\"M")) && d - at > 40)
		at = strstr(at + 1, class_name);
	if (!at)
		return;
	d = strstr(at, "d=\"") + 3;
	(void)snprintf(buf, size, "%.*s", (int)strcspn(d, "\""), d);
}

static void a_gap_is_a_hole_in_an_area(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const double y[] = { 5, NAN, 5, 5 };
	const struct svg_series series[] = { { "cpu", 1, y, false } };
	struct svg_over_time chart = chart_of(series, 1);
	char d[512];

	(void)state;
	svg_over_time(&out, &chart);
	path_of(out.text, "path class=\"area c1\"", d, sizeof d);
	assert_int_equal(count(d, "M"), 2);
	assert_int_equal(count(d, "Z"), 2);
	assert_null(strstr(out.text, "nan"));
}

static void a_line_stops_at_a_gap(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const double y[] = { 5, 6, NAN, 7 };
	const struct svg_series series[] = { { "x", 2, y, true } };
	struct svg_over_time chart = chart_of(series, 1);

	(void)state;
	svg_over_time(&out, &chart);
	assert_null(strstr(out.text, "nan"));
	assert_int_equal(count(out.text, "V"), 3);
}

static void it_says_what_it_is_to_who_cannot_see_it(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const double y[] = { 1, 2, 3, 4 };
	const struct svg_series series[] = { { "cpu", 1, y, false } };
	struct svg_over_time chart = chart_of(series, 1);

	(void)state;
	svg_over_time(&out, &chart);
	assert_non_null(strstr(out.text, "role=\"img\""));
	assert_non_null(strstr(out.text, "<title>Power &lt;of&gt; it</title>"));
	assert_non_null(strstr(out.text, "<desc>a description</desc>"));
}

static void nothing_at_all_is_a_chart_without_numbers_that_are_none(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const double y[] = { NAN, NAN, NAN, NAN };
	const struct svg_series series[] = { { "cpu", 1, y, false } };
	struct svg_over_time chart = chart_of(series, 1);

	(void)state;
	svg_over_time(&out, &chart);
	chart.bins = 0;
	svg_over_time(&out, &chart);
	svg_scatter(&out, &(struct svg_scatter){ .title = "", .desc = "" });
	svg_bars(&out, &(struct svg_scatter){ .title = "", .desc = "" });
	assert_null(strstr(out.text, "nan"));
	assert_null(strstr(out.text, "inf"));
}

static void hostile_labels_stay_text(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const double y[] = { 1, 2, 3, 4 };
	const char *evil = "</text><script>alert(1)</script>\" onload=\"x";
	const struct svg_series series[] = { { evil, 1, y, false } };
	const double at[] = { 5 };
	const char *const names[] = { evil };
	struct svg_over_time chart = chart_of(series, 1);
	struct svg_point point = { .label = evil,
				   .href = "\"><script>",
				   .x = 1,
				   .y = 1,
				   .x_low = NAN,
				   .x_high = NAN,
				   .y_low = NAN,
				   .y_high = NAN,
				   .colour = 1 };
	struct svg_scatter scatter = { .title = evil,
				       .desc = evil,
				       .x_label = evil,
				       .y_label = evil,
				       .points = &point,
				       .count = 1 };

	(void)state;
	chart.mark_s = at;
	chart.mark_names = names;
	chart.mark_count = 1;
	svg_over_time(&out, &chart);
	svg_scatter(&out, &scatter);
	svg_bars(&out, &scatter);
	assert_null(strstr(out.text, "<script"));
	assert_null(strstr(out.text, "\" onload"));
}

static void a_front_joins_what_is_not_dominated(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct svg_point points[] = {
		{ .label = "b",
		  .x = 20,
		  .y = 2,
		  .x_low = 18,
		  .x_high = 22,
		  .y_low = NAN,
		  .y_high = NAN,
		  .colour = 1 },
		{ .label = "a",
		  .x = 10,
		  .y = 1,
		  .x_low = NAN,
		  .x_high = NAN,
		  .y_low = NAN,
		  .y_high = NAN,
		  .colour = 1 },
		{ .label = "c",
		  .x = 30,
		  .y = 1,
		  .x_low = NAN,
		  .x_high = NAN,
		  .y_low = NAN,
		  .y_high = NAN,
		  .colour = 1,
		  .faint = true },
		{ .label = "d", .x = NAN, .y = 1, .colour = 1 },
	};
	char d[256];

	(void)state;
	svg_scatter(&out, &(struct svg_scatter){ .title = "t",
						 .desc = "d",
						 .points = points,
						 .count = 4,
						 .x_log = true,
						 .front = true });
	path_of(out.text, "path class=\"front\"", d, sizeof d);
	assert_int_equal(count(d, "L"), 1);
	assert_int_equal(count(out.text, "<circle"), 3);
	assert_int_equal(count(out.text, "whisker"), 1);
	assert_null(strstr(out.text, "nan"));
}

static void a_whisker_ends_where_a_log_axis_does(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct svg_point points[] = {
		{ .x = 10, .y = 1, .x_low = -2, .x_high = 0, .colour = 1 },
		{ .x = 20, .y = 2, .x_low = 0, .x_high = 25, .colour = 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(points); i++)
		points[i].y_low = points[i].y_high = NAN;
	svg_scatter(&out, &(struct svg_scatter){ .title = "t",
						 .desc = "d",
						 .points = points,
						 .count = 2,
						 .x_log = true });
	assert_int_equal(count(out.text, "whisker c"), 2);
	assert_int_equal(count(out.text, "d=\"M64.0 "), 2);
	assert_int_equal(count(out.text, "H64.0\""), 1);
	assert_null(strstr(out.text, "nan"));
	assert_null(strstr(out.text, "inf"));
}

static void a_bar_that_is_not_known_says_so(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct svg_point points[] = {
		{ .label = "a", .x = 10, .x_low = 8, .x_high = 12, .colour = 1 },
		{ .label = "b", .x = NAN, .x_low = NAN, .x_high = NAN, .colour = 1 },
	};

	(void)state;
	svg_bars(&out, &(struct svg_scatter){
			       .title = "t", .desc = "d", .points = points, .count = 2 });
	assert_int_equal(count(out.text, "<rect"), 1);
	assert_non_null(strstr(out.text, "not known"));
}

/* Programs log the largest number there is for "none yet". */
static void no_number_is_too_large_or_too_small_to_draw(void **state)
{
	static const double pairs[][2] = {
		{ 1.7e308, -1.7e308 }, { 1.797e308, 1.797e308 }, { 1e300, -1e300 },
		{ 0, 5e-324 },         { 5e-324, 1e300 },        { 1e-310, 1e-310 },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(pairs); i++) {
		CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
		const double *y = pairs[i / 2];
		const struct svg_series series[] = { { "loss", 1, y, i % 2 == 0 } };
		struct svg_over_time over_time = chart_of(series, 1);
		struct svg_point points[] = {
			{ .label = "a", .x = y[0], .x_high = NAN, .y = y[1] },
			{ .label = "b", .x = y[1], .x_high = NAN, .y = y[0] },
		};
		struct svg_scatter chart = {
			.points = points, .count = 2, .front = true, .x_log = i % 2
		};

		over_time.bins = 2;
		svg_over_time(&out, &over_time);
		svg_scatter(&out, &chart);
		svg_bars(&out, &chart);
		assert_null(strstr(out.text, "nan"));
		assert_null(strstr(out.text, "inf"));
		/* lround() of what is no number. */
		assert_null(strstr(out.text, "922337203685477"));
	}
}

static void a_tick_that_is_long_has_an_exponent(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const double y[] = { 1e25, 4e25, 2e25, 3e25 };
	const struct svg_series series[] = { { "flops", 1, y, true } };
	struct svg_over_time chart = chart_of(series, 1);

	(void)state;
	svg_over_time(&out, &chart);
	assert_non_null(strstr(out.text, ">4e+25<"));
	assert_null(strstr(out.text, "00000000000"));
}

static void assert_time_ticks(double until_s, const char *first, const char *second)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const double edge_s[] = { 0, until_s };
	const double y[] = { 1 };
	const struct svg_series series[] = { { "cpu", 1, y, false } };
	struct svg_over_time chart = chart_of(series, 1);

	chart.edge_s = edge_s;
	chart.bins = 1;
	svg_over_time(&out, &chart);
	assert_non_null(strstr(out.text, first));
	assert_non_null(strstr(out.text, second));
}

static void time_has_the_unit_of_its_length(void **state)
{
	(void)state;
	assert_time_ticks(0.8, ">0.2 s<", ">0.8 s<");
	assert_time_ticks(30, ">5 s<", ">10 s<");
	assert_time_ticks(600, ">2 min<", ">10 min<");
	assert_time_ticks(9600, ">30 min<", ">1:30 h<");
	assert_time_ticks(86400, ">3 h<", ">24 h<");
	assert_time_ticks(604800, ">1 d<", ">7 d<");
}

static void names_that_would_overlap_go_elsewhere_or_away(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct svg_point points[8] = { { .x = 1, .y = 1 } };
	struct svg_scatter chart = { .points = points, .count = 8 };
	size_t names = 0;

	(void)state;
	for (size_t i = 0; i < 8; i++)
		points[i] = (struct svg_point){ .label = "one of many",
						.x = 5 + (double)i * 1e-3,
						.y = 1 };
	points[6].x = -100;
	points[7].x = 100;
	svg_scatter(&out, &chart);
	for (const char *at = out.text; (at = strstr(at, ">one of many</text>")); at++)
		names++;
	assert_int_equal(names, 6); /* four sides of six points, and two by themselves */
}

static void what_cannot_be_drawn_widens_no_axis(void **state)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	const struct svg_point points[] = { { .label = "a", .x = 4, .y = 1 },
					    { .label = "b", .x = 6, .y = 2 },
					    { .label = "c", .x = 900, .y = NAN } };
	struct svg_scatter chart = { .points = points, .count = 3 };

	(void)state;
	svg_scatter(&out, &chart);
	assert_null(strstr(out.text, "00</text>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_is_a_hole_in_an_area),
		cmocka_unit_test(a_line_stops_at_a_gap),
		cmocka_unit_test(it_says_what_it_is_to_who_cannot_see_it),
		cmocka_unit_test(nothing_at_all_is_a_chart_without_numbers_that_are_none),
		cmocka_unit_test(hostile_labels_stay_text),
		cmocka_unit_test(a_front_joins_what_is_not_dominated),
		cmocka_unit_test(a_whisker_ends_where_a_log_axis_does),
		cmocka_unit_test(a_bar_that_is_not_known_says_so),
		cmocka_unit_test(no_number_is_too_large_or_too_small_to_draw),
		cmocka_unit_test(a_tick_that_is_long_has_an_exponent),
		cmocka_unit_test(time_has_the_unit_of_its_length),
		cmocka_unit_test(names_that_would_overlap_go_elsewhere_or_away),
		cmocka_unit_test(what_cannot_be_drawn_widens_no_axis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
