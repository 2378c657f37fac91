/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets and dies, from sys/devices/system/cpu/cpuN/topology, and the first CPU that is
 * online in each: the one a counter of that die is read through. A CPU that is offline has
 * no topology folder and is not seen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/host.h"
#include "base/macro.h"

#define TOPOLOGY_PLACES_MAX 64

struct topology_place {
	unsigned package;
	unsigned die; /* 0 where the kernel names none */
	unsigned cpu;
};

/* One place a die, in the order of package and die. */
struct topology {
	struct topology_place place[TOPOLOGY_PLACES_MAX];
	size_t count;
};

/* -ENOENT: this CPU is not there or is offline. -EPROTO: it names no package. */
MUST_USE int topology_of_cpu(const struct host *host, unsigned cpu,
			     struct topology_place *ret);

/* -ENODEV when no CPU says where it is. Dies past TOPOLOGY_PLACES_MAX are left out. */
MUST_USE int topology_read(const struct host *host, struct topology *ret);

/* Some package has more than one die. */
bool topology_has_dies(const struct topology *topology);

size_t topology_package_count(const struct topology *topology);

/* Leaves one place a package: the first die stands for it. */
void topology_merge_dies(struct topology *topology);
