/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statistics of repeated runs, calc/stat.h, where an answer can be told without another
 * program: closed forms, small counts, symmetries. tests/stat has SciPy's.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "calc/stat-internal.h"
#include "fixture.h"

#define SIDE(...)                                                                        \
	{                                                                                \
		(const double[]){ __VA_ARGS__ },                                         \
			sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double)         \
	}

#define SEED 1

static void expect_near(double got, double want, double part)
{
	if (!(fabs(got - want) <= part * fabs(want)))
		fail_msg("%.17g is not %.17g", got, want);
}

/* --- distributions ----------------------------------------------------------------------- */

static void one_degree_of_freedom_is_cauchy_s(void **state)
{
	(void)state;
	for (double t = 1e-9; t < 1e12; t *= 3.7) {
		expect_near(stat_t_two_sided(t, 1), 2 * atan(1 / t) / M_PI, 1e-13);
		expect_near(stat_t_quantile(atan(1 / t) / M_PI, 1), -t,
			    t > 1 ? 1e-13 : 1e-15 / t);
	}
}

static void two_degrees_of_freedom_have_a_closed_form(void **state)
{
	(void)state;
	for (double t = 1e-6; t < 1e6; t *= 2.3) {
		double root = sqrt(2 + t * t);

		expect_near(stat_t_cdf(-t, 2), 1 / (root * (root + t)), 1e-13);
	}
}

static void endless_degrees_of_freedom_are_the_normal(void **state)
{
	(void)state;
	for (double z = -30; z < 8; z += 0.37) {
		expect_near(stat_t_cdf(z, INFINITY), stat_normal_cdf(z), 1e-15);
		expect_near(stat_t_cdf(z, 1e15), stat_normal_cdf(z), 1e-9);
	}
	assert_true(stat_t_quantile(0.975, INFINITY) == stat_normal_quantile(0.975));
	expect_near(stat_normal_quantile(0.975), 1.959963984540054, 1e-15);
}

static void a_quantile_gives_its_probability_back(void **state)
{
	static const double dfs[] = { 0.5, 1, 1.7, 4, 30, 1e3, 1e6, 1e12, INFINITY };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dfs); i++)
		for (double p = 1e-14; p < 1; p *= 1.9) {
			double t = stat_t_quantile(p, dfs[i]);

			expect_near(stat_t_cdf(t, dfs[i]), p, 1e-12);
			assert_true(stat_t_quantile(0.5, dfs[i]) == 0);
		}
}

static void nothing_comes_of_nothing(void **state)
{
	(void)state;
	assert_true(isnan(stat_t_two_sided(NAN, 5)) && isnan(stat_t_two_sided(1, 0)));
	assert_true(isnan(stat_t_two_sided(1, NAN)));
	assert_true(stat_t_two_sided(0, 5) == 1 && stat_t_two_sided(-INFINITY, 5) == 0);
	assert_true(stat_t_cdf(0, 5) == 0.5 && stat_t_cdf(INFINITY, 5) == 1);
}

/* --- one side ---------------------------------------------------------------------------- */

static void one_value_has_a_mean_and_no_deviation(void **state)
{
	const struct stat_side none = { NULL, 0 }, one = SIDE(5);

	(void)state;
	assert_true(isnan(stat_mean(&none)) && isnan(stat_sd(&none)));
	assert_true(stat_mean(&one) == 5 && isnan(stat_sd(&one)) &&
		    isnan(stat_sem(&one)));
}

static void a_small_deviation_of_large_values_is_kept(void **state)
{
	const struct stat_side side = SIDE(1e9 + 1, 1e9 + 2, 1e9 + 3);

	(void)state;
	assert_true(stat_mean(&side) == 1e9 + 2 && stat_sd(&side) == 1);
}

static void a_quantile_lies_between_its_neighbours(void **state)
{
	const double values[] = { 1, 2, 4, 8 };

	(void)state;
	assert_true(stat_quantile(values, 4, 0) == 1 && stat_quantile(values, 4, 1) == 8);
	assert_true(stat_quantile(values, 4, 0.5) == 3);
	assert_true(stat_quantile(values, 1, 0.7) == 1);
	assert_true(isnan(stat_quantile(values, 0, 0.5)));
}

