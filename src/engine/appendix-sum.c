/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-sum.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/stat.h"
#include "engine/nest.h"
#include "engine/statement.h"
#include "report/appendix-differ.h"
#include "report/appendix-variable.h"
#include "report/shown.h"

/* Without a spec: the first variables, and the metrics that most of the runs logged. */
#define DEFAULT_VARIABLES 5
#define DEFAULT_METRICS   4

/* --- what a spec asks for ----------------------------------------------------------------- */

struct asked {
	const struct appendix_spec *spec;
	const char *file;
	struct diag *diag;
	const struct appendix_site *site;
	size_t wish;
};

static int refuse(const struct asked *asked, const char *key, const char *name)
{
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf shown = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT;
	char where[160];

	appendix_spec_where(asked->spec, asked->wish, key, where, sizeof where);
	shown_cut(&shown, name, 40);
	appendix_column_names(asked->site, &names);
	shown_cut(&all, strbuf_part(&all, &names), DIAG_TEXT_MAX - 40);
	(void)diag_say(asked->diag, -EPROTO,
		       "%.100s: %s: no variable, and logged by none of the runs: '%s'",
		       asked->file, where, shown.text ? shown.text : "");
	diag_fix(asked->diag, "one of %s", all.text ? all.text : "");
	return -EPROTO;
}

static int ask_column(const struct asked *asked, const char *key, const json_t *name,
		      struct appendix_column *ret)
{
	const char *text = json_string_value(name);

	return appendix_column_find(asked->site, text, ret) < 0 ? refuse(asked, key, text)
								: 0;
}

static int ask_variables(const struct asked *asked, struct appendix_group *group)
{
	const json_t *list = asked->spec->wishes[asked->wish].variables;
	size_t count = json_array_size(list);
	int r = 0;

	if (!list)
		return 0;
	group->columns = calloc(count + 1, sizeof *group->columns);
	if (!group->columns)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = ask_column(asked, "executive_summary_variables",
			       json_array_get(list, i), &group->columns[i]);
	group->column_count = count;
	return r;
}

static int ask_plots(const struct asked *asked, struct appendix_group *group)
{
	static const char key[] = "executive_summary_plots";
	const json_t *list = asked->spec->wishes[asked->wish].plots;
	size_t count = json_array_size(list);
	int r = 0;

	if (!list)
		return 0;
	group->plots = calloc(count + 1, sizeof *group->plots);
	if (!group->plots)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < count; i++) {
		const json_t *plot = json_array_get(list, i);

		r = ask_column(asked, key, json_object_get(plot, "x"),
			       &group->plots[i].x);
		if (r == 0)
			r = ask_column(asked, key, json_object_get(plot, "y"),
				       &group->plots[i].y);
	}
	group->plot_count = count;
	return r;
}

static int ask_order(const struct asked *asked, struct appendix_group *group)
{
	const char *order = asked->spec->wishes[asked->wish].order;

	if (!order)
		return 0;
	group->has_order = true;
	return appendix_column_find(asked->site, order, &group->order) < 0
		       ? refuse(asked, "executive_summary_ordering_variable", order)
		       : 0;
}

int appendix_sum_columns(const struct appendix_spec *spec, const char *file,
			 struct diag *diag, struct appendix_site *site)
{
	/* A spec of one group is a site of it: see appendix-tree.c. */
	size_t shift = site->group_count == spec->count ? 0 : 1;
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->count; i++) {
		struct asked asked = { spec, file, diag, site, i };
		struct appendix_group *group = &site->groups[i + shift];

		r = ask_variables(&asked, group);
		if (r == 0)
			r = ask_plots(&asked, group);
		if (r == 0)
			r = ask_order(&asked, group);
	}
	return r == -ENOMEM ? diag_fail(diag, r, "cannot read %s", file) : r;
}

/* --- columns of a page -------------------------------------------------------------------- */

static void add_column(struct appendix_page *page, const struct appendix_column *column)
{
	if (page->column_count < APPENDIX_COLUMNS_MAX)
		page->columns[page->column_count++] = *column;
}

static void add_by_name(struct appendix_page *page, const char *name)
{
	struct appendix_column column;

	if (appendix_column_find(page->site, name, &column) == 0)
		add_column(page, &column);
}

struct logged {
	size_t metric;
	size_t runs;
};

static int compare_logged(const void *a, const void *b)
{
	const struct logged *x = a;
	const struct logged *y = b;

	if (x->runs != y->runs)
		return x->runs < y->runs ? 1 : -1;
	return (x->metric > y->metric) - (x->metric < y->metric);
}

