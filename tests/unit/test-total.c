/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "calc/carbon.h"
#include "calc/total.h"
#include "fixture.h"

static struct quantity about(double low, double value, double high)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = low,
				  .high = high,
				  .kind = KIND_MEASURED };
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

/* 1 kWh, 10 % either way; PUE 1.5, 20 % and 40 %; 400 g/kWh, 10 % and 30 %. */
static const struct quantity energy_j = { true, 3.6e6, 3.24e6, 3.96e6, KIND_DERIVED, "" };
static const struct quantity pue = { true, 1.5, 1.2, 2.1, KIND_ASSUMED, "" };
static const struct quantity gpkwh = { true, 400, 360, 520, KIND_MODELLED, "" };
static const struct quantity sure_pue = { true, 1, 1, 1, KIND_ASSUMED, "" };
static const struct quantity sure_gpkwh = { true, 100, 100, 100, KIND_DERIVED, "" };

#define RUNS 9

static void fill(struct total_run *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		runs[i] = (struct total_run){ .attributed_j = &energy_j,
					      .pue = &pue,
					      .intensity_gpkwh = &gpkwh,
					      .machine = "one",
					      .site = "here",
					      .grid = "DE table" };
}

static struct total sum(const struct total_run *runs, size_t count)
{
	struct total total;

	assert_int_equal(total_of(runs, count, &total), 0);
	return total;
}

static void expect_times(const struct quantity *sum, const struct quantity *one,
			 double times, double width)
{
	assert_true(near(sum->value, times * one->value));
	assert_true(near(sum->value - sum->low, width * (one->value - one->low)));
	assert_true(near(sum->high - sum->value, width * (one->high - one->value)));
}

static void expect_same(const struct quantity *a, const struct quantity *b)
{
	expect_times(a, b, 1, 1);
	assert_int_equal(a->known, b->known);
}

static void no_runs_are_no_sum_and_not_0(void **unused)
{
	struct total total = sum(NULL, 0);

	(void)unused;
	assert_false(total.attributed_j.known || total.facility_kwh.known ||
		     total.carbon_kg.known);
	assert_int_equal(total.runs, 0);
}

static void one_run_is_its_own_sum(void **unused)
{
	struct total_run run;
	struct total total;
	struct quantity kwh = carbon_facility_kwh(&energy_j, &pue);
	struct quantity kg = carbon_kg(&kwh, &gpkwh);

	(void)unused;
	fill(&run, 1);
	total = sum(&run, 1);
	expect_same(&total.attributed_j, &energy_j);
	expect_same(&total.facility_kwh, &kwh);
	expect_same(&total.carbon_kg, &kg);
	assert_int_equal(total.carbon_kg.kind, KIND_ASSUMED);
	assert_string_equal(total.carbon_kg.source, "sum of 1 run");
}

static double any(double most)
{
	return most * (double)(random() % 1000001) / 1e6;
}

static struct quantity any_about(double most)
{
	double value = any(most);

	return about(value - any(value), value, value + any(2 * value));
}

static void any_one_run_agrees_with_the_product_rule(void **unused)
{
	(void)unused;
	srandom(3);
	for (int i = 0; i < 20000; i++) {
		struct quantity j = any_about(1e9), p = any_about(3), g = any_about(1000);
		struct total_run run = { &j, &p, &g, "", "", "" };
		struct quantity kwh, kg;
		struct total total;

		if (i % 3 == 0) {
			double low = any(900) - 450;

			g = about(low, low + any(500), low + 500 + any(500));
		}
		kwh = carbon_facility_kwh(&j, &p);
		kg = carbon_kg(&kwh, &g);
		total = sum(&run, 1);
		expect_same(&total.facility_kwh, &kwh);
		expect_same(&total.carbon_kg, &kg);
	}
}

static void runs_alike_have_an_interval_as_many_times_as_wide(void **unused)
{
	struct total_run runs[RUNS];
	struct total one, all;

	(void)unused;
	fill(runs, RUNS);
	one = sum(runs, 1);
	all = sum(runs, RUNS);
	expect_times(&all.attributed_j, &one.attributed_j, RUNS, RUNS);
	expect_times(&all.facility_kwh, &one.facility_kwh, RUNS, RUNS);
	expect_times(&all.carbon_kg, &one.carbon_kg, RUNS, RUNS);
	assert_string_equal(all.carbon_kg.source, "sum of 9 runs");
}

static void runs_apart_have_an_interval_as_its_root_times_as_wide(void **unused)
{
	static const char *const names[RUNS] = { "a", "b", "c", "d", "e",
						 "f", "g", "h", "i" };
	struct total_run runs[RUNS];
	struct total one, all;

	(void)unused;
	fill(runs, RUNS);
	one = sum(runs, 1);
	for (size_t i = 0; i < RUNS; i++)
		runs[i].machine = runs[i].site = runs[i].grid = names[i];
	all = sum(runs, RUNS);
	expect_times(&all.attributed_j, &one.attributed_j, RUNS, sqrt(RUNS));
	expect_times(&all.facility_kwh, &one.facility_kwh, RUNS, sqrt(RUNS));
	expect_times(&all.carbon_kg, &one.carbon_kg, RUNS, sqrt(RUNS));
}

