/* SPDX-License-Identifier: Apache-2.0 */
/* An estimate of what memory draws, from its size alone. */
#pragma once

#include "base/host.h"

struct memory_seen {
	uint64_t bytes; /* the machine's, whatever our cgroup may use of it */
};

/* -ENODEV when there is no proc/meminfo with a size. */
MUST_USE int memory_model_see(const struct host *host, struct memory_seen *ret);

/* By data/memory_power.csv; good to a factor of 2 either way. */
uint64_t memory_model_uw(uint64_t bytes);

/* Of a virtual machine: its part of what its host's memory draws. host_ratio: of its host that it
 * has; NAN: all of it. */
uint64_t memory_model_part_uw(uint64_t bytes, double host_ratio);
