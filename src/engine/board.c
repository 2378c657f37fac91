/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "engine/nest.h"

struct work {
	const struct view_door *door;
	const struct board_ask *ask;
	struct run_sums_cache cache;
	struct board_entry *entries; /* as the runs are asked after */
	struct board_entry **order;  /* by their run's key, then by row */
	struct board_machines *machines;
	size_t count;
};

static void work_done(struct work *work)
{
	free(work->entries);
	free(work->order);
	board_machines_free(work->machines);
}

/* --- runs --------------------------------------------------------------------------------- */

static int by_key(const void *left, const void *right)
{
	const struct board_entry *a = *(struct board_entry *const *)left;
	const struct board_entry *b = *(struct board_entry *const *)right;

	return (a->info->key > b->info->key) - (a->info->key < b->info->key);
}

/* What a run without an experiment is known by, among those that have none. */
static const char *lone_name(const struct run_info *info)
{
	return info->experiment[0] != '\0' ? "" : info->name;
}

static int by_row(const void *left, const void *right)
{
	const struct run_info *a = (*(struct board_entry *const *)left)->info;
	const struct run_info *b = (*(struct board_entry *const *)right)->info;
	int order = strcmp(a->project, b->project);

	if (order == 0)
		order = strcmp(a->experiment, b->experiment);
	if (order == 0)
		order = strcmp(lone_name(a), lone_name(b));
	return order != 0 ? order : by_key(left, right);
}

static void sort_entries(struct work *work, int (*order)(const void *, const void *))
{
	if (work->count > 0)
		qsort(work->order, work->count, sizeof(void *), order);
}

struct gap_walk {
	struct board_entry **order;
	size_t count;
	size_t at;
};

/* Runs and gaps both come by key. */
static int take_gap(void *ctx, int64_t run, int64_t unread_ns)
{
	struct gap_walk *walk = ctx;

	while (walk->at < walk->count && walk->order[walk->at]->info->key < run)
		walk->at++;
	if (walk->at < walk->count && walk->order[walk->at]->info->key == run)
		walk->order[walk->at]->unread_ns = unread_ns;
	return 0;
}

static int read_gaps(struct work *work, struct diag *diag)
{
	struct gap_walk walk = { work->order, work->count, 0 };

	return store_gaps_each(work->door->store, diag, take_gap, &walk);
}

static int read_metrics(struct work *work, struct diag *diag)
{
	const struct board_ask *ask = work->ask;
	struct store_metric_ask what = { ask->metric, ask->has_target, ask->target,
					 ask->metric_less };
	AUTO_FREE struct store_metric_of *of = calloc(work->count + 1, sizeof *of);
	int err;

	if (!of)
		return -ENOMEM;
	for (size_t i = 0; i < work->count; i++)
		of[i].run = work->order[i]->info->key;
	err = store_metric_last(work->door->store, &what, diag, of, work->count);
	for (size_t i = 0; i < work->count && err == 0; i++)
		work->order[i]->metric = of[i];
	return err;
}

static void read_target(const struct work *work, struct board_entry *entry)
{
	if (entry->info->state == RUN_FINISHED && entry->metric.reached &&
	    isfinite(entry->sums.attributed_j))
		entry->target_j = board_joules_until(work->door, entry->info,
						     entry->metric.reached_ns);
}

static int read_entries(struct work *work, struct diag *diag)
{
	const struct board_ask *ask = work->ask;
	int err = 0;

	work->entries = calloc(ask->count + 1, sizeof *work->entries);
	work->order = calloc(ask->count + 1, sizeof(void *));
	if (!work->entries || !work->order)
		return -ENOMEM;
	work->count = ask->count;
	for (size_t i = 0; i < work->count; i++) {
		struct board_entry *entry = &work->entries[i];

		entry->info = &ask->infos[i];
		entry->target_j = NAN;
		entry->metric.last = NAN;
		run_sums_get(work->door, &work->cache, entry->info, &entry->sums);
		work->order[i] = entry;
	}
	sort_entries(work, by_key);
	err = read_gaps(work, diag);
	if (err == 0 && ask->metric)
		err = read_metrics(work, diag);
	if (err == 0)
		err = board_machines_fill(work->door->store, work->order, work->count,
					  diag, &work->machines);
	for (size_t i = 0; i < work->count && err == 0 && ask->has_target; i++)
		read_target(work, &work->entries[i]);
	return err;
}

