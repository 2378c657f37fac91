/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a run would weigh least, by the average of the grids (what a statement says) and by the
 * marginal (what changes when the work moves), and whether the two agree. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/regions.h"

/* A region is low when it is in the best third of those with a figure. */
#define REGION_LOW_PART 3

/*
 * kg by METHOD E-9 and E-10, ranks, agreement, correlation; sorts the rows. Ranks are by PUE
 * times intensity, which also an unknown or zero energy does not change; its kg are unknown.
 */
void region_rank(struct region_list *list, const struct quantity *energy_kwh);

/*
 * Spearman's rank correlation; equal values have the mean of their ranks. False, and nothing
 * written, under 3 pairs or where all of a or all of b are equal. Not finite values are the
 * caller's fault. Takes no memory; n squared.
 */
bool region_correlation(const double *a, const double *b, size_t n, double *ret);
