/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-12, for sums over runs.
 * Reads: each run's joules, PUE and intensity, and with whom it shares their errors.
 * Gives: joules, kWh and kg of all together.
 * Needs: at least one run whose figures are known.
 * Limits: an error is shared wholly or not at all; machines of one make are taken as apart.
 */
#include "calc/total.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calc/carbon.h"

enum sum { SUM_J, SUM_KWH, SUM_KG, SUMS };

/* What errs: the meters of a machine, the PUE of a site, the intensity of a grid. */
enum error { ERROR_MACHINE, ERROR_SITE, ERROR_GRID, ERRORS };

/* How far the sums may be off, each side apart; of a run, a group, or squared of all. */
struct width {
	double low[SUMS];
	double high[SUMS];
};

struct item {
	const char *group;
	size_t run;
};

/* One run's part of the sums. */
struct part {
	bool has[SUMS];
	struct quantity sum[SUMS];
};

struct tally {
	double value[SUMS];
	double least[SUMS]; /* sum of the runs' own low ends: never below that */
	double most[SUMS];
	size_t count[SUMS]; /* runs in each */
	enum kind kind[SUMS];
	struct width squares[ERRORS];
};

static bool in_order(const struct quantity *q)
{
	return q->known && isfinite(q->low) && isfinite(q->high) && q->low <= q->value &&
	       q->value <= q->high;
}

static struct part part_of(const struct total_run *run)
{
	struct part part;

	part.sum[SUM_J] = *run->attributed_j;
	part.sum[SUM_KWH] = carbon_facility_kwh(run->attributed_j, run->pue);
	part.sum[SUM_KG] = carbon_kg(&part.sum[SUM_KWH], run->intensity_gpkwh);
	for (int s = 0; s < SUMS; s++)
		part.has[s] = in_order(&part.sum[s]);
	return part;
}

/* A factor below 0 turns the sides of the other around. */
static void widen(struct width *width, enum sum sum, const struct quantity *q,
		  double times)
{
	double below = (q->value - q->low) * fabs(times);
	double above = (q->high - q->value) * fabs(times);

	width->low[sum] += times < 0 ? above : below;
	width->high[sum] += times < 0 ? below : above;
}

static void count_part(struct tally *tally, const struct total_run *run)
{
	struct part part = part_of(run);

	for (int s = 0; s < SUMS; s++) {
		const struct quantity *q = &part.sum[s];

		if (!part.has[s])
			continue;
		tally->kind[s] =
			tally->count[s]++ ? kind_worse(tally->kind[s], q->kind) : q->kind;
		tally->value[s] += q->value;
		tally->least[s] += q->low;
		tally->most[s] += q->high;
	}
}

static void add_error(struct width *width, enum error error, const struct total_run *run)
{
	struct part part = part_of(run);
	double j = run->attributed_j->value, pue = run->pue->value;
	double gpkwh = run->intensity_gpkwh->value;

	if (error == ERROR_MACHINE && part.has[SUM_J])
		widen(width, SUM_J, run->attributed_j, 1);
	if (error == ERROR_MACHINE && part.has[SUM_KWH])
		widen(width, SUM_KWH, run->attributed_j, pue / 3.6e6);
	if (error == ERROR_MACHINE && part.has[SUM_KG])
		widen(width, SUM_KG, run->attributed_j, pue * gpkwh / 3.6e9);
	if (error == ERROR_SITE && part.has[SUM_KWH])
		widen(width, SUM_KWH, run->pue, j / 3.6e6);
	if (error == ERROR_SITE && part.has[SUM_KG])
		widen(width, SUM_KG, run->pue, j * gpkwh / 3.6e9);
	if (error == ERROR_GRID && part.has[SUM_KG])
		widen(width, SUM_KG, run->intensity_gpkwh, j * pue / 3.6e9);
}

static const char *group_of(const struct total_run *run, enum error error)
{
	const char *text = error == ERROR_MACHINE ? run->machine
			   : error == ERROR_SITE  ? run->site
						  : run->grid;

	return text ? text : "";
}

static int by_group(const void *a, const void *b)
{
	const struct item *one = a, *two = b;

	return strcmp(one->group, two->group);
}

static void add_squares(struct width *squares, const struct width *group)
{
	for (int s = 0; s < SUMS; s++) {
		squares->low[s] += group->low[s] * group->low[s];
		squares->high[s] += group->high[s] * group->high[s];
	}
}

/* METHOD E-12: linear inside a group, in quadrature from group to group. */
static void add_groups(struct tally *tally, struct item *items,
		       const struct total_run *runs, size_t count, enum error error)
{
	struct width group = { { 0 }, { 0 } };

	for (size_t i = 0; i < count; i++)
		items[i] = (struct item){ .group = group_of(&runs[i], error), .run = i };
	qsort(items, count, sizeof items[0], by_group);
	for (size_t i = 0; i < count; i++) {
		bool alone = error == ERROR_MACHINE && items[i].group[0] == '\0';

		add_error(&group, error, &runs[items[i].run]);
		if (alone || i + 1 == count ||
		    strcmp(items[i].group, items[i + 1].group) != 0) {
			add_squares(&tally->squares[error], &group);
			group = (struct width){ { 0 }, { 0 } };
		}
	}
}

/* Never wider than if all runs erred alike, and for one run what calc/carbon makes of it. */
static struct quantity sum_quantity(const struct tally *tally, enum sum sum, size_t runs)
{
	struct quantity q = { .known = tally->count[sum] > 0, .kind = tally->kind[sum] };
	const struct width *own = tally->squares;
	double low, high;

	if (!q.known) {
		(void)snprintf(q.source, sizeof q.source, "known of none of %zu runs",
			       runs);
		return q;
	}
	low = sqrt(own[ERROR_MACHINE].low[sum] + own[ERROR_SITE].low[sum] +
		   own[ERROR_GRID].low[sum]);
	high = sqrt(own[ERROR_MACHINE].high[sum] + own[ERROR_SITE].high[sum] +
		    own[ERROR_GRID].high[sum]);
	q.value = tally->value[sum];
	q.low = fmin(fmax(q.value - low, tally->least[sum]), q.value);
	q.high = fmax(fmin(q.value + high, tally->most[sum]), q.value);
	if (tally->count[sum] == runs)
		(void)snprintf(q.source, sizeof q.source, "sum of %zu run%s", runs,
			       runs == 1 ? "" : "s");
	else
		(void)snprintf(q.source, sizeof q.source, "sum of %zu of %zu runs",
			       tally->count[sum], runs);
	return q;
}

int total_of(const struct total_run *runs, size_t count, struct total *ret)
{
	AUTO_FREE struct item *items = NULL;
	struct tally tally;

	memset(&tally, 0, sizeof tally);
	items = calloc(count ? count : 1, sizeof *items);
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		count_part(&tally, &runs[i]);
	for (enum error error = ERROR_MACHINE; error < ERRORS; error++)
		add_groups(&tally, items, runs, count, error);
	*ret = (struct total){
		.attributed_j = sum_quantity(&tally, SUM_J, count),
		.facility_kwh = sum_quantity(&tally, SUM_KWH, count),
		.carbon_kg = sum_quantity(&tally, SUM_KG, count),
		.runs = count,
		.unknown_energy = count - tally.count[SUM_J],
		.unknown_carbon = count - tally.count[SUM_KG],
	};
	return 0;
}
