/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: Cliff's delta.
 * Reads: the values of both sides.
 * Gives: how much likelier a value of one is above one of the other than below it.
 * Needs: two values a side.
 * Limits: every pair is looked at: sides of 10,000 take a second.
 */
#include <errno.h>
#include <math.h>

#include "calc/stat-internal.h"

static double sign_of(double x, double y)
{
	return (double)((x > y) - (x < y));
}

/* The mean over `others` of the sign of value - other. */
static double dominance(double value, const struct stat_side *others)
{
	double sum = 0;

	for (size_t j = 0; j < others->count; j++)
		sum += sign_of(value, others->values[j]);
	return sum / (double)others->count;
}

/* Variance over a side's values of how each dominates the others. */
static double side_variance(const struct stat_side *side, const struct stat_side *others,
			    double delta)
{
	double squares = 0;

	for (size_t i = 0; i < side->count; i++) {
		double off = dominance(side->values[i], others) - delta;

		squares += off * off;
	}
	return squares / (double)(side->count - 1);
}

static double pair_variance(const struct stat_side *a, const struct stat_side *b,
			    double delta)
{
	double squares = 0;

	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++) {
			double off = sign_of(a->values[i], b->values[j]) - delta;

			squares += off * off;
		}
	return squares / (double)(a->count - 1) / (double)(b->count - 1);
}

/* Cliff 1993's consistent estimate: never below 0, unlike the unbiased one. */
static double delta_variance(const struct stat_side *a, const struct stat_side *b,
			     double delta)
{
	double na = (double)a->count, nb = (double)b->count;

	return ((nb - 1) * side_variance(a, b, delta) +
		(na - 1) * side_variance(b, a, -delta) + pair_variance(a, b, delta)) /
	       (na * nb);
}

/* Where no pair is the other way round there is no variance: the bound of Feng & Cliff 2004. Its
 * variance is the greatest possible and not estimated: hence the normal quantile, not Student's. */
static void all_apart(double delta, double fewer, double level, struct stat_interval *ret)
{
	double z = stat_normal_quantile((1 + level) / 2);
	double bound = (fewer - z * z) / (fewer + z * z);

	ret->value = delta;
	ret->low = delta > 0 ? bound : -1;
	ret->high = delta > 0 ? 1 : -bound;
}

/* METHOD E-16 */
int stat_cliffs_delta(const struct stat_side *a, const struct stat_side *b, double level,
		      struct stat_interval *ret)
{
	double delta = 0, t, v, half, scale, middle;

	if (!(level > 0 && level < 1))
		return -EINVAL;
	if (a->count < 2 || b->count < 2)
		return -ENODATA;
	for (size_t i = 0; i < a->count; i++)
		delta += dominance(a->values[i], b) / (double)a->count;
	if (fabs(delta) > 1 - 1e-12) {
		all_apart(delta > 0 ? 1 : -1,
			  (double)(a->count < b->count ? a->count : b->count), level,
			  ret);
		return 0;
	}
	t = stat_t_quantile((1 + level) / 2, (double)(a->count + b->count - 2));
	v = delta_variance(a, b, delta);
	half = t * sqrt(v) * sqrt((1 - delta * delta) * (1 - delta * delta) + t * t * v);
	scale = 1 - delta * delta + t * t * v;
	middle = delta - delta * delta * delta;
	*ret = (struct stat_interval){ .value = delta,
				       .low = fmax(-1, (middle - half) / scale),
				       .high = fmin(1, (middle + half) / scale) };
	return 0;
}
