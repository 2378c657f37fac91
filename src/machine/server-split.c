/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-22, the parts.
 * Reads: a server's curve; the estimates of packages and memory by themselves.
 * Gives: the three parts, which add up.
 * Needs: a curve.
 * Limits: the least sure of what the model tells; the whole is what was judged.
 */
#include "machine/server-split.h"

#include <math.h>

#include "base/parse.h"
#include "machine/cpu-curve.h"
#include "machine/memory-model.h"

/* Power supplies alone lose as much, so that the rest is never less. */
#define REST_LEAST_RATIO 0.1
#define BYTES_PER_GB     (1024.0 * 1024 * 1024)

static double packages_w(const struct server_curve *curve, double load_ratio)
{
	struct cpu_seen seen = { .chips = 1 };
	struct cpu_facts facts;
	struct cpu_curve cpu;

	(void)copy_text(seen.name, sizeof seen.name, curve->as.cpu_name);
	if (curve->as.chips >= 1)
		seen.chips = (uint32_t)curve->as.chips;
	seen.threads = curve->as.threads >= 1 ? (uint32_t)curve->as.threads : seen.chips;
	cpu_model_facts(&seen, &facts);
	if (curve->as.tdp_w > 0)
		facts.tdp_mw = (uint32_t)(curve->as.tdp_w * 1e3);
	cpu_curve_of(&seen, &facts, &cpu);
	return (double)cpu_curve_uw(&cpu, (uint32_t)(load_ratio * LOAD_FULL_PPM)) / 1e6;
}

void server_split_at(const struct server_curve *curve, double load_ratio,
		     struct server_split *ret)
{
	double ratio = fmin(fmax(load_ratio, 0), 1);
	double whole = server_watts_at(curve, ratio).w;
	double most = whole * (1 - REST_LEAST_RATIO);
	double cpu = packages_w(curve, ratio);
	double memory = 0;

	if (curve->as.memory_gb > 0)
		memory = (double)memory_model_uw(
				 (uint64_t)(curve->as.memory_gb * BYTES_PER_GB)) /
			 1e6;
	if (cpu + memory > most) {
		double fit = most / (cpu + memory);

		cpu *= fit;
		memory *= fit;
	}
	*ret = (struct server_split){
		.cpu_w = cpu,
		.memory_w = curve->as.memory_gb > 0 ? memory : (double)NAN,
		.rest_w = whole - cpu - memory,
	};
}
