/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "load.h"

static uint64_t random_below(struct bench_load *load, uint64_t most)
{
	load->random = load->random * UINT64_C(6364136223846793005) +
		       UINT64_C(1442695040888963407);
	return (load->random >> 33) % most;
}

void bench_load_init(struct bench_load *load)
{
	static const struct {
		const char *id;
		enum family family;
		double mean_uj;
	} like[LOAD_DOMAINS] = {
		{ "package-0", FAMILY_CPU, 140e6 }, { "package-1", FAMILY_CPU, 130e6 },
		{ "dram-0", FAMILY_MEMORY, 20e6 },  { "dram-1", FAMILY_MEMORY, 18e6 },
		{ "gpu-0", FAMILY_GPU, 350e6 },     { "gpu-1", FAMILY_GPU, 340e6 },
		{ "gpu-2", FAMILY_GPU, 360e6 },     { "gpu-3", FAMILY_GPU, 70e6 },
	};

	memset(load, 0, sizeof *load);
	for (int i = 0; i < LOAD_DOMAINS; i++) {
		domain_init(&load->domain[i].domain, like[i].id, like[i].family);
		(void)snprintf(load->domain[i].source, sizeof load->domain[i].source,
			       "powercap");
		load->domain[i].counted = true;
		load->domain[i].domain.gpu = i < 4 ? -1 : i - 4;
		load->usual_uj[i] = load->mean_uj[i] = like[i].mean_uj;
	}
	load->row.domain_count = LOAD_DOMAINS;
	load->row.gpu_count = 4;
	load->row.use.has = USE_SCOPE_CPU | USE_MACHINE_CPU | USE_SCOPE_MEM |
			    USE_MACHINE_MEM | USE_PROCESSES;
}

/* A fifth up or down now and then, within a third and three times of what is usual. */
static void wander(struct bench_load *load, int i)
{
	double *mean_uj = &load->mean_uj[i];

	if (random_below(load, 120) == 0)
		*mean_uj *= random_below(load, 2) ? 1.2 : 1 / 1.2;
	if (*mean_uj > 3 * load->usual_uj[i] || *mean_uj < load->usual_uj[i] / 3)
		*mean_uj = load->usual_uj[i];
}

static void use_boards(struct bench_load *load)
{
	for (int i = 0; i < 4; i++) {
		struct gpu_use *gpu = &load->row.use.gpu[i];
		bool shared = i == 3;

		gpu->has = GPU_USE_CLIENTS | GPU_USE_SM;
		gpu->scope_clients = 1;
		gpu->all_clients = shared ? 2 : 1;
		gpu->scope_sm_permille = (uint32_t)(900 + 10 * random_below(load, 10));
		gpu->all_sm_permille = gpu->scope_sm_permille + (shared ? 10 : 0);
	}
}

/* Loads wander and jitter, counters move in steps of 15 uJ, the clock is some us late. */
void bench_load_next(struct bench_load *load, int second)
{
	struct sample *row = &load->row;

	row->t_ns = second * NS_PER_S + (int64_t)random_below(load, 60000);
	for (int i = 0; i < LOAD_DOMAINS; i++) {
		double jitter = 0.9 + 0.2 * (double)random_below(load, 1000) / 1000;

		wander(load, i);
		row->energy_uj[i] += (uint64_t)(load->mean_uj[i] * jitter) / 15 * 15;
		row->state[i] = SAMPLE_OK;
		load->plain[i] = row->energy_uj[i];
	}
	row->use.t_ns = row->t_ns + 40000 + (int64_t)random_below(load, 9000);
	row->use.scope_cpu_ns += 7800000000 + random_below(load, 40000000);
	row->use.machine_cpu_ns += 8100000000 + random_below(load, 10) * 10000000;
	row->use.scope_mem_bytes = UINT64_C(21474836480) + random_below(load, 64) * 4096;
	row->use.machine_mem_bytes =
		UINT64_C(42949672960) + random_below(load, 4096) * 4096;
	row->use.processes_seen = 9;
	use_boards(load);
	load->plain[LOAD_DOMAINS] = (uint64_t)row->t_ns;
	load->plain[LOAD_DOMAINS + 1] = row->use.scope_cpu_ns;
	load->plain[LOAD_DOMAINS + 2] = row->use.machine_cpu_ns;
	load->plain[LOAD_DOMAINS + 3] = row->use.scope_mem_bytes;
	load->plain[LOAD_DOMAINS + 4] = row->use.machine_mem_bytes;
}
