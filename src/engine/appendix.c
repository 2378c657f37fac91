/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme_appendix(): a static site over many runs. Runs are read one at a time; what stays of
 * each is what the pages of its groups need.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/appendix-folder.h"
#include "engine/appendix-keep.h"
#include "engine/appendix-report.h"
#include "engine/appendix-sum.h"
#include "engine/appendix-tree.h"
#include "engine/curve.h"
#include "engine/select.h"
#include "report/appendix-page.h"
#include "report/html.h"
#include "report/report.h"

#define CURVE_BINS 300

/* A site under way. */
struct appendix {
	struct gramme *gramme;
	const struct gramme_appendix_opts *opts;
	struct view_door door;
	struct appendix_spec spec;
	struct appendix_infos infos;
	struct appendix_site site;
	struct appendix_keep keep;
	struct appendix_folder *folder;
	size_t done;
	size_t unread; /* runs */
	int unread_err;
};

static void appendix_done(struct appendix *appendix)
{
	appendix_folder_close(appendix->folder);
	appendix_keep_done(&appendix->keep);
	appendix_site_done(&appendix->site);
	store_free_infos(appendix->infos.infos, appendix->infos.count);
	appendix_spec_done(&appendix->spec);
	store_close(appendix->door.store);
}

/* --- what goes in ------------------------------------------------------------------------- */

static void turn_round(struct run_info *infos, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct run_info other = infos[i];

		infos[i] = infos[count - 1 - i];
		infos[count - 1 - i] = other;
	}
}

static int list_runs(struct appendix *appendix)
{
	struct diag *diag = &appendix->gramme->diag;
	struct appendix_infos *infos = &appendix->infos;
	struct store_filter filter;
	int r = select_open(appendix->gramme, &appendix->door.store);

	if (r == 0)
		r = select_filter(appendix->gramme, appendix->opts->filter, &filter);
	if (r == 0)
		r = store_list(appendix->door.store, &filter, diag, &infos->infos,
			       &infos->count);
	if (r < 0)
		return r;
	turn_round(infos->infos, infos->count);
	if (infos->count > 0)
		return 0;
	(void)diag_say(diag, -ENOENT, "no run in the ledger fits");
	diag_fix(diag, "gramme list");
	return -ENOENT;
}

static int make_tree(struct appendix *appendix)
{
	struct diag *diag = &appendix->gramme->diag;
	struct appendix_site *site = &appendix->site;
	const char *spec = appendix->opts->spec;
	int r = spec ? appendix_spec_load(spec, diag, &appendix->spec) : 0;

	if (r == 0)
		r = list_runs(appendix);
	if (r == 0)
		r = appendix_tree_make(&appendix->infos, spec ? &appendix->spec : NULL,
				       diag, site);
	if (r < 0)
		return r;
	(void)snprintf(site->generator, sizeof site->generator, "gramme %s",
		       GRAMME_VERSION);
	site->views = calloc(site->run_count, sizeof *site->views);
	return site->views ? 0 : diag_fail(diag, -ENOMEM, "cannot write a site");
}

/* --- files -------------------------------------------------------------------------------- */

static void tell(struct appendix *appendix, const char *file)
{
	size_t all = appendix->site.run_count + appendix->site.group_count;

	if (appendix->opts->progress)
		appendix->opts->progress(appendix->opts->progress_ctx, appendix->done,
					 all, file);
	appendix->done++;
}

/* Takes the text. prefix "data/" or "". */
static int put(struct appendix *appendix, const char *prefix, const char *file,
	       const char *ending, struct strbuf *text)
{
	char path[2 * APPENDIX_FILE_MAX];
	AUTO_FREE char *taken = NULL;
	size_t len = text->len;
	int r = strbuf_steal(text, &taken);

	(void)snprintf(path, sizeof path, "%s%s%s", prefix, file, ending);
	if (r < 0)
		return diag_fail(&appendix->gramme->diag, r, "cannot write %s", path);
	return appendix_folder_write(appendix->folder, path, taken, len,
				     &appendix->gramme->diag);
}

static int put_assets(struct appendix *appendix)
{
	const struct html_asset *asset;
	int r = 0;

	for (size_t i = 0; r == 0 && (asset = html_asset(i)) != NULL; i++) {
		char path[APPENDIX_FILE_MAX];

		(void)snprintf(path, sizeof path, "assets/%s", asset->name);
		r = appendix_folder_write(appendix->folder, path, asset->text, asset->len,
					  &appendix->gramme->diag);
	}
	return r;
}

/* --- runs --------------------------------------------------------------------------------- */

static int put_run_data(struct appendix *appendix, const struct appendix_run_page *page)
{
	static const struct {
		const char *ending;
		void (*write)(const struct appendix_run_page *page, struct strbuf *out);
	} tables[] = {
		{ ".csv", appendix_components_csv },
		{ "-power.csv", appendix_power_csv },
	};

	const char *file = appendix->site.runs[page->run].file;
	const struct report_opts plain = { .width = 0 };
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(tables); i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		if (i == 1 && page->curve->bins == 0)
			continue;
		tables[i].write(page, &text);
		r = put(appendix, "data/", file, tables[i].ending, &text);
	}
	if (r < 0)
		return r;
	report_find("json")->run(page->view, &plain, &json);
	return put(appendix, "data/", file, ".json", &json);
}

/* One that was removed meanwhile, or whose rows make no sense: the others are a site still. */
static int leave_out(struct appendix *appendix, size_t run, int err)
{
	appendix->unread_err = err;
	appendix->site.runs[run].unread = true;
	appendix->unread++;
	return 0;
}