static void machines_apart_at_one_place_share_its_errors_alone(void **unused)
{
	struct total_run runs[4];
	struct total all;

	(void)unused;
	fill(runs, 4);
	runs[0].machine = runs[2].machine = "first";
	runs[1].machine = runs[3].machine = "second";
	all = sum(runs, 4);
	/* Each machine's two runs 0.2 kWh, both in quadrature; PUE 4 times. */
	assert_true(near(all.attributed_j.high - all.attributed_j.value,
			 3.6e6 * hypot(0.2, 0.2)));
	assert_true(near(all.facility_kwh.high - all.facility_kwh.value,
			 hypot(1.5 * hypot(0.2, 0.2), 4 * 0.6)));
}

static void a_machine_without_a_name_is_on_its_own(void **unused)
{
	struct total_run runs[4];
	struct total all;

	(void)unused;
	fill(runs, 4);
	for (size_t i = 0; i < 4; i++) {
		runs[i].machine = i % 2 ? "" : NULL;
		runs[i].pue = &sure_pue;
	}
	all = sum(runs, 4);
	assert_true(near(all.attributed_j.high - all.attributed_j.value, 2 * 0.36e6));
}

/* The safe side: two that are not known may be the same. */
static void a_place_without_a_name_is_one_place(void **unused)
{
	struct total_run runs[4];
	struct total one, all;

	(void)unused;
	fill(runs, 4);
	for (size_t i = 0; i < 4; i++)
		runs[i].site = runs[i].grid = i % 2 ? "" : NULL;
	one = sum(runs, 1);
	all = sum(runs, 4);
	expect_times(&all.carbon_kg, &one.carbon_kg, 4, 4);
	for (size_t i = 0; i < 4; i++) {
		runs[i].pue = &sure_pue;
		runs[i].intensity_gpkwh = &sure_gpkwh;
	}
	all = sum(runs, 4);
	assert_true(near(all.carbon_kg.high - all.carbon_kg.value, 4 * 0.01));
}

static void what_is_not_known_is_left_out_and_counted(void **unused)
{
	struct quantity none = { .known = false, .kind = KIND_ASSUMED };
	struct total_run runs[4];
	struct total all;

	(void)unused;
	fill(runs, 4);
	runs[1].attributed_j = &none;
	runs[2].intensity_gpkwh = &none;
	all = sum(runs, 4);
	assert_true(near(all.attributed_j.value, 3 * 3.6e6));
	assert_true(near(all.carbon_kg.value, 2 * 0.6));
	assert_int_equal(all.attributed_j.kind, KIND_DERIVED);
	assert_string_equal(all.attributed_j.source, "sum of 3 of 4 runs");
	assert_int_equal(all.runs, 4);
	assert_int_equal(all.unknown_energy, 1);
	assert_int_equal(all.unknown_carbon, 2);
	runs[0].attributed_j = runs[2].attributed_j = runs[3].attributed_j = &none;
	all = sum(runs, 4);
	assert_false(all.attributed_j.known || all.carbon_kg.known);
	assert_string_equal(all.attributed_j.source, "known of none of 4 runs");
}

static void the_order_of_runs_does_not_matter_and_more_sharing_is_never_surer(
	void **unused)
{
	static const char *const names[] = { "a", "b", "c" };
	struct quantity j[RUNS], p[RUNS], g[RUNS];
	struct total_run runs[RUNS], back[RUNS], alike[RUNS];
	struct total one, two, most;

	(void)unused;
	srandom(4);
	for (int round = 0; round < 1000; round++) {
		for (size_t i = 0; i < RUNS; i++) {
			j[i] = any_about(1e7);
			p[i] = any_about(2);
			g[i] = any_about(800);
			runs[i] = (struct total_run){ &j[i],
						      &p[i],
						      &g[i],
						      names[random() % 3],
						      names[random() % 3],
						      names[random() % 3] };
			back[RUNS - 1 - i] = alike[i] = runs[i];
			alike[i].machine = alike[i].site = alike[i].grid = "a";
		}
		one = sum(runs, RUNS);
		two = sum(back, RUNS);
		most = sum(alike, RUNS);
		expect_same(&one.carbon_kg, &two.carbon_kg);
		assert_true(one.carbon_kg.low >= 0);
		assert_true(one.carbon_kg.low <= one.carbon_kg.value);
		assert_true(most.carbon_kg.low <= one.carbon_kg.low * (1 + 1e-9) + 1e-12);
		assert_true(most.carbon_kg.high >= one.carbon_kg.high * (1 - 1e-9));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_runs_are_no_sum_and_not_0),
		cmocka_unit_test(one_run_is_its_own_sum),
		cmocka_unit_test(any_one_run_agrees_with_the_product_rule),
		cmocka_unit_test(runs_alike_have_an_interval_as_many_times_as_wide),
		cmocka_unit_test(runs_apart_have_an_interval_as_its_root_times_as_wide),
		cmocka_unit_test(machines_apart_at_one_place_share_its_errors_alone),
		cmocka_unit_test(a_machine_without_a_name_is_on_its_own),
		cmocka_unit_test(a_place_without_a_name_is_one_place),
		cmocka_unit_test(what_is_not_known_is_left_out_and_counted),
		cmocka_unit_test(
			the_order_of_runs_does_not_matter_and_more_sharing_is_never_surer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
