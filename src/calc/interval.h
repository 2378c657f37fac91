/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-1, E-2. What lies between two readings of one domain. Pure: no clock, no state.
 */
#pragma once

#include <stdbool.h>

#include "model/domain.h"
#include "model/reading.h"

#define PLAUSIBLE_UW      UINT64_C(3000000000) /* 3 kW: more than any one part draws today */
#define PLAUSIBLE_NODE_UW UINT64_C(30000000000) /* 30 kW: the same for a whole machine */
#define STILL_NS          INT64_C(100000000) /* RAPL moves every ms, NVML every 100 ms at worst */
#define SLEPT_NS          INT64_C(100000000) /* less than this is two clocks read apart */

enum interval_end {
	INTERVAL_OK,
	INTERVAL_STILL, /* the counter did not move: step 0 */
	INTERVAL_WENT_BACK,
	INTERVAL_RESET,
	INTERVAL_IMPLAUSIBLE,
};

struct interval {
	enum interval_end end;
	bool wrapped;
	uint64_t step_uj;       /* 0 unless OK */
	uint64_t maybe_lost_uj; /* k ranges, where k more wraps fit into the time */
};

/*
 * E-1, from a to b, both with READING_ENERGY. slept_ns is the time asleep between them, which
 * HOST_MONOTONIC does not show.
 *
 * What a part can draw is twice max_uw, which is a limit for long and not for a moment, over
 * the time and one update at each end; that decides between a wrap and a counter gone back.
 */
void interval_of_counter(const struct domain *domain, const struct reading *a,
			 const struct reading *b, int64_t slept_ns, struct interval *ret);

struct power_interval {
	uint64_t step_uj;
	uint64_t ripple_uj; /* the bound of E-2's error */
};

/*
 * E-2, from a to b, both with READING_POWER. *rest carries what is below one uj to the next
 * call (0 at first), so that a sum of many short intervals loses nothing.
 */
void interval_of_power(const struct reading *a, const struct reading *b, uint64_t *rest,
		       struct power_interval *ret);

/* max_uw, or what is taken for it where that is not known. Never 0. */
uint64_t interval_max_uw(const struct domain *domain);
