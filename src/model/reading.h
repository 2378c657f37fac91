/* SPDX-License-Identifier: Apache-2.0 */
/* What a source says of one domain at one time. Nothing is there unless its bit is set. */
#pragma once

#include <stdint.h>

enum {
	READING_ENERGY = 1u << 0, /* energy_uj is there */
	READING_POWER = 1u << 1,  /* power_uw is there */
};

struct reading {
	int64_t t_ns;       /* HOST_MONOTONIC, taken right after the value */
	uint64_t energy_uj; /* the counter, modulo the domain's range */
	uint64_t power_uw;
	uint32_t has; /* READING_*; 0: a gap, err says why */
	uint32_t
		epoch; /* changes when the counter may have started anew (zone came back) */
	int err;       /* 0, or the negative errno of this domain's read */
};

/* Why a reading is asked for. A source may answer less than asked: has says what. */
enum read_why {
	READ_PACE, /* between samples, for domains with a pace or a short wrap */
	READ_TICK, /* a sample */
	READ_EDGE, /* start, end or mark: everything, now */
};
