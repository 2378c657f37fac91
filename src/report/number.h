/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A number as people read it: a prefix that keeps it between 1 and 1000, its 95 % interval in
 * the same unit, and no more digits than the interval bears.
 *
 *	4.21 kJ (3.9 to 4.6)	the value has three digits, so that two runs on one machine
 *				can be compared; the bounds have those their width allows
 *	not known		never 0
 *
 * No locale: the point is a point.
 */
#pragma once

#include <stddef.h>

#include "model/quantity.h"

#define NUMBER_TEXT_MAX 96

enum number_unit {
	NUMBER_J,   /* given J. From 1 MJ on in Wh, the unit of bills: 278 Wh, 1.31 kWh */
	NUMBER_KWH, /* given kWh; shown as mWh, Wh, kWh, MWh, GWh */
	NUMBER_CO2E,  /* given kg; shown as ug, mg, g, kg, t, kt of CO2e */
	NUMBER_W,     /* given W */
	NUMBER_GPKWH, /* given and shown as g/kWh */
	NUMBER_USD,   /* given dollars; shown as USD, cents, millionths of a USD */
	NUMBER_LITRE, /* given litres; shown as ul, ml, l, m3 */
	NUMBER_PLAIN, /* no unit */
};

/* "4.21 kJ"; "not known" for what is not finite. */
void number_text(double value, enum number_unit unit, char *buf, size_t size);

/* "4.21 kJ (3.9 to 4.6)"; without the bracket where the interval has no width. */
void number_quantity(const struct quantity *quantity, enum number_unit unit, char *buf,
		     size_t size);

/* The same in words for a sentence: "4.21 kJ (95 % interval 3.9 to 4.6)". */
void number_sentence(const struct quantity *quantity, enum number_unit unit, char *buf,
		     size_t size);

/* "4.21 ± 0.05 kJ": a mean and its standard error, which says how many digits stand. Where it is
 * not known, or as good as none, as number_text(). */
void number_mean(double mean, double sem, enum number_unit unit, char *buf, size_t size);

/* "97.2 %" of a ratio; "> 99.9 %" up to 99.995 %, "< 0.1 %" for what is more than none. */
void number_percent(double ratio, char *buf, size_t size);

/* Shown with `digits` significant ones (1 to 9), no exponent, no unit: "0.00124". */
void number_digits(double value, int digits, char *buf, size_t size);
