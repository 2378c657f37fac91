/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "calc/estimate.h"
#include "fixture.h"
#include "place/equivalence.h"

static const struct quantity limit_700 = {
	.known = true, .value = 700, .low = 700, .high = 700, .kind = KIND_ASSUMED
};
static const struct quantity idle_share = {
	.known = true, .value = 0.12, .low = 0.05, .high = 0.25
};
static const struct quantity full_share = {
	.known = true, .value = 0.75, .low = 0.55, .high = 1.0
};

static void assert_near(double a, double b, double within)
{
	if (!(fabs(a - b) <= within))
		fail_msg("%.9g is not %.9g", a, b);
}

static struct factor factor_of(double value, double low, double high)
{
	return (struct factor){
		.value = { .known = true, .value = value, .low = low, .high = high }
	};
}

static struct quantity watts(double value, double half)
{
	return (struct quantity){
		.known = true, .value = value, .low = value - half, .high = value + half
	};
}

/* 0.75 of 700 W; 1.96 * 25 % of it below, and no more than the board may draw above. */
static void a_busy_board_draws_three_quarters_of_its_limit(void **unused)
{
	struct quantity q = estimate_board_w(&limit_700, &idle_share, &full_share, 1);

	(void)unused;
	assert_true(q.known);
	assert_near(q.value, 525, 1e-9);
	assert_near(q.low, 525 - 0.49 * 525, 1e-6);
	assert_near(q.high, 700, 1e-9);
	assert_int_equal(q.kind, KIND_MODELLED);
}

/* By hand: 700 * (0.12 + 0.63 / 2) = 304.5; below 700 * hypot(0.5 * 0.3675, 0.5 * 0.07). */
static void a_half_busy_board_lies_between_idle_and_full(void **unused)
{
	struct quantity half =
		estimate_board_w(&limit_700, &idle_share, &full_share, 0.5);
	struct quantity idle = estimate_board_w(&limit_700, &idle_share, &full_share, 0);

	(void)unused;
	assert_near(half.value, 304.5, 1e-9);
	assert_near(half.low, 304.5 - 700 * hypot(0.18375, 0.035), 1e-6);
	assert_near(half.high, 304.5 + 700 * hypot(0.18375, 0.065), 1e-6);
	assert_near(idle.value, 84, 1e-9);
	assert_near(idle.low, 35, 1e-9);
	assert_near(idle.high, 175, 1e-9);
}

static void a_board_of_several_variants_is_less_sure(void **unused)
{
	struct quantity any = limit_700;
	struct quantity one, wide;

	(void)unused;
	any.low = 350;
	one = estimate_board_w(&limit_700, &idle_share, &full_share, 1);
	wide = estimate_board_w(&any, &idle_share, &full_share, 1);
	assert_true(wide.low < one.low && wide.low > 0);
	assert_near(wide.value, one.value, 1e-9);
}

static void a_load_that_is_none_has_no_power(void **unused)
{
	const struct quantity none = { 0 };

	(void)unused;
	assert_false(estimate_board_w(&limit_700, &idle_share, &full_share, 1.01).known);
	assert_false(estimate_board_w(&limit_700, &idle_share, &full_share, -0.1).known);
	assert_false(estimate_board_w(&limit_700, &idle_share, &full_share, NAN).known);
	assert_false(estimate_board_w(&none, &idle_share, &full_share, 1).known);
	assert_false(estimate_board_w(&limit_700, &none, &full_share, 1).known);
}

/* 100 W, u 30 % and 5 W: 1.96 * hypot(30, 5). */
static void a_processor_has_its_curves_uncertainty(void **unused)
{
	struct quantity q = estimate_cpu_w(100000000, 300, 5000000);

	(void)unused;
	assert_near(q.value, 100, 1e-9);
	assert_near(q.high, 100 + 1.96 * hypot(30, 5), 1e-9);
	assert_near(estimate_cpu_w(10000000, 1000, 0).low, 0, 1e-12);
}

static void memory_is_good_to_a_factor_of_two(void **unused)
{
	struct quantity q = estimate_memory_w(25600000);

	(void)unused;
	assert_near(q.value, 25.6, 1e-9);
	assert_near(q.low, 12.8, 1e-9);
	assert_near(q.high, 51.2, 1e-9);
}

