/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-18: what is not alike, in words.
 * Reads: where and how the runs of all sides ran.
 * Gives: a warning a kind of difference, that names sides and values; whether carbon ranks.
 * Needs: nothing: what is not known is said to be.
 * Limits: COMPARE_WARNINGS_MAX of them.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/compare-words.h"

#define COVERED         0.95
#define INTENSITY_ALIKE 1e-6

/* --- numbers ---------------------------------------------------------------------------- */

/* The least and the greatest of a number over a side's runs; NAN: none is known. */
static void range_of(const struct compare_side *side, size_t offset, double *ret_low,
		     double *ret_high)
{
	*ret_low = *ret_high = NAN;
	for (size_t i = 0; i < side->count; i++) {
		double value;

		memcpy(&value, (const char *)&side->runs[i] + offset, sizeof value);
		*ret_low = fmin(*ret_low, value);
		*ret_high = fmax(*ret_high, value);
	}
}

static void say_range(const struct compare_side *side, size_t offset, char *buf,
		      size_t size)
{
	double low, high;

	range_of(side, offset, &low, &high);
	if (isnan(low))
		(void)copy_text(buf, size, "what is not known");
	else if (high - low > 1e-3 * high)
		(void)snprintf(buf, size, "%.4g to %.4g", low, high);
	else
		(void)snprintf(buf, size, "%.4g", high);
}

static void say_pue(const struct compare_side *side, char *buf, size_t size)
{
	size_t n;

	say_range(side, offsetof(struct compare_run, pue), buf, size);
	n = strlen(buf);
	if (side->count > 0 && *side->runs[0].pue_source &&
	    compare_one_text(side, offsetof(struct compare_run, pue_source)) &&
	    n + 8 < size) {
		char source[VALUE_ROOM / 2];

		compare_copy_cut(source, sizeof source, side->runs[0].pue_source);
		(void)snprintf(buf + n, size - n, " (%s)", source);
	}
}

static void say_intensity(const struct compare_side *side, char *buf, size_t size)
{
	char range[VALUE_ROOM / 2], grid[VALUE_ROOM / 2];

	say_range(side, offsetof(struct compare_run, intensity_gpkwh), range,
		  sizeof range);
	compare_say_text(side, offsetof(struct compare_run, grid), grid, sizeof grid);
	(void)snprintf(buf, size, "%s g/kWh (%s)", range, grid);
}

/* Whether a number is one and the same for all runs that know it. */
static bool one_number(const struct compare_ask *ask, size_t offset, double part)
{
	double low = NAN, high = NAN;

	for (size_t i = 0; i < ask->side_count; i++) {
		double side_low, side_high;

		range_of(&ask->sides[i], offset, &side_low, &side_high);
		low = fmin(low, side_low);
		high = fmax(high, side_high);
	}
	return isnan(low) || high - low <= part * fabs(high);
}

static bool intensities_known(const struct compare_ask *ask)
{
	for (size_t i = 0; i < ask->side_count; i++)
		for (size_t j = 0; j < ask->sides[i].count; j++)
			if (!*ask->sides[i].runs[j].grid ||
			    !isfinite(ask->sides[i].runs[j].intensity_gpkwh))
				return false;
	return compare_first_run(ask) != NULL;
}

static void warn_pue(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	char list[WARNING_ROOM];

	if (one_number(ask, offsetof(struct compare_run, pue), 0) &&
	    compare_all_one_text(ask, offsetof(struct compare_run, pue_source)))
		return;
	compare_list_sides(ask, "has a PUE of", say_pue, list);
	compare_warning(outcome, "pue", "%s", list);
}

static void warn_intensity(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	bool one = compare_all_one_text(ask, offsetof(struct compare_run, grid)) &&
		   one_number(ask, offsetof(struct compare_run, intensity_gpkwh),
			      INTENSITY_ALIKE);
	char list[WARNING_ROOM];

	outcome->carbon_ranked = one && intensities_known(ask);
	if (one)
		return;
	compare_list_sides(ask, "is weighed at", say_intensity, list);
	compare_warning(outcome, "intensity", "%s", list);
}

/* --- how good, and how many ------------------------------------------------------------- */

static enum kind worst_kind(const struct compare_side *side)
{
	enum kind worst = KIND_MEASURED;

	for (size_t i = 0; i < side->count; i++)
		worst = kind_worse(worst, side->runs[i].kind);
	return worst;
}

static void say_kind(const struct compare_side *side, char *buf, size_t size)
{
	(void)copy_text(buf, size, kind_text(worst_kind(side)));
}

static void warn_kind(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	char list[WARNING_ROOM];
	enum kind best = KIND_ASSUMED, worst = KIND_MEASURED;

	for (size_t i = 0; i < ask->side_count; i++) {
		if (ask->sides[i].count == 0)
			continue;
		worst = kind_worse(worst, worst_kind(&ask->sides[i]));
		if (worst_kind(&ask->sides[i]) < best)
			best = worst_kind(&ask->sides[i]);
	}
	compare_list_sides(ask, "has energy that is", say_kind, list);
	if (best < worst)
		compare_warning(outcome, "kind", "%s", list);
	else if (worst >= KIND_MODELLED)
		compare_warning(
			outcome, "kind",
			"the energy of all sides is %s: what no meter sees cannot differ; how "
			"far a model errs by the program is in the interval (20 %%, k = 1)",
			kind_text(worst));
}

