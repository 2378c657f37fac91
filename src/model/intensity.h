/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carbon intensity over time, as a provider tells it: steps of any length with any gaps
 * between them. Times are Unix seconds, UTC: no zone and no summer time enters here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "model/place.h"

enum signal { SIGNAL_AVERAGE, SIGNAL_MARGINAL };

/* "average", "marginal": fixed, they stand in JSON and in the store. */
const char *signal_text(enum signal value);
MUST_USE int signal_of_text(const char *text, enum signal *ret);

struct intensity_point {
	int64_t from_unix_s; /* holds from here */
	int64_t to_unix_s;   /* to here, not included; over from_unix_s */
	double gpkwh;        /* finite; may be below 0 for a marginal one */
	bool estimated;      /* the provider calls it an estimate of its own */
	bool forecast;       /* of a time to come when it was asked */
};

struct intensity_series {
	char provider[24];         /* a row of grids.def */
	char zone[PLACE_NAME_MAX]; /* the provider's own name of it */
	char basis[64];            /* "average, lifecycle, consumption" */
	enum signal signal;
	double error_ratio; /* half-width of 95 %, relative: what this source errs by */
	int64_t fetched_unix_s;
	struct intensity_point *points; /* ascending; steps do not overlap */
	size_t count;
	size_t room;
};

void intensity_series_done(struct intensity_series *series);

/* -ENOMEM; -EPROTO for a point without length or a finite number, which is not added. The
 * order is put right by intensity_series_sort(). */
MUST_USE int intensity_series_add(struct intensity_series *series,
				  const struct intensity_point *point);

/* Ascending; of two that overlap the measured one goes before a forecast, then the later
 * added; what is left of the other is cut to fit. */
MUST_USE int intensity_series_sort(struct intensity_series *series);

/* The point that holds at that time, or NULL. Sorted series only. */
const struct intensity_point *intensity_series_at(const struct intensity_series *series,
						  int64_t unix_s);

/* How much of from..to (seconds) has a point: 0 to 1. Sorted series only. */
double intensity_series_covered(const struct intensity_series *series,
				int64_t from_unix_s, int64_t to_unix_s);