/* 8 boards of 525 W err alike, memory by itself: 8 * 257.25 and 12.8 in quadrature. */
static void what_errs_alike_adds_linearly_and_the_rest_in_quadrature(void **unused)
{
	const struct factor pue = factor_of(1.1, 1.1, 1.1);
	const struct factor intensity = factor_of(50, 50, 50);
	const struct estimate_device devices[] = {
		{ FAMILY_GPU, "NVIDIA H100 SXM", 8,
		  estimate_board_w(&limit_700, &idle_share, &full_share, 1) },
		{ FAMILY_MEMORY, "memory", 1, estimate_memory_w(25600000) },
	};
	const struct estimate_ask ask = { .hours = 10,
					  .devices = devices,
					  .device_count = 2,
					  .pue = &pue,
					  .intensity = &intensity };
	struct estimate estimate = { 0 };

	(void)unused;
	assert_int_equal(estimate_of(&ask, &estimate), 0);
	assert_int_equal(estimate.part_count, 2);
	assert_near(estimate.energy_kwh.value, 42.256, 1e-9);
	assert_near(estimate.energy_kwh.low, 42.256 - hypot(20.58, 0.128), 1e-9);
	assert_near(estimate.part[0].energy_kwh.value, 42, 1e-9);
	assert_near(estimate.facility_kwh.value, 46.4816, 1e-9);
	assert_near(estimate.carbon_kg.value, 2.32408, 1e-9);
	assert_false(estimate.cost_country.usd.known);
	assert_int_equal(estimate.energy_kwh.kind, KIND_MODELLED);
}

static void a_device_of_unknown_power_makes_the_sum_unknown(void **unused)
{
	const struct factor pue = factor_of(1.1, 1.1, 1.1);
	const struct factor intensity = factor_of(50, 50, 50);
	const struct estimate_device devices[] = {
		{ FAMILY_GPU, "known", 1, watts(100, 1) },
		{ FAMILY_CPU, "unknown", 1, { 0 } },
	};
	const struct estimate_ask ask = { .hours = 10,
					  .devices = devices,
					  .device_count = 2,
					  .pue = &pue,
					  .intensity = &intensity };
	struct estimate estimate = { 0 };

	(void)unused;
	assert_int_equal(estimate_of(&ask, &estimate), 0);
	assert_true(estimate.part[0].energy_kwh.known);
	assert_false(estimate.part[1].energy_kwh.known);
	assert_false(estimate.power_w.known);
	assert_false(estimate.energy_kwh.known);
	assert_false(estimate.carbon_kg.known);
}

/* By hand: mean 110, s 10, t(2) 4.303: 4.303 * 10 * sqrt(4/3) = 49.687, meters 5 W. */
static void runs_like_it_give_an_interval_for_one_more(void **unused)
{
	const struct factor pue = factor_of(1, 1, 1);
	const struct factor intensity = factor_of(100, 100, 100);
	const struct quantity runs[] = { watts(100, 5), watts(110, 5), watts(120, 5) };
	const struct estimate_ask ask = { .hours = 2,
					  .similar_w = runs,
					  .similar_count = 3,
					  .pue = &pue,
					  .intensity = &intensity };
	struct estimate estimate = { 0 };

	(void)unused;
	assert_int_equal(estimate_of(&ask, &estimate), 0);
	assert_near(estimate.power_w.value, 110, 1e-9);
	assert_near(estimate.spread_w, 10, 1e-9);
	assert_near(estimate.power_w.high, 110 + hypot(49.687, 5), 1e-3);
	assert_near(estimate.energy_kwh.value, 0.22, 1e-12);
	assert_near(estimate.carbon_kg.value, 0.022, 1e-12);
	assert_non_null(strstr(estimate.power_w.source, "3 runs"));
	assert_int_equal(estimate.assumption_count, 0);
}

