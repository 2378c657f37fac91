/* SPDX-License-Identifier: Apache-2.0 */
/* How far a run is, in plain numbers: what the sampler tells a launcher that asked for it. */
#pragma once

#include <stdint.h>

#include "model/quantity.h"

#define PROGRESS_MARK_MAX 64

struct progress {
	int64_t read_ns;     /* HOST_MONOTONIC of the reading */
	double attributed_j; /* since the start; NAN: not known, and so are the next three */
	double power_w;      /* attributed, mean since the last such word */
	double carbon_kg;
	enum kind kind;               /* the worst of what is in the sum */
	char mark[PROGRESS_MARK_MAX]; /* the last one, raw; "" : none yet */
	double forecast_j; /* of the whole run, 95 %: METHOD E-21; not over 0: not known */
	double forecast_low_j;
	double forecast_high_j;
	double time_left_s; /* NAN: not known */
};
