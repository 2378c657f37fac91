/* SPDX-License-Identifier: Apache-2.0 */
#include "calc/interval.h"
#include "fixture.h"

#define J     UINT64_C(1000000) /* a joule, in uj */
#define RANGE UINT64_C(262143328850)

static struct domain package(void)
{
	struct domain domain;

	domain_init(&domain, "package-0", FAMILY_CPU);
	domain.range_uj = RANGE;
	domain.max_uw = 200 * J;
	domain.update_ns = NS_PER_MS;
	return domain;
}

static struct reading counter(int64_t t_ns, uint64_t uj)
{
	return (struct reading){ .t_ns = t_ns, .energy_uj = uj, .has = READING_ENERGY };
}

static struct interval between(const struct domain *domain, struct reading a,
			       struct reading b, int64_t slept_ns)
{
	struct interval ret;

	interval_of_counter(domain, &a, &b, slept_ns, &ret);
	return ret;
}

static void a_wrap_is_undone_at_any_phase(void **unused)
{
	struct domain domain = package();

	(void)unused;
	srandom(1);
	for (int i = 0; i < 10000; i++) {
		uint64_t step = 1 + (uint64_t)random() % (100 * J);
		uint64_t a = i % 2 ? (uint64_t)random() * 61 % RANGE
				   : RANGE - (uint64_t)random() % (200 * J);
		struct interval one;

		if (a >= RANGE)
			a = RANGE - 1;
		one = between(&domain, counter(0, a),
			      counter(NS_PER_S, (a + step) % RANGE), 0);
		assert_int_equal(one.end, INTERVAL_OK);
		assert_true(one.step_uj == step);
		assert_int_equal(one.wrapped, a + step >= RANGE);
		assert_true(one.maybe_lost_uj == 0);
	}
}

static void a_counter_that_went_back_is_no_262_kj(void **unused)
{
	struct domain domain = package();
	struct interval one;

	(void)unused;
	one = between(&domain, counter(0, 100 * J), counter(NS_PER_S, 99 * J), 0);
	assert_int_equal(one.end, INTERVAL_WENT_BACK);
	assert_true(one.step_uj == 0);
	one = between(&domain, counter(0, 100 * J), counter(NS_PER_S, 0), 0);
	assert_int_equal(one.end, INTERVAL_WENT_BACK);
	domain.max_uw = 0;
	one = between(&domain, counter(0, 100 * J), counter(NS_PER_MS, 99 * J), 0);
	assert_int_equal(one.end, INTERVAL_WENT_BACK);
	domain.range_uj = 0;
	one = between(&domain, counter(0, RANGE - 1), counter(NS_PER_S, 0), 0);
	assert_int_equal(one.end, INTERVAL_WENT_BACK);
}

static void a_value_beyond_the_range_does_not_underflow(void **unused)
{
	struct domain domain = package();
	struct interval one =
		between(&domain, counter(0, RANGE + 5), counter(NS_PER_S, 3), 0);

	(void)unused;
	assert_int_equal(one.end, INTERVAL_WENT_BACK);
}

static void a_step_beyond_the_part_is_implausible(void **unused)
{
	struct domain domain = package();

	(void)unused;
	assert_int_equal(
		between(&domain, counter(0, 0), counter(NS_PER_S, 350 * J), 0).end,
		INTERVAL_OK);
	assert_int_equal(
		between(&domain, counter(0, 0), counter(NS_PER_S, 450 * J), 0).end,
		INTERVAL_IMPLAUSIBLE);
	domain.max_uw = 0;
	assert_int_equal(
		between(&domain, counter(0, 0), counter(NS_PER_S, 3200 * J), 0).end,
		INTERVAL_OK);
	assert_int_equal(
		between(&domain, counter(0, 0), counter(NS_PER_S, 3400 * J), 0).end,
		INTERVAL_IMPLAUSIBLE);
	domain.boundary = BOUNDARY_NODE;
	assert_int_equal(
		between(&domain, counter(0, 0), counter(NS_PER_S, 3400 * J), 0).end,
		INTERVAL_OK);
}

static void a_new_epoch_counts_only_what_is_plausible(void **unused)
{
	struct domain domain = package();
	struct reading b = counter(NS_PER_S, 50 * J);

	(void)unused;
	b.epoch = 1;
	assert_int_equal(between(&domain, counter(0, 20 * J), b, 0).end, INTERVAL_OK);
	assert_int_equal(between(&domain, counter(0, 60 * J), b, 0).end, INTERVAL_RESET);
	b.energy_uj = 5000 * J;
	assert_int_equal(between(&domain, counter(0, 20 * J), b, 0).end, INTERVAL_RESET);
	/* Even what would pass for a wrap. */
	b.energy_uj = 5 * J;
	assert_int_equal(between(&domain, counter(0, RANGE - J), b, 0).end,
			 INTERVAL_RESET);
}

