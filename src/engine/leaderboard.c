/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_leaderboard(). */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "engine/board.h"
#include "engine/select.h"
#include "report/board-view.h"

struct call {
	struct store *store;
	struct run_info *infos;
	size_t count;
};

static void call_done(struct call *call)
{
	store_free_infos(call->infos, call->count);
	store_close(call->store);
}

/* --- what is asked ------------------------------------------------------------------------ */

static int misused(struct gramme *gramme, const char *text)
{
	return diag_say(&gramme->diag, -EINVAL, "%s", text);
}

static int check_by(struct gramme *gramme, const struct gramme_leaderboard_opts *opts,
		    enum board_by *ret)
{
	*ret = BOARD_ENERGY;
	if (opts->by && board_by_of_text(opts->by, ret) < 0)
		return diag_say(
			&gramme->diag, -EINVAL,
			"'%.40s' is no column to rank by: energy, carbon, metric, "
			"efficiency or target",
			opts->by);
	if (*ret == BOARD_TARGET && !opts->has_target)
		return misused(gramme, "to rank by target tell one: --target X");
	if ((*ret == BOARD_METRIC || *ret == BOARD_EFFICIENCY) && !opts->metric)
		return misused(gramme, "to rank by a metric name it: --metric NAME");
	if (*ret == BOARD_EFFICIENCY && opts->metric_less)
		return misused(gramme, "where less of a metric is better, metric per kWh "
				       "ranks nothing");
	return 0;
}

static int check_opts(struct gramme *gramme, const struct gramme_leaderboard_opts *opts,
		      struct board_ask *ask)
{
	if (opts->has_target && !isfinite(opts->target))
		return misused(gramme, "the target is not a number");
	if ((opts->has_target || opts->pareto || opts->metric_less) && !opts->metric)
		return misused(gramme, "which metric is it about? --metric NAME");
	ask->metric = opts->metric;
	ask->metric_less = opts->metric_less != 0;
	ask->has_target = opts->has_target != 0;
	ask->target = opts->target;
	ask->pareto = opts->pareto != 0;
	ask->limit = opts->limit;
	return check_by(gramme, opts, &ask->by);
}

/* --- which runs --------------------------------------------------------------------------- */

static bool is_wanted(const char *const *experiments, const struct run_info *info)
{
	if (!experiments || !experiments[0])
		return true;
	for (size_t i = 0; experiments[i]; i++)
		if (board_means(experiments[i], info))
			return true;
	return false;
}

static int no_such(struct gramme *gramme, const struct call *call, const char *name)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	board_no_such("experiment", name, call->infos, call->count, &text);
	(void)diag_say(&gramme->diag, -ENOENT, "%s", text.text ? text.text : "");
	diag_fix(&gramme->diag, "gramme leaderboard shows them all");
	return -ENOENT;
}

static int check_names(struct gramme *gramme, const struct call *call,
		       const char *const *experiments)
{
	for (size_t i = 0; experiments && experiments[i]; i++) {
		size_t k = 0;

		while (k < call->count && !board_means(experiments[i], &call->infos[k]))
			k++;
		if (k == call->count)
			return no_such(gramme, call, experiments[i]);
	}
	return 0;
}

/* Those that are not wanted leave the list. */
static void keep_wanted(struct call *call, const char *const *experiments)
{
	size_t kept = 0;

	for (size_t i = 0; i < call->count; i++) {
		if (is_wanted(experiments, &call->infos[i]))
			call->infos[kept++] = call->infos[i];
		else
			run_info_done(&call->infos[i]);
	}
	call->count = kept;
}

static int read_runs(struct gramme *gramme, const struct gramme_leaderboard_opts *opts,
		     struct call *call)
{
	struct gramme_filter filter;
	struct store_filter wanted;
	int r;

	context_opts(&filter, sizeof filter, opts->filter,
		     opts->filter ? opts->filter->size : 0);
	r = select_filter(gramme, &filter, &wanted);
	if (r == 0)
		r = select_open(gramme, &call->store);
	if (r == 0)
		r = store_list(call->store, &wanted, &gramme->diag, &call->infos,
			       &call->count);
	if (r == 0)
		r = check_names(gramme, call, opts->experiments);
	if (r < 0)
		return r;
	keep_wanted(call, opts->experiments);
	if (call->count > 0)
		return 0;
	(void)diag_say(&gramme->diag, -ENOENT, "no run in the ledger fits");
	diag_fix(&gramme->diag, "gramme list");
	return -ENOENT;
}

static int check_metric(struct gramme *gramme, const struct board *board)
{
	for (size_t i = 0; i < board->count; i++)
		if (board->rows[i].metric.count > 0)
			return 0;
	if (board->metric[0] == '\0')
		return 0;
	(void)diag_say(&gramme->diag, -ENOENT,
		       "none of these runs finished with a metric \"%.100s\"",
		       board->metric);
	diag_fix(&gramme->diag, "gramme show RUN tells which a run logged; inside a run: "
				"gramme mark --metric 0.93 accuracy");
	return -ENOENT;
}

int gramme_leaderboard(struct gramme *gramme, const struct gramme_leaderboard_opts *given,
		       const char *format, uint32_t flags, char **ret)
{
	CLEANUP(call_done) struct call call = { .store = NULL };
	CLEANUP(board_done) struct board board = { .rows = NULL };
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct board_ask ask = { .count = 0 };
	struct gramme_leaderboard_opts opts;
	board_form *form = format ? board_form_find(format) : NULL;
	struct view_door door;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!ret || !form)
		return misused(gramme, "the form is text, json, csv or html");
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	r = check_opts(gramme, &opts, &ask);
	if (r == 0)
		r = read_runs(gramme, &opts, &call);
	if (r < 0)
		return r;
	ask.infos = call.infos;
	ask.count = call.count;
	door = (struct view_door){ call.store, context_tables(gramme) };
	r = door.tables ? board_make(&door, &ask, &gramme->diag, &board) : -ENOMEM;
	if (r == -ENOMEM)
		return diag_fail(&gramme->diag, r, "cannot rank the runs");
	if (r < 0)
		return r;
	r = check_metric(gramme, &board);
	return r < 0 ? r : form(&board, &how, ret);
}
