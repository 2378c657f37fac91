/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/gpu-use.h"

#include <string.h>

#include "base/parse.h"

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void gpu_use_add(struct gpu_use_sums *sums, const struct sample *row)
{
	for (size_t i = 0; i < row->gpu_count && i < GPUS_MAX; i++) {
		struct gpu_use_sum *sum = &sums->gpu[i];
		const struct gpu_use *use = &row->use.gpu[i];

		sum->has |= use->has;
		if (use->has & GPU_USE_CLIENTS) {
			sum->scope_clients =
				larger(sum->scope_clients, use->scope_clients);
			sum->all_clients = larger(sum->all_clients, use->all_clients);
		}
		if (use->has & GPU_USE_SM) {
			sum->scope_sm_permille += use->scope_sm_permille;
			sum->all_sm_permille += use->all_sm_permille;
			sum->sm_rows++;
		}
	}
}

static void make_view(const struct gpu_use_sum *sum, const char *domain,
		      struct gpu_view *ret)
{
	memset(ret, 0, sizeof *ret);
	(void)copy_text(ret->domain, sizeof ret->domain, domain);
	ret->has_clients = sum->has & GPU_USE_CLIENTS;
	ret->scope_clients = sum->scope_clients;
	ret->all_clients = sum->all_clients;
	ret->guessed = sum->has & GPU_USE_GUESSED;
	ret->has_sm = sum->sm_rows > 0;
	if (!ret->has_sm)
		return;
	ret->scope_sm_ratio = (double)sum->scope_sm_permille / sum->sm_rows / 1000;
	ret->all_sm_ratio = (double)sum->all_sm_permille / sum->sm_rows / 1000;
}

size_t gpu_use_views(const struct gpu_use_sums *sums, const struct run_domain *domains,
		     size_t count, struct gpu_view *ret)
{
	size_t used = 0;

	for (size_t i = 0; i < count && used < GPUS_MAX; i++) {
		int gpu = domains[i].domain.gpu;

		if (gpu >= 0 && gpu < GPUS_MAX)
			make_view(&sums->gpu[gpu], domains[i].domain.id, &ret[used++]);
	}
	return used;
}