static int put_run(struct appendix *appendix, size_t run)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(run_curve_done) struct run_curve curve;
	CLEANUP(strbuf_done) struct strbuf html = STRBUF_INIT;
	struct diag *diag = &appendix->gramme->diag;
	struct appendix_run_page page = { &appendix->site, run, &view, &curve };
	int r;

	memset(&view, 0, sizeof view);
	memset(&curve, 0, sizeof curve);
	r = view_make_curve(&appendix->door, appendix->infos.infos[run].key, CURVE_BINS,
			    diag, &view, &curve);
	if (r == -ENOENT || r == -EPROTO)
		return leave_out(appendix, run, r);
	if (r < 0)
		return r;
	r = appendix_report(appendix->gramme, appendix->door.tables, &page, &html);
	if (r < 0)
		return diag_fail(diag, r, "cannot write the page of %s",
				 view.record.info.id);
	r = put(appendix, "", appendix->site.runs[run].file, ".html", &html);
	if (r == 0)
		r = put_run_data(appendix, &page);
	if (r < 0)
		return r;
	r = appendix_keep_run(&appendix->keep, &appendix->site, run, &view);
	return r < 0 ? diag_fail(diag, r, "cannot write a site") : 0;
}

static int put_runs(struct appendix *appendix)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < appendix->site.run_count; i++) {
		tell(appendix, appendix->site.runs[i].file);
		r = put_run(appendix, i);
	}
	if (r < 0 || appendix->unread == 0)
		return r;
	if (appendix->unread == appendix->site.run_count)
		return appendix->unread_err;
	diag_clear(&appendix->gramme->diag);
	appendix_tree_drop_unread(appendix->infos.infos, &appendix->site);
	return 0;
}

/* --- groups ------------------------------------------------------------------------------- */

static int put_group_data(struct appendix *appendix, const struct appendix_page *page)
{
	CLEANUP(strbuf_done) struct strbuf runs = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf groups = STRBUF_INIT;
	const char *file = page->group->file;
	AUTO_FREE char *json = NULL;
	char path[2 * APPENDIX_FILE_MAX];
	int r;

	appendix_runs_csv(page, &runs);
	r = put(appendix, "data/", file, ".csv", &runs);
	if (r == 0 && page->row_count > 0) {
		appendix_groups_csv(page, &groups);
		r = put(appendix, "data/", file, "-summary.csv", &groups);
	}
	if (r < 0)
		return r;
	(void)snprintf(path, sizeof path, "data/%s.json", file);
	r = appendix_group_json(page, &json);
	if (r < 0)
		return diag_fail(&appendix->gramme->diag, r, "cannot write %s", path);
	return appendix_folder_write(appendix->folder, path, json, strlen(json),
				     &appendix->gramme->diag);
}

static int put_group(struct appendix *appendix, size_t group)
{
	CLEANUP(appendix_page_done) struct appendix_page page;
	CLEANUP(strbuf_done) struct strbuf html = STRBUF_INIT;
	int r;

	memset(&page, 0, sizeof page);
	r = appendix_sum_page(appendix->gramme, appendix->door.tables, &appendix->site,
			      group, &page);
	if (r < 0)
		return diag_fail(&appendix->gramme->diag, r, "cannot write the page %s",
				 appendix->site.groups[group].file);
	appendix_group_html(&page, &html);
	r = put(appendix, "", page.group->file, ".html", &html);
	return r < 0 ? r : put_group_data(appendix, &page);
}

static int put_groups(struct appendix *appendix)
{
	int r = appendix_keep_end(&appendix->keep, &appendix->site);

	if (r < 0)
		return diag_fail(&appendix->gramme->diag, r, "cannot write a site");
	if (appendix->opts->spec)
		r = appendix_sum_columns(&appendix->spec, appendix->opts->spec,
					 &appendix->gramme->diag, &appendix->site);
	for (size_t i = 0; r == 0 && i < appendix->site.group_count; i++) {
		tell(appendix, appendix->site.groups[i].file);
		r = put_group(appendix, i);
	}
	return r;
}

/* --- the call ----------------------------------------------------------------------------- */

static int write_site(struct appendix *appendix)
{
	int r = make_tree(appendix);

	if (r == 0)
		r = appendix_folder_open(appendix->opts->folder,
					 appendix->opts->replace != 0,
					 &appendix->gramme->diag, &appendix->folder);
	if (r == 0)
		r = put_assets(appendix);
	if (r == 0)
		r = put_runs(appendix);
	if (r == 0)
		r = put_groups(appendix);
	if (r == 0)
		r = appendix_folder_finish(appendix->folder, &appendix->gramme->diag);
	if (r == 0)
		tell(appendix, "");
	return r;
}

int gramme_appendix(struct gramme *gramme, const struct gramme_appendix_opts *given,
		    size_t *ret_pages)
{
	CLEANUP(appendix_done) struct appendix appendix;
	struct gramme_appendix_opts opts;
	int r = context_check(gramme);

	if (r < 0)
		return r;
	memset(&appendix, 0, sizeof appendix);
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	if (!opts.folder || opts.folder[0] == '\0')
		return diag_say(&gramme->diag, -EINVAL, "a site needs a folder");
	appendix.gramme = gramme;
	appendix.opts = &opts;
	appendix.door.tables = context_tables(gramme);
	if (!appendix.door.tables)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot write a site");
	r = write_site(&appendix);
	if (r < 0)
		return r;
	if (ret_pages)
		*ret_pages = appendix.site.run_count - appendix.unread +
			     appendix.site.group_count;
	return 0;
}
