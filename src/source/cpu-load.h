/* SPDX-License-Identifier: Apache-2.0 */
/* How busy a machine's CPUs were from one look at /proc/stat to the next. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/* Since the machine's start, in ticks of all CPUs together. */
struct cpu_ticks {
	uint64_t busy;
	uint64_t idle;
};

struct cpu_load {
	struct cpu_ticks ticks; /* at the last look that had new ones */
	uint32_t busy_ppm;      /* of the interval before it */
	bool known;             /* busy_ppm is there */
};

/*
 * The first line: "cpu user nice system idle iowait irq softirq steal guest guest_nice". Guests
 * are inside user and nice. What was stolen was neither our work nor our idling.
 */
MUST_USE int cpu_load_parse(const char *stat, struct cpu_ticks *ret);

void cpu_load_begin(struct cpu_load *load, const struct cpu_ticks *now);

/*
 * 0 with busy_ppm of the time since the last ticks, or the last known where none have passed.
 * -EAGAIN: none have, and none is known. -ERANGE: busy time went back; begun anew from here.
 * Idle time is known to step back a little, and then counts as none.
 */
MUST_USE int cpu_load_take(struct cpu_load *load, const struct cpu_ticks *now);
