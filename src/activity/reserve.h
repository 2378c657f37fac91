/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the scope reserved of the machine, for E-5: the least of the CPUs its cpuset leaves
 * it, the CPU time its quota lets it have, and all CPUs that are online; and the least memory
 * limit on its way up over MemTotal. cgroup v1, v2 and hybrids; a Slurm allocation is held by
 * the same files. An affinity mask (taskset) is no reservation: others may use those CPUs.
 */
#pragma once

#include "activity/activity.h"

/*
 * The cgroup is that of the scope's root process, or of its launcher, or our own. ret->how
 * names what limited, "cpuset", "cpu.max", "memory.max" and so on with commas between, or
 * "whole machine". Fails where the machine itself cannot be counted (-ENOENT, -EPROTO).
 */
MUST_USE int reserve_of(const struct host *host, const struct scope *scope,
			struct reserve *ret);
