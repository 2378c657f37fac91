/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-9 and E-10, for many places.
 * Reads: PUE, average and marginal intensity of each.
 * Gives: kg, ranks and Spearman's correlation of them.
 * Needs: a figure; a place without one has no rank, and is last.
 * Limits: ranks are of values: two whose intervals overlap have different ranks all the same.
 */
#include "calc/region-rank.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "calc/carbon.h"

#define LEAST_PAIRS 3

/* g a kWh of the machines, PUE included; NAN: no figure. */
static double weight(const struct region_row *row, const struct factor *intensity)
{
	if (!row->pue.value.known || !intensity->value.known)
		return NAN;
	return row->pue.value.value * intensity->value.value;
}

static double average_of(const struct region_row *row)
{
	return weight(row, &row->average);
}

static double marginal_of(const struct region_row *row)
{
	return weight(row, &row->marginal);
}

static uint32_t rank_in(const struct region_list *list, double own,
			double (*of)(const struct region_row *))
{
	uint32_t rank = 1;

	if (!isfinite(own))
		return 0;
	for (size_t i = 0; i < list->count; i++)
		rank += !list->rows[i].apart && of(&list->rows[i]) < own;
	return rank;
}

static bool is_low(uint32_t rank, uint32_t of)
{
	return rank == 1 || rank * REGION_LOW_PART <= of;
}

static enum region_agree agree_of(const struct region_list *list,
				  const struct region_row *row)
{
	bool average = is_low(row->average_rank, list->average_ranked);
	bool marginal = is_low(row->marginal_rank, list->marginal_ranked);

	if (row->average_rank == 0 || row->marginal_rank == 0)
		return REGION_UNKNOWN;
	if (average && marginal)
		return REGION_BOTH_LOW;
	if (average)
		return REGION_AVERAGE_ONLY;
	return marginal ? REGION_MARGINAL_ONLY : REGION_NEITHER;
}

static double mean_rank(const double *values, size_t n, double value)
{
	size_t less = 0;
	size_t same = 0;

	for (size_t i = 0; i < n; i++) {
		less += values[i] < value;
		same += values[i] == value;
	}
	return (double)less + ((double)same + 1) / 2;
}

bool region_correlation(const double *a, const double *b, size_t n, double *ret)
{
	double mean = ((double)n + 1) / 2;
	double ab = 0, aa = 0, bb = 0;

	if (n < LEAST_PAIRS)
		return false;
	for (size_t i = 0; i < n; i++) {
		double x = mean_rank(a, n, a[i]) - mean;
		double y = mean_rank(b, n, b[i]) - mean;

		ab += x * y;
		aa += x * x;
		bb += y * y;
	}
	if (aa <= 0 || bb <= 0)
		return false;
	*ret = fmax(-1, fmin(1, ab / sqrt(aa * bb)));
	return true;
}

/* Without memory there is no correlation: it is not known, and said so. */
static void correlate(struct region_list *list)
{
	double *a = calloc(2 * list->count + 1, sizeof *a);
	double *b = a ? a + list->count : NULL;
	size_t n = 0;

	for (size_t i = 0; a && i < list->count; i++) {
		const struct region_row *row = &list->rows[i];

		if (row->apart || row->average_rank == 0 || row->marginal_rank == 0)
			continue;
		a[n] = average_of(row);
		b[n++] = marginal_of(row);
	}
	list->both_ranked = (uint32_t)n;
	list->has_correlation = a && region_correlation(a, b, n, &list->correlation);
	free(a);
}

static uint32_t last_if_none(uint32_t rank)
{
	return rank == 0 ? UINT32_MAX : rank;
}

static int best_first(const void *one, const void *two)
{
	const struct region_row *a = one, *b = two;
	uint32_t a_rank = last_if_none(a->average_rank);
	uint32_t b_rank = last_if_none(b->average_rank);

	if (a_rank != b_rank)
		return a_rank < b_rank ? -1 : 1;
	a_rank = last_if_none(a->marginal_rank);
	b_rank = last_if_none(b->marginal_rank);
	if (a_rank != b_rank)
		return a_rank < b_rank ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void put_kg(struct region_row *row, const struct quantity *energy_kwh)
{
	struct quantity site_kwh = carbon_product(energy_kwh, &row->pue.value, 1);

	row->average_kg = carbon_kg(&site_kwh, &row->average.value);
	row->marginal_kg = carbon_kg(&site_kwh, &row->marginal.value);
}

void region_rank(struct region_list *list, const struct quantity *energy_kwh)
{
	list->energy_kwh = *energy_kwh;
	list->average_ranked = 0;
	list->marginal_ranked = 0;
	memset(list->agree, 0, sizeof list->agree);
	for (size_t i = 0; i < list->count; i++) {
		struct region_row *row = &list->rows[i];

		put_kg(row, energy_kwh);
		row->average_rank = rank_in(list, average_of(row), average_of);
		row->marginal_rank = rank_in(list, marginal_of(row), marginal_of);
		list->average_ranked += !row->apart && row->average_rank > 0;
		list->marginal_ranked += !row->apart && row->marginal_rank > 0;
	}
	for (size_t i = 0; i < list->count; i++) {
		struct region_row *row = &list->rows[i];

		row->agree = agree_of(list, row);
		list->agree[row->agree] += !row->apart;
	}
	correlate(list);
	qsort(list->rows, list->count, sizeof list->rows[0], best_first);
}
