/* SPDX-License-Identifier: Apache-2.0 */
/* What ledger.c gathers and ledger-get.c makes numbers of. No one else looks inside. */
#pragma once

#include "calc/attribute.h"
#include "calc/ledger.h"

/* A share's sums: as it is, and with the idle power at either end of its interval. */
struct spread {
	uint64_t value_uj;
	uint64_t low_uj;
	uint64_t high_uj;
};

struct tally {
	struct domain domain;
	struct idle idle;
	bool counted;
	/* the last OK or RESTART row */
	bool based;
	int64_t base_ns;
	uint64_t base_uj;
	struct use base_use; /* but for its boards, which `gpu` follows */
	struct gpu_span gpu;
	/* sums since */
	int64_t covered_ns;
	uint64_t machine_uj;
	uint64_t unknown_uj; /* of it without a share */
	/* of it, since base_use: the CPU times were not read since, the next will tell */
	uint64_t owed_uj;
	int64_t owed_ns;
	uint64_t shares; /* intervals with one */
	struct spread active;
	struct spread marginal;
	struct spread reserved;
	uint64_t share_u_uj; /* k = 1 */
	uint64_t busy_ns;
	uint64_t how_uj[SHARE_HOWS];
	uint64_t how_count[SHARE_HOWS];
	uint64_t more_high_uj;
	uint64_t either_way_uj;
};

struct ledger {
	size_t count;
	bool has_reserve;
	struct reserve reserve;
	bool begun;
	int64_t first_ns;
	int64_t last_ns;
	struct gpu_use last_gpu[GPUS_MAX];
	uint32_t last_gpus;
	struct tally tally[];
};
