/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: the bootstrap of a difference of means.
 * Reads: the values of both sides.
 * Gives: the bootstrap test, and the bias-corrected and accelerated interval.
 * Needs: two values a side and any variation.
 * Limits: a few values cannot tell how their like would vary: below ten a side the interval is
 * too narrow, whatever the correction; 10,000 draws leave 1 % of its width to chance.
 */
#include <errno.h>
#include <math.h>

#include "calc/stat-internal.h"

#define DRAWS 10000

static double drawn_mean(const struct stat_side *side, double mean,
			 struct stat_draw *draw)
{
	double sum = 0;

	for (size_t i = 0; i < side->count; i++)
		sum += side->values[stat_draw_index(draw, side->count)] - mean;
	return sum / (double)side->count;
}

/* DRAWS differences of drawn means, each less the difference seen. */
static int differences(const struct stat_side *a, const struct stat_side *b,
		       uint64_t seed, double **ret)
{
	double *drawn = calloc(DRAWS, sizeof *drawn), ma = stat_mean(a),
	       mb = stat_mean(b);
	struct stat_draw draw = { .state = seed };

	if (!drawn)
		return -ENOMEM;
	for (size_t i = 0; i < DRAWS; i++) {
		drawn[i] = drawn_mean(a, ma, &draw);
		drawn[i] -= drawn_mean(b, mb, &draw);
	}
	*ret = drawn;
	return 0;
}

/* METHOD E-16. 0 lies in the basic interval at level 1 - p: the chance that a drawn difference
 * is as far from the one seen as that is from 0. */
int stat_bootstrap(const struct stat_side *a, const struct stat_side *b, uint64_t seed,
		   struct stat_test *ret)
{
	AUTO_FREE double *drawn = NULL;
	struct stat_gap gap;
	size_t above = 0, below = 0;
	int err = stat_gap_of(a, b, &gap);

	if (err < 0)
		return err;
	err = differences(a, b, seed, &drawn);
	if (err < 0)
		return err;
	for (size_t i = 0; i < DRAWS; i++) {
		above += drawn[i] >= gap.difference;
		below += drawn[i] <= gap.difference;
	}
	*ret = (struct stat_test){
		.statistic = gap.difference,
		.df = NAN,
		.p = fmin(1, 2 * (fmin((double)above, (double)below) + 1) / (DRAWS + 1)),
	};
	return 0;
}

/* Hoare's selection: values[k] is what it would be if all were sorted, none before it is
 * greater, none behind it less. */
static void select_kth(double *values, size_t count, size_t k)
{
	size_t from = 0, to = count - 1;

	while (from < to) {
		double pivot = values[k];
		size_t i = from, j = to;

		while (i <= j) {
			while (values[i] < pivot)
				i++;
			while (values[j] > pivot)
				j--;
			if (i > j)
				break;
			double swap = values[i];

			values[i++] = values[j];
			values[j] = swap;
			if (j == 0)
				break;
			j--;
		}
		if (j < k)
			from = i;
		if (k < i)
			to = j;
	}
}

/* stat_quantile() of values in no order, which it moves about. */
static double quantile_of(double *values, size_t count, double p)
{
	size_t k = (size_t)(p * (double)(count - 1));
	double pair[2];

	select_kth(values, count, k);
	if (k + 1 == count)
		return values[k];
	pair[0] = values[k];
	pair[1] = values[k + 1];
	for (size_t i = k + 2; i < count; i++)
		pair[1] = fmin(pair[1], values[i]);
	return stat_quantile(pair, 2, p * (double)(count - 1) - (double)k);
}

/* Efron & Tibshirani 1993, (14.15) for two sides: leaving a value out moves a mean in
 * proportion to how far it is from it. */
static double acceleration(const struct stat_side *a, const struct stat_side *b)
{
	const struct stat_side *const sides[] = { a, b };
	double cubes = 0, squares = 0;

	for (size_t s = 0; s < ARRAY_SIZE(sides); s++) {
		double n = (double)sides[s]->count, mean = stat_mean(sides[s]);

		for (size_t i = 0; i < sides[s]->count; i++) {
			double off = (sides[s]->values[i] - mean) / n;

			cubes += s == 0 ? off * off * off : -off * off * off;
			squares += off * off;
		}
	}
	return cubes / (6 * squares * sqrt(squares));
}

/* Part of the drawn that is below the one seen; half of those that are equal. */
static double part_below(const double *drawn)
{
	double below = 0;

	for (size_t i = 0; i < DRAWS; i++)
		below += (double)(drawn[i] < 0) + (double)(drawn[i] <= 0);
	return below / (2 * DRAWS);
}

/* METHOD E-16 */
int stat_difference_bca(const struct stat_side *a, const struct stat_side *b,
			double level, uint64_t seed, struct stat_interval *ret)
{
	AUTO_FREE double *drawn = NULL;
	struct stat_gap gap;
	double speed, z0, edge[2], part;
	int err = level > 0 && level < 1 ? stat_gap_of(a, b, &gap) : -EINVAL;

	if (err < 0)
		return err;
	err = differences(a, b, seed, &drawn);
	if (err < 0)
		return err;
	part = part_below(drawn);
	if (!(part > 0 && part < 1))
		return -ENODATA;
	z0 = stat_normal_quantile(part);
	speed = acceleration(a, b);
	for (size_t i = 0; i < 2; i++) {
		double z =
			z0 + stat_normal_quantile(i ? (1 + level) / 2 : (1 - level) / 2);

		if (!(1 - speed * z > 0))
			return -ENODATA;
		edge[i] = quantile_of(drawn, DRAWS,
				      stat_normal_cdf(z0 + z / (1 - speed * z)));
	}
	*ret = (struct stat_interval){ .value = gap.difference,
				       .low = gap.difference + edge[0],
				       .high = gap.difference + edge[1] };
	return 0;
}
