/* SPDX-License-Identifier: Apache-2.0 */
/* What the whole of a run that goes on will have used, METHOD E-21, as people are shown it. */
#pragma once

#include "model/quantity.h"

struct run_outlook {
	struct quantity total_j; /* 95 %; without an interval low and high are NAN */
	double low90_j;
	double high90_j;
	double time_left_s; /* NAN: not known */
	double done_ratio;  /* of the run, as it told; NAN: it did not */
	char how[96];       /* from what; "" where total_j is not known */
	char why_not[112];  /* "" where it is */
};
