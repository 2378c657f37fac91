/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the tables cpu_load_shape, cpu_package_shape and model_parameter of data/.
 * Gives: watts of the packages at 0 to 100 % busy, with standard uncertainties.
 * Needs: nothing.
 * Limits: SPECpower's curves are whole servers at the wall; the shares that make packages of
 *         them were fitted to ten machines with a package meter.
 */
#include "machine/cpu-curve.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "data-cpu-load-shape.h"
#include "data-cpu-package-shape.h"
#include "data-model-parameter.h"

#define UW_PER_MW UINT64_C(1000)

/* What the ends of the curve rest on, best first. */
enum basis {
	BASIS_TDP,    /* the chips' design power */
	BASIS_SHARE,  /* a virtual machine's part of a known chip */
	BASIS_CORE,   /* design power a core */
	BASIS_CAPPED, /* a virtual machine on a known chip of unknown threads */
	BASIS_THREAD, /* watts a thread of the era */
	BASIS_COUNT
};

struct ends {
	enum basis basis;
	uint64_t idle_uw;
	uint64_t full_uw;
};

uint32_t model_parameter_permille(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(data_model_parameter); i++)
		if (strcmp(data_model_parameter_text + data_model_parameter[i].name,
			   name) == 0)
			return data_model_parameter[i].value;
	assert(name == NULL); /* not in the table: a slip of ours */
	return 0;
}

/* Row 0 is for an unknown year; beyond either end the nearest era serves. */
static const struct data_cpu_load_shape *era_of(uint32_t year)
{
	size_t found = year ? 1 : 0;

	for (size_t i = 1; i < ARRAY_SIZE(data_cpu_load_shape); i++)
		if (year >= data_cpu_load_shape[i].year_from)
			found = i;
	return &data_cpu_load_shape[found];
}

static uint64_t permille_of(uint64_t value, uint64_t permille)
{
	return value * permille / 1000;
}

/* A package does not draw more than its design power for long. */
static void ends_of_tdp(const struct data_cpu_load_shape *era, uint64_t tdp_uw,
			struct ends *ends)
{
	uint64_t full = permille_of(era->full_per_tdp,
				    model_parameter_permille("cpu_full_share"));
	uint64_t idle = permille_of(era->idle_per_tdp,
				    model_parameter_permille("cpu_idle_share"));

	if (full > 1000)
		full = 1000;
	ends->full_uw = permille_of(tdp_uw, full);
	ends->idle_uw = permille_of(tdp_uw, idle < full ? idle : full);
}

static void ends_of_threads(const struct data_cpu_load_shape *era, uint32_t threads,
			    struct ends *ends)
{
	ends->full_uw = permille_of(UW_PER_MW * threads * era->full_thread_mw,
				    model_parameter_permille("cpu_full_share"));
	ends->idle_uw = permille_of(UW_PER_MW * threads * era->idle_thread_mw,
				    model_parameter_permille("cpu_idle_share"));
}

/* The era's watts a thread, but no more than the chips could draw. */
static void ends_capped(const struct data_cpu_load_shape *era,
			const struct cpu_seen *seen, uint64_t tdp_uw, struct ends *ends)
{
	struct ends most;

	ends_of_tdp(era, tdp_uw, &most);
	ends_of_threads(era, seen->threads, ends);
	if (ends->full_uw > most.full_uw)
		ends->full_uw = most.full_uw;
	if (ends->idle_uw > most.idle_uw)
		ends->idle_uw = most.idle_uw;
}

static struct ends ends_of(const struct data_cpu_load_shape *era,
			   const struct cpu_seen *seen, const struct cpu_facts *facts)
{
	uint64_t tdp_uw = facts->tdp_mw * UW_PER_MW;
	struct ends ends = { .basis = BASIS_THREAD };

	if (tdp_uw && !seen->hypervisor) {
		ends.basis = BASIS_TDP;
		ends_of_tdp(era, tdp_uw * seen->chips, &ends);
	} else if (tdp_uw && facts->chip_threads) {
		ends.basis = BASIS_SHARE;
		ends_of_tdp(era, tdp_uw * seen->threads / facts->chip_threads, &ends);
	} else if (tdp_uw) {
		ends.basis = BASIS_CAPPED;
		ends_capped(era, seen, tdp_uw * seen->chips, &ends);
	} else if (facts->core_mw) {
		ends.basis = BASIS_CORE;
		ends_of_tdp(era, UW_PER_MW * seen->threads * facts->core_mw, &ends);
	} else {
		ends_of_threads(era, seen->threads, &ends);
	}
	return ends;
}

