/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-16. Statistics over a few repeated runs. Values are finite; what cannot be computed
 * (too few, no variation) is -ENODATA and leaves the output alone, never a p of 0 or 1 that was
 * not found. All p are two-sided. Same input, same output, to the bit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

/* Values of one side; borrowed. */
struct stat_side {
	const double *values;
	size_t count;
};

/* --- distributions. Relative error below 1e-12 where p is above 1e-300. --- */
double stat_normal_cdf(double z);
double stat_normal_quantile(double p); /* 0 < p < 1 */
double stat_t_cdf(double t, double df);
double stat_t_two_sided(double t, double df); /* P(|T| > |t|), without cancellation */
double stat_t_quantile(double p, double df);

/* --- one side --- */
double stat_mean(const struct stat_side *side); /* NAN for none */
double stat_sd(const struct stat_side *side);   /* n - 1; NAN below two */
double stat_sem(const struct stat_side *side);
double stat_quantile(const double *sorted, size_t count, double p); /* type 7 */

/* --- two sides --- */
struct stat_test {
	double statistic;
	double df; /* NAN: has none */
	double p;
	bool exact;
};

MUST_USE int stat_student(const struct stat_side *a, const struct stat_side *b,
			  struct stat_test *ret); /* pooled variance */
MUST_USE int stat_welch(const struct stat_side *a, const struct stat_side *b,
			struct stat_test *ret);
/* U of a. Exact without ties and where the smaller side has at most 8 values, else the normal
 * approximation with ties and continuity corrected. */
MUST_USE int stat_mann_whitney(const struct stat_side *a, const struct stat_side *b,
			       struct stat_test *ret);
MUST_USE int stat_ranked_t(const struct stat_side *a, const struct stat_side *b,
			   struct stat_test *ret); /* Student's t on the ranks of both */
/* Difference of means over all splits where they are at most STAT_SPLITS_MAX, else over that
 * many drawn with `seed` (fewer, where a side has hundreds); twice the rarer side. */
#define STAT_SPLITS_MAX 200000
MUST_USE int stat_permutation(const struct stat_side *a, const struct stat_side *b,
			      uint64_t seed, struct stat_test *ret);
/* The level 1 - p at which 0 enters the basic bootstrap interval of the difference of means. */
MUST_USE int stat_bootstrap(const struct stat_side *a, const struct stat_side *b,
			    uint64_t seed, struct stat_test *ret);

struct stat_interval {
	double value;
	double low;
	double high;
};

/* Mean of a less mean of b, Welch's interval at `level`. */
MUST_USE int stat_difference(const struct stat_side *a, const struct stat_side *b,
			     double level, struct stat_interval *ret);
/* The same by bootstrap, bias-corrected and accelerated. */
MUST_USE int stat_difference_bca(const struct stat_side *a, const struct stat_side *b,
				 double level, uint64_t seed, struct stat_interval *ret);
/* P(a > b) - P(a < b), with Cliff's own consistent variance and asymmetric interval; two values
 * a side. */
MUST_USE int stat_cliffs_delta(const struct stat_side *a, const struct stat_side *b,
			       double level, struct stat_interval *ret);
/* Two one-sided Welch tests that the difference lies within -margin .. margin: the larger p. */
MUST_USE int stat_equivalence(const struct stat_side *a, const struct stat_side *b,
			      double margin, double *ret_p);
/* Holm's adjustment in place; order is kept. NANs are left alone and not counted. */
void stat_holm(double *p, size_t count);
/* Runs a side for `power` at `level` (two-sided, Welch with equal counts) to find `difference`
 * with these standard deviations, from the noncentral t's normal approximation, at least 2;
 * NAN where difference is 0. */
double stat_runs_needed(double difference, double sd_a, double sd_b, double level,
			double power);

/* --- the predecessor's six, by name: calc/stat-tests.def --- */
struct stat_named {
	const char *name;
	int (*test)(const struct stat_side *a, const struct stat_side *b, uint64_t seed,
		    struct stat_test *ret);
};
extern const struct stat_named stat_named[];
extern const size_t stat_named_count;