static void warn_counts(const struct compare_side *side, struct compare_outcome *outcome)
{
	char name[NAME_ROOM];

	compare_copy_cut(name, sizeof name, side->name);
	if (side->count == 0)
		compare_warning(outcome, "few",
				"%s has no finished run with a known energy", name);
	else if (side->count == 1)
		compare_warning(
			outcome, "few",
			"%s has one run: how much runs vary is not known; make five",
			name);
	else if (side->count < COMPARE_RUNS_LEAST)
		compare_warning(
			outcome, "few",
			"%s has %zu runs: how much runs vary is hardly known; make five",
			name, side->count);
	if (side->inside > 0)
		compare_warning(outcome, "inside",
				"%zu of the runs of %s ran inside %s and %s no further "
				"%s of it",
				side->inside, name,
				side->inside == 1 ? "another" : "others",
				side->inside == 1 ? "is" : "are",
				side->inside == 1 ? "run" : "runs");
	if (side->left_out > 0)
		compare_warning(
			outcome, "failed",
			"%zu of the runs of %s %s left out: failed, interrupted, still running, "
			"not to be read or of unknown energy",
			side->left_out, name, side->left_out == 1 ? "is" : "are");
}

static void say_coverage(const struct compare_side *side, char *buf, size_t size)
{
	double low, high;

	range_of(side, offsetof(struct compare_run, coverage_ratio), &low, &high);
	if (isnan(low) || low < 0)
		(void)copy_text(buf, size, "an unknown part");
	else
		(void)snprintf(buf, size, "%.1f %%", 100 * low);
}

static void warn_coverage(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	char list[WARNING_ROOM];
	bool low_somewhere = false;

	for (size_t i = 0; i < ask->side_count; i++) {
		double low, high;

		range_of(&ask->sides[i], offsetof(struct compare_run, coverage_ratio),
			 &low, &high);
		low_somewhere = low_somewhere || low < COVERED;
	}
	if (!low_somewhere)
		return;
	compare_list_sides(ask, "was read for at least", say_coverage, list);
	compare_warning(outcome, "coverage", "%s of the time", list);
}

/* --- what the runs themselves show ------------------------------------------------------ */

/* Power, energy a step and carbon stand still where energy and time do. */
static const struct {
	enum compare_what what;
	const char *text;
} told[] = { { COMPARE_ENERGY, "energy" },
	     { COMPARE_TIME, "time" },
	     { COMPARE_METRIC, "metric" } };

static bool no_variation(const struct compare_stats *stats)
{
	return stats->count > 1 && !(stats->sd > 1e-15 * fabs(stats->mean));
}

static void warn_no_variation(const struct compare_ask *ask,
			      struct compare_outcome *outcome)
{
	for (size_t w = 0; w < ARRAY_SIZE(told); w++)
		for (size_t i = 1; i < ask->side_count; i++) {
			char a[NAME_ROOM], b[NAME_ROOM];

			if (!no_variation(&outcome->stats[0][told[w].what]) ||
			    !no_variation(&outcome->stats[i][told[w].what]))
				continue;
			compare_copy_cut(a, sizeof a, ask->sides[0].name);
			compare_copy_cut(b, sizeof b, ask->sides[i].name);
			compare_warning(
				outcome, "zero-variance",
				"the %s of every run of %s is the same to the last digit, and so "
				"is that of %s: no test can judge what does not vary",
				told[w].text, a, b);
			break;
		}
}

/* Where one machine ran all, but the share of one side is much less sure. */
static void warn_share(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	for (size_t i = 1; i < ask->side_count; i++) {
		double rest = outcome->pairs[i - 1].what[COMPARE_ENERGY].systematic_ratio;
		char a[NAME_ROOM], b[NAME_ROOM];

		if (!compare_one_machine(&ask->sides[i], &ask->sides[0]) || !(rest > 0) ||
		    compare_modelled(&ask->sides[i]) || compare_modelled(ask->sides))
			continue;
		compare_copy_cut(a, sizeof a, ask->sides[0].name);
		compare_copy_cut(b, sizeof b, ask->sides[i].name);
		compare_warning(
			outcome, "share",
			"%s and %s ran on one machine, but the energy of one is much less sure "
			"than the other's: %.1f %% do not cancel",
			a, b, 100 * expm1(rest));
	}
}

/* Across machines the meters' errors count, and where they are not known there is no interval.
 * Of many such pairs the first is named. */
static void warn_unknown_error(const struct compare_ask *ask,
			       struct compare_outcome *outcome)
{
	for (size_t i = 1; i < ask->side_count; i++) {
		const struct compare_result *result =
			&outcome->pairs[i - 1].what[ask->what];
		char a[NAME_ROOM], b[NAME_ROOM];

		if (!result->known || !isnan(result->systematic_ratio))
			continue;
		compare_copy_cut(a, sizeof a, ask->sides[0].name);
		compare_copy_cut(b, sizeof b, ask->sides[i].name);
		compare_warning(
			outcome, "machine",
			"how far the figures of %s and %s may be off is not known, and "
			"it does not cancel: there is no interval",
			a, b);
		return;
	}
}

void compare_warn(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	warn_intensity(ask, outcome);
	compare_warn_texts(ask, outcome);
	warn_kind(ask, outcome);
	warn_pue(ask, outcome);
	warn_coverage(ask, outcome);
	warn_no_variation(ask, outcome);
	warn_share(ask, outcome);
	warn_unknown_error(ask, outcome);
	for (size_t i = 0; i < ask->side_count; i++)
		warn_counts(&ask->sides[i], outcome);
}
