/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run draws now: each domain's active joules over its last ten seconds of rows, or its last
 * interval where it is read more rarely.
 */
#pragma once

#include "calc/ledger.h"

#define FOLLOW_WINDOW_NS (10 * NS_PER_S)
#define FOLLOW_POINTS    16 /* a second or more apart */

struct follow_point {
	int64_t t_ns;
	struct ledger_so_far sums;
};

struct follow_window {
	struct follow_point points[FOLLOW_POINTS]; /* round and round */
	size_t count;                              /* ever */
	struct follow_point last;
};

/* All zeros at first. Plain data, so that it can be kept and gone back to. */
struct follow_power {
	struct follow_window windows[DOMAINS_MAX];
};

/* After ledger_add() of the same row. */
void follow_power_add(struct follow_power *power, const struct sample *row,
		      const struct ledger *ledger, size_t domains);

/* The counted domains' sum at the time of the last row; NAN where one of them that was ever read is
 * not known then. */
double follow_power_w(const struct follow_power *power, const struct run_domain *domains,
		      size_t count, int64_t now_ns);
