/* SPDX-License-Identifier: Apache-2.0 */
/* What a kWh or a run would weigh in the regions of the clouds: grid/regions.h fills the
 * factors, calc/region-rank.h the rest. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/factor.h"

/* Whether the average and the marginal put a region in the best third of all. */
enum region_agree {
	REGION_UNKNOWN, /* one of the figures is missing */
	REGION_BOTH_LOW,
	REGION_AVERAGE_ONLY,
	REGION_MARGINAL_ONLY,
	REGION_NEITHER,
};

struct region_row {
	char name[PLACE_NAME_MAX + 20]; /* "aws:us-east-1"; of the own place what it is */
	char location[PLACE_NAME_MAX];  /* "Africa (Cape Town)"; "" */
	struct place place;
	struct factor average;
	struct factor marginal;
	struct factor pue;
	bool own; /* the place that the others are compared with */
	bool apart; /* it is no cloud's region: it is shown, and ranked as if among them, and
		     * moves no other's rank */
	struct quantity average_kg; /* of the energy, with PUE */
	struct quantity marginal_kg;
	uint32_t average_rank; /* 1 is the best, the same for the same; 0: no figure */
	uint32_t marginal_rank;
	enum region_agree agree;
};

/* Sorted by calc/region-rank.h: the best average first, those without a figure last. */
struct region_list {
	struct region_row *rows;
	size_t count;
	struct quantity energy_kwh; /* at the component boundary */
	uint32_t average_ranked;    /* regions with a figure */
	uint32_t marginal_ranked;
	uint32_t both_ranked; /* with both: what the correlation is of */
	bool has_correlation;
	double correlation; /* Spearman's, of the two ranks: -1 to 1 */
	uint32_t agree[5];  /* how many regions, by enum region_agree */
};

static inline void region_list_done(struct region_list *list)
{
	free(list->rows);
	*list = (struct region_list){ 0 };
}
