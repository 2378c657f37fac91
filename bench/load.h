/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A made-up load of eight domains at 1 Hz, the same each time: two packages, their DRAM, and
 * four boards, one of them shared, whose clients and SM time are known.
 */
#pragma once

#include "model/run.h"

#define LOAD_DOMAINS 8
#define LOAD_WORDS   (LOAD_DOMAINS + 5)

struct bench_load {
	struct run_domain domain[LOAD_DOMAINS];
	struct sample row;
	uint64_t random;
	double usual_uj[LOAD_DOMAINS];
	double mean_uj[LOAD_DOMAINS];
	uint64_t plain[LOAD_WORDS]; /* what a plain file would hold of the row */
};

void bench_load_init(struct bench_load *load);
/* load->row is that second's. Seconds come in order. */
void bench_load_next(struct bench_load *load, int second);