/* Of a group without runs that log, none. */
static int add_metrics(struct appendix_page *page)
{
	const struct appendix_site *site = page->site;
	AUTO_FREE struct logged *list = calloc(site->metric_count + 1, sizeof *list);

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < site->metric_count; i++)
		list[i].metric = i;
	for (size_t i = 0; i < page->group->run_count; i++) {
		const struct appendix_run *run = &site->runs[page->group->runs[i]];

		for (size_t k = 0; k < run->metric_count; k++)
			list[run->metrics[k].name].runs++;
	}
	qsort(list, site->metric_count, sizeof *list, compare_logged);
	for (size_t i = 0; i < DEFAULT_METRICS && i < site->metric_count; i++) {
		struct appendix_column column = { .variable = APPENDIX_NONE,
						  .metric = list[i].metric };

		if (list[i].runs == 0)
			break;
		(void)copy_text(column.title, sizeof column.title,
				site->metrics[list[i].metric]);
		add_column(page, &column);
	}
	return 0;
}

/* What the nearest group above asks for, where this one is silent. */
static const struct appendix_group *who_asks(const struct appendix_page *page)
{
	const struct appendix_group *group = page->group;

	while (!group->columns && group != &page->site->groups[APPENDIX_TOP])
		group = &page->site->groups[group->parent];
	return group;
}

static int fill_columns(struct appendix_page *page)
{
	const struct appendix_group *asking = who_asks(page);

	for (size_t i = 0; i < asking->column_count; i++)
		add_column(page, &asking->columns[i]);
	if (asking->columns)
		return 0;
	for (size_t i = 0; i < DEFAULT_VARIABLES; i++)
		add_by_name(page, appendix_variables[i].name);
	return add_metrics(page);
}

/* --- means -------------------------------------------------------------------------------- */

static struct appendix_stat stat_of(const double *values, size_t count)
{
	struct stat_side side = { values, count };
	struct appendix_stat stat = { .mean = stat_mean(&side),
				      .sem = stat_sem(&side),
				      .low = NAN,
				      .high = NAN,
				      .sum = NAN,
				      .count = count };

	for (size_t i = 0; i < count; i++) {
		stat.low = fmin(stat.low, values[i]);
		stat.high = fmax(stat.high, values[i]);
		stat.sum = (i == 0 ? 0 : stat.sum) + values[i];
	}
	return stat;
}

/* What a group's runs are worked out with; room for all runs of the site. */
struct scratch {
	double *values;
	struct nest_run *runs;
	struct nest *nests;
};

static void scratch_done(struct scratch *scratch)
{
	free(scratch->values);
	free(scratch->runs);
	free(scratch->nests);
}

static int scratch_new(const struct appendix_site *site, struct scratch *ret)
{
	ret->values = calloc(site->run_count + 1, sizeof *ret->values);
	ret->runs = calloc(site->run_count + 1, sizeof *ret->runs);
	ret->nests = calloc(site->run_count + 1, sizeof *ret->nests);
	return ret->values && ret->runs && ret->nests ? 0 : -ENOMEM;
}

static int find_nested(const struct appendix_page *page,
		       const struct appendix_group *group, struct scratch *scratch)
{
	for (size_t i = 0; i < group->run_count; i++) {
		const struct run_view *view = &page->site->views[group->runs[i]];

		scratch->runs[i] =
			(struct nest_run){ &view->record.info,
					   (const char(*)[RUN_ID_MAX])view->outers,
					   view->outer_count, view->attributed_j.known };
	}
	return nest_find(scratch->runs, group->run_count, scratch->nests);
}

/* Of a finished run. */
static double figure_of(const struct appendix_page *page,
			const struct appendix_group *group, size_t i,
			const struct appendix_column *column)
{
	size_t run = group->runs[i];

	return page->site->views[run].record.info.state == RUN_FINISHED
		       ? appendix_figure(page->site, run, column)
		       : NAN;
}

/*
 * Failed runs are in the sums of the statement, not in what a run is like. A run inside another
 * of the group is no further one, but for what the other does not say: a metric is often logged
 * by the inner of the two.
 */
static size_t take_values(const struct appendix_page *page,
			  const struct appendix_group *group,
			  const struct appendix_column *column, struct scratch *scratch)
{
	size_t count = 0;

	for (size_t i = 0; i < group->run_count; i++) {
		const struct nest *nest = &scratch->nests[i];
		double value = figure_of(page, group, i, column);

		if (isfinite(value) &&
		    (nest->nesting != NESTING_INSIDE ||
		     !isfinite(figure_of(page, group, nest->outer, column))))
			scratch->values[count++] = value;
	}
	return count;
}

static int fill_stats(const struct appendix_page *page,
		      const struct appendix_group *group, struct scratch *scratch,
		      struct appendix_stat *stats)
{
	int r = find_nested(page, group, scratch);

	for (size_t c = 0; c < page->column_count && r == 0; c++)
		stats[c] = stat_of(scratch->values,
				   take_values(page, group, &page->columns[c], scratch));
	return r;
}

static int order_of(const struct appendix_page *page, size_t group,
		    struct scratch *scratch, double *ret)
{
	const struct appendix_group *own = &page->site->groups[group];
	int r = find_nested(page, own, scratch);
	size_t count;