/* --- a row -------------------------------------------------------------------------------- */

/* A mean as it grows (Welford): sem holds the sum of squares until the end. */
static void value_add(struct board_value *value, double x)
{
	double off;

	if (!isfinite(x))
		return;
	if (value->count++ == 0) {
		*value = (struct board_value){ x, 0, x, x, 1 };
		return;
	}
	off = x - value->mean;
	value->mean += off / (double)value->count;
	value->sem += off * (x - value->mean);
	value->low = fmin(value->low, x);
	value->high = fmax(value->high, x);
}

static void value_end(struct board_value *value)
{
	double n = (double)value->count;

	if (value->count == 0)
		*value = (struct board_value){ NAN, NAN, NAN, NAN, 0 };
	else
		value->sem = value->count > 1 ? sqrt(value->sem / (n - 1) / n) : NAN;
}

static void same_or_none(char *text, size_t size, const char *own, bool first)
{
	if (first)
		(void)copy_text(text, size, own);
	else if (strncmp(text, own, size - 1) != 0)
		text[0] = '\0';
}

static double coverage_of(const struct board_entry *entry)
{
	double whole_ns = (double)entry->info->duration_ns;

	return whole_ns > 0 ? fmax(0, 1 - (double)entry->unread_ns / whole_ns) : 1;
}

static void add_finished(struct board_row *row, const struct board_entry *entry,
			 bool metric_less)
{
	const struct run_sums *sums = &entry->sums;

	if (isfinite(sums->attributed_j))
		row->coverage_ratio = fmin(row->coverage_ratio, coverage_of(entry));
	if (isfinite(sums->attributed_j))
		row->kind = row->energy_j.count > 0 ? kind_worse(row->kind, sums->kind)
						    : sums->kind;
	value_add(&row->energy_j, sums->attributed_j);
	value_add(&row->duration_s, (double)entry->info->duration_ns / 1e9);
	value_add(&row->carbon_kg, sums->carbon_kg);
	value_add(&row->metric, entry->metric.last);
	/* Less loss for a kWh is no merit. */
	if (!metric_less && sums->facility_kwh > 0)
		value_add(&row->metric_per_kwh, entry->metric.last / sums->facility_kwh);
	value_add(&row->target_j, entry->target_j);
	row->reached += entry->metric.reached;
}

static bool has_failed(const struct run_info *info)
{
	return info->state == RUN_FAILED || info->state == RUN_INTERRUPTED;
}

static void add_entry(struct board_row *row, const struct board_entry *entry,
		      bool metric_less)
{
	bool finished = entry->info->state == RUN_FINISHED;

	if (entry->inside) {
		row->inside++;
		return;
	}
	if (finished)
		add_finished(row, entry, metric_less);
	row->failed += has_failed(entry->info);
	if (isfinite(entry->sums.attributed_j))
		row->all_j = isnan(row->all_j) ? entry->sums.attributed_j
					       : row->all_j + entry->sums.attributed_j;
	same_or_none(row->hardware, sizeof row->hardware,
		     entry->hardware ? entry->hardware : "", row->runs == 0);
	same_or_none(row->grid, sizeof row->grid, entry->sums.grid, row->runs == 0);
	row->runs++;
}

/* --- runs inside runs --------------------------------------------------------------------- */

/* A metric is often logged by the inner of the two: it is the outer's too. */
static void lend_metric(const struct board_entry *inner, struct board_entry *outer)
{
	if (outer->metric.has || !inner->metric.has)
		return;
	outer->metric = inner->metric;
	outer->target_j = inner->target_j;
}

