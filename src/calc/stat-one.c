/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: what is known of one side.
 * Reads: its values.
 * Gives: mean, standard deviation and error, quantiles.
 * Needs: one value; two for a deviation.
 * Limits: values beyond 1e150 overflow when squared.
 */
#include <math.h>

#include "calc/stat.h"

/* Twice: the mean of what is left over takes the first one's rounding away. */
double stat_mean(const struct stat_side *side)
{
	double n = (double)side->count, sum = 0, rest = 0;

	if (side->count == 0)
		return NAN;
	for (size_t i = 0; i < side->count; i++)
		sum += side->values[i];
	for (size_t i = 0; i < side->count; i++)
		rest += side->values[i] - sum / n;
	return sum / n + rest / n;
}

double stat_sd(const struct stat_side *side)
{
	double mean = stat_mean(side), squares = 0;

	if (side->count < 2)
		return NAN;
	for (size_t i = 0; i < side->count; i++)
		squares += (side->values[i] - mean) * (side->values[i] - mean);
	return sqrt(squares / (double)(side->count - 1));
}

double stat_sem(const struct stat_side *side)
{
	return stat_sd(side) / sqrt((double)side->count);
}

double stat_quantile(const double *sorted, size_t count, double p)
{
	double at = p * (double)(count - 1);
	size_t below = (size_t)at;

	if (count == 0 || !(p >= 0 && p <= 1))
		return NAN;
	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (sorted[below + 1] - sorted[below]) * (at - (double)below);
}
