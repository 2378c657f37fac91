/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calc/cost.h"
#include "fixture.h"

#define YEAR_NS (INT64_C(8760) * 3600 * NS_PER_S)

static struct quantity about(double low, double value, double high)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = low,
				  .high = high,
				  .kind = KIND_DERIVED };
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

static void expect_text(double value, const char *text)
{
	char buf[32];

	(void)snprintf(buf, sizeof buf, "%.2f", value);
	assert_string_equal(buf, text);
}

static void the_papers_figures_come_out(void **unused)
{
	struct quantity kg = about(5, 8.020598, 12);
	struct quantity usa = about(0.5634, 47.8216, 118.3023);
	struct quantity usd = cost_usd(&kg, &usa);

	(void)unused;
	assert_true(usd.known);
	expect_text(usd.low, "0.00");
	expect_text(usd.value, "0.38");
	expect_text(usd.high, "0.95");
	assert_string_equal(usd.source, "METHOD E-13");
}

static void a_country_that_gains_has_a_cost_below_0(void **unused)
{
	struct quantity kg = about(900, 1000, 1100), gains = about(-20, -10, 5);
	struct quantity usd = cost_usd(&kg, &gains);

	(void)unused;
	assert_true(near(usd.low, -20) && near(usd.value, -10) && near(usd.high, 5));
}

static void saved_carbon_turns_the_interval_around(void **unused)
{
	struct quantity kg = about(-1100, -1000, -900), scc = about(1, 40, 100);
	struct quantity usd = cost_usd(&kg, &scc);

	(void)unused;
	assert_true(near(usd.low, -100) && near(usd.value, -40) && near(usd.high, -1));
}

static void a_cost_without_carbon_or_study_is_unknown(void **unused)
{
	struct quantity one = about(1, 2, 3), none = { .kind = KIND_ASSUMED };
	struct quantity usd = cost_usd(&none, &one);

	(void)unused;
	assert_false(usd.known);
	assert_string_equal(usd.source, "the carbon is not known");
	usd = cost_usd(&one, &none);
	assert_false(usd.known);
	assert_int_equal(usd.kind, KIND_ASSUMED);
	assert_string_equal(usd.source, "no social cost of carbon is known");
}

static void a_run_has_its_part_of_the_making(void **unused)
{
	/* A day of a quarter of a machine that lives 4 years. */
	struct embodied embodied = { .making_kg = about(1000, 1460, 2920),
				     .lifespan_years = 4,
				     .reserved_ns = 86400 * NS_PER_S,
				     .share_ratio = 0.25 };
	struct quantity kg = embodied_kg(&embodied);

	(void)unused;
	assert_true(kg.known);
	assert_true(near(kg.value, 0.25));
	assert_true(near(kg.low, 1000 / 5840.0) && near(kg.high, 0.5));
	assert_int_equal(kg.kind, KIND_ASSUMED);
}

static void a_whole_life_is_the_whole_making(void **unused)
{
	struct embodied embodied = { .making_kg = about(1, 2, 3),
				     .lifespan_years = 6,
				     .reserved_ns = 6 * YEAR_NS,
				     .share_ratio = 1 };
	struct quantity kg = embodied_kg(&embodied);

	(void)unused;
	assert_true(near(kg.low, 1) && near(kg.value, 2) && near(kg.high, 3));
	embodied.reserved_ns = 0;
	kg = embodied_kg(&embodied);
	assert_true(kg.known && kg.value == 0);
}

static void expect_unknown(struct embodied embodied, const char *why)
{
	struct quantity kg = embodied_kg(&embodied);

	assert_false(kg.known);
	assert_non_null(strstr(kg.source, why));
}

static void what_cannot_be_a_machine_says_why(void **unused)
{
	const struct embodied good = { .making_kg = about(1, 2, 3),
				       .lifespan_years = 4,
				       .reserved_ns = YEAR_NS,
				       .share_ratio = 1 };
	struct embodied bad = good;

	(void)unused;
	bad.making_kg.known = false;
	expect_unknown(bad, "making");
	bad = good;
	bad.lifespan_years = 0;
	expect_unknown(bad, "lifespan");
	bad.lifespan_years = NAN;
	expect_unknown(bad, "lifespan");
	bad = good;
	bad.share_ratio = 1.01;
	expect_unknown(bad, "share");
	bad.share_ratio = NAN;
	expect_unknown(bad, "share");
	bad = good;
	bad.reserved_ns = -1;
	expect_unknown(bad, "time");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_papers_figures_come_out),
		cmocka_unit_test(a_country_that_gains_has_a_cost_below_0),
		cmocka_unit_test(saved_carbon_turns_the_interval_around),
		cmocka_unit_test(a_cost_without_carbon_or_study_is_unknown),
		cmocka_unit_test(a_run_has_its_part_of_the_making),
		cmocka_unit_test(a_whole_life_is_the_whole_making),
		cmocka_unit_test(what_cannot_be_a_machine_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
