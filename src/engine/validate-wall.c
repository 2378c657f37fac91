/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suite `wall`, AC from DC: what goes into the power supplies of 8-GPU nodes, from what comes out of
 * them (METHOD E-11 with a = 0, docs/decisions/the-wall.md).
 *
 * The ratio is the mean over the systems and benchmarks that are not judged, each counting once; how
 * far these lie apart, and runs in them, makes the interval of one more.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calc/stat.h"
#include "engine/validate.h"

#define SUITE      "wall"

#define GROUPS_MAX 32

struct run {
	const char *system;
	const char *benchmark;
	double ac_j;
	double dc_j;
};

/* Of a system and benchmark. */
struct group {
	const struct run *first;
	size_t count;
	double sum;    /* of AC over DC */
	double square; /* of it */
};

struct supply {
	double ratio;
	double u_ratio; /* of one run more, of a group more */
	double df;
};

static void free_runs(struct run **runs)
{
	free(*runs);
}

static int read_runs(struct validate *v, struct run **ret, size_t *ret_count)
{
	const struct table *table = tables_get(v->tables, "validation_mlperf_run");
	size_t rows = table ? table_rows(table) : 0;
	CLEANUP(free_runs) struct run *runs = calloc(rows + 1, sizeof *runs);
	size_t count = 0;

	if (!runs)
		return -ENOMEM;
	if (rows == 0)
		return diag_say(v->diag, -ENODATA,
				"the table validation_mlperf_run is not there");
	for (size_t row = 0; row < rows; row++) {
		struct run *one = &runs[count];

		one->system = table_text(table, row, table_column(table, "system"));
		one->benchmark = table_text(table, row, table_column(table, "benchmark"));
		count += table_number(table, row, table_column(table, "ac_j"),
				      &one->ac_j) &&
			 table_number(table, row, table_column(table, "dc_j"),
				      &one->dc_j) &&
			 one->ac_j > 0 && one->dc_j > 0;
	}
	*ret = STEAL(runs);
	*ret_count = count;
	return 0;
}

static bool is_of(const struct run *run, const struct run *other, bool system_alone)
{
	return strcmp(run->system, other->system) == 0 &&
	       (system_alone || strcmp(run->benchmark, other->benchmark) == 0);
}

static struct group *group_of(struct group *groups, size_t *count, const struct run *run)
{
	for (size_t i = 0; i < *count; i++)
		if (is_of(run, groups[i].first, false))
			return &groups[i];
	if (*count == GROUPS_MAX)
		return NULL;
	groups[*count] = (struct group){ .first = run };
	return &groups[(*count)++];
}

static size_t group_others(const struct run *runs, size_t count, const struct run *out,
			   bool system_alone, struct group groups[GROUPS_MAX])
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		double ratio = runs[i].ac_j / runs[i].dc_j;
		struct group *own;

		if (is_of(&runs[i], out, system_alone))
			continue;
		own = group_of(groups, &found, &runs[i]);
		if (!own)
			continue;
		own->count++;
		own->sum += ratio;
		own->square += ratio * ratio;
	}
	return found;
}

/* METHOD E-11 for a power supply: without the system and benchmark of `out`. */
static bool supply_without(const struct run *runs, size_t count, const struct run *out,
			   bool system_alone, struct supply *ret)
{
	struct group groups[GROUPS_MAX];
	size_t n = group_others(runs, count, out, system_alone, groups);
	double mean = 0, apart = 0, within = 0;
	double all = 0;

	if (n < 2)
		return false;
	for (size_t i = 0; i < n; i++) {
		double size = (double)groups[i].count;

		mean += groups[i].sum / size / (double)n;
		within += groups[i].square - groups[i].sum * groups[i].sum / size;
		all += size;
	}
	for (size_t i = 0; i < n; i++) {
		double off = groups[i].sum / (double)groups[i].count - mean;

		apart += off * off / (double)(n - 1);
	}
	within = all > (double)n ? within / (all - (double)n) : 0;
	*ret = (struct supply){
		.ratio = mean,
		.u_ratio = sqrt(apart * (1 + 1 / (double)n) + within),
		.df = (double)n - 1,
	};
	return true;
}

static int add_supply(struct validate *v, const char *method, const struct run *run,
		      const struct supply *supply)
{
	double t90 = stat_t_quantile(0.95, supply->df) * supply->u_ratio * run->dc_j;
	double t95 = stat_t_quantile(0.975, supply->df) * supply->u_ratio * run->dc_j;
	double guess = supply->ratio * run->dc_j;
	struct accuracy_case one = {
		.truth = run->ac_j,
		.guess = guess,
		.low90 = guess - t90,
		.high90 = guess + t90,
		.low95 = guess - t95,
		.high95 = guess + t95,
		.group = run->system,
		.group2 = run->benchmark,
	};

	return accuracy_add(v->accuracy, SUITE, method, &one);
}

static int add_plain(struct validate *v, const struct run *run)
{
	struct accuracy_case one = {
		.truth = run->ac_j,
		.guess = run->dc_j,
		.low90 = (double)NAN,
		.high90 = (double)NAN,
		.low95 = (double)NAN,
		.high95 = (double)NAN,
		.group = run->system,
		.group2 = run->benchmark,
	};

	return accuracy_add(v->accuracy, SUITE, "DC taken for AC", &one);
}

static int judge_run(struct validate *v, const struct run *runs, size_t count,
		     const struct run *run)
{
	struct supply supply;
	int r = 0;

	if (supply_without(runs, count, run, false, &supply))
		r = add_supply(v, "gramme: power supply", run, &supply);
	if (r == 0 && supply_without(runs, count, run, true, &supply))
		r = add_supply(v, "gramme: power supply, other system", run, &supply);
	return r == 0 ? add_plain(v, run) : r;
}

static int add_notes(struct validate *v)
{
	static const char *const notes[] = {
		"Truth: energy into the power supplies of nodes of 8 H100 in 45 training "
		"runs, MLCommons training v4.0, Apache-2.0. Given: the energy out of them.",
		"Held out: the system and benchmark of the run; \"other system\": all runs of "
		"the system. All three systems are one maker's, of the same board.",
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(notes); i++)
		r = accuracy_note(v->accuracy, SUITE, notes[i]);
	return r;
}

int validate_wall(struct validate *v)
{
	CLEANUP(free_runs) struct run *runs = NULL;
	size_t count = 0;
	int r = read_runs(v, &runs, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = judge_run(v, runs, count, &runs[i]);
	return r == 0 ? add_notes(v) : r;
}
