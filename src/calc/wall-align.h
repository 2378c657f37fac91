/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of wall-fit.h: a meter's spans laid upon the components' power. */
#pragma once

#include "calc/wall-fit.h"

/* A stretch without a hole, on a grid of seconds: joules since its start, and their integral,
 * so that a mean over any span, smoothed or not, is two or four look-ups. */
struct wall_stretch {
	double from_s;
	size_t seconds;
	double *j;  /* seconds + 1 */
	double *js; /* the same, in J s */
};

struct wall_stretches {
	struct wall_stretch *list;
	size_t count;
	double *room; /* what j and js of all point into */
};

MUST_USE int wall_stretches_make(const struct wall_power *power,
				 struct wall_stretches *ret);
void wall_stretches_done(struct wall_stretches *stretches);

/* How a meter's clock and eye are to be seen. */
struct wall_shift {
	double offset_s;
	double width_s;
};

/* The components' mean in the span; NAN: some of it is not known. */
double wall_mean(const struct wall_stretches *stretches, const struct wall_span *span,
		 const struct wall_shift *shift);

/* The shift with which both go together best; its correlation, NAN where none lays spans upon
 * anything. */
MUST_USE int wall_align(const struct wall_stretches *stretches,
			const struct wall_fit_ask *ask, struct wall_shift *ret,
			double *ret_correlation);

/* Neighbours become one where they touch, until each is `least_s` long; the caller frees. */
MUST_USE int wall_merge(const struct wall_span *spans, size_t count, double least_s,
			struct wall_span **ret, size_t *ret_count);
