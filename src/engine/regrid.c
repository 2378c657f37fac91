/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme_regrid(): old runs weighed again with better data. The joules stay; what is fetched is
 * kept, and so is every figure that was ever given.
 */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "engine/fetch.h"
#include "engine/select.h"
#include "engine/weigh.h"
#include "place/factor.h"
#include "report/regrid-view.h"

#define GOES_ON "it goes on, and is not weighed again before it has ended"

/* After so many runs that each waited so long for nothing, the rest do not wait. */
#define SILENT_MAX 2
#define SILENT_NS  (3 * NS_PER_S)

struct regrid {
	struct gramme *gramme;
	const struct gramme_regrid_opts *opts;
	struct view_door door;
	struct regrid_view view;
	unsigned
		silent; /* runs in a row for which the network kept us waiting for nothing */
};

static void regrid_done(struct regrid *regrid)
{
	store_close(regrid->door.store);
	regrid_view_done(&regrid->view);
}

/* The yearly table alone is wanted: nobody is asked, and the series are let go. */
static bool wants_table(const struct regrid *regrid)
{
	return regrid->opts->grid && strcmp(regrid->opts->grid, "table") == 0;
}

/* What was fetched for another place is no figure of this one. */
static int move(const struct regrid *regrid, struct run_info *info)
{
	const char *region = regrid->opts->region;
	struct place place;
	struct place was;
	int r;

	if (!region)
		return 0;
	r = place_of_text(regrid->door.tables, region, &regrid->gramme->diag, &place);
	if (r < 0)
		return r;
	weigh_place(regrid->door.tables, info, &was);
	if (strcmp(was.zone, place.zone) != 0 || strcmp(was.country, place.country) != 0)
		info->grid[0] = info->grid_marginal[0] = '\0';
	(void)copy_text(info->region, sizeof info->region, region);
	(void)copy_text(info->region_how, sizeof info->region_how, "option");
	(void)copy_text(info->region_from, sizeof info->region_from, "regrid");
	info->has_position = false;
	return 0;
}

/* Asks for the span of the run; what could not be had is a note. */
static int ask(struct regrid *regrid, const struct run_info *info, struct regrid_row *row,
	       struct fetch_result *ret)
{
	struct fetch_plan plan = {
		.host = &regrid->gramme->here,
		.config = &regrid->gramme->config,
		.tables = regrid->door.tables,
		.grid = regrid->opts->grid,
	};
	int64_t begun_ns = host_now_ns(plan.host);
	int r;

	if (regrid->silent >= SILENT_MAX) {
		(void)copy_text(row->note, sizeof row->note,
				"not asked: there was no answer for the runs before");
		return 0;
	}
	weigh_span(info, &plan.from_unix_s, &plan.to_unix_s);
	weigh_place(plan.tables, info, &plan.place);
	r = fetch_do(&plan, ret);
	if (r < 0)
		return diag_fail(&regrid->gramme->diag, r, "cannot weigh %s again",
				 info->id);
	if (ret->trouble_count > 0)
		(void)copy_text(row->note, sizeof row->note, ret->trouble[0].text);
	regrid->silent = ret->series[SIGNAL_AVERAGE].count == 0 &&
					 host_now_ns(plan.host) - begun_ns > SILENT_NS
				 ? regrid->silent + 1
				 : 0;
	return 0;
}

/* What was had before is let be where there is no answer. */
static int keep_answer(struct regrid *regrid, const struct fetch_result *answer,
		       struct run_info *info)
{
	struct diag *diag = &regrid->gramme->diag;
	int r = 0;

	for (int i = 0; i < 2 && r == 0; i++)
		if (answer->series[i].count > 0)
			r = store_intensity_put(regrid->door.store, &answer->series[i],
						diag);
	fetch_name_series(&answer->series[SIGNAL_AVERAGE], info->grid, sizeof info->grid);
	fetch_name_series(&answer->series[SIGNAL_MARGINAL], info->grid_marginal,
			  sizeof info->grid_marginal);
	return r < 0 ? r : store_run_update(regrid->door.store, info, diag);
}

static int view_of(struct regrid *regrid, int64_t key, struct run_view *ret)
{
	return view_make(&regrid->door, key, &regrid->gramme->diag, ret);
}

/* A run between two answers. */
struct again {
	struct run_view before;
	struct weighing was;
	struct fetch_result answer;
};

static void again_done(struct again *again)
{
	run_view_done(&again->before);
	fetch_result_done(&again->answer);
}

static void weighing_of(const struct regrid *regrid, const struct run_view *view,
			struct weighing *ret)
{
	view_weighing(view, host_clock_ns(&regrid->gramme->here, HOST_REALTIME), ret);
}

static void keep_weighing(struct regrid *regrid, int64_t key,
			  const struct weighing *weighing)
{
	struct diag ignored = { 0 };

	(void)!store_weighing_add(regrid->door.store, key, weighing, &ignored);
}

