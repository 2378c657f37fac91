/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: means of two sides, by Student's t.
 * Reads: the values of both.
 * Gives: Student's and Welch's test, the difference with its interval, equivalence.
 * Needs: two values a side and any variation.
 * Limits: means of a few values are taken to be normal.
 */
#include <errno.h>
#include <math.h>

#include "calc/stat-internal.h"

/* Equal values differ by rounding alone when their mean is taken. */
#define NO_VARIATION 1e-15

static double variance_of(const struct stat_side *side)
{
	double sd = stat_sd(side);

	return sd > NO_VARIATION * fabs(stat_mean(side)) ? sd * sd : 0;
}

int stat_gap_of(const struct stat_side *a, const struct stat_side *b,
		struct stat_gap *ret)
{
	double va, vb, part;

	if (a->count < 2 || b->count < 2)
		return -ENODATA;
	va = variance_of(a) / (double)a->count;
	vb = variance_of(b) / (double)b->count;
	if (!(va + vb > 0) || isinf(va + vb))
		return -ENODATA;
	/* By parts of the sum: a variance's own square may be too large or small for a number. */
	part = va / (va + vb);
	ret->difference = stat_mean(a) - stat_mean(b);
	ret->variance = va + vb;
	ret->df = 1 / (part * part / (double)(a->count - 1) +
		       (1 - part) * (1 - part) / (double)(b->count - 1));
	return 0;
}

static void take(const struct stat_gap *gap, struct stat_test *ret)
{
	ret->statistic = gap->difference / sqrt(gap->variance);
	ret->df = gap->df;
	ret->p = stat_t_two_sided(ret->statistic, gap->df);
	ret->exact = false;
}

/* METHOD E-16 */
int stat_welch(const struct stat_side *a, const struct stat_side *b,
	       struct stat_test *ret)
{
	struct stat_gap gap;
	int err = stat_gap_of(a, b, &gap);

	if (err < 0)
		return err;
	take(&gap, ret);
	return 0;
}

/* METHOD E-16 */
int stat_student(const struct stat_side *a, const struct stat_side *b,
		 struct stat_test *ret)
{
	double na = (double)a->count, nb = (double)b->count;
	struct stat_gap gap;
	int err = stat_gap_of(a, b, &gap);

	if (err < 0)
		return err;
	gap.df = na + nb - 2;
	gap.variance = ((na - 1) * variance_of(a) + (nb - 1) * variance_of(b)) / gap.df *
		       (1 / na + 1 / nb);
	take(&gap, ret);
	return 0;
}

int stat_difference(const struct stat_side *a, const struct stat_side *b, double level,
		    struct stat_interval *ret)
{
	struct stat_gap gap;
	double half;
	int err;

	if (!(level > 0 && level < 1))
		return -EINVAL;
	err = stat_gap_of(a, b, &gap);
	if (err < 0)
		return err;
	half = stat_t_quantile((1 + level) / 2, gap.df) * sqrt(gap.variance);
	*ret = (struct stat_interval){ .value = gap.difference,
				       .low = gap.difference - half,
				       .high = gap.difference + half };
	return 0;
}

/* The upper tail's P(T > t) of both one-sided tests, each without cancellation. */
double stat_gap_equivalence(const struct stat_gap *gap, double margin)
{
	double se = sqrt(gap->variance);
	double above = stat_t_cdf(-(gap->difference + margin) / se, gap->df);
	double below = stat_t_cdf((gap->difference - margin) / se, gap->df);

	return fmax(above, below);
}

int stat_equivalence(const struct stat_side *a, const struct stat_side *b, double margin,
		     double *ret_p)
{
	struct stat_gap gap;
	int err;

	if (!(margin > 0))
		return -EINVAL;
	err = stat_gap_of(a, b, &gap);
	if (err < 0)
		return err;
	*ret_p = stat_gap_equivalence(&gap, margin);
	return 0;
}
