/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16: the permutation test of a difference of means.
 * Reads: the values of both sides.
 * Gives: how rare a difference as large is when sides are dealt out by chance.
 * Needs: one value a side, not all alike.
 * Limits: beyond STAT_SPLITS_MAX ways to deal them out so many are drawn, with a fixed seed;
 * fewer where a side has more than a hundred values, for the time it takes.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "calc/stat-internal.h"

/* Splits whose sums differ by less, of the largest value, are equal: decimals round. */
#define ALIKE       1e-13
#define DEALT_MAX   20000000 /* values, over all draws */
#define DRAWS_LEAST 10000

/* The values of both, the smaller side's first, less the first of all: sums stay exact. */
struct pool {
	double *values;
	size_t count;
	size_t chosen;
	double observed; /* sum of the smaller side: means differ as it does */
	double alike;
	size_t below; /* splits with a sum of no more, and of no less */
	size_t above;
};

static int pool_init(struct pool *pool, const struct stat_side *few,
		     const struct stat_side *many)
{
	double largest = 0;

	*pool = (struct pool){ .count = few->count + many->count, .chosen = few->count };
	pool->values = calloc(pool->count, sizeof *pool->values);
	if (!pool->values)
		return -ENOMEM;
	memcpy(pool->values, few->values, few->count * sizeof *few->values);
	memcpy(pool->values + few->count, many->values,
	       many->count * sizeof *many->values);
	for (size_t i = 0; i < pool->count; i++)
		largest = fmax(largest, fabs(pool->values[i]));
	pool->alike = ALIKE * largest * (double)pool->chosen;
	for (size_t i = pool->count; i-- > 0;)
		pool->values[i] -= pool->values[0];
	for (size_t i = 0; i < pool->chosen; i++)
		pool->observed += pool->values[i];
	return 0;
}

static void pool_done(struct pool *pool)
{
	free(pool->values);
}

static bool all_alike(const struct pool *pool)
{
	for (size_t i = 0; i < pool->count; i++)
		if (fabs(pool->values[i]) > pool->alike / (double)pool->chosen)
			return false;
	return true;
}

static void count_split(struct pool *pool, double sum)
{
	pool->below += sum <= pool->observed + pool->alike;
	pool->above += sum >= pool->observed - pool->alike;
}

/* How many splits there are; more than STAT_SPLITS_MAX: some number above it. */
static size_t splits_of(const struct pool *pool)
{
	double ways = 1;

	for (size_t i = 1; i <= pool->chosen && ways <= STAT_SPLITS_MAX; i++)
		ways *= (double)(pool->count - pool->chosen + i) / (double)i;
	return ways <= STAT_SPLITS_MAX + 0.5 ? (size_t)lround(ways) : STAT_SPLITS_MAX + 1;
}

/* The next choice in order: the last index that can move does, those after it follow. Where it
 * was; pool->chosen: there is no next. */
static size_t next_choice(size_t *index, const struct pool *pool)
{
	size_t k = pool->chosen, i = k;

	while (i > 0 && index[i - 1] == pool->count - k + i - 1)
		i--;
	if (i == 0)
		return k;
	index[i - 1]++;
	for (size_t j = i; j < k; j++)
		index[j] = index[j - 1] + 1;
	return i - 1;
}

/* sums[i]: of the first i chosen; only those behind the index that moved are made anew. */
static int count_all(struct pool *pool)
{
	size_t k = pool->chosen, moved = 0;
	AUTO_FREE size_t *index = calloc(k, sizeof *index);
	AUTO_FREE double *sums = calloc(k + 1, sizeof *sums);

	if (!index || !sums)
		return -ENOMEM;
	for (size_t i = 0; i < k; i++)
		index[i] = i;
	do {
		for (size_t i = moved; i < k; i++)
			sums[i + 1] = sums[i] + pool->values[index[i]];
		count_split(pool, sums[k]);
		moved = next_choice(index, pool);
	} while (moved < k);
	return 0;
}

static size_t draws_for(const struct pool *pool)
{
	size_t draws = DEALT_MAX / pool->chosen;

	if (draws < DRAWS_LEAST)
		return DRAWS_LEAST;
	return draws < STAT_SPLITS_MAX ? draws : STAT_SPLITS_MAX;
}

static void count_drawn(struct pool *pool, size_t draws, uint64_t seed)
{
	struct stat_draw draw = { .state = seed };

	for (size_t n = 0; n < draws; n++) {
		double sum = 0;

		for (size_t i = 0; i < pool->chosen; i++) {
			size_t j = i + stat_draw_index(&draw, pool->count - i);
			double value = pool->values[j];

			pool->values[j] = pool->values[i];
			pool->values[i] = value;
			sum += value;
		}
		count_split(pool, sum);
	}
}

/* METHOD E-16. Twice the rarer side; the split that was seen counts as drawn once. */
int stat_permutation(const struct stat_side *a, const struct stat_side *b, uint64_t seed,
		     struct stat_test *ret)
{
	bool a_fewer = a->count <= b->count;
	CLEANUP(pool_done) struct pool pool = { .values = NULL };
	size_t splits, drawn;
	double hits;
	int err;

	if (a->count == 0 || b->count == 0)
		return -ENODATA;
	err = pool_init(&pool, a_fewer ? a : b, a_fewer ? b : a);
	if (err < 0)
		return err;
	if (all_alike(&pool))
		return -ENODATA;
	splits = splits_of(&pool);
	drawn = splits > STAT_SPLITS_MAX ? draws_for(&pool) : 0;
	if (drawn)
		count_drawn(&pool, drawn, seed);
	else
		err = count_all(&pool);
	if (err < 0)
		return err;
	hits = fmin((double)pool.below, (double)pool.above);
	*ret = (struct stat_test){
		.statistic = stat_mean(a) - stat_mean(b),
		.df = NAN,
		.p = fmin(1, drawn ? 2 * (hits + 1) / (double)(drawn + 1)
				   : 2 * hits / (double)splits),
		.exact = drawn == 0,
	};
	return 0;
}
