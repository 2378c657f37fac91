/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of calc/stat share. */
#pragma once

#include <stdlib.h>

#include "calc/stat.h"

/* The difference of two means, and what is known of its error. */
struct stat_gap {
	double difference;
	double variance; /* of the difference */
	double df;
};

/* Welch's. -ENODATA: a side has fewer than two values, or there is no variation. */
MUST_USE int stat_gap_of(const struct stat_side *a, const struct stat_side *b,
			 struct stat_gap *ret);

/* P(difference outside -margin .. margin) at the nearer border, by t: the larger of two. */
double stat_gap_equivalence(const struct stat_gap *gap, double margin);

/* The ranks of both sides together, a's first, ties at their mean; to be freed. *ret_ties
 * (may be NULL): the sum of t^3 - t over groups of t equal values. */
MUST_USE int stat_ranks(const struct stat_side *a, const struct stat_side *b,
			double **ret_ranks, double *ret_ties);

/* Draws: splitmix64 (Steele, Lea and Flood 2014), one addition and a mix a number. */
struct stat_draw {
	uint64_t state;
};

static inline uint64_t stat_draw_next(struct stat_draw *draw)
{
	uint64_t z = draw->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 to below - 1; some are likelier by at most below / 2^32. */
static inline size_t stat_draw_index(struct stat_draw *draw, size_t below)
{
	return (size_t)(((stat_draw_next(draw) >> 32) * (uint64_t)below) >> 32);
}