/* --- two sides --------------------------------------------------------------------------- */

static void every_named_test_turns_round_with_its_sides(void **state)
{
	const struct stat_side a = SIDE(1.2, 3.4, 2.2, 5.1), b = SIDE(2.5, 4.4, 6.1);

	(void)state;
	assert_int_equal(stat_named_count, 6);
	for (size_t i = 0; i < stat_named_count; i++) {
		bool drawn = strcmp(stat_named[i].name, "bootstrap") == 0;
		struct stat_test one, other;

		assert_int_equal(stat_named[i].test(&a, &b, SEED, &one), 0);
		assert_int_equal(stat_named[i].test(&b, &a, SEED, &other), 0);
		assert_true(fabs(one.p - other.p) < (drawn ? 0.02 : 1e-15));
		assert_true(one.p > 0 && one.p <= 1);
	}
}

static void a_failed_test_leaves_its_output_alone(void **state)
{
	const struct stat_side one = SIDE(1), none = { NULL, 0 };

	(void)state;
	for (size_t i = 0; i < stat_named_count; i++) {
		struct stat_test test = { .p = 77 };

		assert_int_equal(stat_named[i].test(&none, &one, SEED, &test), -ENODATA);
		assert_true(test.p == 77);
	}
}

static void a_level_that_is_none_is_refused(void **state)
{
	const struct stat_side a = SIDE(1, 2, 3), b = SIDE(2, 3, 5);
	struct stat_interval interval;
	double p;

	(void)state;
	assert_int_equal(stat_difference(&a, &b, 1, &interval), -EINVAL);
	assert_int_equal(stat_difference_bca(&a, &b, NAN, SEED, &interval), -EINVAL);
	assert_int_equal(stat_cliffs_delta(&a, &b, 0, &interval), -EINVAL);
	assert_int_equal(stat_equivalence(&a, &b, 0, &p), -EINVAL);
}

/* Four apart from four are p = 0.029 by order, three from three 0.10: so is the interval. */
static void all_apart_leaves_no_0_from_four_a_side_on(void **state)
{
	const struct stat_side a = SIDE(1, 2, 3, 4), b = SIDE(5, 6, 7, 8);
	const struct stat_side c = SIDE(1, 2, 3), d = SIDE(5, 6, 7);
	struct stat_interval got;

	(void)state;
	assert_int_equal(stat_cliffs_delta(&a, &b, 0.95, &got), 0);
	assert_true(got.low == -1 && got.value == -1 && fabs(got.high + 0.0202) < 1e-4);
	assert_int_equal(stat_cliffs_delta(&d, &c, 0.95, &got), 0);
	assert_true(got.high == 1 && got.value == 1 && fabs(got.low + 0.1230) < 1e-4);
}

static void the_rarest_order_of_three_and_three_is_one_in_ten(void **state)
{
	const struct stat_side a = SIDE(1, 2, 3), b = SIDE(4, 5, 6);
	struct stat_test test;

	(void)state;
	assert_int_equal(stat_mann_whitney(&a, &b, &test), 0);
	assert_true(test.exact && test.statistic == 0);
	expect_near(test.p, 0.1, 1e-15);
	assert_int_equal(stat_permutation(&a, &b, SEED, &test), 0);
	assert_true(test.exact);
	expect_near(test.p, 0.1, 1e-15);
}

/* Ways to deal out 20 are 184756; 21 are more than are counted. */
static void splits_are_counted_to_the_limit_and_drawn_beyond(void **state)
{
	double values[22];
	struct stat_side a = { values, 10 }, b = { values + 10, 10 };
	struct stat_test test;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		values[i] = (double)i;
	assert_int_equal(stat_permutation(&a, &b, SEED, &test), 0);
	assert_true(test.exact);
	expect_near(test.p, 2.0 / 184756, 1e-12);
	b.count = 12;
	assert_int_equal(stat_permutation(&a, &b, SEED, &test), 0);
	assert_false(test.exact);
	assert_true(test.p >= 2.0 / (STAT_SPLITS_MAX + 1) && test.p < 1e-4);
}

