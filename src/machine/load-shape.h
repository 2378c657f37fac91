/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A processor's power between two known readings of it, one at little load and one at full.
 *
 * Busy threads on some cores bend early: the first ones raise clocks and wake what all share.
 * Load that all threads take turns in (a throttled job) bends late where clocks stay low until
 * much is to be done, and early where what all share is much of the whole: how much the lower
 * reading is of the full one tells which. Both readings must be of a package that is awake: what meters say below about 6 % load is of one
 * asleep, ten times less than at 10 %, and no shape leads from there (docs/ACCURACY.md).
 */
#pragma once

#include <stddef.h>

#define LOAD_SHAPE_AWAKE_RATIO 0.06
#define LOAD_SHAPE_BEND        2.4 /* of busy threads: load_shape_fit() over all we know */

/* Of throttled load: P = low + (full - low) way^a, a = scale (low / full)^power, way the part of
 * the way in load. load_shape_rise_fit() over all we know. */
#define LOAD_SHAPE_RISE ((struct load_rise){ 0.074, -1.4 })

struct load_rise {
	double scale;
	double power;
};

struct load_point {
	double load_ratio;
	double power_w;
};

/* NAN: the two do not tell (same load, no power). Outside of them the nearer one holds. */
double load_shape_busy_w(const struct load_point *low, const struct load_point *full,
			 double load_ratio, double bend);
double load_shape_throttled_w(const struct load_point *low, const struct load_point *full,
			      double load_ratio, const struct load_rise *rise);

/* A straight line, to compare with. */
double load_shape_line_w(const struct load_point *low, const struct load_point *full,
			 double load_ratio);

/* A reading between two known ones, for a fit. */
struct load_seen {
	struct load_point low;
	struct load_point full;
	struct load_point seen;
};

/* The bend of busy threads with the least mean |error| / power, from 0.5 to 8 in steps of 0.05;
 * LOAD_SHAPE_BEND of none. */
double load_shape_fit(const struct load_seen *seen, size_t count);

/* The same of throttled load; scale from e^-5 to e, power from -3 to 0, in steps of 0.1. */
struct load_rise load_shape_rise_fit(const struct load_seen *seen, size_t count);
