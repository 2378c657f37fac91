/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-22, the parts.
 * Reads: a server's watts; the estimates of packages and memory by themselves.
 * Gives: the three parts, which add up.
 * Needs: the whole.
 * Limits: the least sure of what the model tells; the whole is what was judged.
 */
#include "machine/server-split.h"

#include <math.h>

#include "base/parse.h"
#include "machine/memory-model.h"
#include "machine/server-share.h"

/* Power supplies alone lose as much, so that the rest is never less. */
#define REST_LEAST_RATIO 0.1

static uint32_t count_of(double told, uint32_t otherwise)
{
	return told >= 1 && told <= UINT16_MAX ? (uint32_t)told : otherwise;
}

void server_parts_told(const struct server_ask *as, struct server_parts *ret)
{
	struct cpu_seen seen = { .chips = count_of(as->chips, 1) };
	struct cpu_facts facts;

	(void)copy_text(seen.name, sizeof seen.name, as->cpu_name);
	seen.threads = count_of(as->threads, count_of(as->cores, seen.chips));
	cpu_model_facts(&seen, &facts);
	if (as->tdp_w > 0)
		facts.tdp_mw = (uint32_t)(as->tdp_w * 1e3);
	cpu_curve_of(&seen, &facts, &ret->cpu);
	ret->memory_w = (double)NAN;
	if (as->memory_gb > 0)
		ret->memory_w = (double)memory_model_uw(
					(uint64_t)(as->memory_gb * SERVER_BYTES_PER_GB)) /
				1e6;
}

void server_parts_seen(const struct cpu_seen *seen, uint64_t memory_bytes,
		       struct server_parts *ret)
{
	struct cpu_facts facts;

	cpu_model_facts(seen, &facts);
	cpu_curve_of(seen, &facts, &ret->cpu);
	ret->memory_w = (double)NAN;
	if (memory_bytes > 0)
		ret->memory_w = (double)memory_model_part_uw(memory_bytes,
							     server_share_ratio(seen)) /
				1e6;
}

void server_split_at(const struct server_parts *parts, double whole_w, double load_ratio,
		     struct server_split *ret)
{
	double ratio = fmin(fmax(load_ratio, 0), 1);
	double most = whole_w * (1 - REST_LEAST_RATIO);
	double cpu =
		(double)cpu_curve_uw(&parts->cpu, (uint32_t)(ratio * LOAD_FULL_PPM)) /
		1e6;
	double memory = isnan(parts->memory_w) ? 0 : parts->memory_w;

	if (cpu + memory > most) {
		double fit = most / (cpu + memory);

		cpu *= fit;
		memory *= fit;
	}
	*ret = (struct server_split){
		.cpu_w = cpu,
		.memory_w = isnan(parts->memory_w) ? (double)NAN : memory,
		.rest_w = whole_w - cpu - memory,
	};
}
