/* SPDX-License-Identifier: Apache-2.0 */
#include "report/number.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "report/shown.h"

#define VALUE_DIGITS 3
#define PLAIN_LEAST  1e-9
#define PLAIN_MOST   1e15

struct step {
	double size; /* in the unit the number is given in */
	const char *name;
};

static const struct step joules[] = {
	{ 3.6e12, "GWh" }, { 3.6e9, "MWh" }, { 3.6e6, "kWh" }, { 1e6, NULL },
	{ 1e3, "kJ" },     { 1, "J" },       { 1e-3, "mJ" },   { 1e-6, "uJ" },
};

static const struct step kwhs[] = {
	{ 1e6, "GWh" }, { 1e3, "MWh" },  { 1, "kWh" },
	{ 1e-3, "Wh" }, { 1e-6, "mWh" }, { 1e-9, "uWh" },
};

static const struct step kgs[] = {
	{ 1e6, "kt CO2e" }, { 1e3, "t CO2e" },   { 1, "kg CO2e" },
	{ 1e-3, "g CO2e" }, { 1e-6, "mg CO2e" }, { 1e-9, "ug CO2e" },
};

static const struct step watts[] = {
	{ 1e6, "MW" }, { 1e3, "kW" }, { 1, "W" }, { 1e-3, "mW" }, { 1e-6, "uW" },
};

static const struct step dollars[] = {
	{ 1, "USD" },
	{ 1e-2, "cents" },
	{ 1e-3, "thousandths of a USD" },
	{ 1e-6, "millionths of a USD" },
};

static const struct step litres[] = {
	{ 1e3, "m3" },
	{ 1, "l" },
	{ 1e-3, "ml" },
	{ 1e-6, "ul" },
};

static const struct step gpkwh[] = { { 1, "g/kWh" } };
static const struct step plain[] = { { 1, "" } };

/* From 1 MJ to 3.6 MJ the prefix is none: 278 Wh to 999 Wh. */
static const struct step watt_hour = { 3600, "Wh" };

struct steps {
	const struct step *step;
	size_t count;
};

static struct steps steps_of(enum number_unit unit)
{
	static const struct steps table[] = {
		[NUMBER_J] = { joules, ARRAY_SIZE(joules) },
		[NUMBER_KWH] = { kwhs, ARRAY_SIZE(kwhs) },
		[NUMBER_CO2E] = { kgs, ARRAY_SIZE(kgs) },
		[NUMBER_W] = { watts, ARRAY_SIZE(watts) },
		[NUMBER_GPKWH] = { gpkwh, ARRAY_SIZE(gpkwh) },
		[NUMBER_USD] = { dollars, ARRAY_SIZE(dollars) },
		[NUMBER_LITRE] = { litres, ARRAY_SIZE(litres) },
		[NUMBER_PLAIN] = { plain, ARRAY_SIZE(plain) },
	};

	assert((size_t)unit < ARRAY_SIZE(table));
	return table[unit];
}

/* The exponent of the first digit: 2 for 123, -2 for 0.04. 0 has none: 0. */
static int place_of(double value)
{
	return value == 0 ? 0 : (int)floor(log10(fabs(value)));
}

/* The largest step that the value, rounded to the digits it is shown with, fills. */
static const struct step *step_for(double value, enum number_unit unit)
{
	struct steps steps = steps_of(unit);
	double half = 0.5 * pow(10, place_of(value) - VALUE_DIGITS + 1);
	size_t i = 0;

	if (value == 0) {
		for (i = 0; i + 1 < steps.count && steps.step[i].size > 1; i++)
			;
		return &steps.step[i];
	}
	while (i + 1 < steps.count && fabs(value) + half < steps.step[i].size)
		i++;
	return steps.step[i].name ? &steps.step[i] : &watt_hour;
}

/* Written out, these would not fit, and what was cut off would be another number. */
static bool is_long(double value)
{
	return fabs(value) >= PLAIN_MOST || (value != 0 && fabs(value) < PLAIN_LEAST);
}

/* "5.99e+307" */
static void with_exponent(double value, int place, char *buf, size_t size)
{
	int digits = place_of(value) - place;

	if (digits > 8)
		digits = 8;
	(void)snprintf(buf, size, "%.*e", digits > 0 ? digits : 0, value);
}

/* "%.*f" with a point whatever the locale; never "-0". */
static void fixed(double value, int place, char *buf, size_t size)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	double unit = pow(10, place);

	(void)locale;
	if (is_long(value)) {
		with_exponent(value, place, buf, size);
		return;
	}
	if (place > 0)
		value = round(value / unit) * unit;
	if (value == 0)
		place = 0;
	(void)snprintf(buf, size, "%.*f", place < 0 ? -place : 0,
		       value == 0 ? 0.0 : value);
}

/* Rounds first: 9.996 has its last digit where 10.0 has it. */
static int last_place(double value, int digits)
{
	int place = place_of(value) - digits + 1;

	if (value != 0 && fabs(value) + 0.5 * pow(10, place) >= pow(10, place + digits))
		place++;
	return place;
}

