/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a server's modelled watts is the processors', the memory's and the rest's (fans, power
 * supplies, disks, board), so that a part with a meter can stand in for its modelled one. Pure.
 */
#pragma once

#include "machine/server-model.h"

struct server_split {
	double cpu_w;
	double memory_w; /* NAN: its size is not known; it is then within the rest */
	double rest_w;
};

/* At a load of 0 to 1. The parts add up to the curve's watts there. */
void server_split_at(const struct server_curve *curve, double load_ratio,
		     struct server_split *ret);
