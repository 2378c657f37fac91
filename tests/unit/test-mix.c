/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "fake-factors.h"
#include "grid/mix.h"

#define HOUR 3600

/* Four hours from 1970 on. */
struct given {
	struct fake_grid grid;
	struct mix *mix;
};

static void open_mix(struct given *given)
{
	static const struct mix_span span = { 0, 4 * HOUR, HOUR };

	fake_grid_open(&given->grid, "", NULL, 0);
	fake_factors(&given->grid);
	assert_int_equal(mix_new(given->grid.tables, "eia", &span, &given->mix), 0);
}

static void close_mix(struct given *given)
{
	mix_free(given->mix);
	fake_grid_close(&given->grid);
}

static void add(struct given *given, const char *fuel, int hour, double mw)
{
	struct intensity_point told = { (int64_t)hour * HOUR, (int64_t)(hour + 1) * HOUR,
					mw, false, false };

	assert_int_equal(mix_add(given->mix, fuel, &told), 0);
}

/* "500 e", "gap". */
static const char *at(struct given *given, int hour)
{
	static _Thread_local char text[32];
	struct mix_value value;

	if (!mix_at(given->mix, (int64_t)hour * HOUR, &value))
		return "gap";
	(void)snprintf(text, sizeof text, "%g/%g%s", value.lifecycle_gpkwh,
		       value.direct_gpkwh, value.estimated ? " e" : "");
	return text;
}

static void an_hour_is_the_mean_by_energy(void **unused)
{
	struct given given;

	(void)unused;
	open_mix(&given);
	add(&given, "NG", 0, 300);
	add(&given, "SUN", 0, 100);
	mix_close(given.mix);
	assert_string_equal(at(&given, 0), "387.5/300");
	assert_string_equal(at(&given, -1), "gap");
	assert_string_equal(at(&given, 4), "gap");
	close_mix(&given);
}

static void what_a_plant_draws_counts_as_none(void **unused)
{
	struct given given;

	(void)unused;
	open_mix(&given);
	add(&given, "NG", 0, 300);
	add(&given, "WAT", 0, -300);
	add(&given, "WAT", 1, -300);
	add(&given, "NG", 1, 0);
	mix_close(given.mix);
	assert_string_equal(at(&given, 0), "500/400");
	assert_string_equal(at(&given, 1), "gap"); /* nothing over nothing */
	close_mix(&given);
}

static void a_fuel_without_a_factor_is_left_out_up_to_a_tenth(void **unused)
{
	struct given given;

	(void)unused;
	open_mix(&given);
	add(&given, "NG", 0, 900);
	add(&given, "UNK", 0, 100);
	add(&given, "NG", 1, 890);
	add(&given, "never heard of", 1, 110);
	add(&given, "UNK", 1, 0);
	add(&given, "never heard of", 0, 0);
	mix_close(given.mix);
	assert_string_equal(at(&given, 0), "500/400");
	assert_string_equal(at(&given, 1), "gap");
	close_mix(&given);
}

static void a_fuel_not_told_is_what_its_neighbours_were(void **unused)
{
	struct given given;

	(void)unused;
	open_mix(&given);
	for (int hour = 0; hour < 4; hour++)
		add(&given, "NG", hour, 1000);
	add(&given, "NUC", 0, 100); /* the larger of 100 and 300: over a tenth */
	add(&given, "NUC", 2, 300); /* and after it, 300 */
	add(&given, "COL", 2, 50);
	add(&given, "COL", 3, 50); /* a twentieth is missing before */
	mix_close(given.mix);
	assert_string_equal(at(&given, 0), "455.455/363.636 e");
	assert_string_equal(at(&given, 1), "gap");
	assert_string_equal(at(&given, 3), "gap");
	close_mix(&given);
}

static void the_sun_at_night_is_not_missing(void **unused)
{
	struct given given;

	(void)unused;
	open_mix(&given);
	for (int hour = 0; hour < 4; hour++)
		add(&given, "NG", hour, 1000);
	add(&given, "SUN", 0, 0);
	add(&given, "SUN", 2, 0);
	add(&given, "SUN", 3, 1000);
	mix_close(given.mix);
	assert_string_equal(at(&given, 1), "500/400");
	assert_string_equal(at(&given, 3), "275/200");
	close_mix(&given);
}

static void the_last_told_holds(void **unused)
{
	static const struct intensity_point all = { -9 * HOUR, 99 * HOUR, 7, false,
						    false };

	static const struct intensity_point half = { HOUR / 2, 2 * HOUR - 1, 9, false,
						     false };
	struct given given;

	(void)unused;
	open_mix(&given);
	assert_int_equal(mix_add(given.mix, "SUN", &all), 0); /* cut to the span */
	add(&given, "NG", 0, 7);
	add(&given, "NG", 1, 7);
	assert_int_equal(mix_add(given.mix, "NG", &half), 0); /* no whole hour */
	add(&given, "SUN", 1, 21);
	mix_close(given.mix);
	assert_string_equal(at(&given, 0), "275/200");
	assert_string_equal(at(&given, 1), "162.5/100");
	close_mix(&given);
}

static void what_is_no_number_is_not_told(void **unused)
{
	struct given given;

	(void)unused;
	open_mix(&given);
	add(&given, "NG", 0, NAN);
	add(&given, "NG", 1, INFINITY);
	mix_close(given.mix);
	assert_string_equal(at(&given, 0), "gap");
	assert_string_equal(at(&given, 1), "gap");
	close_mix(&given);
}

static void too_much_is_refused(void **unused)
{
	static const struct mix_span ages = { 0, ((int64_t)MIX_STEPS_MAX + 1) * 900,
					      900 };
	static const struct intensity_point told = { 0, HOUR, 1, false, false };
	struct given given;
	struct mix *none = NULL;
	char fuel[16];

	(void)unused;
	open_mix(&given);
	assert_int_equal(mix_new(given.grid.tables, "eia", &ages, &none), -E2BIG);
	assert_null(none);
	for (int i = 0; i < MIX_FUELS_MAX; i++) {
		(void)snprintf(fuel, sizeof fuel, "F%d", i);
		assert_int_equal(mix_add(given.mix, fuel, &told), 0);
	}
	assert_int_equal(mix_add(given.mix, "one more", &told), -E2BIG);
	assert_int_equal(mix_add(given.mix, "F3", &told), 0);
	mix_free(NULL);
	close_mix(&given);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_is_the_mean_by_energy),
		cmocka_unit_test(what_a_plant_draws_counts_as_none),
		cmocka_unit_test(a_fuel_without_a_factor_is_left_out_up_to_a_tenth),
		cmocka_unit_test(a_fuel_not_told_is_what_its_neighbours_were),
		cmocka_unit_test(the_sun_at_night_is_not_missing),
		cmocka_unit_test(the_last_told_holds),
		cmocka_unit_test(what_is_no_number_is_not_told),
		cmocka_unit_test(too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
