/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "report/number.h"

static struct quantity between(double low, double value, double high)
{
	return (struct quantity){ true, value, low, high, KIND_MEASURED, "" };
}

static void a_prefix_keeps_the_number_between_1_and_1000(void **unused)
{
	static const struct {
		double value;
		enum number_unit unit;
		const char *text;
	} rows[] = {
		{ 512, NUMBER_J, "512 J" },
		{ 4210, NUMBER_J, "4.21 kJ" },
		{ 999.4, NUMBER_J, "999 J" },
		{ 999.7, NUMBER_J, "1.00 kJ" },
		{ 0.0123, NUMBER_J, "12.3 mJ" },
		{ 999949, NUMBER_J, "278 Wh" },
		{ 999400, NUMBER_J, "999 kJ" },
		{ 1.31 * 3.6e6, NUMBER_J, "1.31 kWh" },
		{ 2e10, NUMBER_J, "5.56 MWh" },
		{ 0.00184772, NUMBER_KWH, "1.85 Wh" },
		{ 12.5, NUMBER_KWH, "12.5 kWh" },
		{ 0.00087397, NUMBER_CO2E, "874 mg CO2e" },
		{ 1234, NUMBER_CO2E, "1.23 t CO2e" },
		{ 75.04, NUMBER_W, "75.0 W" },
		{ 473.2, NUMBER_GPKWH, "473 g/kWh" },
		{ 1234, NUMBER_GPKWH, "1234 g/kWh" },
		{ 1.58, NUMBER_PLAIN, "1.58" },
		{ 0, NUMBER_J, "0 J" },
		{ -4210, NUMBER_J, "-4.21 kJ" },
	};

	char text[NUMBER_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		number_text(rows[i].value, rows[i].unit, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

static void the_bounds_have_the_unit_and_the_digits_of_their_width(void **unused)
{
	static const struct {
		double low;
		double value;
		double high;
		const char *text;
	} rows[] = {
		{ 3900, 4210, 4600, "4.21 kJ (3.9 to 4.6)" },
		{ 4160, 4210, 4260, "4.21 kJ (4.16 to 4.26)" },
		{ 1000, 4210, 60000, "4.21 kJ (1 to 60)" },
		{ 30, 4210, 9000, "4.21 kJ (0.03 to 9)" },
		{ 0, 4210, 9000, "4.21 kJ (0 to 9)" },
		{ 4210, 4210, 4210, "4.21 kJ" },
		{ 980, 1000, 1020, "1.00 kJ (0.98 to 1.02)" },
		{ 0, 507, 1118, "507 J (0 to 1120)" },
		{ 151, 344, 783, "344 J (151 to 783)" },
		{ 97, 990, 20400, "990 J (97 to 20400)" },
	};

	char text[NUMBER_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct quantity q = between(rows[i].low, rows[i].value, rows[i].high);

		number_quantity(&q, NUMBER_J, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

static void a_bound_over_zero_is_never_shown_as_zero(void **unused)
{
	char text[NUMBER_TEXT_MAX];

	(void)unused;
	for (double low = 1e-6; low < 1; low *= 10) {
		struct quantity q = between(low, 100, 900);
		double shown;

		number_quantity(&q, NUMBER_J, text, sizeof text);
		assert_int_equal(sscanf(text, "100 J (%lf to", &shown), 1);
		assert_true(shown > 0);
	}
}

static void what_is_not_known_is_not_zero(void **unused)
{
	struct quantity q = { .known = false };
	char text[NUMBER_TEXT_MAX];

	(void)unused;
	number_quantity(&q, NUMBER_J, text, sizeof text);
	assert_string_equal(text, "not known");
	number_text(NAN, NUMBER_J, text, sizeof text);
	assert_string_equal(text, "not known");
	number_text(INFINITY, NUMBER_KWH, text, sizeof text);
	assert_string_equal(text, "not known");
	number_percent(NAN, text, sizeof text);
	assert_string_equal(text, "not known");
}

static void a_percentage_does_not_round_to_all_or_none(void **unused)
{
	static const struct {
		double ratio;
		const char *text;
	} rows[] = {
		{ 0, "0 %" },         { 0.0001, "< 0.1 %" },  { 0.972, "97.2 %" },
		{ 0.4319, "43.2 %" }, { 0.9998, "> 99.9 %" }, { 0.999999, "100.0 %" },
		{ 1, "100.0 %" },
	};

	char text[NUMBER_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		number_percent(rows[i].ratio, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

static void digits_are_significant_ones(void **unused)
{
	char text[NUMBER_TEXT_MAX];

	(void)unused;
	number_digits(0.00123456, 3, text, sizeof text);
	assert_string_equal(text, "0.00123");
	number_digits(9.996, 3, text, sizeof text);
	assert_string_equal(text, "10.0");
	number_digits(123456, 2, text, sizeof text);
	assert_string_equal(text, "120000");
}

/* A locale with a comma is made for the test, where the system can make one: numbers only,
 * since a whole one takes seconds. */
static bool set_comma_locale(struct fixture *fixture)
{
	char command[384];

	fixture_write(fixture, "comma",
		      "LC_NUMERIC\ndecimal_point \"<U002C>\"\n"
		      "thousands_sep \"\"\ngrouping -1\nEND LC_NUMERIC\n");
	(void)snprintf(command, sizeof command,
		       "localedef -c -i %s/comma -f UTF-8 %s/xx_XX.UTF-8 >/dev/null 2>&1",
		       fixture->path, fixture->path);
	if (system(command) == -1 || setenv("LOCPATH", fixture->path, 1) != 0)
		return false;
	return setlocale(LC_NUMERIC, "xx_XX.UTF-8") != NULL &&
	       strcmp(localeconv()->decimal_point, ",") == 0;
}

static void a_point_is_a_point_in_every_locale(void **unused)
{
	struct quantity q = between(3900, 4210, 4600);
	char text[NUMBER_TEXT_MAX];
	struct fixture fixture;
	bool is_comma;

	(void)unused;
	fixture_open(&fixture);
	is_comma = set_comma_locale(&fixture);
	number_quantity(&q, NUMBER_J, text, sizeof text);
	(void)setlocale(LC_ALL, "C");
	(void)unsetenv("LOCPATH");
	fixture_close(&fixture);
	if (!is_comma) {
		print_message("skipped: no locale with a decimal comma here\n");
		skip();
	}
	assert_string_equal(text, "4.21 kJ (3.9 to 4.6)");
}

static void a_mean_has_the_digits_of_its_error(void **unused)
{
	static const struct {
		double mean;
		double sem;
		const char *text;
	} rows[] = {
		{ 4214.3, 52, "4.21 ± 0.05 kJ" },
		{ 4214.3, 12, "4.214 ± 0.012 kJ" },
		{ 4214.3, 0.12, "4.21430 ± 0.00012 kJ" },
		{ 421, 120, "420 ± 120 J" },
		{ 4214.3, NAN, "4.21 kJ" },
		{ 60, 0, "60.0 J" },
		{ 0, 0.5, "0 ± 500 mJ" },
		{ NAN, 1, "not known" },
		{ -4214.3, 52, "-4.21 ± 0.05 kJ" },
	};

	char text[NUMBER_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		number_mean(rows[i].mean, rows[i].sem, NUMBER_J, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

/* Cut off they would be other numbers. */
static void numbers_too_long_to_write_out_have_an_exponent(void **unused)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{ 5.99e307, "5.99e+307" },     { -1.5e20, "-1.50e+20" },
		{ 1.2e14, "120000000000000" }, { 4.2e-40, "4.20e-40" },
		{ 3e-9, "0.00000000300" },
	};

	char text[NUMBER_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		number_text(rows[i].value, NUMBER_PLAIN, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
	number_mean(459837, 22100, NUMBER_PLAIN, text, sizeof text);
	assert_string_equal(text, "460000 ± 22000");
	number_mean(5.99e307, 5.9e307, NUMBER_PLAIN, text, sizeof text);
	assert_string_equal(text, "6e+307 ± 6.00e+307");
	number_mean(5e-12, 2e-13, NUMBER_PLAIN, text, sizeof text);
	assert_string_equal(text, "5.00e-12 ± 2.0e-13");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_too_long_to_write_out_have_an_exponent),
		cmocka_unit_test(a_prefix_keeps_the_number_between_1_and_1000),
		cmocka_unit_test(the_bounds_have_the_unit_and_the_digits_of_their_width),
		cmocka_unit_test(a_bound_over_zero_is_never_shown_as_zero),
		cmocka_unit_test(what_is_not_known_is_not_zero),
		cmocka_unit_test(a_percentage_does_not_round_to_all_or_none),
		cmocka_unit_test(digits_are_significant_ones),
		cmocka_unit_test(a_mean_has_the_digits_of_its_error),
		cmocka_unit_test(a_point_is_a_point_in_every_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