/* The way from idle to full at each step, in permille: the era's servers and packages mixed. */
static void shape_of(const struct data_cpu_load_shape *era,
		     uint32_t ret_permille[CPU_CURVE_STEPS + 1])
{
	const uint32_t wall[CPU_CURVE_STEPS + 1] = {
		era->shape_0,  era->shape_10, era->shape_20, era->shape_30,
		era->shape_40, era->shape_50, era->shape_60, era->shape_70,
		era->shape_80, era->shape_90, era->shape_100
	};
	uint32_t blend = model_parameter_permille("shape_blend");

	static_assert(ARRAY_SIZE(data_cpu_package_shape) == CPU_CURVE_STEPS + 1,
		      "eleven steps");
	for (size_t i = 0; i <= CPU_CURVE_STEPS; i++) {
		uint32_t server = (wall[i] - wall[0]) * 1000 / (1000 - wall[0]);
		uint32_t package = data_cpu_package_shape[i].power;

		ret_permille[i] = (server * (1000 - blend) + package * blend) / 1000;
	}
}

static void note_of(const struct cpu_seen *seen, const struct cpu_facts *facts,
		    enum basis basis, struct cpu_curve *curve)
{
	char age[24] = "age unknown";
	char text[3 * DOMAIN_TEXT_MAX];
	unsigned tdp_w = (facts->tdp_mw + 500) / 1000;

	if (facts->year)
		(void)snprintf(age, sizeof age, "of %u", facts->year);
	switch (basis) {
	case BASIS_TDP:
		(void)snprintf(text, sizeof text,
			       "estimate: %u x TDP %u W of %s (%s) by load", seen->chips,
			       tdp_w, facts->name, age);
		break;
	case BASIS_SHARE:
		(void)snprintf(
			text, sizeof text,
			"estimate: %u of %u threads of %s, TDP %u W (VM, host's idle "
			"shared)",
			seen->threads, facts->chip_threads, facts->name, tdp_w);
		break;
	case BASIS_CORE:
		(void)snprintf(text, sizeof text,
			       "estimate: %u %s cores of %u.%u W by load", seen->threads,
			       facts->name, facts->core_mw / 1000,
			       facts->core_mw / 100 % 10);
		break;
	case BASIS_CAPPED:
	case BASIS_THREAD:
	case BASIS_COUNT:
	default:
		(void)snprintf(
			text, sizeof text,
			"estimate: %u threads of a %s (%s), watts a thread of its era",
			seen->threads, seen->hypervisor ? "VM" : "CPU of unknown power",
			age);
		break;
	}
	(void)copy_text(curve->note, sizeof curve->note, text);
}

void cpu_curve_of(const struct cpu_seen *seen, const struct cpu_facts *facts,
		  struct cpu_curve *ret)
{
	static const uint32_t gain_u_permille[BASIS_COUNT] = { [BASIS_TDP] = 300,
							       [BASIS_SHARE] = 400,
							       [BASIS_CORE] = 500,
							       [BASIS_CAPPED] = 500,
							       [BASIS_THREAD] = 500 };
	const struct data_cpu_load_shape *era = era_of(facts->year);
	struct ends ends = ends_of(era, seen, facts);
	uint32_t shape_permille[CPU_CURVE_STEPS + 1];

	shape_of(era, shape_permille);
	for (size_t i = 0; i <= CPU_CURVE_STEPS; i++)
		ret->power_uw[i] = ends.idle_uw + permille_of(ends.full_uw - ends.idle_uw,
							      shape_permille[i]);
	ret->gain_u_permille = gain_u_permille[ends.basis] + (facts->year ? 0u : 100u);
	ret->offset_u_uw = permille_of(ends.full_uw, seen->hypervisor ? 80 : 50);
	note_of(seen, facts, ends.basis, ret);
}

uint64_t cpu_curve_uw(const struct cpu_curve *curve, uint32_t busy_ppm)
{
	const uint32_t step_ppm = LOAD_FULL_PPM / CPU_CURVE_STEPS;
	uint32_t i = busy_ppm / step_ppm;

	if (i >= CPU_CURVE_STEPS)
		return curve->power_uw[CPU_CURVE_STEPS];
	return curve->power_uw[i] + (curve->power_uw[i + 1] - curve->power_uw[i]) *
					    (busy_ppm % step_ppm) / step_ppm;
}
