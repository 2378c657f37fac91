/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "calc/carbon.h"
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

static void a_kilowatt_hour_is_3600000_joules(void **unused)
{
	struct quantity j = about(3.6e6, 3.6e6, 3.6e6);
	struct quantity pue = about(1.58, 1.58, 1.58);
	struct quantity kwh = carbon_facility_kwh(&j, &pue);

	(void)unused;
	assert_true(kwh.known);
	assert_true(near(kwh.value, 1.58) && near(kwh.low, 1.58) && near(kwh.high, 1.58));
}

static void unknown_in_is_unknown_out(void **unused)
{
	struct quantity j = about(1, 2, 3), none = { .known = false };
	struct quantity nan_j = about(1, 2, NAN);

	(void)unused;
	assert_false(carbon_facility_kwh(&j, &none).known);
	assert_false(carbon_facility_kwh(&none, &j).known);
	assert_false(carbon_kg(&none, &none).known);
	assert_false(carbon_kg(&nan_j, &j).known);
}

static void each_side_has_its_own_width(void **unused)
{
	struct quantity kwh = about(0.97, 1, 1.03);
	struct quantity g = about(400 - 400 * 0.04, 400, 400 + 400 * 0.4);
	struct quantity kg = carbon_kg(&kwh, &g);

	(void)unused;
	assert_true(near(kg.value, 0.4));
	assert_true(near(kg.low, 0.4 * (1 - 0.05)));
	assert_true(near(kg.high, 0.4 * (1 + hypot(0.03, 0.4))));
}

static void a_zero_with_a_width_keeps_it(void **unused)
{
	struct quantity kwh = about(0, 0, 2), g = about(300, 400, 500);
	struct quantity kg = carbon_kg(&kwh, &g);

	(void)unused;
	assert_true(kg.known && kg.value == 0 && kg.low == 0 && near(kg.high, 0.8));
}

static void below_0_the_sides_change_places(void **unused)
{
	struct quantity kwh = about(0.9, 1, 1.4), g = about(-300, -300, -300), kg;

	(void)unused;
	kg = carbon_kg(&kwh, &g);
	assert_true(near(kg.low, -0.42) && near(kg.value, -0.3) && near(kg.high, -0.27));
	g = about(-500, -300, 0);
	kwh = about(1, 1, 1);
	kg = carbon_kg(&kwh, &g);
	assert_true(near(kg.low, -0.5) && near(kg.high, 0));
}

static void a_result_is_as_good_as_its_worst_part(void **unused)
{
	struct quantity a = about(1, 1, 1), b = about(1, 1, 1);

	(void)unused;
	b.kind = KIND_ASSUMED;
	assert_int_equal(carbon_kg(&a, &b).kind, KIND_ASSUMED);
	assert_int_equal(carbon_kg(&b, &a).kind, KIND_ASSUMED);
	assert_int_equal(carbon_kg(&a, &a).kind, KIND_MEASURED);
}

static double any(double most)
{
	return most * (double)(random() % 1000000) / 1e6;
}

static void bounds_hold_and_more_energy_is_never_less_carbon(void **unused)
{
	(void)unused;
	srandom(5);
	for (int i = 0; i < 10000; i++) {
		double v = any(1000), w = any(900);
		struct quantity a = about(v - any(v), v, v + any(5 * v));
		struct quantity b = about(w - any(w), w, w + any(5 * w));
		struct quantity one = carbon_kg(&a, &b), more;

		assert_true(0 <= one.low && one.low <= one.value &&
			    one.value <= one.high);
		assert_true(one.high <= a.high * b.high / 1000 * (1 + 1e-12));
		a = about(a.low, v * 1.1, a.high + v);
		more = carbon_kg(&a, &b);
		assert_true(more.value >= one.value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kilowatt_hour_is_3600000_joules),
		cmocka_unit_test(unknown_in_is_unknown_out),
		cmocka_unit_test(each_side_has_its_own_width),
		cmocka_unit_test(a_zero_with_a_width_keeps_it),
		cmocka_unit_test(below_0_the_sides_change_places),
		cmocka_unit_test(a_result_is_as_good_as_its_worst_part),
		cmocka_unit_test(bounds_hold_and_more_energy_is_never_less_carbon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
