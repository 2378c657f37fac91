/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-17 and E-19: one side against the reference in one quantity.
 * Reads: both sides' numbers, and what their machines leave unknown.
 * Gives: the ratio with its interval, the tests, the verdict.
 * Needs: two runs a side for anything but the ratio, three for a verdict.
 * Limits: logarithms of a few runs are taken to be normal; the metric's values likewise.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/parse.h"
#include "calc/compare-internal.h"
#include "calc/stat-internal.h"

#define SEED  UINT64_C(0x6772616d6d65) /* fixed: the same runs give the same figures */
#define POWER 0.8

static struct compare_result nothing_known(void)
{
	struct compare_result none = {
		.ratio = NAN,
		.low = NAN,
		.high = NAN,
		.random_low = NAN,
		.random_high = NAN,
		.systematic_ratio = NAN,
		.bootstrap_low = NAN,
		.bootstrap_high = NAN,
		.p_welch = NAN,
		.p_permutation = NAN,
		.p_mann_whitney = NAN,
		.p_adjusted = NAN,
		.cliffs_delta = NAN,
		.cliffs_low = NAN,
		.cliffs_high = NAN,
		.p_equivalence = NAN,
		.runs_needed = NAN,
		.verdict = VERDICT_TOO_FEW,
	};

	for (size_t i = 0; i < COMPARE_TESTS; i++)
		none.tests[i] = (struct compare_test){ .name = stat_named[i].name,
						       .statistic = NAN,
						       .p = NAN };
	return none;
}

static struct stat_side logs_of(const struct column *column)
{
	return (struct stat_side){ column->logs, column->count };
}

static struct stat_side values_of(const struct column *column)
{
	return (struct stat_side){ column->values, column->count };
}

/* Back from the logarithm, where there is one. */
static double as_ratio(const struct duel *duel, double value)
{
	return compare_is_difference(duel->what) ? value : exp(value);
}

/* What the runs and the machines leave unknown, together: Welch-Satterthwaite, the second with
 * no end of degrees of freedom. */
static struct stat_gap with_systematic(const struct stat_gap *random, double variance)
{
	struct stat_gap all = *random;

	all.variance += variance;
	all.df = random->df * (all.variance / random->variance) *
		 (all.variance / random->variance);
	return all;
}

static double half_width(const struct stat_gap *gap, double level)
{
	return stat_t_quantile((1 + level) / 2, gap->df) * sqrt(gap->variance);
}

/* What of the error is systematic is not known (NAN): then no interval is, nor equivalence. */
static void take_intervals(const struct duel *duel, const struct stat_gap *random,
			   struct compare_result *ret)
{
	double level = duel->ask->level, half = half_width(random, level);
	double variance = compare_systematic(duel);
	double margin = compare_is_difference(duel->what) ? duel->ask->metric_margin
							  : log1p(duel->ask->margin);
	double above = compare_unread(duel->side, duel->what);
	double below = compare_unread(duel->reference, duel->what);
	struct stat_gap all;

	ret->random_low = as_ratio(duel, random->difference - half);
	ret->random_high = as_ratio(duel, random->difference + half);
	if (isnan(variance))
		return;
	all = with_systematic(random, variance);
	half = half_width(&all, level);
	ret->low = as_ratio(duel, all.difference - half - below);
	ret->high = as_ratio(duel, all.difference + half + above);
	margin -= fmax(above, below);
	if (margin > 0)
		ret->p_equivalence = stat_gap_equivalence(&all, margin);
}

/* Nothing to tell is no failure here; what is left is no memory. */
static int unless_no_data(int err)
{
	return err == -ENODATA ? 0 : err;
}

static int take_bootstrap(const struct duel *duel, const struct stat_side *a,
			  const struct stat_side *b, struct compare_result *ret)
{
	struct stat_interval got;
	int err = stat_difference_bca(a, b, duel->ask->level, SEED, &got);

	if (err < 0)
		return unless_no_data(err);
	ret->bootstrap_low = as_ratio(duel, got.low);
	ret->bootstrap_high = as_ratio(duel, got.high);
	return 0;
}

/* On logarithms; by order there is no difference. */
static int take_tests(const struct duel *duel, struct compare_result *ret)
{
	struct stat_side a = logs_of(duel->a), b = logs_of(duel->b);
	struct stat_interval delta;
	struct stat_test test;
	int err = stat_permutation(&a, &b, SEED, &test);

	if (err == 0) {
		ret->p_permutation = test.p;
		ret->permutation_exact = test.exact;
		err = stat_mann_whitney(&a, &b, &test);
	}
	if (err == 0) {
		ret->p_mann_whitney = test.p;
		err = stat_cliffs_delta(&a, &b, duel->ask->level, &delta);
	}
	if (err == 0) {
		ret->cliffs_delta = delta.value;
		ret->cliffs_low = delta.low;
		ret->cliffs_high = delta.high;
		err = take_bootstrap(duel, &a, &b, ret);
	}
	return unless_no_data(err);
}

