/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "fixture.h"

#define assert_near(a, b, within) assert_true(fabs((a) - (b)) < (within))
#include "machine/load-shape.h"

static const struct load_point low = { 0.1, 20 };
static const struct load_point full = { 1, 100 };
static const struct load_rise rise = { 0.074, -1.4 };

static void given_readings_are_met(void **state)
{
	(void)state;
	assert_near(load_shape_busy_w(&low, &full, 0.1, 2.4), 20, 1e-9);
	assert_near(load_shape_busy_w(&low, &full, 1, 2.4), 100, 1e-9);
	assert_near(load_shape_throttled_w(&low, &full, 0.1, &rise), 20, 1e-9);
	assert_near(load_shape_throttled_w(&low, &full, 1, &rise), 100, 1e-9);
	assert_near(load_shape_line_w(&low, &full, 0.55), 60, 1e-9);
}

static void busy_threads_lie_over_the_line(void **state)
{
	(void)state;
	for (double load = 0.2; load < 0.95; load += 0.1)
		assert_true(load_shape_busy_w(&low, &full, load, LOAD_SHAPE_BEND) >
			    load_shape_line_w(&low, &full, load));
}

static void throttled_load_rises_early_where_little_load_draws_much(void **state)
{
	const struct load_point little = { 0.1, 8 };
	const struct load_point much = { 0.1, 40 };

	(void)state;
	for (double load = 0.2; load < 0.95; load += 0.1) {
		assert_true(load_shape_throttled_w(&little, &full, load, &rise) <
			    load_shape_line_w(&little, &full, load));
		assert_true(load_shape_throttled_w(&much, &full, load, &rise) >
			    load_shape_line_w(&much, &full, load));
	}
}

/* (1/2)^a with a = 0.074 * 0.2^-1.4 = 0.7044. */
static void half_the_way_is_as_the_law_says(void **state)
{
	(void)state;
	assert_near(load_shape_throttled_w(&low, &full, 0.55, &rise), 69.10, 0.01);
}

static void more_load_is_never_less_power(void **state)
{
	double busy = 0;
	double throttled = 0;

	(void)state;
	for (int i = 0; i <= 100; i++) {
		double a = load_shape_busy_w(&low, &full, i / 100.0, 2.4);
		double b = load_shape_throttled_w(&low, &full, i / 100.0, &rise);

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
	assert_near(load_shape_throttled_w(&low, &nearly, 0, &rise), 20, 1e-9);
	assert_near(load_shape_line_w(&low, &nearly, 1), 100, 1e-9);
}

static void two_readings_that_tell_nothing_have_no_answer(void **state)
{
	const struct load_point dead = { 0.1, 0 };
	const struct load_point unknown = { 1, (double)NAN };

	(void)state;
	assert_true(isnan(load_shape_busy_w(&full, &full, 0.5, 2.4)));
	assert_true(isnan(load_shape_busy_w(&dead, &full, 0.5, 2.4)));
	assert_true(isnan(load_shape_throttled_w(&dead, &full, 0.5, &rise)));
	assert_true(isnan(load_shape_throttled_w(&low, &unknown, 0.5, &rise)));
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

static void a_fit_finds_the_rise_that_made_the_readings(void **state)
{
	const struct load_rise made = { exp(-2.0), -1.2 };
	struct load_seen seen[16];
	struct load_rise found;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		const struct load_point from = { 0.1, i % 2 ? 10 : 40 };
		double load = 0.15 + 0.05 * (double)i;

		seen[i] = (struct load_seen){
			from,
			full,
			{ load, load_shape_throttled_w(&from, &full, load, &made) },
		};
	}
	found = load_shape_rise_fit(seen, ARRAY_SIZE(seen));
	assert_near(found.scale, made.scale, 1e-9);
	assert_near(found.power, made.power, 1e-9);
}

static void a_fit_of_nothing_is_the_bend_we_know(void **state)
{
	(void)state;
	assert_near(load_shape_fit(NULL, 0), LOAD_SHAPE_BEND, 1e-9);
	assert_near(load_shape_rise_fit(NULL, 0).power, LOAD_SHAPE_RISE.power, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(given_readings_are_met),
		cmocka_unit_test(busy_threads_lie_over_the_line),
		cmocka_unit_test(throttled_load_rises_early_where_little_load_draws_much),
		cmocka_unit_test(half_the_way_is_as_the_law_says),
		cmocka_unit_test(more_load_is_never_less_power),
		cmocka_unit_test(outside_the_two_readings_the_nearer_one_holds),
		cmocka_unit_test(two_readings_that_tell_nothing_have_no_answer),
		cmocka_unit_test(a_fit_finds_the_bend_that_made_the_readings),
		cmocka_unit_test(a_fit_finds_the_rise_that_made_the_readings),
		cmocka_unit_test(a_fit_of_nothing_is_the_bend_we_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
