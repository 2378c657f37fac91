/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watts of the last minutes. Each reading's power is the mean over its window, and so covers
 * that time: a pause in between leaves no hole and no invention. Time that no window covers, or
 * whose power is not known, stays empty.
 */
#pragma once

#include "reading.h"

#define HISTORY_MAX 4096

struct history_point {
	double from_s; /* since the watching began */
	double to_s;
	double family_w[TOP_FAMILIES]; /* NAN: not known */
};

struct history {
	struct history_point points[HISTORY_MAX]; /* a ring */
	size_t count;                             /* ever taken in */
};

void history_add(struct history *history, const struct reading *reading);

/* A column of a chart: the mean of each family's watts between two times, over the time that is
 * known; NAN where none is. True where any family is known. */
bool history_mean(const struct history *history, double from_s, double to_s,
		  double ret_w[TOP_FAMILIES]);
