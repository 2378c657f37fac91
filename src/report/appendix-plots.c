/* SPDX-License-Identifier: Apache-2.0 */
/* The plots of a site: energy as bars, a metric against energy, and what a spec asks for. */
#include <stdio.h>

#include "report/appendix-page.h"
#include "report/appendix-variable.h"
#include "report/html.h"
#include "report/svg.h"

#define BARS_MAX    40
#define NAMED_MAX   16
#define POINTS_MAX  2000
#define METRICS_MAX 3

/* Points of one plot: of groups or of runs. */
struct dots {
	struct svg_point *point;
	char (*href)[APPENDIX_FILE_MAX + 16];
	char (*name)[RUN_NAME_MAX +
		     RUN_ID_MAX]; /* of runs: "7f3a9c train.py", whose end may be cut */
	size_t count;
};

static void dots_done(struct dots *dots)
{
	free(dots->point);
	free(dots->href);
	free(dots->name);
}

static bool make_dots(struct dots *dots, size_t room)
{
	dots->point = calloc(room + 1, sizeof *dots->point);
	dots->href = calloc(room + 1, sizeof *dots->href);
	dots->name = calloc(room + 1, sizeof *dots->name);
	return dots->point && dots->href && dots->name;
}

static int colour_of(size_t i)
{
	static const int colours[] = { 1, 2, 3, 4, 6, 7, 8 };

	return colours[i % ARRAY_SIZE(colours)];
}

/* An axis: which column of the page, and the unit it is drawn in. */
struct axis {
	const struct appendix_column *column;
	struct appendix_unit unit;
	char label[RUN_NAME_MAX + 32];
};

static void make_axis(struct axis *axis, const struct appendix_column *column,
		      const double *values, size_t count)
{
	axis->column = column;
	axis->unit = appendix_unit_for(column, values, count);
	(void)snprintf(axis->label, sizeof axis->label, "%s%s%s%s",
		       appendix_label(column), axis->unit.name[0] ? " (" : "",
		       axis->unit.name, axis->unit.name[0] ? ")" : "");
}

/* --- values of a plot, of groups or of runs ----------------------------------------------- */

/* Stands for a run, or for all finished runs of a group. */
struct figure {
	double value;
	double sem;
};

static struct figure figure_of_runs(const struct appendix_page *page,
				    const struct appendix_group *group,
				    const struct appendix_column *column)
{
	double sum = 0;
	double squares = 0;
	size_t count = 0;
	double mean;

	for (size_t i = 0; i < group->run_count; i++) {
		double value = appendix_figure(page->site, group->runs[i], column);

		if (page->site->views[group->runs[i]].record.info.state != RUN_FINISHED ||
		    !isfinite(value))
			continue;
		sum += value;
		count++;
	}
	if (count == 0)
		return (struct figure){ NAN, NAN };
	mean = sum / (double)count;
	for (size_t i = 0; i < group->run_count; i++) {
		double value = appendix_figure(page->site, group->runs[i], column);

		if (page->site->views[group->runs[i]].record.info.state == RUN_FINISHED &&
		    isfinite(value))
			squares += (value - mean) * (value - mean);
	}
	return (struct figure){
		mean,
		count > 1 ? sqrt(squares / (double)(count - 1) / (double)count) : NAN,
	};
}

/* The i-th thing that is drawn: a group of the page, or a run where it has none. */
static struct figure figure_at(const struct appendix_page *page, size_t i,
			       const struct appendix_column *column)
{
	size_t run;

	if (page->row_count > 0)
		return figure_of_runs(page, page->rows[i].group, column);
	run = page->group->runs[i];
	if (page->site->views[run].record.info.state != RUN_FINISHED)
		return (struct figure){ NAN, NAN };
	return (struct figure){ appendix_figure(page->site, run, column), NAN };
}

static size_t thing_count(const struct appendix_page *page)
{
	return page->row_count > 0 ? page->row_count : page->group->run_count;
}

static const char *name_at(const struct appendix_page *page, size_t i, char *buf,
			   size_t size)
{
	const struct run_info *info;

	if (page->row_count > 0)
		return appendix_title(page->rows[i].group);
	info = &page->site->views[page->group->runs[i]].record.info;
	(void)snprintf(buf, size, "%s %s", appendix_short_id(info), info->name);
	return buf;
}

static const char *file_at(const struct appendix_page *page, size_t i)
{
	return page->row_count > 0 ? page->rows[i].group->file
				   : page->site->runs[page->group->runs[i]].file;
}

/* --- one plot ----------------------------------------------------------------------------- */

static double low_of(const struct figure *figure)
{
	return figure->value - figure->sem;
}

static double high_of(const struct figure *figure)
{
	return figure->value + figure->sem;
}

static bool unit_values(const struct appendix_page *page,
			const struct appendix_column *column, struct axis *ret)
{
	size_t count = thing_count(page);
	AUTO_FREE double *values = calloc(count + 1, sizeof *values);
	size_t known = 0;

	for (size_t i = 0; values && i < count; i++) {
		values[i] = figure_at(page, i, column).value;
		known += isfinite(values[i]) ? 1 : 0;
	}
	if (known == 0)
		return false;
	make_axis(ret, column, values, count);
	return true;
}