void number_digits(double value, int digits, char *buf, size_t size)
{
	assert(digits >= 1 && digits <= 9);
	if (!isfinite(value))
		(void)snprintf(buf, size, "not known");
	else
		fixed(value, last_place(value, digits), buf, size);
}

/* A whole part is not rounded away: 1234 g/kWh stays 1234. */
static int whole(double value, int place)
{
	return place > 0 && !is_long(value) ? 0 : place;
}

static void value_digits(double value, int place, char *buf, size_t size)
{
	int least = last_place(value, VALUE_DIGITS);

	if (place > least)
		place = least;
	fixed(value, whole(value, place), buf, size);
}

/* The width's place, but never so coarse that a bound over zero is shown as zero. Of a bound
 * beyond a thousand no more digits than of the value: 1120, not 1118. */
static void bound_digits(double bound, int place, char *buf, size_t size)
{
	int least = last_place(bound, VALUE_DIGITS);

	if (bound != 0 && fabs(bound) < 0.5 * pow(10, place))
		place = last_place(bound, 1);
	if (place > 0 && place > least)
		place = least > 0 ? least : 0;
	fixed(bound, place, buf, size);
}

/* One digit of the half width, two where it begins with 1 or 2: a GUM habit. */
static int place_of_width(double half)
{
	int place = last_place(half, 1);

	return half / pow(10, place) < 2.95 ? place - 1 : place;
}

/* No finer than the value, unless the interval would vanish. */
static int place_of_bounds(double value, double half)
{
	int of_value = last_place(value, VALUE_DIGITS);
	int of_width = place_of_width(half);

	return of_width < of_value && half >= pow(10, of_value) ? of_value : of_width;
}

void number_text(double value, enum number_unit unit, char *buf, size_t size)
{
	const struct step *step;
	char digits[48];

	if (!isfinite(value)) {
		(void)snprintf(buf, size, "not known");
		return;
	}
	step = step_for(value, unit);
	value_digits(value / step->size, INT_MAX, digits, sizeof digits);
	(void)snprintf(buf, size, "%s%s%s", digits, step->name[0] ? " " : "", step->name);
}

static void with_interval(const struct quantity *quantity, enum number_unit unit,
			  const char *words, char *buf, size_t size)
{
	const struct step *step;
	double half = (quantity->high - quantity->low) / 2;
	char value[48];
	char low[48];
	char high[48];
	int place;

	if (!quantity->known || !isfinite(quantity->value)) {
		(void)snprintf(buf, size, "not known");
		return;
	}
	if (!isfinite(half) || half <= 0 || half < 1e-4 * fabs(quantity->value)) {
		number_text(quantity->value, unit, buf, size);
		return;
	}
	step = step_for(quantity->value, unit);
	place = place_of_bounds(quantity->value / step->size, half / step->size);
	value_digits(quantity->value / step->size, place, value, sizeof value);
	bound_digits(quantity->low / step->size, place, low, sizeof low);
	bound_digits(quantity->high / step->size, place, high, sizeof high);
	(void)snprintf(buf, size, "%s%s%s (%s%s to %s)", value, step->name[0] ? " " : "",
		       step->name, words, low, high);
}

void number_quantity(const struct quantity *quantity, enum number_unit unit, char *buf,
		     size_t size)
{
	with_interval(quantity, unit, "", buf, size);
}

void number_sentence(const struct quantity *quantity, enum number_unit unit, char *buf,
		     size_t size)
{
	with_interval(quantity, unit, "95 % interval ", buf, size);
}

#define MEAN_DIGITS_MAX 6

/* To tens, hundreds, …, where the place is one of them. */
static double to_place(double value, int place)
{
	double unit = pow(10, place);

	return place > 0 && isfinite(unit) ? round(value / unit) * unit : value;
}

void number_mean(double mean, double sem, enum number_unit unit, char *buf, size_t size)
{
	const struct step *step;
	char digits[48];
	char error[48];
	int place;

	if (!isfinite(mean) || !isfinite(sem) || sem <= 1e-6 * fabs(mean)) {
		number_text(mean, unit, buf, size);
		return;
	}
	step = step_for(mean == 0 ? sem : mean, unit);
	place = place_of_width(sem / step->size);
	if (mean != 0 && place < last_place(mean / step->size, MEAN_DIGITS_MAX))
		place = last_place(mean / step->size, MEAN_DIGITS_MAX);
	mean = to_place(mean / step->size, place);
	fixed(mean, whole(mean, place), digits, sizeof digits);
	bound_digits(to_place(sem / step->size, place), place, error, sizeof error);
	(void)snprintf(buf, size, "%s ± %s%s%s", digits, error, step->name[0] ? " " : "",
		       step->name);
}

void number_percent(double ratio, char *buf, size_t size)
{
	double percent = ratio * 100;
	char digits[320];

	if (!isfinite(ratio)) {
		(void)snprintf(buf, size, "not known");
	} else if (percent > 0 && percent < 0.1) {
		(void)snprintf(buf, size, "< 0.1 %%");
	} else if (percent < 99.995 && percent >= 99.95) {
		(void)snprintf(buf, size, "> 99.9 %%");
	} else {
		fixed(percent, -1, digits, sizeof digits);
		(void)snprintf(buf, size, "%s %%", digits);
	}
}
