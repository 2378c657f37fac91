/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a server's modelled watts is the processors', the memory's and the rest's (fans, power
 * supplies, disks, board), so that a part with a meter can stand in for its modelled one. Pure.
 */
#pragma once

#include "machine/cpu-curve.h"
#include "machine/server-model.h"

/* Processors and memory as they are estimated by themselves. */
struct server_parts {
	struct cpu_curve cpu;
	double memory_w; /* NAN: its size is not known; it is then within the rest */
};

struct server_split {
	double cpu_w;
	double memory_w; /* NAN: as of the parts */
	double rest_w;
};

/* Of a machine by what is told of it. */
void server_parts_told(const struct server_ask *as, struct server_parts *ret);

/* Of this machine by what it sees: what the source `model` counts. memory_bytes: 0 if not known. */
void server_parts_seen(const struct cpu_seen *seen, uint64_t memory_bytes,
		       struct server_parts *ret);

/* Of a whole that draws whole_w at a load of 0 to 1: the three add up to it. */
void server_split_at(const struct server_parts *parts, double whole_w, double load_ratio,
		     struct server_split *ret);
