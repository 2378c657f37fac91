/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: Holm's adjustment.
 * Reads: p of several tests of one family.
 * Gives: each so adjusted that one below alpha by chance alone is as rare as alpha.
 * Needs: nothing; what is not known (NAN) is no test.
 * Limits: quadratic in the number of tests.
 */
#include <math.h>

#include "calc/stat.h"

/* The least p that is not adjusted yet; those that are bear a minus. count: none is left. */
static size_t least_left(const double *p, size_t count)
{
	size_t least = count;

	for (size_t i = 0; i < count; i++)
		if (!isnan(p[i]) && !signbit(p[i]) && (least == count || p[i] < p[least]))
			least = i;
	return least;
}

/* METHOD E-16 */
void stat_holm(double *p, size_t count)
{
	double before = 0;
	size_t left = 0;

	for (size_t i = 0; i < count; i++)
		left += isnan(p[i]) ? 0 : 1;
	for (; left > 0; left--) {
		size_t i = least_left(p, count);

		before = fmin(1, fmax(before, (double)left * p[i]));
		p[i] = -before;
	}
	for (size_t i = 0; i < count; i++)
		p[i] = fabs(p[i]);
}