static int find_nested(const struct work *work, size_t from, size_t to, struct diag *diag)
{
	size_t count = to - from;
	AUTO_FREE const struct run_info **infos = calloc(count, sizeof(void *));
	AUTO_FREE double *known_j = calloc(count, sizeof *known_j);
	AUTO_FREE struct nest *nests = calloc(count, sizeof *nests);
	bool any = false;
	int r;

	if (!infos || !known_j || !nests)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		infos[i] = work->order[from + i]->info;
		known_j[i] = work->order[from + i]->sums.attributed_j;
		any = any || infos[i]->inside[0] != '\0';
	}
	if (!any)
		return 0;
	r = nest_of_rows(work->door->store, &(struct nest_rows){ infos, known_j, count },
			 diag, nests);
	for (size_t i = 0; i < count && r == 0; i++) {
		if (nests[i].nesting != NESTING_INSIDE)
			continue;
		work->order[from + i]->inside = true;
		lend_metric(work->order[from + i], work->order[from + nests[i].outer]);
	}
	return r;
}

static size_t count_machines(struct board_entry *const *entries, size_t count)
{
	size_t machines = 0;

	for (size_t i = 0; i < count; i++) {
		bool seen = !entries[i]->machine;

		for (size_t k = i; k > 0 && !seen; k--)
			seen = entries[k - 1]->machine &&
			       strcmp(entries[k - 1]->machine, entries[i]->machine) == 0;
		machines += !seen;
	}
	return machines;
}

static void fill_row(const struct work *work, size_t from, size_t to,
		     struct board_row *row)
{
	const struct run_info *info = work->order[from]->info;
	struct board_value *values[] = {
		&row->energy_j, &row->duration_s,     &row->carbon_kg,
		&row->metric,   &row->metric_per_kwh, &row->target_j,
	};

	(void)copy_text(row->project, sizeof row->project, info->project);
	(void)copy_text(row->experiment, sizeof row->experiment, info->experiment);
	(void)copy_text(row->name, sizeof row->name, lone_name(info));
	row->all_j = row->coverage_ratio = NAN;
	for (size_t i = from; i < to; i++)
		add_entry(row, work->order[i], work->ask->metric_less);
	row->machines = count_machines(&work->order[from], to - from);
	for (size_t i = 0; i < ARRAY_SIZE(values); i++)
		value_end(values[i]);
}

static bool is_same_row(const struct run_info *a, const struct run_info *b)
{
	return strcmp(a->project, b->project) == 0 &&
	       strcmp(a->experiment, b->experiment) == 0 &&
	       strcmp(lone_name(a), lone_name(b)) == 0;
}

static int fill_rows(struct work *work, struct diag *diag, struct board *board)
{
	size_t to;
	int r;

	sort_entries(work, by_row);
	board->rows = calloc(work->count + 1, sizeof *board->rows);
	if (!board->rows)
		return -ENOMEM;
	for (size_t from = 0; from < work->count; from = to) {
		for (to = from + 1;
		     to < work->count &&
		     is_same_row(work->order[from]->info, work->order[to]->info);
		     to++)
			;
		r = find_nested(work, from, to, diag);
		if (r < 0)
			return r;
		fill_row(work, from, to, &board->rows[board->count++]);
	}
	board->all = board->count;
	return 0;
}

/* --- the order ---------------------------------------------------------------------------- */

static int rank(const struct work *work, struct board *board)
{
	const struct board_ask *ask = work->ask;
	enum board_by by = ask->by;
	int err = 0;

	board_compare_runs(board, ask, work->entries, work->count);
	if (by == BOARD_CARBON && !board->one_grid)
		by = BOARD_ENERGY;
	(void)copy_text(board->by, sizeof board->by, board_by_text(by));
	if (ask->pareto)
		err = board_pareto(board);
	board_sort(board, by);
	board_look_over(board);
	if (ask->limit > 0 && board->count > ask->limit)
		board->count = ask->limit;
	return err;
}

int board_make(const struct view_door *door, const struct board_ask *ask,
	       struct diag *diag, struct board *ret)
{
	CLEANUP(work_done) struct work work = { .door = door, .ask = ask };
	CLEANUP(board_done)
	struct board board = { .metric_less = ask->metric_less,
			       .has_target = ask->has_target,
			       .target = ask->target,
			       .pareto = ask->pareto };
	int err = read_entries(&work, diag);

	(void)copy_text(board.metric, sizeof board.metric,
			ask->metric ? ask->metric : "");
	if (err == 0)
		err = fill_rows(&work, diag, &board);
	if (err == 0)
		err = rank(&work, &board);
	if (err < 0)
		return err;
	*ret = board;
	board.rows = NULL;
	return 0;
}
