/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_report(): the runs with their curves, read once, and given to the page. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/region-rank.h"
#include "engine/curve.h"
#include "engine/select.h"
#include "engine/statement.h"
#include "place/equivalence.h"
#include "place/regions.h"
#include "report/json-value.h"
#include "report/page-view.h"
#include "report/statement.h"

#define RUNS_MAX   200
#define BINS       800
#define BINS_ALL   4000 /* of several runs together */
#define BINS_LEAST 100
#define J_PER_KWH  3.6e6

struct job {
	struct gramme *gramme;
	const struct gramme_report_opts *opts;
	struct tables *tables;
	struct selection runs;
	struct statement total; /* owns the views */
	struct page_view page;
};

static void job_done(struct job *job)
{
	page_view_done(&job->page);
	statement_done(&job->total);
	selection_done(&job->runs);
}

/* --- a run -------------------------------------------------------------------------------- */

static size_t bins_for(size_t runs)
{
	size_t bins = runs > 0 ? BINS_ALL / runs : BINS;

	return bins > BINS ? BINS : bins < BINS_LEAST ? BINS_LEAST : bins;
}

static void per_kwh(const struct quantity *joules, struct quantity *ret)
{
	*ret = *joules;
	ret->value /= J_PER_KWH;
	ret->low /= J_PER_KWH;
	ret->high /= J_PER_KWH;
}

/* A run whose energy or regions are not known has none: the page then says nothing of them. */
static int add_regions(struct job *job, struct page_run *run)
{
	const struct run_view *view = run->view;
	struct regions_ask ask = { .at_unix_ns = view->record.info.started_unix_ns,
				   .duration_ns = view->record.info.duration_ns };
	struct diag ignored = { 0 };
	struct quantity kwh;
	int r;

	if (!view->attributed_j.known)
		return 0;
	if (view->place.text[0] != '\0')
		ask.own = &view->place;
	if (view->record.info.pue > 0)
		ask.own_pue = &view->pue;
	r = regions_of(job->tables, &ask, &ignored, &run->regions);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return 0;
	per_kwh(&view->attributed_j, &kwh);
	region_rank(&run->regions, &kwh);
	return 0;
}

static void add_alike(struct job *job, const struct quantity *carbon_kg,
		      const char *country, struct page_alike *ret)
{
	if (carbon_kg->known)
		ret->count = equivalences_of(job->tables, carbon_kg->value, country,
					     ret->of, ARRAY_SIZE(ret->of));
}

static int read_run(struct job *job, const struct view_door *door, size_t i)
{
	struct page_run *run = &job->page.runs[i];
	struct run_view *view = &job->total.views[i];
	int r = view_make_curve(door, job->runs.keys[i], bins_for(job->runs.count),
				&job->gramme->diag, view, &run->curve);

	if (r < 0)
		return r;
	job->total.count++;
	job->page.count++;
	run->view = view;
	add_alike(job, &view->carbon_kg, view->place.country, &run->alike);
	return add_regions(job, run);
}

static void say_progress(const struct job *job, size_t done, const char *id)
{
	if (job->opts->progress)
		job->opts->progress(job->opts->progress_ctx, done, job->runs.count, id);
}

static int read_runs(struct job *job)
{
	CLEANUP(select_close) struct store *store = NULL;
	struct view_door door = { .tables = job->tables };
	struct diag *diag = &job->gramme->diag;
	int r = select_open(job->gramme, &store);

	if (r == 0)
		r = select_runs(job->gramme, store, job->opts->runs, job->opts->filter,
				&job->runs);
	if (r < 0)
		return r;
	if (job->runs.count > RUNS_MAX) {
		(void)diag_say(diag, -E2BIG, "%zu runs are too many for one page of %d",
			       job->runs.count, RUNS_MAX);
		diag_fix(diag, "gramme appendix -o site/");
		return -E2BIG;
	}
	door.store = store;
	job->total.views = calloc(job->runs.count + 1, sizeof *job->total.views);
	job->page.runs = calloc(job->runs.count + 1, sizeof *job->page.runs);
	if (!job->total.views || !job->page.runs)
		return diag_fail(diag, -ENOMEM, "cannot read %zu runs", job->runs.count);
	for (size_t i = 0; i < job->runs.count && r == 0; i++) {
		say_progress(job, i, i > 0 ? job->total.views[i - 1].record.info.id : "");
		r = read_run(job, &door, i);
	}
	return r;
}

/* --- statements --------------------------------------------------------------------------- */

