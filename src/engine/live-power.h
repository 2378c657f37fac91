/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's own part of a live view: its sources, read by whoever looks and not by a clock.
 * A power is the joules of a window over the part of it that readings cover; a window without a
 * new reading has none, and the next one's reaches back.
 */
#pragma once

#include "base/host.h"
#include "model/live.h"

struct live_power;

/* The sources that open at once. host is the caller's and outlives it. */
MUST_USE int live_power_new(const struct host *host, struct live_power **ret);
void live_power_free(struct live_power *power); /* takes NULL */

/*
 * Fills times, domains, power_w, CPUs and memory. The first call only begins; the second opens,
 * after its readings, the sources with a vendor's library: what they read shows from the third
 * on. -ENOMEM, -ENOSPC.
 */
MUST_USE int live_power_read(struct live_power *power, struct live_view *view);

/* True once the vendors' libraries were asked for. */
bool live_power_is_open(const struct live_power *power);

/* CPU time that all had in the window. False: not known, or no window. */
MUST_USE bool live_power_busy_ns(const struct live_power *power, uint64_t *ret_ns);

/* What a domain did in a window; covered_ns 0: it has no reading there. */
struct live_window {
	uint64_t energy_uj;
	uint64_t maybe_lost_uj; /* in wraps that nobody saw */
	uint64_t ripple_uj;     /* E-2's bound */
	int64_t covered_ns;
};

/* METHOD E-8, E-12: the counted domains' watts. Those that have no reading in their window are
 * not in the sum, and named in its source. */
void live_power_sum(const struct run_domain *domains, const struct live_window *windows,
		    uint32_t count, struct quantity *ret);
