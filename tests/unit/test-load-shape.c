/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "fixture.h"

#define assert_near(a, b, within) assert_true(fabs((a) - (b)) < (within))
#include "machine/load-shape.h"

static const struct load_point low = { 0.1, 20 };
static const struct load_point full = { 1, 100 };

static void given_readings_are_met(void **state)
{
	(void)state;
	assert_near(load_shape_busy_w(&low, &full, 0.1, 2.4), 20, 1e-9);
	assert_near(load_shape_busy_w(&low, &full, 1, 2.4), 100, 1e-9);
	assert_near(load_shape_throttled_w(&low, &full, 0.1), 20, 1e-9);
	assert_near(load_shape_throttled_w(&low, &full, 1), 100, 1e-9);
	assert_near(load_shape_line_w(&low, &full, 0.55), 60, 1e-9);
}

static void busy_threads_lie_over_the_line_and_throttled_load_under_it(void **state)
{
	(void)state;
	for (double load = 0.2; load < 0.95; load += 0.1) {
		double line = load_shape_line_w(&low, &full, load);

		assert_true(load_shape_busy_w(&low, &full, load, LOAD_SHAPE_BEND) > line);
		assert_true(load_shape_throttled_w(&low, &full, load) < line);
	}
}

static void more_load_is_never_less_power(void **state)
{
	double busy = 0;
	double throttled = 0;

	(void)state;
	for (int i = 0; i <= 100; i++) {
		double a = load_shape_busy_w(&low, &full, i / 100.0, 2.4);
		double b = load_shape_throttled_w(&low, &full, i / 100.0);

		assert_true(a >= busy && b >= throttled);
		busy = a;
		throttled = b;
	}
}

static void outside_the_two_readings_the_nearer_one_holds(void **state)
{
	const struct load_point nearly = { 0.9, 100 };

	(void)state;
	assert_near(load_shape_busy_w(&low, &nearly, 0, 2.4), 20, 1e-9);
	assert_near(load_shape_busy_w(&low, &nearly, 1, 2.4), 100, 1e-9);
	assert_near(load_shape_throttled_w(&low, &nearly, 0), 20, 1e-9);
	assert_near(load_shape_line_w(&low, &nearly, 1), 100, 1e-9);
}

static void two_readings_that_tell_nothing_have_no_answer(void **state)
{
	const struct load_point dead = { 0.1, 0 };
	const struct load_point unknown = { 1, (double)NAN };

	(void)state;
	assert_true(isnan(load_shape_busy_w(&full, &full, 0.5, 2.4)));
	assert_true(isnan(load_shape_busy_w(&dead, &full, 0.5, 2.4)));
	assert_true(isnan(load_shape_throttled_w(&dead, &full, 0.5)));
	assert_true(isnan(load_shape_throttled_w(&low, &unknown, 0.5)));
	assert_true(isnan(load_shape_line_w(&full, &low, 0.5)));
	assert_true(isnan(load_shape_busy_w(&low, &full, 0.5, 0)));
	assert_true(isnan(load_shape_busy_w(&low, &full, (double)NAN, 2.4)));
}

static void a_fit_finds_the_bend_that_made_the_readings(void **state)
{
	struct load_seen seen[9];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		double load = 0.15 + 0.09 * (double)i;

		seen[i] = (struct load_seen){
			low, full, { load, load_shape_busy_w(&low, &full, load, 3.15) }
		};
	}
	assert_near(load_shape_fit(seen, ARRAY_SIZE(seen)), 3.15, 1e-9);
}

static void a_fit_of_nothing_is_the_bend_we_know(void **state)
{
	(void)state;
	assert_near(load_shape_fit(NULL, 0), LOAD_SHAPE_BEND, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_readings_are_met),
		cmocka_unit_test(
			busy_threads_lie_over_the_line_and_throttled_load_under_it),
		cmocka_unit_test(more_load_is_never_less_power),
		cmocka_unit_test(outside_the_two_readings_the_nearer_one_holds),
		cmocka_unit_test(two_readings_that_tell_nothing_have_no_answer),
		cmocka_unit_test(a_fit_finds_the_bend_that_made_the_readings),
		cmocka_unit_test(a_fit_of_nothing_is_the_bend_we_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
