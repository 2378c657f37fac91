/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-1, E-2. From raw readings to joules since the start: counter differences over the
 * whole time, wraps undone, power integrated, gaps found and named.
 *
 * Rules, in order, for a domain of MEASURE_ENERGY and two successive good readings a, b:
 *  - no reading: nothing happens; the next good one reaches back to the last. One failed read
 *    costs nothing.
 *  - epoch changed: b >= a and plausible counts; else the time is a gap (GAP_RESET), and b the
 *    new base.
 *  - b < a and no range: GAP_WENT_BACK. b < a with a range is a wrap, unless the step it makes
 *    is more than max_uw (or PLAUSIBLE_UW where that is not known) allows: GAP_WENT_BACK.
 *    Across a suspend b < a is GAP_RESET.
 *  - b > a by more than the part can draw: GAP_IMPLAUSIBLE.
 *  - b == a for less than STILL_NS: a zero of at most one step; for longer: the reading is not
 *    taken, the next that moved covers the time. At an EDGE (the end) the time since the last
 *    move is GAP_STOOD_STILL. Domains inside another, and those that never moved at all while
 *    not counted, make no gap.
 *  - the interval was long enough for k more wraps at max_uw: high is widened by k ranges and
 *    a flag is set.
 * A domain of MEASURE_POWER: trapezoid between readings (E-2); readings more than
 * POWER_HOLE_PACES paces apart leave a gap (GAP_READ_FAILED) instead of a straight line.
 * A domain whose first reading comes after the run's start: GAP_LATE.
 *
 * No allocation, no clock, no floating point.
 */
#pragma once

#include "model/frame.h"
#include "model/sample.h"

#define PLAUSIBLE_UW     UINT64_C(3000000000) /* 3 kW: more than any one part draws today */
#define STILL_NS         INT64_C(100000000) /* RAPL moves every ms, NVML every 100 ms at worst */
#define POWER_HOLE_PACES 10

struct series_domain {
	struct domain domain;
	struct reading last;    /* the last good one; has 0: none yet */
	int64_t asleep_ns;      /* frame.asleep_ns at last */
	uint64_t energy_uj;     /* since the start */
	uint64_t maybe_lost_uj; /* joules of wraps that may have been missed */
	uint64_t ripple_uj;     /* E-2's bound: half of |dP| dt, summed */
	uint64_t
		raw_equal; /* times its raw counter was equal to that of `twin` in a row */
	int twin; /* index of a domain with the same raw counter, -1 none: suspect, E-8 */
	int64_t covered_ns;
	int64_t gap_ns;
	uint32_t wraps;
	bool restarted; /* the next row says RESTART */
	bool moved;     /* has a new value since the last row */
};

struct series {
	int64_t start_ns; /* HOST_MONOTONIC of the run's start */
	uint32_t count;
	struct series_domain domains[DOMAINS_MAX];
};

void series_init(struct series *series, int64_t start_ns);

/* Adds a domain while the run goes on (late sources); returns its index, or -ENOSPC. */
MUST_USE int series_add_domain(struct series *series, const struct domain *domain);

/* Gaps found by one call; there is at most one a domain. */
struct series_gaps {
	uint32_t count;
	struct gap gap[DOMAINS_MAX];
};

/*
 * Takes a frame in. At READ_TICK and READ_EDGE fills *ret_row (complete: the caller need not
 * clear it) and returns true; at READ_PACE returns false. Gaps found go to *gaps, which is
 * overwritten. `last` is true for the run's end.
 */
bool series_add(struct series *series, const struct frame *frame, bool last,
		struct sample *ret_row, struct series_gaps *gaps);

/*
 * How often this domain must be read so that no wrap is lost: half the shortest time to a
 * wrap at max_uw (or PLAUSIBLE_UW). INT64_MAX when it cannot wrap. At least 1 ms.
 */
int64_t series_wrap_guard_ns(const struct domain *domain);
