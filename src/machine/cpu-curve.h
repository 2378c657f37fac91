/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Power of all processor packages together against load: an estimate of the component boundary.
 * How it is derived, and its interval, are in docs/decisions/estimate-without-a-meter.md.
 */
#pragma once

#include "machine/cpu-model.h"
#include "model/domain.h"

#define CPU_CURVE_STEPS 10
#define LOAD_FULL_PPM   1000000u

struct cpu_curve {
	uint64_t power_uw[CPU_CURVE_STEPS + 1]; /* at 0, 10 … 100 % busy; never falls */
	uint32_t gain_u_permille;               /* k = 1 */
	uint64_t offset_u_uw;                   /* k = 1; the idle part is known least */
	char note[DOMAIN_TEXT_MAX];             /* what it rests on, in words */
};

void cpu_curve_of(const struct cpu_seen *seen, const struct cpu_facts *facts,
		  struct cpu_curve *ret);

/* Between the steps in a straight line. busy_ppm up to LOAD_FULL_PPM; more is taken for full. */
uint64_t cpu_curve_uw(const struct cpu_curve *curve, uint32_t busy_ppm);

/* A row of data/model_parameter.csv, times 1000. The name must be there. */
uint32_t model_parameter_permille(const char *name);
