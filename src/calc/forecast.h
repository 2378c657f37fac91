/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-21: what the whole of a run will have used, from what it used so far. Pure, and
 * allocates nothing.
 *
 * A curve is joules over seconds, or over how much is done, or seconds over how much is done:
 * the arithmetic is the same. It is kept in at most FORECAST_BINS bins, however long it gets:
 * a point costs O(1), and each kept point is exact.
 *
 * What begins a run (files read, kernels compiled, caches filled) is not like the rest of it, and is
 * left out of the rate by the marginal standard error rule, which needs no threshold.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

#define FORECAST_BINS 64

/* What the part that nobody has seen yet may draw otherwise than what was seen, k = 1: assumed,
 * see docs/METHOD.md. */
#define FORECAST_UNSEEN_RATIO 0.01

/* Over time less than these says nothing: of a run that is told to be short, half of it. */
#define FORECAST_SEEN_MIN_S    30.0
#define FORECAST_BINS_MIN      8
#define FORECAST_SEEN_MIN_PART 0.01

/* All zeros at first. Plain data. */
struct forecast_curve {
	double x[FORECAST_BINS + 1];
	double y[FORECAST_BINS + 1];
	uint32_t count;
	double apart; /* kept points are this far from each other at least */
	double last_x;
	double last_y;
};

/* The first point is the start. One that is no number, or not after the last, is left out. */
void forecast_curve_add(struct forecast_curve *curve, double x, double y);

struct forecast_ask {
	const struct forecast_curve *curve;
	double end; /* x at the end of the run: seconds, or 1 where x is what is done */
	double unseen_ratio; /* FORECAST_UNSEEN_RATIO */
	/* E-12's half-widths of y, 95 %, as parts of it; they err alike for all of the run. */
	double meter_down_ratio;
	double meter_up_ratio;
};

struct forecast {
	bool known;
	double value;
	double low90; /* NAN, as all four: one bin alone, which says nothing of how they vary */
	double high90;
	double low95;
	double high95;
	double rate;       /* y a unit of x, of what is to come */
	double begin;      /* the x from which on the rate is taken */
	char why_not[112]; /* "" where it is known */
};

/* x is seconds. */
void forecast_over_time(const struct forecast_ask *ask, struct forecast *ret);

/* x is epochs, or the part that is done: each bin is one of the run's own steps. */
void forecast_over_work(const struct forecast_ask *ask, struct forecast *ret);
