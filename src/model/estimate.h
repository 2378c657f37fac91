/* SPDX-License-Identifier: Apache-2.0 */
/* What a run will weigh, before it begins: calc/estimate.h fills it, report/estimate-view.h
 * tells it. Everything in it is modelled or assumed. */
#pragma once

#include <stddef.h>

#include "model/run.h"

#define ESTIMATE_PARTS_MAX        8
#define ESTIMATE_ASSUMPTIONS_MAX  16
#define ESTIMATE_EQUIVALENCES_MAX 4
#define ESTIMATE_TEXT_MAX         160

/* Devices of one kind: they err alike. */
struct estimate_part {
	enum family family;
	char name[96]; /* "NVIDIA H100 SXM" */
	double count;
	struct quantity
		each_w; /* at the load that was asked for; source: what it rests on */
	struct quantity energy_kwh;
};

/* What was taken for granted: "load of the GPUs", "1", "not given". */
struct estimate_assumption {
	char what[64];
	char value[96];
	char source[ESTIMATE_TEXT_MAX];
};

/* "as much as 12 km driven by an average European car" */
struct equivalence {
	char name[32]; /* of a row of equivalence.csv */
	double amount;
	char per[96];
	char source[QUANTITY_SOURCE_MAX];
};

struct estimate {
	double hours;
	struct estimate_part
		part[ESTIMATE_PARTS_MAX]; /* none where runs tell the power */
	size_t part_count;
	size_t similar_count; /* runs whose mean power it is; 0: none */
	bool has_spread;      /* they were two or more */
	double spread_w;      /* standard deviation between them */
	struct quantity power_w;
	struct quantity energy_kwh; /* at the component boundary */
	struct factor pue;
	struct quantity facility_kwh;
	struct factor intensity;
	struct quantity carbon_kg;
	struct cost cost_country;
	struct cost cost_global;
	struct estimate_assumption assumption[ESTIMATE_ASSUMPTIONS_MAX];
	size_t assumption_count;
	/* The engine's: */
	char like[96]; /* the run or experiment the power is of; "" */
	struct place place;
	struct equivalence equivalence[ESTIMATE_EQUIVALENCES_MAX];
	size_t equivalence_count;
};