static void add_dot(const struct appendix_page *page, struct dots *dots, size_t i,
		    const struct axis *x, const struct axis *y)
{
	struct figure across = figure_at(page, i, x->column);
	struct figure up = y ? figure_at(page, i, y->column) : (struct figure){ 0, NAN };
	char *href = dots->href[dots->count];
	const char *name;
	double fx = x->unit.factor;
	double fy = y ? y->unit.factor : 1;

	if (!isfinite(across.value) || !isfinite(up.value))
		return;
	(void)snprintf(href, sizeof *dots->href, "%s%s.html",
		       appendix_root(page->group->file), file_at(page, i));
	name = name_at(page, i, dots->name[dots->count], sizeof *dots->name);
	dots->point[dots->count++] = (struct svg_point){
		.label = name,
		.href = href,
		.x = across.value * fx,
		.x_low = low_of(&across) * fx,
		.x_high = high_of(&across) * fx,
		.y = up.value * fy,
		.y_low = low_of(&up) * fy,
		.y_high = high_of(&up) * fy,
		.colour = page->row_count > 0 && y ? colour_of(i) : 1,
	};
}

static void begin_figure(struct strbuf *out)
{
	strbuf_add(out, "<figure>\n<div class=\"still\">");
}

static void end_figure(const struct appendix_page *page, struct strbuf *out,
		       size_t left_out)
{
	strbuf_add(out, "</div>\n<figcaption>");
	strbuf_add(out, page->row_count > 0
				? "Mean of the finished runs of each; whiskers are one "
				  "standard error."
				: "Finished runs, one each.");
	if (left_out > 0)
		strbuf_printf(out, " %zu of them %s not drawn: not known, or too many.",
			      left_out, left_out == 1 ? "is" : "are");
	strbuf_add(out, "</figcaption>\n</figure>\n");
}

static size_t things_that_count(const struct appendix_page *page)
{
	return page->row_count > 0 ? page->row_count : page->group->finished;
}

static void plot_scatter(const struct appendix_page *page,
			 const struct appendix_column *x_column,
			 const struct appendix_column *y_column, struct strbuf *out)
{
	CLEANUP(dots_done) struct dots dots = { NULL, NULL, NULL, 0 };
	struct svg_scatter chart = { .desc = "Each point links to its page." };
	char title[2 * RUN_NAME_MAX + 64];
	struct axis x;
	struct axis y;

	if (!unit_values(page, x_column, &x) || !unit_values(page, y_column, &y))
		return;
	if (!make_dots(&dots, thing_count(page))) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < thing_count(page) && dots.count < POINTS_MAX; i++)
		add_dot(page, &dots, i, &x, &y);
	if (dots.count < 2)
		return;
	(void)snprintf(title, sizeof title, "%s against %s", appendix_label(y_column),
		       appendix_label(x_column));
	strbuf_add(out, "<h3>");
	html_name(out, title);
	strbuf_add(out, "</h3>\n");
	chart.title = title;
	chart.x_label = x.label;
	chart.y_label = y.label;
	chart.points = dots.point;
	chart.count = dots.count;
	/* Names of runs lie over each other where the runs are alike. */
	chart.quiet = page->row_count == 0 || dots.count > NAMED_MAX;
	begin_figure(out);
	svg_scatter(out, &chart);
	end_figure(page, out, things_that_count(page) - dots.count);
}

static int more_first(const void *a, const void *b)
{
	const struct svg_point *x = a;
	const struct svg_point *y = b;

	return (x->x < y->x) - (x->x > y->x);
}

/* The largest, where there are more than one can take in. */
static void plot_bars(const struct appendix_page *page,
		      const struct appendix_column *column, struct strbuf *out)
{
	CLEANUP(dots_done) struct dots dots = { NULL, NULL, NULL, 0 };
	struct svg_scatter chart = { .desc = "Each name links to its page." };
	char title[RUN_NAME_MAX + 64];
	struct axis x;

	if (!unit_values(page, column, &x))
		return;
	if (!make_dots(&dots, thing_count(page))) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < thing_count(page); i++)
		add_dot(page, &dots, i, &x, NULL);
	if (dots.count > BARS_MAX)
		qsort(dots.point, dots.count, sizeof *dots.point, more_first);
	(void)snprintf(title, sizeof title, "%s%s", appendix_label(column),
		       dots.count > BARS_MAX ? ", the 40 that have most" : "");
	strbuf_add(out, "<h3>");
	html_name(out, title);
	strbuf_add(out, "</h3>\n");
	chart.title = title;
	chart.x_label = x.label;
	chart.points = dots.point;
	chart.count = dots.count > BARS_MAX ? BARS_MAX : dots.count;
	begin_figure(out);
	svg_bars(out, &chart);
	end_figure(page, out, things_that_count(page) - chart.count);
}

/* --- which -------------------------------------------------------------------------------- */

/* Projects share a metric's name, not its meaning. */
static bool can_compare(const struct appendix_page *page)
{
	return page->row_count == 0 || page->rows[0].group->kind != APPENDIX_PROJECT;
}

static void plot_metrics(const struct appendix_page *page,
			 const struct appendix_column *energy, struct strbuf *out)
{
	size_t drawn = 0;

	for (size_t c = 0; c < page->column_count && drawn < METRICS_MAX; c++) {
		if (page->columns[c].variable != APPENDIX_NONE)
			continue;
		plot_scatter(page, energy, &page->columns[c], out);
		drawn++;
	}
}

void appendix_plots(const struct appendix_page *page, struct strbuf *out)
{
	struct appendix_column energy;

	if (appendix_column_find(page->site, "facility_kwh", &energy) < 0)
		return;
	plot_bars(page, &energy, out);
	for (size_t i = 0; i < page->group->plot_count; i++)
		plot_scatter(page, &page->group->plots[i].x, &page->group->plots[i].y,
			     out);
	if (page->group->plot_count == 0 && can_compare(page))
		plot_metrics(page, &energy, out);
}
