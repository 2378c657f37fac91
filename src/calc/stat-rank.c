/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: what goes by the order of values alone.
 * Reads: the values of both sides.
 * Gives: Mann-Whitney's test, Student's t on ranks, Cliff's delta.
 * Needs: one value a side; two for a delta's interval.
 * Limits: the normal approximation where there are ties, or more than 8 values on each side.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "calc/stat-internal.h"

#define EXACT_MAX 8

struct placed {
	double value;
	size_t at;
};

static int by_value(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

/* Gives those that are equal to `first` their mean rank; how many they are. */
static size_t rank_equals(const struct placed *first, size_t left, size_t before,
			  double *ranks)
{
	size_t n = 1;

	while (n < left && first[n].value == first[0].value)
		n++;
	for (size_t i = 0; i < n; i++)
		ranks[first[i].at] = (double)before + (double)(n + 1) / 2;
	return n;
}

int stat_ranks(const struct stat_side *a, const struct stat_side *b, double **ret_ranks,
	       double *ret_ties)
{
	size_t count = a->count + b->count;
	AUTO_FREE struct placed *all = calloc(count + 1, sizeof *all);
	AUTO_FREE double *ranks = calloc(count + 1, sizeof *ranks);
	double ties = 0;

	if (!all || !ranks)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		all[i] = (struct placed){ i < a->count ? a->values[i]
						       : b->values[i - a->count],
					  i };
	qsort(all, count, sizeof *all, by_value);
	for (size_t i = 0, n; i < count; i += n) {
		n = rank_equals(all + i, count - i, i, ranks);
		ties += (double)n * (double)n * (double)n - (double)n;
	}
	if (ret_ties)
		*ret_ties = ties;
	*ret_ranks = STEAL(ranks);
	return 0;
}

/* METHOD E-16 */
int stat_ranked_t(const struct stat_side *a, const struct stat_side *b,
		  struct stat_test *ret)
{
	AUTO_FREE double *ranks = NULL;
	struct stat_side ra = { .count = a->count }, rb = { .count = b->count };
	int err = stat_ranks(a, b, &ranks, NULL);

	if (err < 0)
		return err;
	ra.values = ranks;
	rb.values = ranks + a->count;
	return stat_student(&ra, &rb, ret);
}

/*
 * P(U <= u) when no order of m and n values is likelier than another. The orders with U = k are
 * counted by the coefficients of the Gaussian binomial, the product over i = 1 .. m of
 * (1 - q^(n+i)) / (1 - q^i), of which those up to u are worked out.
 */
static int orders_up_to(size_t m, size_t n, size_t u, double *ret_p)
{
	AUTO_FREE double *ways = calloc(u + 1, sizeof *ways);
	double sum = 0, all = 1;

	if (!ways)
		return -ENOMEM;
	ways[0] = 1;
	for (size_t i = 1; i <= m; i++) {
		for (size_t k = u + 1; k-- > n + i;)
			ways[k] -= ways[k - n - i];
		for (size_t k = i; k <= u; k++)
			ways[k] += ways[k - i];
		all *= (double)(n + i) / (double)i;
	}
	for (size_t k = 0; k <= u; k++)
		sum += ways[k];
	*ret_p = sum / all;
	return 0;
}

static double normal_p(double u, double na, double nb, double ties)
{
	double n = na + nb;
	double sd = sqrt(na * nb / 12 * (n + 1 - ties / (n * (n - 1))));

	return 2 * stat_normal_cdf(-(u - na * nb / 2 - 0.5) / sd);
}

/* METHOD E-16 */
int stat_mann_whitney(const struct stat_side *a, const struct stat_side *b,
		      struct stat_test *ret)
{
	double na = (double)a->count, nb = (double)b->count, ties, u, larger, p;
	size_t fewer = a->count < b->count ? a->count : b->count;
	AUTO_FREE double *ranks = NULL;
	bool exact;
	int err;

	if (fewer == 0)
		return -ENODATA;
	err = stat_ranks(a, b, &ranks, &ties);
	if (err < 0)
		return err;
	u = -na * (na + 1) / 2;
	for (size_t i = 0; i < a->count; i++)
		u += ranks[i];
	larger = fmax(u, na * nb - u);
	exact = ties == 0 && fewer <= EXACT_MAX;
	if (ties == (na + nb) * ((na + nb) * (na + nb) - 1))
		return -ENODATA;
	p = normal_p(larger, na, nb, ties);
	if (exact)
		err = orders_up_to(fewer, a->count + b->count - fewer,
				   (size_t)(na * nb - larger), &p);
	if (err < 0)
		return err;
	*ret = (struct stat_test){
		.statistic = u, .df = NAN, .p = fmin(1, exact ? 2 * p : p), .exact = exact
	};
	return 0;
}
