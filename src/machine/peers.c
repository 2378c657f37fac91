/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/peers.h"

#include <math.h>

#include "base/macro.h"

static double tdp_by_load(const struct peer_machine *m)
{
	return m->tdp_w * m->load_ratio;
}

static double half_tdp(const struct peer_machine *m)
{
	return m->tdp_w / 2;
}

/* --- CodeCarbon --------------------------------------------------------------------------- */

/* How many modules it takes memory of a size to be. */
static double guessed_modules(double memory_gb)
{
	static const struct {
		double most_gb;
		double modules;
	} small[] = { { 2, 1 }, { 16, 2 }, { 64, 4 }, { 128, 8 } };

	static const double module_gb[] = { 128, 64, 32, 16, 8, 4 };

	for (size_t i = 0; i < ARRAY_SIZE(small); i++)
		if (memory_gb <= small[i].most_gb)
			return small[i].modules;
	for (size_t i = 0; i < ARRAY_SIZE(module_gb); i++)
		if (module_gb[i] <= memory_gb / 8)
			return fmin(ceil(memory_gb / module_gb[i]), 32);
	return 8;
}

/* 5 W each of the first four modules, then less; never under 10 W. Of x86. */
static double memory_by_module(double memory_gb)
{
	static const struct {
		double up_to;
		double each_w;
	} steps[] = { { 4, 5 }, { 8, 4.5 }, { 16, 4 }, { 32, 3.5 } };

	double modules = guessed_modules(memory_gb);
	double watts = 0;
	double from = 0;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && modules > from; i++) {
		watts += (fmin(modules, steps[i].up_to) - from) * steps[i].each_w;
		from = steps[i].up_to;
	}
	return fmax(watts, 10);
}

static double codecarbon_3(const struct peer_machine *m)
{
	if (isnan(m->memory_gb))
		return (double)NAN;
	return m->tdp_w * (0.1 + 0.9 * pow(m->load_ratio, 3)) +
	       memory_by_module(m->memory_gb);
}

static double codecarbon_2(const struct peer_machine *m)
{
	return m->tdp_w / 2 + 0.375 * m->memory_gb;
}

/* --- Green Algorithms, Cloud Carbon Footprint --------------------------------------------- */

static double green_algorithms(const struct peer_machine *m)
{
	return m->tdp_w * m->load_ratio + 0.3725 * m->memory_gb;
}

static double vcpu_any(const struct peer_machine *m)
{
	return m->threads *
	       (m->any_low_w + (m->any_high_w - m->any_low_w) * m->load_ratio);
}

static double vcpu_family(const struct peer_machine *m)
{
	return m->threads *
	       (m->family_low_w + (m->family_high_w - m->family_low_w) * m->load_ratio);
}

const struct peer peers[] = {
	{ "TDP x load", "TDP x load", "in common use", tdp_by_load },
	{ "half TDP", "TDP / 2",
	  "CodeCarbon, constant mode, codecarbon/external/hardware.py", half_tdp },
	{ "CodeCarbon 2", "TDP / 2 + 0.375 W a GB",
	  "CodeCarbon before 3.0, constant mode and memory (3 W for 8 GB)",
	  codecarbon_2 },
	{ "CodeCarbon 3",
	  "TDP x (0.1 + 0.9 load^3) + memory by guessed modules (5, 4.5, 4, 3.5 W each)",
	  "CodeCarbon 3, load mode of a machine, codecarbon/external/hardware.py and ram.py",
	  codecarbon_3 },
	{ "Green Algorithms", "TDP x load + 0.3725 W a GB, PUE 1",
	  "Lannelongue et al. 2021, doi 10.1002/advs.202100707, all cores of the machine",
	  green_algorithms },
	{ "vCPU, average", "threads x (low + (high - low) x load), mean of all families",
	  "Cloud Carbon Footprint, ccf-coefficients, where the family is not known",
	  vcpu_any },
	{ "vCPU, by family",
	  "threads x (low + (high - low) x load), of the chip's family",
	  "Cloud Carbon Footprint, ccf-coefficients, fitted by its authors to SPECpower",
	  vcpu_family },
};
const size_t peer_count = ARRAY_SIZE(peers);
