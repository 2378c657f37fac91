/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme_export(): runs out of the ledger, one after the other, each read, written and let go. A
 * run that cannot be read is told at the end, and the others are written.
 */
#include "report/export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/context.h"
#include "engine/export-name.h"
#include "engine/select.h"
#include "engine/statement.h"
#include "engine/weigh.h"
#include "report/shown.h"

#define SIGNALS 2

struct exporting {
	struct gramme *gramme;
	const struct gramme_export_opts *opts;
	struct store *store;
	struct tables *tables;
	const struct export_format *format;
	const struct export_what *what;
	struct export_out out;
	const struct run_info *info; /* of the run that is written now */
	size_t written;
	size_t unread;
	struct diag first; /* what was wrong with the first of them */
};

static struct diag *diag_of(const struct exporting *e)
{
	return &e->gramme->diag;
}

/* --- what a format asks for while it writes ------------------------------------------------ */

struct rows_door {
	int (*each)(void *each_ctx, const struct sample *rows, size_t count);
	void *each_ctx;
};

static int take_block(void *ctx, const struct store_block *block)
{
	const struct rows_door *door = ctx;

	return door->each(door->each_ctx, block->rows, block->count);
}

static int read_rows(void *ctx,
		     int (*each)(void *each_ctx, const struct sample *rows, size_t count),
		     void *each_ctx)
{
	const struct exporting *e = ctx;
	struct rows_door door = { each, each_ctx };

	return store_blocks(e->store, &(struct store_cursor){ .run = e->info->key },
			    take_block, &door, diag_of(e));
}

struct files_door {
	int (*each)(void *each_ctx, const char *name, const char *bytes, size_t size);
	void *each_ctx;
};

static int take_file(void *ctx, const struct store_original *original)
{
	const struct files_door *door = ctx;
	char name[EXPORT_NAME_MAX];

	export_name(original->name, name, sizeof name);
	return door->each(door->each_ctx, name, original->bytes, original->size);
}

static int count_file(void *ctx, const struct store_original *original)
{
	(void)original;
	++*(size_t *)ctx;
	return 0;
}

/* Nothing is written before it is known that there is a place for each. */
static int check_files(const struct exporting *e)
{
	size_t count = 0;
	int r = store_originals_each(e->store, e->info->key, count_file, &count,
				     diag_of(e));

	if (r < 0)
		return r;
	if (count == 0)
		return diag_say(diag_of(e), -ENODATA,
				"the run %s was not read from another tool's log: there "
				"is nothing to give back",
				e->info->id);
	if (count == 1 || e->opts->file)
		return 0;
	(void)diag_say(diag_of(e), -EINVAL,
		       "the run %s was read from %zu files, which want a folder",
		       e->info->id, count);
	diag_fix(diag_of(e), "gramme export %s --format original -o DIR/", e->info->id);
	return -EINVAL;
}

static int read_originals(void *ctx,
			  int (*each)(void *each_ctx, const char *name, const char *bytes,
				      size_t size),
			  void *each_ctx)
{
	const struct exporting *e = ctx;
	struct files_door door = { each, each_ctx };
	int r = check_files(e);

	return r < 0 ? r
		     : store_originals_each(e->store, e->info->key, take_file, &door,
					    diag_of(e));
}

/* --- a run -------------------------------------------------------------------------------- */

/* A run and what goes with it. */
struct bundle {
	struct run_view view;
	struct statement statement; /* its views are the one above */
	struct intensity_series series[SIGNALS];
	struct weighing *weighings;
	size_t weighing_count;
};

static void bundle_done(struct bundle *bundle)
{
	for (size_t i = 0; i < SIGNALS; i++)
		intensity_series_done(&bundle->series[i]);
	free(bundle->weighings);
	run_view_done(&bundle->view);
}

static int add_series(const struct exporting *e, const char *grid, enum signal signal,
		      struct bundle *bundle)
{
	struct store_series what;
	int64_t from_s;
	int64_t to_s;

	if (!weigh_series_of(grid, signal, &what))
		return 0;
	weigh_span(&bundle->view.record.info, &from_s, &to_s);
	return store_intensity_get(e->store, &what, from_s, to_s, diag_of(e),
				   &bundle->series[signal]);
}

static int add_history(const struct exporting *e, struct bundle *bundle)
{
	const struct run_info *info = &bundle->view.record.info;
	int r = add_series(e, info->grid, SIGNAL_AVERAGE, bundle);

	if (r == 0)
		r = add_series(e, info->grid_marginal, SIGNAL_MARGINAL, bundle);
	return r < 0 ? r
		     : store_weighings(e->store, info->key, diag_of(e),
				       &bundle->weighings, &bundle->weighing_count);
}

static int add_statement(const struct exporting *e, struct bundle *bundle)
{
	struct statement *s = &bundle->statement;
	const char *name = bundle->view.record.info.name;
	int r;

	s->views = &bundle->view;
	s->count = 1;
	r = statement_add_up(e->tables, diag_of(e), s);
	if (r < 0)
		return r;
	(void)snprintf(s->of, sizeof s->of, "the run %s", name);
	(void)snprintf(s->title, sizeof s->title, "%s", name);
	statement_sign(e->gramme, e->tables, s);
	return 0;
}

