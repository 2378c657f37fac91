/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine as it sees itself, asked of the model of servers. A virtual machine sees its own
 * threads and not its host: the host is guessed, and its part is by threads. Pure.
 */
#pragma once

#include "machine/cpu-model.h"
#include "machine/server-model.h"

struct server_share {
	double ratio; /* server_share_ratio() */
	double spread; /* k = 1 of its logarithm: neighbours, and a host that is not seen */
};

/* Of its host that a machine is by its threads; NAN: all of it, a machine of its own. */
double server_share_ratio(const struct cpu_seen *seen);

/* memory_gb: of all the machine, NAN where not known; a host has as much a thread. */
void server_share_ask(const struct cpu_seen *seen, double memory_gb,
		      struct server_ask *ret_ask, struct server_share *ret);

/* Makes a host's curve that of our part of it; its intervals grow. */
void server_share_take(const struct server_share *share, struct server_curve *curve);
