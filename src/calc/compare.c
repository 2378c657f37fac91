/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-17 to E-19: settings compared by their runs.
 * Reads: what each run came to, and where it ran.
 * Gives: figures a side, each side against the first, an order, warnings.
 * Needs: two sides; two runs each for more than a ratio, three for a verdict.
 * Limits: compare-duel.c's and compare-alike.c's.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "calc/compare-internal.h"

struct table {
	struct column columns[COMPARE_SIDES_MAX];
};

static void table_done(struct table *table)
{
	for (size_t i = 0; i < COMPARE_SIDES_MAX; i++) {
		free(table->columns[i].values);
		free(table->columns[i].logs);
	}
}

/* Runs whose number is known. One without a logarithm makes the whole side unusable: it can
 * neither be left out nor be put in. */
static int column_of(const struct compare_side *side, enum compare_what what,
		     struct column *column)
{
	column->values = calloc(side->count + 1, sizeof *column->values);
	column->logs = calloc(side->count + 1, sizeof *column->logs);
	if (!column->values || !column->logs)
		return -ENOMEM;
	column->usable = true;
	for (size_t i = 0; i < side->count; i++) {
		double value = side->runs[i].value[what];

		if (!isfinite(value))
			continue;
		column->values[column->count] = value;
		if (!compare_is_difference(what) && !(value > 0))
			column->usable = false;
		else
			column->logs[column->count] =
				compare_is_difference(what) ? value : log(value);
		column->count++;
	}
	column->usable = column->usable && column->count > 0;
	return 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts the values, as nothing after it goes by their order. */
static void stats_of(const struct column *column, double level, struct compare_stats *ret)
{
	struct stat_side side = { column->values, column->count };
	double half = NAN;

	*ret = (struct compare_stats){ .count = side.count,
				       .mean = stat_mean(&side),
				       .sd = stat_sd(&side),
				       .sem = stat_sem(&side),
				       .median = NAN };
	if (side.count > 1)
		half = stat_t_quantile((1 + level) / 2, (double)side.count - 1) *
		       ret->sem;
	ret->low = ret->mean - half;
	ret->high = ret->mean + half;
	if (side.count == 0)
		return;
	qsort(column->values, side.count, sizeof *column->values, by_size);
	ret->median = stat_quantile(column->values, side.count, 0.5);
}

static void adjust(struct compare_outcome *outcome, enum compare_what what)
{
	double p[COMPARE_SIDES_MAX];

	for (size_t i = 0; i < outcome->pair_count; i++)
		p[i] = outcome->pairs[i].what[what].p_welch;
	stat_holm(p, outcome->pair_count);
	for (size_t i = 0; i < outcome->pair_count; i++)
		outcome->pairs[i].what[what].p_adjusted = p[i];
}

static int compare_what_of(const struct compare_ask *ask, enum compare_what what,
			   struct compare_outcome *outcome)
{
	CLEANUP(table_done) struct table table = { 0 };
	struct column *columns = table.columns;
	struct duel duels[COMPARE_SIDES_MAX];
	int err = 0;

	for (size_t i = 0; i < ask->side_count && err == 0; i++)
		err = column_of(&ask->sides[i], what, &columns[i]);
	for (size_t i = 0; i < outcome->pair_count && err == 0; i++) {
		duels[i] = (struct duel){ ask,         &ask->sides[i + 1],
					  ask->sides,  &columns[i + 1],
					  &columns[0], what };
		err = compare_duel(&duels[i], &outcome->pairs[i].what[what]);
	}
	if (err < 0)
		return err;
	adjust(outcome, what);
	for (size_t i = 0; i < outcome->pair_count; i++)
		compare_decide(&duels[i], &outcome->pairs[i].what[what]);
	for (size_t i = 0; i < ask->side_count; i++)
		stats_of(&columns[i], ask->level, &outcome->stats[i][what]);
	return 0;
}

/* NAN: no run's is known. */
static double log_energy(const struct compare_side *side)
{
	double sum = 0, count = 0;

	for (size_t i = 0; i < side->count; i++) {
		double joules = side->runs[i].value[COMPARE_ENERGY];

		if (!isfinite(joules))
			continue;
		sum += log(joules);
		count++;
	}
	return sum / count;
}

/* Unknown ones last. */
static bool before(double a, double b)
{
	return a < b || (!isnan(a) && isnan(b));
}

/* By geometric mean, equal ones as they were asked for. */
static void order(const struct compare_ask *ask, struct compare_outcome *outcome)
{
	double energy[COMPARE_SIDES_MAX];

	for (size_t i = 0; i < ask->side_count; i++) {
		size_t *to = outcome->by_energy, at = i;

		energy[i] = log_energy(&ask->sides[i]);
		for (; at > 0 && before(energy[i], energy[to[at - 1]]); at--)
			to[at] = to[at - 1];
		to[at] = i;
	}
}

int compare_of(const struct compare_ask *ask, struct compare_outcome *ret)
{
	AUTO_FREE struct compare_outcome *outcome = calloc(1, sizeof *outcome);

	if (ask->side_count < 2 || ask->side_count > COMPARE_SIDES_MAX ||
	    !(ask->level > 0 && ask->level < 1))
		return -EINVAL;
	if (!outcome)
		return -ENOMEM;
	outcome->pair_count = ask->side_count - 1;
	for (size_t i = 0; i < outcome->pair_count; i++)
		outcome->pairs[i].side = i + 1;
	for (size_t what = 0; what < COMPARE_WHATS; what++) {
		int err = compare_what_of(ask, (enum compare_what)what, outcome);

		if (err < 0)
			return err;
	}
	order(ask, outcome);
	compare_warn(ask, outcome);
	*ret = *outcome;
	return 0;
}
