/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look that may cost much is taken so seldom that it never costs more than a given part of
 * a core: after one that took c, the next is due c * part later. The cost is counted in our
 * own CPU time where the machine is this one, by the host's clock in a made-up one.
 */
#pragma once

#include <time.h>

#include "base/host.h"

struct pace {
	int64_t part;     /* 300: a three-hundredth of a core */
	int64_t least_ns; /* never sooner than this */
	int64_t due_ns;   /* HOST_MONOTONIC; 0: now */
	int64_t began_ns;
};

static inline int64_t pace_spent_ns(const struct host *host)
{
	struct timespec spent;

	if (!host->real || clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) < 0)
		return host_now_ns(host);
	return (int64_t)spent.tv_sec * NS_PER_S + spent.tv_nsec;
}

static inline bool pace_due(const struct pace *pace, const struct host *host)
{
	return host_now_ns(host) >= pace->due_ns;
}

static inline void pace_begin(struct pace *pace, const struct host *host)
{
	pace->began_ns = pace_spent_ns(host);
}

static inline void pace_end(struct pace *pace, const struct host *host)
{
	int64_t wait_ns = (pace_spent_ns(host) - pace->began_ns) * pace->part;

	if (wait_ns < pace->least_ns)
		wait_ns = pace->least_ns;
	pace->due_ns = host_now_ns(host) + wait_ns;
}
