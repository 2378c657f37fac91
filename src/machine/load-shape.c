/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/load-shape.h"

#include <math.h>
#include <stdbool.h>

#define BEND_FIRST  10 /* twentieths */
#define BEND_LAST   160

#define SCALE_FIRST (-50) /* tenths, of the logarithm */
#define SCALE_LAST  10
#define POWER_FIRST (-30) /* tenths */

static bool tell(const struct load_point *low, const struct load_point *full)
{
	return low->load_ratio >= 0 && full->load_ratio <= 1 &&
	       low->load_ratio < full->load_ratio && low->power_w > 0 &&
	       full->power_w > 0;
}

/* NAN stays what it is. */
static double clamp(double value, double least, double most)
{
	if (value < least)
		return least;
	return value > most ? most : value;
}

/* The part of the way in load. */
static double way(const struct load_point *low, const struct load_point *full,
		  double load_ratio)
{
	if (!tell(low, full))
		return (double)NAN;
	return clamp((load_ratio - low->load_ratio) /
			     (full->load_ratio - low->load_ratio),
		     0, 1);
}

double load_shape_line_w(const struct load_point *low, const struct load_point *full,
			 double load_ratio)
{
	return low->power_w + (full->power_w - low->power_w) * way(low, full, load_ratio);
}

double load_shape_busy_w(const struct load_point *low, const struct load_point *full,
			 double load_ratio, double bend)
{
	double first;
	double last;

	if (!tell(low, full) || !(bend > 0))
		return (double)NAN;
	load_ratio = clamp(load_ratio, low->load_ratio, full->load_ratio);
	first = pow(1 - low->load_ratio, bend);
	last = pow(1 - full->load_ratio, bend);
	return low->power_w + (full->power_w - low->power_w) *
				      (first - pow(1 - load_ratio, bend)) /
				      (first - last);
}

double load_shape_throttled_w(const struct load_point *low, const struct load_point *full,
			      double load_ratio, const struct load_rise *rise)
{
	double part = way(low, full, load_ratio);
	double exponent;

	if (isnan(part) || !(rise->scale > 0))
		return (double)NAN;
	exponent = rise->scale * pow(low->power_w / full->power_w, rise->power);
	return low->power_w + (full->power_w - low->power_w) * pow(part, exponent);
}

/* --- fits --------------------------------------------------------------------------------- */

static double error_of(const struct load_seen *seen, double guess)
{
	return fabs(guess / seen->seen.power_w - 1);
}

static double bend_error(const struct load_seen *seen, size_t count, double bend)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += error_of(&seen[i],
				load_shape_busy_w(&seen[i].low, &seen[i].full,
						  seen[i].seen.load_ratio, bend));
	return sum;
}

double load_shape_fit(const struct load_seen *seen, size_t count)
{
	double best = LOAD_SHAPE_BEND;
	double least = INFINITY;

	for (int step = BEND_FIRST; count > 0 && step <= BEND_LAST; step++) {
		double error = bend_error(seen, count, step / 20.0);

		if (error < least) {
			least = error;
			best = step / 20.0;
		}
	}
	return best;
}

static double rise_error(const struct load_seen *seen, size_t count,
			 const struct load_rise *rise)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += error_of(&seen[i],
				load_shape_throttled_w(&seen[i].low, &seen[i].full,
						       seen[i].seen.load_ratio, rise));
	return sum;
}

struct load_rise load_shape_rise_fit(const struct load_seen *seen, size_t count)
{
	struct load_rise best = LOAD_SHAPE_RISE;
	double least = INFINITY;

	if (count == 0)
		return best;
	for (int scale = SCALE_FIRST; scale <= SCALE_LAST; scale++) {
		for (int power = POWER_FIRST; power <= 0; power++) {
			struct load_rise rise = { exp(scale / 10.0), power / 10.0 };
			double error = rise_error(seen, count, &rise);

			if (error < least) {
				least = error;
				best = rise;
			}
		}
	}
	return best;
}
