/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-21 of one run, while it goes on: its joules over time as the rows come, and over what it
 * says is done. A run says so by the metric `progress`, 0 to 1; else the user may have said
 * how long it takes, which is the tag `expect`. Where neither is, there is no forecast.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calc/forecast.h"
#include "calc/ledger.h"
#include "model/outlook.h"
#include "model/run.h"

#define OUTLOOK_METRIC "progress"
#define OUTLOOK_TAG    "expect"

/* Plain data; outlook_init() first. */
struct outlook {
	struct forecast_curve by_time;         /* J over s */
	struct forecast_curve joules_by_done;  /* J over the part done */
	struct forecast_curve seconds_by_done; /* s over it */
	double expected_s;                     /* NAN: nobody said */
	double done_ratio;                     /* NAN: the same */
	double before_s;                       /* the row before the last one */
	double before_j;
	bool waits; /* for a row, to know the joules at waits_s */
	double waits_s;
	double waits_ratio;
};

/* expected_s: 0 or NAN where it is not told. */
void outlook_init(struct outlook *outlook, double expected_s);

/* "7200 s": as the tag has it; NAN for anything else. */
double outlook_expected_s(const struct run_tag *tags, size_t count);

/* The attributed joules at a time since the start. */
void outlook_see(struct outlook *outlook, double t_s, double attributed_j);

/* Said at that time; what is no ratio, or not more than before, is left aside. */
void outlook_tell(struct outlook *outlook, double t_s, double done_ratio);

/* total: of what was seen. */
void outlook_get(const struct outlook *outlook, const struct ledger_total *total,
		 struct run_outlook *ret);
