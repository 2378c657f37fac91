/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line of METHOD E-11 fitted to a meter at the plug: `gramme calibrate`.
 *
 * The meter has a clock of its own, may average over seconds, may count whole Wh, and may leave
 * readings out. So its readings become spans, each with the mean power that it told of it
 * (wall_spans); each span is laid upon the components' power, the same time long, `offset_s`
 * earlier and smoothed as the meter smooths (the offset and the width are those with which the
 * two go together best); and a and b are those of least squares, weighted by the spans' lengths.
 *
 * Their interval. What the line leaves goes on from one span to the next: the fans turn faster
 * for minutes. So it is that of Lazarus, Lewis, Stock and Watson (2018, doi
 * 10.1080/07350015.2018.1506926): the covariance out of the B first cosines, t with B degrees of
 * freedom, honest for few spans. The offset is a third unknown of it, so that its own error is in
 * there; and a meter of whole watts adds what rounding may do.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "calc/wall.h"

/* What the components drew, from at_s[i] to at_s[i + 1]; NAN: not known. A jump from one run to
 * the next is a bin that is not known. */
struct wall_power {
	const double *at_s; /* bins + 1, unix seconds, rising */
	const double *w;
	size_t bins;
};

struct wall_reading {
	double at_s; /* by the meter's clock */
	double value;
};

enum wall_meter { WALL_METER_W, WALL_METER_J };

struct wall_span {
	double from_s;
	double to_s;
	double w;
};

struct wall_spans {
	struct wall_span *spans;
	size_t count;
	double step; /* the meter's resolution in its unit; 0: not known */
};

/*
 * Readings in order of time to spans. Watts: each is the mean since the one before. Joules: a
 * counter, whose own steps are spans where it moves more seldom than it is read; where it goes
 * back it began anew. What lies across a hole of more than five times the usual distance is no
 * span. The caller frees ret->spans. -ENODATA: fewer than two spans; -ENOMEM.
 */
MUST_USE int wall_spans(enum wall_meter meter, const struct wall_reading *readings,
			size_t count, struct wall_spans *ret);

struct wall_fit_ask {
	struct wall_power power;
	const struct wall_span *spans;
	size_t span_count;
	double step_w;       /* a meter of watts: its resolution; else 0 */
	double offset_max_s; /* how far the clocks may be apart */
};

struct wall_fit {
	struct wall_line line; /* its 1.96 u is the half-width of 95 % */
	double offset_s;       /* the meter's clock is so much ahead */
	double width_s;        /* over which it averages */
	double correlation;    /* of what it told and the components */
	double residual_w;     /* of a span, root mean square */
	double residual_ratio; /* of the mean */
	double low_w, high_w;  /* what the components drew, 5 % and 95 % */
	double seconds;        /* of the spans that fell into runs */
	size_t spans;
};

/* Why there is no line: what wall_fit() returns, and its sentence. */
#define WALL_FIT_NO_OVERLAP                                                              \
	-ENODATA                   /* fewer than 12 spans, or 3 minutes, fell into runs */
#define WALL_FIT_FLAT      -ERANGE /* the load hardly changed: a and b cannot be told apart */
#define WALL_FIT_STRANGERS -EPROTO /* the two do not go together */

/* METHOD E-11. -ENOMEM, or one of the above with ret's correlation, spans and seconds set. */
MUST_USE int wall_fit(const struct wall_fit_ask *ask, struct wall_fit *ret);