static void a_uniform_test_rejects_as_often_as_it_says(void **state)
{
	struct stat_draw draw = { .state = 6 };
	size_t below[6] = { 0 };

	(void)state;
	for (size_t trial = 0; trial < 1000; trial++) {
		double values[14];
		struct stat_side a = { values, 7 }, b = { values + 7, 7 };
		struct stat_test test;

		for (size_t i = 0; i < ARRAY_SIZE(values); i++)
			values[i] = (double)stat_draw_index(&draw, 100000);
		for (size_t i = 0; i < stat_named_count; i++) {
			assert_int_equal(stat_named[i].test(&a, &b, trial, &test), 0);
			below[i] += test.p < 0.2 ? 1 : 0;
		}
	}
	/* 200 of 1000, give or take three deviations; ranks come in steps, and the bootstrap of 7
	 * values is too sure of itself. */
	for (size_t i = 0; i < stat_named_count; i++)
		assert_in_range(below[i], i == 2 ? 120 : 160, i == 4 ? 330 : 240);
}

static void draws_are_even(void **state)
{
	struct stat_draw draw = { .state = 9 };
	size_t counts[7] = { 0 };

	(void)state;
	for (size_t i = 0; i < 70000; i++)
		counts[stat_draw_index(&draw, 7)]++;
	for (size_t i = 0; i < 7; i++)
		assert_in_range(counts[i], 9600, 10400);
}

/* --- many tests, and plans --------------------------------------------------------------- */

static void what_is_no_test_is_not_counted(void **state)
{
	double p[] = { NAN, 0.01, 0.04, NAN, 0.03, 0 };

	(void)state;
	stat_holm(p, ARRAY_SIZE(p));
	assert_true(isnan(p[0]) && isnan(p[3]));
	expect_near(p[1], 0.03, 1e-15);
	expect_near(p[2], 0.06, 1e-15);
	expect_near(p[4], 0.06, 1e-15);
	assert_true(p[5] == 0 && !signbit(p[5]));
}

static void a_larger_difference_needs_fewer_runs(void **state)
{
	double before = INFINITY;

	(void)state;
	for (double d = 0.1; d < 50; d *= 1.5) {
		double runs = stat_runs_needed(d, 1, 1, 0.95, 0.8);

		assert_true(runs >= 2 && runs <= before);
		before = runs;
	}
	assert_true(before == 2);
	assert_true(stat_runs_needed(1, 1, 1, 0.95, 0.8) == 17);
}

static void no_difference_is_never_found(void **state)
{
	(void)state;
	assert_true(isnan(stat_runs_needed(0, 1, 1, 0.95, 0.8)));
	assert_true(isnan(stat_runs_needed(NAN, 1, 1, 0.95, 0.8)));
	assert_true(isnan(stat_runs_needed(1, NAN, 1, 0.95, 0.8)));
	assert_true(isnan(stat_runs_needed(1e-300, 1, 1, 0.95, 0.8)));
	assert_true(stat_runs_needed(1, 0, 0, 0.95, 0.8) == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_degree_of_freedom_is_cauchy_s),
		cmocka_unit_test(two_degrees_of_freedom_have_a_closed_form),
		cmocka_unit_test(endless_degrees_of_freedom_are_the_normal),
		cmocka_unit_test(a_quantile_gives_its_probability_back),
		cmocka_unit_test(nothing_comes_of_nothing),
		cmocka_unit_test(one_value_has_a_mean_and_no_deviation),
		cmocka_unit_test(a_small_deviation_of_large_values_is_kept),
		cmocka_unit_test(a_quantile_lies_between_its_neighbours),
		cmocka_unit_test(every_named_test_turns_round_with_its_sides),
		cmocka_unit_test(a_failed_test_leaves_its_output_alone),
		cmocka_unit_test(a_level_that_is_none_is_refused),
		cmocka_unit_test(all_apart_leaves_no_0_from_four_a_side_on),
		cmocka_unit_test(the_rarest_order_of_three_and_three_is_one_in_ten),
		cmocka_unit_test(splits_are_counted_to_the_limit_and_drawn_beyond),
		cmocka_unit_test(a_uniform_test_rejects_as_often_as_it_says),
		cmocka_unit_test(draws_are_even),
		cmocka_unit_test(what_is_no_test_is_not_counted),
		cmocka_unit_test(a_larger_difference_needs_fewer_runs),
		cmocka_unit_test(no_difference_is_never_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