static int read_run(const struct exporting *e, int64_t key, struct bundle *ret)
{
	const struct view_door door = { e->store, e->tables };
	unsigned int needs = e->what->needs;
	int r;

	if (needs & (EXPORT_VIEW | EXPORT_STATEMENT))
		r = view_make(&door, key, diag_of(e), &ret->view);
	else
		r = store_load(e->store, key, diag_of(e), &ret->view.record);
	if (r == 0 && (needs & EXPORT_HISTORY))
		r = add_history(e, ret);
	if (r == 0 && (needs & EXPORT_STATEMENT))
		r = add_statement(e, ret);
	return r;
}

static int write_run(struct exporting *e, int64_t key)
{
	CLEANUP(bundle_done) struct bundle bundle;
	int r;

	memset(&bundle, 0, sizeof bundle);
	r = read_run(e, key, &bundle);
	if (r < 0)
		return r;
	e->info = &bundle.view.record.info;
	r = e->what->run(
		&(struct export_run){
			.view = &bundle.view,
			.statement =
				bundle.statement.count > 0 ? &bundle.statement : NULL,
			.series = bundle.series,
			.series_count = SIGNALS,
			.weighings = bundle.weighings,
			.weighing_count = bundle.weighing_count,
			.door = { e, read_rows, read_originals },
		},
		&e->out);
	e->info = NULL;
	return r;
}

/* --- all of them -------------------------------------------------------------------------- */

/* One that was removed since the list was made is no longer there to be told of. */
static void remember_unread(struct exporting *e, int err)
{
	if (err == -ENOENT)
		return;
	if (e->unread++ == 0)
		e->first = *diag_of(e);
}

static int tell_unread(const struct exporting *e, size_t count)
{
	struct diag first = e->first;

	if (e->unread == 0)
		return 0;
	if (count == 1) {
		*diag_of(e) = first;
		return first.err;
	}
	return diag_say(
		diag_of(e), first.err,
		"%zu of %zu runs could not be written out whole; the first: %.280s",
		e->unread, count, first.text);
}

static void tell(const struct exporting *e, size_t done, size_t count)
{
	if (e->opts->progress)
		e->opts->progress(e->opts->progress_ctx, done, count, "");
}

static int write_runs(struct exporting *e, const struct selection *runs)
{
	if (e->what->begin)
		e->what->begin(&e->out);
	for (size_t i = 0; i < runs->count; i++) {
		int r;

		tell(e, i, runs->count);
		r = write_run(e, runs->keys[i]);
		if (e->out.err != 0)
			return e->out.err;
		if (r == -ENOMEM)
			return diag_fail(diag_of(e), r, "cannot write runs out");
		if (r < 0)
			remember_unread(e, r);
		e->written += r == 0;
	}
	tell(e, runs->count, runs->count);
	if (export_flush(&e->out) == 0 && e->opts->ret_written)
		*e->opts->ret_written = e->written;
	return e->out.err;
}

static int write_selection(struct exporting *e)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(selection_done) struct selection runs = { NULL, 0 };
	const struct gramme_filter all = GRAMME_FILTER(.limit = 0);
	const struct gramme_filter *filter = e->opts->filter ? e->opts->filter : &all;
	int r = select_runs(e->gramme, e->store, e->opts->runs, filter, &runs);

	(void)locale;
	if (r < 0)
		return r;
	if (e->format->one_run && runs.count != 1)
		return diag_say(diag_of(e), -EINVAL,
				"the format %s is of one run, and these are %zu",
				e->format->name, runs.count);
	r = write_runs(e, &runs);
	return r != 0 ? r : tell_unread(e, runs.count);
}

static int find_format(struct exporting *e, const char *format)
{
	const char *what = e->opts->what;

	e->format = format ? export_find(format) : NULL;
	if (!e->format) {
		(void)diag_say(diag_of(e), -EINVAL, "there is no format '%.40s'",
			       format ? format : "");
		diag_fix(diag_of(e), "gramme export --help");
		return -EINVAL;
	}
	e->what = export_what_find(e->format, what);
	if (e->what)
		return 0;
	(void)diag_say(diag_of(e), -EINVAL, "the format %s has no '%.40s'",
		       e->format->name, what);
	diag_fix(diag_of(e), "gramme export --help");
	return -EINVAL;
}

int gramme_export(struct gramme *gramme, const struct gramme_export_opts *given,
		  const char *format, uint32_t flags)
{
	CLEANUP(select_close) struct store *store = NULL;
	struct exporting e = { .gramme = gramme };
	struct gramme_export_opts opts;
	int r = context_check(gramme);

	(void)flags;
	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	e.opts = &opts;
	r = find_format(&e, format);
	if (r < 0)
		return r;
	if (!opts.write)
		return diag_say(&gramme->diag, -EINVAL, "nobody takes what is exported");
	e.out.write = opts.write;
	e.out.file = opts.file;
	e.out.ctx = opts.write_ctx;
	e.tables = context_tables(gramme);
	if (!e.tables)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot write runs out");
	r = select_open(gramme, &store);
	e.store = store;
	if (r == 0)
		r = write_selection(&e);
	export_out_done(&e.out);
	return r;
}

const char *gramme_export_format(size_t i, const char **ret_about)
{
	if (i >= export_row_count)
		return NULL;
	if (ret_about)
		*ret_about = export_rows[i].about;
	return export_rows[i].format->name;
}

const char *gramme_export_what(const char *format, size_t i, const char **ret_about)
{
	const struct export_format *found = format ? export_find(format) : NULL;

	if (!found || i >= found->what_count)
		return NULL;
	if (ret_about)
		*ret_about = found->whats[i].about;
	return found->whats[i].name;
}