/* t for 97.5 % of 30 degrees of freedom is 2.0423. */
static void many_runs_have_the_right_t(void **unused)
{
	const struct factor one = factor_of(1, 1, 1);
	struct quantity runs[31];
	const struct estimate_ask ask = { .hours = 1,
					  .similar_w = runs,
					  .similar_count = 31,
					  .pue = &one,
					  .intensity = &one };
	struct estimate estimate = { 0 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		runs[i] = watts(1000 + (double)i, 0);
	assert_int_equal(estimate_of(&ask, &estimate), 0);
	assert_near((estimate.power_w.high - estimate.power_w.value) /
			    (estimate.spread_w * sqrt(1 + 1.0 / 31)),
		    2.0423, 1e-3);
}

static void one_run_shows_no_spread_and_that_is_said(void **unused)
{
	const struct factor one = factor_of(1, 1, 1);
	const struct quantity run = watts(100, 0);
	const struct estimate_ask ask = { .hours = 1,
					  .similar_w = &run,
					  .similar_count = 1,
					  .pue = &one,
					  .intensity = &one };
	struct estimate estimate = { 0 };

	(void)unused;
	assert_int_equal(estimate_of(&ask, &estimate), 0);
	assert_false(estimate.has_spread);
	assert_near(estimate.power_w.low, 72, 1e-9);
	assert_int_equal(estimate.assumption_count, 1);
}

static void a_run_of_unknown_power_is_no_zero(void **unused)
{
	const struct factor one = factor_of(1, 1, 1);
	const struct quantity runs[] = { watts(100, 0), { 0 } };
	const struct estimate_ask ask = { .hours = 1,
					  .similar_w = runs,
					  .similar_count = 2,
					  .pue = &one,
					  .intensity = &one };
	struct estimate estimate = { 0 };

	(void)unused;
	assert_int_equal(estimate_of(&ask, &estimate), 0);
	assert_false(estimate.power_w.known);
	assert_false(estimate.energy_kwh.known);
}

static void nothing_to_estimate_is_refused(void **unused)
{
	const struct factor one = factor_of(1, 1, 1);
	const struct estimate_device device = { FAMILY_CPU, "x", 1, watts(1, 0) };
	struct estimate_ask ask = { .hours = 1, .pue = &one, .intensity = &one };
	struct estimate estimate = { .hours = 77 };

	(void)unused;
	assert_int_equal(estimate_of(&ask, &estimate), -EINVAL);
	ask.devices = &device;
	ask.device_count = 1;
	ask.hours = 0;
	assert_int_equal(estimate_of(&ask, &estimate), -EINVAL);
	ask.hours = INFINITY;
	assert_int_equal(estimate_of(&ask, &estimate), -EINVAL);
	ask.hours = 1;
	ask.device_count = ESTIMATE_PARTS_MAX + 1;
	assert_int_equal(estimate_of(&ask, &estimate), -EINVAL);
	assert_true(estimate.hours == 77);
}

static void assumptions_have_an_end(void **unused)
{
	struct estimate estimate = { 0 };

	(void)unused;
	for (size_t i = 0; i < ESTIMATE_ASSUMPTIONS_MAX; i++)
		assert_true(estimate_assume(&estimate, "a", "b", "c"));
	assert_false(estimate_assume(&estimate, "a", "b", "c"));
}

static void a_mass_is_as_much_as_something_one_knows(void **unused)
{
	struct equivalence rows[ESTIMATE_EQUIVALENCES_MAX];
	struct tables *tables;
	size_t n;

	(void)unused;
	assert_int_equal(tables_new(NULL, &tables), 0);
	n = equivalences_of(tables, 17.5, "FRA", rows, ARRAY_SIZE(rows));
	assert_true(n >= 2);
	assert_string_equal(rows[0].name, "car-eu");
	assert_near(rows[0].amount, 100, 1e-9);
	assert_true(rows[0].source[0] != '\0');
	assert_true(equivalences_of(tables, 17.5, "USA", rows, 1) == 1);
	assert_string_equal(rows[0].name, "car-us");
	assert_int_equal(equivalences_of(tables, 0, "FRA", rows, 4), 0);
	assert_int_equal(equivalences_of(tables, NAN, "FRA", rows, 4), 0);
	assert_int_equal(equivalences_of(tables, -1, "FRA", rows, 4), 0);
	tables_free(tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_busy_board_draws_three_quarters_of_its_limit),
		cmocka_unit_test(a_half_busy_board_lies_between_idle_and_full),
		cmocka_unit_test(a_board_of_several_variants_is_less_sure),
		cmocka_unit_test(a_load_that_is_none_has_no_power),
		cmocka_unit_test(a_processor_has_its_curves_uncertainty),
		cmocka_unit_test(memory_is_good_to_a_factor_of_two),
		cmocka_unit_test(
			what_errs_alike_adds_linearly_and_the_rest_in_quadrature),
		cmocka_unit_test(a_device_of_unknown_power_makes_the_sum_unknown),
		cmocka_unit_test(runs_like_it_give_an_interval_for_one_more),
		cmocka_unit_test(many_runs_have_the_right_t),
		cmocka_unit_test(one_run_shows_no_spread_and_that_is_said),
		cmocka_unit_test(a_run_of_unknown_power_is_no_zero),
		cmocka_unit_test(nothing_to_estimate_is_refused),
		cmocka_unit_test(assumptions_have_an_end),
		cmocka_unit_test(a_mass_is_as_much_as_something_one_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
