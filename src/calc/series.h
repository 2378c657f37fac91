/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-1, E-2. From raw readings to joules since the start: counter differences over the
 * whole time, wraps undone, power integrated, gaps found and named.
 *
 * Rules, in order, for a domain of MEASURE_ENERGY and two successive good readings a, b:
 *  - no reading: nothing happens; the next good one reaches back to the last. One failed read
 *    costs nothing. At the end, the time since the last good one is GAP_READ_FAILED.
 *  - epoch changed: b >= a and plausible counts; else the time is a gap (GAP_RESET), and b the
 *    new base.
 *  - b < a and no range: GAP_WENT_BACK. b < a with a range is a wrap, unless the step it makes
 *    is more than max_uw (or PLAUSIBLE_UW where that is not known) allows: GAP_WENT_BACK.
 *    Across a suspend b < a is GAP_RESET.
 *  - b > a by more than the part can draw: GAP_IMPLAUSIBLE.
 *  - b == a for less than STILL_NS: a zero of at most one step; for longer: the reading is not
 *    taken, the next that moved covers the time. At an EDGE (the end) the time since the last
 *    move is GAP_STOOD_STILL. A counter that has not moved since its base has no interval at
 *    all yet: a run shorter than the counter's update weighs null, not 0 J. Domains inside
 *    another, and those of another boundary that never moved at all, make no gap.
 *  - the interval was long enough for k more wraps at max_uw: maybe_lost_uj grows by k ranges.
 * A domain of MEASURE_POWER: trapezoid between readings (E-2); readings more than
 * POWER_HOLE_PACES paces apart (rows apart, where it has no pace) leave a gap
 * (GAP_READ_FAILED) instead of a straight line.
 * A domain whose first reading comes more than LATE_NS after the run's start: GAP_LATE. It
 * begins at a row, with RESTART and 0 J; readings at a PACE before that are not taken.
 *
 * After a gap inside a row's time, the RESTART row's energy_uj may be above the last OK one:
 * it holds what was read on either side of the gap. Those joules count; the time does not.
 *
 * No allocation, no clock, no floating point.
 */
#pragma once

#include "calc/interval.h"
#include "model/frame.h"
#include "model/sample.h"

#define POWER_HOLE_PACES 10
#define LATE_NS          INT64_C(10000000)
#define TWIN_ROWS        5

/*
 * The power integral beside a counter, over the time between readings that have both. Pieces
 * where the power was read less often than every CHECK_STEP_NS are left out on both sides.
 */
#define CHECK_STEP_NS INT64_C(2000000000)

struct series_check {
	bool marked;          /* a piece is open, since mark_ns */
	struct reading power; /* the last with READING_POWER */
	int64_t mark_ns;
	uint64_t mark_uj;
	uint64_t open_uj; /* the open piece's integral */
	uint64_t rest;
	uint32_t open_count;
	uint64_t power_uj; /* of the closed pieces */
	uint64_t counter_uj;
	int64_t covered_ns;
	uint32_t count;
};

struct series_domain {
	struct domain domain;
	struct reading last; /* the last good one; has 0: none yet */
	int64_t begun_ns; /* when the frame that brought last began: its value is younger */
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
	bool restarted;     /* the next row says RESTART */
	bool moved;         /* has a new value since the last row */
	bool alive;         /* has moved since its base */
	uint32_t unread;    /* rows in a row without a reading */
	uint64_t rest;      /* of the integral, below one uj */
	int twin_candidate; /* whom raw_equal is about while twin is -1 */
	struct series_check check;
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

/*
 * A counter against its own power readings: 1000 * counter / integral. -EAGAIN when they were
 * together for less than 5 s or fewer than 10 readings, or no power was drawn.
 */
MUST_USE int series_cross_check(const struct series_domain *domain,
				uint32_t *ret_permille);