static int weigh_again(struct regrid *regrid, struct again *again, struct regrid_row *row)
{
	CLEANUP(run_view_done) struct run_view after;
	struct run_info *info = &again->before.record.info;
	struct weighing weighing;
	int r;

	memset(&after, 0, sizeof after);
	keep_weighing(regrid, info->key, &again->was);
	r = keep_answer(regrid, &again->answer, info);
	if (r == 0)
		r = view_of(regrid, info->key, &after);
	if (r < 0)
		return r;
	regrid_row_end(row, &after);
	weighing_of(regrid, &after, &weighing);
	keep_weighing(regrid, info->key, &weighing);
	return 0;
}

/* One transaction: a look alone is rolled back, and is as if it had not been. */
static int in_transaction(struct regrid *regrid, struct again *again,
			  struct regrid_row *row)
{
	struct store *store = regrid->door.store;
	struct diag *diag = &regrid->gramme->diag;
	int r = store_begin(store, diag);

	if (r < 0)
		return r;
	r = weigh_again(regrid, again, row);
	if (r < 0 || regrid->opts->look_only) {
		store_rollback(store);
		return r;
	}
	return store_commit(store, diag);
}

/* The network is asked before the ledger is locked: runs that go on have to write to it. */
static int tell_new(struct regrid *regrid, int64_t key, struct regrid_row *row)
{
	CLEANUP(again_done) struct again again;
	struct run_info *info = &again.before.record.info;
	int r;

	memset(&again, 0, sizeof again);
	r = view_of(regrid, key, &again.before);
	if (r < 0)
		return r;
	regrid_row_begin(row, &again.before);
	if (info->state == RUN_RUNNING) {
		regrid_row_end(row, &again.before);
		(void)copy_text(row->note, sizeof row->note, GOES_ON);
		return 0;
	}
	weighing_of(regrid, &again.before, &again.was);
	r = move(regrid, info);
	if (r == 0 && wants_table(regrid)) {
		info->grid[0] = '\0';
		info->grid_marginal[0] = '\0';
	} else if (r == 0) {
		r = ask(regrid, info, row, &again.answer);
	}
	return r < 0 ? r : in_transaction(regrid, &again, row);
}

/* Every figure that was given, and the one of now. */
static int tell_old(struct regrid *regrid, int64_t key, struct regrid_row *row)
{
	CLEANUP(run_view_done) struct run_view now;
	int r;

	memset(&now, 0, sizeof now);
	r = view_of(regrid, key, &now);
	if (r < 0)
		return r;
	regrid_row_begin(row, &now);
	regrid_row_end(row, &now);
	return store_weighings(regrid->door.store, key, &regrid->gramme->diag,
			       &row->weighings, &row->weighing_count);
}

static int each_run(struct regrid *regrid, const int64_t *keys, size_t count)
{
	const struct gramme_regrid_opts *opts = regrid->opts;

	regrid->view.rows = calloc(count + 1, sizeof *regrid->view.rows);
	if (!regrid->view.rows)
		return diag_fail(&regrid->gramme->diag, -ENOMEM, "cannot weigh %zu runs",
				 count);
	regrid->view.old = opts->old;
	regrid->view.look_only = opts->look_only;
	for (size_t i = 0; i < count; i++) {
		struct regrid_row *row = &regrid->view.rows[regrid->view.count++];
		int r;

		if (opts->progress)
			opts->progress(opts->progress_ctx, i, count, "");
		r = opts->old ? tell_old(regrid, keys[i], row)
			      : tell_new(regrid, keys[i], row);
		if (r < 0)
			return r;
	}
	if (opts->progress)
		opts->progress(opts->progress_ctx, count, count, "");
	return 0;
}

static int check_grid(struct gramme *gramme, const char *grid)
{
	if (!grid || strcmp(grid, "table") == 0 || grid_find(grid))
		return 0;
	(void)diag_say(&gramme->diag, -EINVAL, "there is no provider '%.40s'", grid);
	diag_fix(&gramme->diag, "gramme doctor");
	return -EINVAL;
}

static int regrid_all(struct regrid *regrid)
{
	struct gramme *gramme = regrid->gramme;
	const struct gramme_regrid_opts *opts = regrid->opts;
	CLEANUP(selection_done) struct selection runs = { NULL, 0 };
	int r = check_grid(gramme, opts->grid);

	regrid->door.tables = context_tables(gramme);
	if (r == 0 && !regrid->door.tables)
		r = diag_fail(&gramme->diag, -ENOMEM, "cannot weigh runs again");
	if (r == 0)
		r = opts->old ? select_open(gramme, &regrid->door.store)
			      : select_open_to_write(gramme, &regrid->door.store);
	if (r == 0)
		r = select_runs(gramme, regrid->door.store, opts->runs, opts->filter,
				&runs);
	return r < 0 ? r : each_run(regrid, runs.keys, runs.count);
}

int gramme_regrid(struct gramme *gramme, const struct gramme_regrid_opts *given,
		  const char *format, uint32_t flags, char **ret)
{
	CLEANUP(regrid_done) struct regrid regrid = { .gramme = gramme };
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct gramme_regrid_opts opts;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	regrid.opts = &opts;
	r = regrid_all(&regrid);
	if (r < 0)
		return r;
	if (strcmp(format, "json") == 0)
		return regrid_json(&regrid.view, ret);
	regrid_text(&regrid.view, &how, &out);
	return strbuf_steal(&out, ret);
}
