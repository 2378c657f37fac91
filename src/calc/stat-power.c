/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-19: how many runs would tell.
 * Reads: a difference, both sides' standard deviations, level and power.
 * Gives: runs a side that find such a difference so often.
 * Needs: a difference.
 * Limits: the noncentral t by its normal approximation, good to a run or so; a difference and
 * deviations from a few runs are themselves uncertain, and so is the answer.
 */
#include <math.h>

#include "calc/stat.h"

#define RUNS_MAX 0x1p50

/* Abramowitz & Stegun 26.7.10 */
static double power_of(double n, double difference, const double *sd, double level)
{
	double va = sd[0] * sd[0], vb = sd[1] * sd[1];
	double df = (n - 1) * (va + vb) * (va + vb) / (va * va + vb * vb);
	double t = stat_t_quantile((1 + level) / 2, df), shrunk = t * (1 - 1 / (4 * df));
	double shift = fabs(difference) / sqrt((va + vb) / n);
	double width = sqrt(1 + t * t / (2 * df));

	return stat_normal_cdf((shift - shrunk) / width) +
	       stat_normal_cdf((-shift - shrunk) / width);
}

/* METHOD E-19 */
double stat_runs_needed(double difference, double sd_a, double sd_b, double level,
			double power)
{
	const double both = sd_a + sd_b, sd[] = { sd_a / both, sd_b / both };
	double low = 1, high = 2;

	if (!(fabs(difference) > 0) || !(sd_a >= 0 && sd_b >= 0))
		return NAN;
	if (both == 0)
		return 2;
	/* In units of the deviations, whose fourth powers are numbers then. */
	difference /= both;
	while (power_of(high, difference, sd, level) < power) {
		low = high;
		high *= 2;
		if (high > RUNS_MAX)
			return NAN;
	}
	while (high - low > 1) {
		double middle = floor((low + high) / 2);

		if (power_of(middle, difference, sd, level) < power)
			low = middle;
		else
			high = middle;
	}
	return high;
}