static void across_a_suspend_going_back_is_a_reset(void **unused)
{
	struct domain domain = package();
	struct reading a = counter(0, RANGE - J);
	struct reading b = counter(NS_PER_S, J);

	(void)unused;
	assert_int_equal(between(&domain, a, b, 10 * NS_PER_S).end, INTERVAL_RESET);
	assert_int_equal(between(&domain, a, b, NS_PER_MS).end, INTERVAL_OK);
	a.energy_uj = 0;
	b.energy_uj = 1500 * J;
	assert_int_equal(between(&domain, a, b, 10 * NS_PER_S).end, INTERVAL_OK);
}

static void time_for_more_wraps_is_told(void **unused)
{
	struct domain domain = package();
	int64_t wrap_ns = (int64_t)(RANGE / 200 * 1000); /* at 200 W */
	struct interval one;

	(void)unused;
	one = between(&domain, counter(0, 0), counter(wrap_ns - NS_PER_S, 5), 0);
	assert_true(one.maybe_lost_uj == 0);
	one = between(&domain, counter(0, 0), counter(2 * wrap_ns + NS_PER_S, 5), 0);
	assert_true(one.maybe_lost_uj == 2 * RANGE);
}

static struct power_interval watts(int64_t ns, uint64_t a_uw, uint64_t b_uw,
				   uint64_t *rest)
{
	struct reading a = { .power_uw = a_uw, .has = READING_POWER };
	struct reading b = { .t_ns = ns, .power_uw = b_uw, .has = READING_POWER };
	struct power_interval ret;

	interval_of_power(&a, &b, rest, &ret);
	return ret;
}

static void constant_power_is_exact_however_it_is_cut(void **unused)
{
	uint64_t sum = 0, rest = 0;

	(void)unused;
	for (int i = 0; i < 3000000; i++)
		sum += watts(1000, 333, 333, &rest).step_uj;
	assert_true(sum == 999); /* 333 uw over 3 s, in steps far below one uj */
	assert_true(watts(NS_PER_S, 5 * J, 5 * J, &rest).ripple_uj == 0);
}

/* A square wave of any phase, read now and then: the truth lies within E-2's bound. */
static void a_square_profile_is_within_the_bound(void **unused)
{
	(void)unused;
	srandom(2);
	for (int run = 0; run < 200; run++) {
		int64_t flip_ns = 500 * NS_PER_MS + random() % NS_PER_S;
		int64_t t_ns = 0;
		uint64_t sum = 0, ripple = 0, rest = 0, truth = 0;

		while (t_ns < 2 * NS_PER_S) {
			int64_t ns = NS_PER_MS + random() % (100 * NS_PER_MS);
			int64_t end_ns = t_ns + ns;
			int64_t high_ns = end_ns <= flip_ns ? 0
					  : t_ns >= flip_ns ? ns
							    : end_ns - flip_ns;
			uint64_t a = t_ns >= flip_ns ? 90 * J : 10 * J;
			uint64_t b = end_ns >= flip_ns ? 90 * J : 10 * J;
			struct power_interval one = watts(ns, a, b, &rest);

			sum += one.step_uj;
			ripple += one.ripple_uj;
			truth += (uint64_t)(high_ns * 90 + (ns - high_ns) * 10) / 1000;
			t_ns = end_ns;
		}
		assert_true(ripple > 0);
		assert_true(sum <= truth + ripple + 100 && truth <= sum + ripple + 100);
	}
}

static void more_power_never_gives_less_energy(void **unused)
{
	(void)unused;
	srandom(3);
	for (int i = 0; i < 1000; i++) {
		uint64_t a = (uint64_t)random(), b = (uint64_t)random(), rest = 0;
		uint64_t less = watts(NS_PER_S, a, b, &rest).step_uj;

		rest = 0;
		assert_true(watts(NS_PER_S, a + 1000, b, &rest).step_uj >= less);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrap_is_undone_at_any_phase),
		cmocka_unit_test(a_counter_that_went_back_is_no_262_kj),
		cmocka_unit_test(a_value_beyond_the_range_does_not_underflow),
		cmocka_unit_test(a_step_beyond_the_part_is_implausible),
		cmocka_unit_test(a_new_epoch_counts_only_what_is_plausible),
		cmocka_unit_test(across_a_suspend_going_back_is_a_reset),
		cmocka_unit_test(time_for_more_wraps_is_told),
		cmocka_unit_test(constant_power_is_exact_however_it_is_cut),
		cmocka_unit_test(a_square_profile_is_within_the_bound),
		cmocka_unit_test(more_power_never_gives_less_energy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