	if (r < 0)
		return r;
	count = take_values(page, own, &page->group->order, scratch);
	*ret = stat_mean(&(struct stat_side){ scratch->values, count });
	return 0;
}

struct placed {
	size_t group;
	double by;
};

/* Most first, what is not known last, else as they come. */
static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a;
	const struct placed *y = b;

	if (isnan(x->by) != isnan(y->by))
		return isnan(x->by) ? 1 : -1;
	if (!isnan(x->by) && x->by != y->by)
		return x->by < y->by ? 1 : -1;
	return (x->group > y->group) - (x->group < y->group);
}

static int fill_rows(struct appendix_page *page, struct scratch *scratch)
{
	size_t own = (size_t)(page->group - page->site->groups);
	AUTO_FREE struct placed *list =
		calloc(page->group->child_count + 1, sizeof *list);
	size_t count = 0;
	int r = 0;

	page->rows = calloc(page->group->child_count + 1, sizeof *page->rows);
	if (!list || !page->rows)
		return -ENOMEM;
	for (size_t i = own + 1; count < page->group->child_count; i++) {
		if (page->site->groups[i].parent != own)
			continue;
		list[count] = (struct placed){ i, NAN };
		if (page->group->has_order)
			r = order_of(page, i, scratch, &list[count].by);
		if (r < 0)
			return r;
		count++;
	}
	qsort(list, count, sizeof *list, compare_placed);
	for (size_t i = 0; i < count && r == 0; i++) {
		page->rows[i].group = &page->site->groups[list[i].group];
		r = fill_stats(page, page->rows[i].group, scratch, page->rows[i].stats);
	}
	page->row_count = count;
	return r;
}

/* Runs of the group that none of its groups has; of one without groups, all. */
static int fill_loose(struct appendix_page *page)
{
	const struct appendix_group *group = page->group;
	AUTO_FREE bool *taken = calloc(page->site->run_count + 1, sizeof *taken);

	page->loose = calloc(group->run_count + 1, sizeof *page->loose);
	if (!taken || !page->loose)
		return -ENOMEM;
	for (size_t i = 0; i < page->row_count; i++)
		for (size_t k = 0; k < page->rows[i].group->run_count; k++)
			taken[page->rows[i].group->runs[k]] = true;
	for (size_t i = 0; i < group->run_count; i++)
		if (!taken[group->runs[i]])
			page->loose[page->loose_count++] = group->runs[i];
	return 0;
}

/* --- the page ----------------------------------------------------------------------------- */

/* The views are lent: of the statement only their array is ours. */
static int fill_statement(struct gramme *gramme, struct tables *tables,
			  struct appendix_page *page)
{
	const struct appendix_group *group = page->group;
	struct statement *s = &page->statement;
	const char *what = group->kind == APPENDIX_PROJECT      ? "the project "
			   : group->kind == APPENDIX_EXPERIMENT ? "the experiment "
								: "";
	int r;

	if (group->run_count == 0)
		return 0;
	s->views = calloc(group->run_count, sizeof *s->views);
	if (!s->views)
		return -ENOMEM;
	for (size_t i = 0; i < group->run_count; i++)
		s->views[i] = page->site->views[group->runs[i]];
	s->count = group->run_count;
	r = statement_add_up(tables, &gramme->diag, s);
	statement_sign(gramme, tables, s);
	(void)snprintf(s->of, sizeof s->of, "%s%.200s", what, group->title);
	(void)copy_text(s->title, sizeof s->title, group->title);
	return r;
}

void appendix_page_done(struct appendix_page *page)
{
	for (size_t i = 0; i < page->difference_count; i++) {
		free(page->differences[i].what);
		free(page->differences[i].text);
	}
	free(page->differences);
	free(page->rows);
	free(page->loose);
	free(page->statement.views);
}

int appendix_sum_page(struct gramme *gramme, struct tables *tables,
		      const struct appendix_site *site, size_t group,
		      struct appendix_page *ret)
{
	CLEANUP(appendix_page_done) struct appendix_page page;
	CLEANUP(scratch_done) struct scratch scratch = { NULL, NULL, NULL };
	int r = scratch_new(site, &scratch);

	memset(&page, 0, sizeof page);
	page.site = site;
	page.group = &site->groups[group];
	if (r == 0)
		r = fill_columns(&page);
	if (r == 0)
		r = fill_stats(&page, page.group, &scratch, page.own);
	if (r == 0)
		r = fill_rows(&page, &scratch);
	if (r == 0)
		r = fill_loose(&page);
	if (r == 0)
		r = fill_statement(gramme, tables, &page);
	if (r == 0 && page.group->child_count == 0)
		r = appendix_differ(&page);
	if (r < 0)
		return r;
	*ret = page;
	memset(&page, 0, sizeof page);
	return 0;
}