static int write_forms(const struct statement *statement, bool all,
		       struct page_form forms[PAGE_FORMS_MAX])
{
	const struct report_opts how = { .width = 80 };

	for (size_t i = 0; i < statement_row_count && i < PAGE_FORMS_MAX; i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
		int r;

		if (!all && i > 0)
			return 0;
		forms[i].name = statement_rows[i].form->name;
		forms[i].about = statement_rows[i].about;
		statement_rows[i].form->write(statement, &how, &text);
		r = strbuf_steal(&text, &forms[i].text);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The statement of one run; its view stays the total's, so that this is not to be done. */
static int state_run(struct job *job, size_t i)
{
	const struct run_info *info = &job->total.views[i].record.info;
	struct statement one;
	int r;

	memset(&one, 0, sizeof one);
	one.views = &job->total.views[i];
	one.count = 1;
	(void)snprintf(one.of, sizeof one.of, "the run %s", info->name);
	(void)copy_text(one.title, sizeof one.title, info->name);
	r = statement_add_up(job->tables, &job->gramme->diag, &one);
	if (r < 0)
		return r;
	statement_sign(job->gramme, job->tables, &one);
	return write_forms(&one, job->page.count == 1, job->page.runs[i].forms);
}

static void name_total(struct job *job)
{
	const struct gramme_filter *filter = job->opts->filter;
	struct statement *total = &job->total;

	if (total->count == 1)
		(void)snprintf(total->of, sizeof total->of, "the run %s",
			       total->views[0].record.info.name);
	else if (filter && filter->experiment)
		(void)snprintf(total->of, sizeof total->of, "the experiment %s",
			       filter->experiment);
	else if (filter && filter->project)
		(void)snprintf(total->of, sizeof total->of, "the project %s",
			       filter->project);
	else
		(void)snprintf(total->of, sizeof total->of, "%zu runs", total->count);
	(void)copy_text(total->title, sizeof total->title, total->of);
	if (job->opts->title)
		(void)copy_text(job->page.title, sizeof job->page.title,
				job->opts->title);
	else if (total->count > 1)
		(void)copy_text(job->page.title, sizeof job->page.title, total->of);
}

static int state_all(struct job *job)
{
	struct statement *total = &job->total;
	int r = statement_add_up(job->tables, &job->gramme->diag, total);

	if (r < 0)
		return r;
	name_total(job);
	statement_sign(job->gramme, job->tables, total);
	job->page.total = total;
	add_alike(job, &total->total.carbon_kg, total->country, &job->page.alike);
	for (size_t i = 0; i < job->page.count && r == 0; i++)
		r = state_run(job, i);
	if (r == 0 && job->page.count > 1)
		r = write_forms(total, true, job->page.forms);
	return r;
}

/* --- the call ----------------------------------------------------------------------------- */

static int write_json(const struct page_view *page, char **ret)
{
	CLEANUP(json_value_release) json_t *json = page_json(page);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	AUTO_FREE char *text = NULL;

	if (!json || json_value_compact(json, &text) < 0)
		return -ENOMEM;
	strbuf_add(&out, text);
	strbuf_add(&out, "\n");
	return strbuf_steal(&out, ret);
}

static int write_page(const struct page_view *page, char **ret)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	page_html(page, &out);
	return strbuf_steal(&out, ret);
}

static int make(struct job *job, const char *format, char **ret)
{
	int r = read_runs(job);

	if (r == 0)
		r = state_all(job);
	if (r < 0)
		return r;
	r = strcmp(format, "json") == 0 ? write_json(&job->page, ret)
					: write_page(&job->page, ret);
	if (r < 0)
		return diag_fail(&job->gramme->diag, r, "cannot write the page");
	say_progress(job, job->runs.count, "");
	return 0;
}

static int check_format(struct gramme *gramme, const char *format, char *const *ret)
{
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!ret || !format ||
	    (strcmp(format, "html") != 0 && strcmp(format, "json") != 0))
		return diag_say(&gramme->diag, -EINVAL,
				"a report is \"html\" or \"json\", not '%.40s'",
				format ? format : "");
	return 0;
}

int gramme_report(struct gramme *gramme, const struct gramme_report_opts *given,
		  const char *format, uint32_t flags, char **ret)
{
	CLEANUP(job_done) struct job job;
	struct gramme_report_opts opts;
	int r = check_format(gramme, format, ret);

	(void)flags;
	memset(&job, 0, sizeof job);
	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	job.gramme = gramme;
	job.opts = &opts;
	job.tables = context_tables(gramme);
	if (!job.tables)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot write a report");
	return make(&job, format, ret);
}
