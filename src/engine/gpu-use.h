/* SPDX-License-Identifier: Apache-2.0 */
/* Who used each board during a run: the rows' GPU columns in a few numbers. */
#pragma once

#include "model/run.h"

struct gpu_use_sum {
	uint32_t scope_clients;
	uint32_t all_clients;
	uint32_t has;
	uint64_t scope_sm_permille; /* summed over sm_rows */
	uint64_t all_sm_permille;
	uint32_t sm_rows;
};

struct gpu_use_sums {
	struct gpu_use_sum gpu[GPUS_MAX];
};

void gpu_use_add(struct gpu_use_sums *sums, const struct sample *row);

/* One entry a GPU domain that has an index; returns how many. */
size_t gpu_use_views(const struct gpu_use_sums *sums, const struct run_domain *domains,
		     size_t count, struct gpu_view *ret);