/* The predecessor's six, on the values as they are. */
static int take_named(const struct duel *duel, struct compare_result *ret)
{
	struct stat_side a = values_of(duel->a), b = values_of(duel->b);

	for (size_t i = 0; i < COMPARE_TESTS; i++) {
		struct compare_test *to = &ret->tests[i];
		struct stat_test test;
		int err = stat_named[i].test(&a, &b, SEED, &test);

		if (err < 0 && err != -ENODATA)
			return err;
		to->known = err == 0;
		if (!to->known) {
			(void)copy_text(to->why, sizeof to->why, "the runs do not vary");
			continue;
		}
		to->statistic = test.statistic;
		to->p = test.p;
	}
	return 0;
}

static void say_why(struct compare_result *ret, const char *why)
{
	for (size_t i = 0; i < COMPARE_TESTS; i++)
		(void)copy_text(ret->tests[i].why, sizeof ret->tests[i].why, why);
}

/* The systematic half-width is told even where the runs' own is not known. */
static void take_ratio(const struct duel *duel, struct compare_result *ret)
{
	struct stat_side a = logs_of(duel->a), b = logs_of(duel->b);
	double level = (1 + duel->ask->level) / 2;

	ret->known = true;
	ret->ratio = as_ratio(duel, stat_mean(&a) - stat_mean(&b));
	ret->systematic_ratio =
		stat_normal_quantile(level) * sqrt(compare_systematic(duel));
}

static const char *why_no_gap(const struct stat_side *a, const struct stat_side *b)
{
	return isfinite(stat_sd(a) + stat_sd(b)) ? "the runs do not vary"
						 : "a figure is too large to reckon with";
}

/* METHOD E-17 */
int compare_duel(const struct duel *duel, struct compare_result *ret)
{
	struct compare_result result = nothing_known();
	struct stat_side a = logs_of(duel->a), b = logs_of(duel->b);
	struct stat_gap random;
	int err = 0;

	if (!duel->a->usable || !duel->b->usable) {
		say_why(&result, "a side has no figures");
		*ret = result;
		return 0;
	}
	take_ratio(duel, &result);
	if (a.count < 2 || b.count < 2) {
		say_why(&result, "a side has fewer than two runs");
	} else if (stat_gap_of(&a, &b, &random) < 0) {
		say_why(&result, why_no_gap(&a, &b));
	} else {
		result.p_welch =
			stat_t_two_sided(random.difference / sqrt(random.variance),
					 random.df);
		take_intervals(duel, &random, &result);
		err = take_tests(duel, &result);
		err = err < 0 ? err : take_named(duel, &result);
	}
	if (err < 0)
		return err;
	*ret = result;
	return 0;
}

/*
 * The difference seen less what machines leave unknown of it: with z the sum of both normal
 * quantiles, runs must bring the random part below sqrt((d / z)^2 - systematic^2). What they
 * cannot is never settled by more of them. As the runs that are there do not tell, more are
 * needed than there are.
 */
static double more_runs(const struct duel *duel)
{
	struct stat_side a = logs_of(duel->a), b = logs_of(duel->b);
	double level = duel->ask->level;
	double z = stat_normal_quantile((1 + level) / 2) + stat_normal_quantile(POWER);
	double apart = stat_mean(&a) - stat_mean(&b);
	double d = fmax(0, fabs(apart) - compare_unread(apart < 0 ? duel->side
								  : duel->reference,
							duel->what));
	double left = d * d - z * z * compare_systematic(duel);
	double more = (double)(a.count > b.count ? a.count : b.count) + 1;
	double runs = left > 0 ? stat_runs_needed(sqrt(left), stat_sd(&a), stat_sd(&b),
						  level, POWER)
			       : NAN;

	return isnan(runs) ? NAN : fmax(runs, more);
}

/* Two runs may lie close by chance, and then any difference looks sure. */
static bool is_few(const struct duel *duel)
{
	return duel->a->count < COMPARE_RUNS_LEAST || duel->b->count < COMPARE_RUNS_LEAST;
}

static enum compare_verdict verdict_of(const struct duel *duel,
				       const struct compare_result *result)
{
	double alpha = 1 - duel->ask->level;
	double none = compare_is_difference(duel->what) ? 0 : 1;
	bool less = result->high<none, more = result->low> none;

	if (!result->known)
		return VERDICT_TOO_FEW;
	if (compare_is_energy(duel->what) &&
	    compare_other_boundary(duel->side, duel->reference))
		return VERDICT_NOT_ALIKE;
	if (duel->a->count < 2 || duel->b->count < 2)
		return VERDICT_TOO_FEW;
	if (is_few(duel))
		return VERDICT_OPEN;
	if ((less || more) && result->p_adjusted < alpha)
		return less ? VERDICT_LESS : VERDICT_MORE;
	if (!less && !more && result->p_equivalence < alpha)
		return VERDICT_SAME;
	return VERDICT_OPEN;
}

static bool is_apart(const struct duel *duel, const struct compare_result *result)
{
	double none = compare_is_difference(duel->what) ? 0 : 1;

	return result->high < none || result->low > none;
}

/* METHOD E-19 */
void compare_decide(const struct duel *duel, struct compare_result *result)
{
	result->verdict = verdict_of(duel, result);
	if (result->verdict != VERDICT_OPEN || isnan(result->p_welch))
		return;
	result->runs_needed = more_runs(duel);
	if (is_few(duel) && is_apart(duel, result))
		result->runs_needed = fmax(result->runs_needed, COMPARE_RUNS_LEAST);
}
