/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/load-shape.h"

#include <math.h>
#include <stdbool.h>

#define BEND_FIRST 10 /* twentieths */
#define BEND_LAST  160

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
			      double load_ratio)
{
	double part = way(low, full, load_ratio);

	return isnan(part) ? part
			   : low->power_w * pow(full->power_w / low->power_w, part);
}

static double mean_error(const struct load_seen *seen, size_t count, double bend)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double guess = load_shape_busy_w(&seen[i].low, &seen[i].full,
						 seen[i].seen.load_ratio, bend);

		sum += fabs(guess / seen[i].seen.power_w - 1);
	}
	return sum / (double)count;
}

double load_shape_fit(const struct load_seen *seen, size_t count)
{
	double best = LOAD_SHAPE_BEND;
	double least = INFINITY;

	for (int step = BEND_FIRST; count > 0 && step <= BEND_LAST; step++) {
		double error = mean_error(seen, count, step / 20.0);

		if (error < least) {
			least = error;
			best = step / 20.0;
		}
	}
	return best;
}
