/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "../../top/canvas.h"
#include "../../top/figure.h"
#include "fixture.h"

static int set_up(void **state)
{
	struct canvas *canvas = calloc(1, sizeof *canvas);

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	canvas->utf8 = true;
	assert_int_equal(canvas_resize(canvas, 2, 20), 0);
	*state = canvas;
	return 0;
}

static int tear_down(void **state)
{
	canvas_done(*state);
	free(*state);
	return 0;
}

static void row_is(const struct canvas *canvas, const char *expected)
{
	char text[256];

	canvas_row(canvas, 0, text, sizeof text);
	assert_string_equal(text, expected);
}

static int put(struct canvas *canvas, int width, const char *text)
{
	canvas_clear(canvas);
	return canvas_text(canvas, (struct spot){ 0, 0, width, INK_PLAIN }, text);
}

static void text_that_is_too_long_is_cut_and_says_so(void **state)
{
	assert_int_equal(put(*state, 5, "abcdefgh"), 5);
	row_is(*state, "abcd~");
	assert_int_equal(put(*state, 8, "abcdefgh"), 8);
	row_is(*state, "abcdefgh");
	assert_int_equal(put(*state, 0, "abc"), 0);
	row_is(*state, "");
}

static void what_steers_a_terminal_never_gets_there(void **state)
{
	(void)put(*state, 20, "a\033[2Jb\n\r\t\x7f");
	row_is(*state, "a?[2Jb????");
	/* C1 controls, right-to-left overrides, zero width, broken bytes. */
	(void)put(*state, 20, "x\xc2\x9b\xe2\x80\xae\xe2\x80\x8b\xff\xc3y");
	row_is(*state, "x?????y");
}

static void letters_are_kept_where_the_terminal_has_them(void **state)
{
	struct canvas *canvas = *state;

	(void)put(canvas, 20, "Z\xc3\xa9nobe");
	row_is(canvas, "Z\xc3\xa9nobe");
	canvas->utf8 = false;
	(void)put(canvas, 20, "Z\xc3\xa9nobe");
	row_is(canvas, "Z?nobe");
}

static void wide_letters_take_two_columns_and_are_never_halved(void **state)
{
	struct canvas *canvas = *state;

	assert_int_equal(put(canvas, 20, "\xe6\xbc\xa2\xe5\xad\x97!"), 5);
	row_is(canvas, "\xe6\xbc\xa2\xe5\xad\x97!");
	(void)put(canvas, 4, "\xe6\xbc\xa2\xe5\xad\x97!");
	row_is(canvas, "\xe6\xbc\xa2~");
}

static void nothing_is_drawn_outside(void **state)
{
	struct canvas *canvas = *state;

	(void)canvas_text(canvas, (struct spot){ -1, 0, 5, INK_PLAIN }, "abc");
	(void)canvas_text(canvas, (struct spot){ 2, 0, 5, INK_PLAIN }, "abc");
	(void)canvas_text(canvas, (struct spot){ 0, 18, 9, INK_PLAIN }, "abcdef");
	canvas_bar(canvas, (struct spot){ 0, 19, 50, INK_CPU }, 1);
	canvas_put(canvas, (struct spot){ 0, -4, 1, INK_CPU }, "x");
	row_is(canvas, "                  a\xe2\x96\x88");
}

static void a_bar_is_as_long_as_its_part_and_nothing_for_the_unknown(void **state)
{
	struct canvas *canvas = *state;
	struct spot spot = { 0, 0, 4, INK_CPU };

	canvas_bar(canvas, spot, NAN);
	row_is(canvas, "");
	canvas_bar(canvas, spot, 0.5);
	row_is(canvas, "\xe2\x96\x88\xe2\x96\x88");
	canvas_clear(canvas);
	canvas->utf8 = false;
	canvas_bar(canvas, spot, 7);
	row_is(canvas, "####");
}

static void figures_have_three_digits_and_a_dash_for_the_unknown(void **state)
{
	static const struct {
		double value;
		const char *si;
		const char *plain;
	} rows[] = { { NAN, "-", "-" },
		     { 0, "0 W", "0" },
		     { 0.0421, "42.1 mW", "0.04" },
		     { 0.9996, "1.00 W", "1.00" },
		     { 9.996, "10.0 W", "10.0" },
		     { 61.54, "61.5 W", "61.5" },
		     { 301.4, "301 W", "301" },
		     { 999.96, "1.00 kW", "1000" },
		     { 12345, "12.3 kW", "12.3k" } };

	char text[FIGURE_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		figure_si(rows[i].value, "W", text, sizeof text);
		assert_string_equal(text, rows[i].si);
		figure_plain(rows[i].value, text, sizeof text);
		assert_string_equal(text, rows[i].plain);
	}
}

static void lengths_of_time_and_amounts_are_in_units_of_people(void **state)
{
	char text[FIGURE_MAX];

	(void)state;
	figure_time(59.4, text, sizeof text);
	assert_string_equal(text, "59 s");
	figure_time(192, text, sizeof text);
	assert_string_equal(text, "3 m 12 s");
	figure_time(7500, text, sizeof text);
	assert_string_equal(text, "2 h 05 m");
	figure_time(NAN, text, sizeof text);
	assert_string_equal(text, "-");
	figure_joules(1e6, text, sizeof text);
	assert_string_equal(text, "278 Wh");
	figure_joules(20123.5, text, sizeof text);
	assert_string_equal(text, "20.1 kJ");
	figure_bytes(4294967296.0, text, sizeof text);
	assert_string_equal(text, "4.0G");
	figure_bytes(NAN, text, sizeof text);
	assert_string_equal(text, "-");
	figure_percent(0.4375, text, sizeof text);
	assert_string_equal(text, "44 %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_that_is_too_long_is_cut_and_says_so,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_steers_a_terminal_never_gets_there,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			letters_are_kept_where_the_terminal_has_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			wide_letters_take_two_columns_and_are_never_halved, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_drawn_outside, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_bar_is_as_long_as_its_part_and_nothing_for_the_unknown, set_up,
			tear_down),
		cmocka_unit_test(figures_have_three_digits_and_a_dash_for_the_unknown),
		cmocka_unit_test(lengths_of_time_and_amounts_are_in_units_of_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
