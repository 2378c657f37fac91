/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "engine/outlook.h"
#include "fixture.h"

static const struct ledger_total sure = {
	.sum = { .has_machine = true,
		 .has_share = true,
		 .active = { 1000000, 1000000, 1000000 } },
	.kind = KIND_MEASURED,
	.counted = 1,
};

static void draw(struct outlook *outlook, double from_s, double to_s, double w)
{
	double j = outlook->by_time.last_y;

	for (double t = from_s + 1; t <= to_s; t++)
		outlook_see(outlook, t, j += w);
}

static void without_an_end_there_is_no_forecast(void **state)
{
	struct run_outlook got;
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 0);
	draw(&outlook, 0, 100, 10);
	outlook_get(&outlook, &sure, &got);
	assert_false(got.total_j.known);
	assert_true(isnan(got.time_left_s));
	assert_non_null(strstr(got.why_not, "no progress is told"));
	assert_string_equal(got.how, "");
}

static void what_the_user_expects_is_an_end(void **state)
{
	struct run_outlook got;
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 400);
	draw(&outlook, 0, 100, 10);
	outlook_get(&outlook, &sure, &got);
	assert_true(got.total_j.known);
	assert_true(fabs(got.total_j.value - 4000) < 1e-6);
	assert_true(fabs(got.time_left_s - 300) < 1e-9);
	assert_int_equal(got.total_j.kind, KIND_DERIVED);
	assert_string_equal(got.how, "if it lasts 6 m 40 s, as was expected");
	assert_true(got.low90_j > got.total_j.low && got.low90_j < 4000);
}

static void what_the_run_says_is_done_comes_first(void **state)
{
	struct run_outlook got;
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 400);
	outlook_tell(&outlook, 0, 0);
	draw(&outlook, 0, 20, 10);
	outlook_tell(&outlook, 20, 0.25);
	draw(&outlook, 20, 40, 10);
	outlook_tell(&outlook, 40, 0.5);
	draw(&outlook, 40, 50, 10);
	outlook_get(&outlook, &sure, &got);
	assert_true(fabs(got.total_j.value - 800) < 1e-6);
	assert_true(fabs(got.time_left_s - 30) < 1e-9);
	assert_true(fabs(got.done_ratio - 0.5) < 1e-12);
	assert_string_equal(got.how, "50 % is done, as the run told");
}

static void between_two_rows_joules_go_by_time(void **state)
{
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 0);
	outlook_see(&outlook, 10, 100);
	outlook_tell(&outlook, 12.5, 0.5);
	outlook_see(&outlook, 20, 300);
	assert_true(fabs(outlook.joules_by_done.last_y - 150) < 1e-9);
	assert_true(fabs(outlook.seconds_by_done.last_y - 12.5) < 1e-9);
}

static void what_comes_in_late_is_still_of_its_time(void **state)
{
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 0);
	outlook_see(&outlook, 10, 100);
	outlook_see(&outlook, 20, 300);
	outlook_tell(&outlook, 12.5, 0.5);
	assert_true(fabs(outlook.joules_by_done.last_y - 150) < 1e-9);
	assert_true(fabs(outlook.seconds_by_done.last_y - 12.5) < 1e-9);
}

static void what_is_no_progress_is_left_aside(void **state)
{
	struct run_outlook got;
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 0);
	outlook_tell(&outlook, 1, 55);
	outlook_tell(&outlook, 1, -0.1);
	outlook_tell(&outlook, 1, NAN);
	outlook_tell(&outlook, 1, 0.2);
	outlook_see(&outlook, 2, 10);
	outlook_tell(&outlook, 3, 0.1);
	outlook_see(&outlook, 4, 20);
	outlook_get(&outlook, &sure, &got);
	assert_false(got.total_j.known);
	assert_true(fabs(got.done_ratio - 0.2) < 1e-12);
	assert_non_null(strstr(got.why_not, "twice is needed"));
}

static void a_row_that_comes_twice_changes_nothing(void **state)
{
	struct outlook once;
	struct outlook twice;

	(void)state;
	outlook_init(&once, 0);
	outlook_init(&twice, 0);
	draw(&once, 0, 200, 7);
	draw(&twice, 0, 150, 7);
	for (double t = 100; t <= 150; t++)
		outlook_see(&twice, t, 7 * t);
	draw(&twice, 150, 200, 7);
	assert_memory_equal(&once.by_time, &twice.by_time, sizeof once.by_time);
}

static void energy_that_is_not_known_has_no_forecast(void **state)
{
	struct ledger_total none = { .counted = 0 };
	struct run_outlook got;
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 400);
	draw(&outlook, 0, 100, 0);
	outlook_get(&outlook, &none, &got);
	assert_false(got.total_j.known);
	assert_non_null(strstr(got.why_not, "not known"));
}

static void a_long_run_takes_no_more_room(void **state)
{
	struct run_outlook got;
	struct outlook outlook;

	(void)state;
	outlook_init(&outlook, 200000);
	draw(&outlook, 0, 100000, 3);
	assert_true(outlook.by_time.count <= FORECAST_BINS + 1);
	outlook_get(&outlook, &sure, &got);
	assert_true(fabs(got.total_j.value - 600000) < 1e-3);
}

static void the_tag_is_read_as_it_was_written(void **state)
{
	const struct run_tag tags[] = { { "a", "1 s" }, { "expect", "7200 s" } };
	const struct run_tag odd = { "expect", "soon" };

	(void)state;
	assert_true(fabs(outlook_expected_s(tags, 2) - 7200) < 1e-9);
	assert_true(isnan(outlook_expected_s(tags, 1)));
	assert_true(isnan(outlook_expected_s(&odd, 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_end_there_is_no_forecast),
		cmocka_unit_test(what_the_user_expects_is_an_end),
		cmocka_unit_test(what_the_run_says_is_done_comes_first),
		cmocka_unit_test(between_two_rows_joules_go_by_time),
		cmocka_unit_test(what_comes_in_late_is_still_of_its_time),
		cmocka_unit_test(what_is_no_progress_is_left_aside),
		cmocka_unit_test(a_row_that_comes_twice_changes_nothing),
		cmocka_unit_test(energy_that_is_not_known_has_no_forecast),
		cmocka_unit_test(a_long_run_takes_no_more_room),
		cmocka_unit_test(the_tag_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
