/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-12 for sums over runs. What errs alike adds linearly: the meters of one machine, the
 * PUE of one place, the intensity of one zone and source. What errs by itself adds in
 * quadrature: machines, places, zones, and the three kinds of error against each other.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"
#include "model/total.h"

struct total_run {
	const struct quantity *attributed_j;
	const struct quantity *pue;
	const struct quantity *intensity_gpkwh;
	const char *
		machine; /* runs with the same text ran on one machine; "" : on its own */
	const char *site; /* the same text: the same PUE */
	const char *grid; /* the same text: zone, source and basis of one intensity */
};

/* -ENOMEM. No runs, or none that is known: the sums are unknown, not 0. */
MUST_USE int total_of(const struct total_run *runs, size_t count, struct total *ret);
