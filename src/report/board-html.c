/* SPDX-License-Identifier: Apache-2.0 */
/* board-view as a page that is complete in itself. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/board-view.h"
#include "report/html.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/shown.h"
#include "report/svg.h"

#define BARS_MAX   40
#define POINTS_MAX 400

/* Labels live as long as the charts that point at them. */
struct labels {
	struct strbuf *text;
	size_t count;
};

static void labels_done(struct labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		strbuf_done(&labels->text[i]);
	free(labels->text);
}

static int labels_make(const struct board *board, struct labels *ret)
{
	size_t project = strlen(board_project(board));

	ret->text = calloc(board->count + 1, sizeof *ret->text);
	if (!ret->text)
		return -ENOMEM;
	for (size_t i = 0; i < board->count; i++) {
		CLEANUP(strbuf_done) struct strbuf whole = STRBUF_INIT;

		board_row_label(&board->rows[i], &whole);
		strbuf_add(&ret->text[i], strbuf_part(&ret->text[i], &whole) +
						  (project > 0 ? project + 1 : 0));
		if (ret->text[i].failed)
			return -ENOMEM;
		ret->count++;
	}
	return 0;
}

static const char *label_of(const struct labels *labels, size_t i)
{
	return labels->text[i].text ? labels->text[i].text : "";
}

/* --- charts ------------------------------------------------------------------------------- */

struct scale {
	double unit_j;
	const char *name;
};

/* One for all, so that they compare at a glance. */
static struct scale scale_of(const struct board *board)
{
	static const struct scale scales[] = {
		{ 3.6e9, "MWh" }, { 3.6e6, "kWh" }, { 1e3, "kJ" }, { 1, "J" }
	};
	double most = 0;
	size_t i = 0;

	for (size_t row = 0; row < board->count; row++)
		most = fmax(most, board->rows[row].energy_j.mean);
	while (i + 1 < ARRAY_SIZE(scales) && most < scales[i].unit_j)
		i++;
	return scales[i];
}

static struct svg_point point_of(const struct board_row *row, const char *label,
				 const struct scale *scale)
{
	return (struct svg_point){
		.label = label,
		.x = row->energy_j.mean / scale->unit_j,
		.x_low = (row->energy_j.mean - row->energy_j.sem) / scale->unit_j,
		.x_high = (row->energy_j.mean + row->energy_j.sem) / scale->unit_j,
		.y = row->metric.mean,
		.y_low = row->metric.mean - row->metric.sem,
		.y_high = row->metric.mean + row->metric.sem,
		.colour = row->dominated ? 5 : 1,
		.faint = row->dominated,
	};
}

static int make_points(const struct board *board, const struct labels *labels,
		       const struct scale *scale, struct svg_point **ret)
{
	struct svg_point *points = calloc(board->count + 1, sizeof *points);

	if (!points)
		return -ENOMEM;
	for (size_t i = 0; i < board->count; i++)
		points[i] = point_of(&board->rows[i], label_of(labels, i), scale);
	*ret = points;
	return 0;
}

static void add_chart(struct strbuf *out, const struct svg_scatter *chart,
		      void (*draw)(struct strbuf *out, const struct svg_scatter *chart))
{
	html_raw(out, "<figure><div class=\"still\">");
	draw(out, chart);
	html_raw(out, "</div></figure>\n");
}

static void add_bars(struct strbuf *out, const struct board *board,
		     const struct svg_point *points, const struct scale *scale)
{
	struct svg_scatter chart = {
		.title = "Energy a run",
		.desc = "A bar an experiment, its mean with the standard error; the "
			"table has the same numbers.",
		.x_label = scale->name,
		.points = points,
		.count = board->count < BARS_MAX ? board->count : BARS_MAX,
	};

	html_raw(out, "<h2>Energy a run</h2>\n");
	add_chart(out, &chart, svg_bars);
	if (board->count > BARS_MAX)
		html_raw(out, "<p class=\"soft\">The first 40; the table has all.</p>\n");
}

static void add_scatter(struct strbuf *out, const struct board *board,
			const struct svg_point *points, const struct scale *scale)
{
	CLEANUP(strbuf_done) struct strbuf label = STRBUF_INIT;
	struct svg_scatter chart = {
		.title = "The metric against energy",
		.desc = "A point an experiment, means with standard errors; the table has "
			"the same numbers.",
		.y_label = board->metric,
		.points = points,
		.count = board->count < POINTS_MAX ? board->count : POINTS_MAX,
		.front = board->pareto,
	};

	strbuf_printf(&label, "energy a run, %s", scale->name);
	chart.x_label = strbuf_part(out, &label);
	html_raw(out, "<h2>");
	html_name(out, board->metric);
	html_raw(out, " against energy</h2>\n");
	add_chart(out, &chart, svg_scatter);
	if (board->pareto)
		html_raw(out, "<p class=\"soft\">The line joins those that no other one "
			      "dominates: by the means, none needs less energy and is at "
			      "least as good. How sure that is <code>gramme compare A B"
			      "</code> tells.</p>\n");
}

/* --- the table ---------------------------------------------------------------------------- */

static void add_number_cell(struct strbuf *out, double sort, const char *text)
{
	html_raw(out, "<td class=\"num\"");
	if (isfinite(sort))
		strbuf_printf(out, " data-v=\"%.9g\"", sort);
	html_raw(out, ">");
	html_text(out, text);
	html_raw(out, "</td>");
}

static void add_value(struct strbuf *out, const struct board_value *value,
		      enum number_unit unit)
{
	char text[NUMBER_TEXT_MAX] = "not known";

	if (value->count > 0)
		number_mean(value->mean, value->sem, unit, text, sizeof text);
	add_number_cell(out, value->mean, text);
}

static void add_count(struct strbuf *out, size_t count)
{
	char text[24];

	(void)snprintf(text, sizeof text, "%zu", count);
	add_number_cell(out, (double)count, text);
}

static void add_duration(struct strbuf *out, const struct board_value *value)
{
	char text[TIME_TEXT_MAX] = "not known";

	if (value->count > 0)
		duration_text((int64_t)(value->mean * 1e9), text, sizeof text);
	add_number_cell(out, value->mean, text);
}

static void add_place(struct strbuf *out, const struct board_row *row)
{
	html_raw(out, "<td>");
	if (row->dominated)
		html_name(out, row->dominated_by);
	else if (row->energy_j.count > 0 && row->metric.count > 0)
		html_raw(out, "<span class=\"badge good\">on the front</span>");
	else
		html_raw(out, "not known");
	html_raw(out, "</td>");
}

static void add_row(struct strbuf *out, const struct board *board, size_t i,
		    const char *label)
{
	const struct board_row *row = &board->rows[i];

	html_raw(out, "<tr>");
	add_count(out, i + 1);
	html_raw(out, "<th scope=\"row\">");
	html_name(out, label);
	html_raw(out, "</th>");
	add_count(out, row->energy_j.count);
	add_count(out, row->failed);
	add_value(out, &row->energy_j, NUMBER_J);
	html_raw(out, "<td>");
	html_raw(out, row->energy_j.count > 0 ? kind_text(row->kind) : "not known");
	html_raw(out, "</td>");
	if (board->metric[0] != '\0')
		add_value(out, &row->metric, NUMBER_PLAIN);
	if (board->metric[0] != '\0' && !board->metric_less)
		add_value(out, &row->metric_per_kwh, NUMBER_PLAIN);
	if (board->has_target)
		add_value(out, &row->target_j, NUMBER_J);
	if (board->has_target)
		add_count(out, row->reached);
	if (board->pareto)
		add_place(out, row);
	add_value(out, &row->carbon_kg, NUMBER_CO2E);
	add_duration(out, &row->duration_s);
	html_raw(out, "</tr>\n");
}

static void add_head(struct strbuf *out, const struct board *board)
{
	static const char number[] = "<th scope=\"col\" class=\"num\">";

	html_raw(out, "<thead><tr><th scope=\"col\" class=\"num\">place</th>"
		      "<th scope=\"col\">experiment</th>"
		      "<th scope=\"col\" class=\"num\">runs</th>"
		      "<th scope=\"col\" class=\"num\">failed</th>"
		      "<th scope=\"col\" class=\"num\">energy a run</th>"
		      "<th scope=\"col\">kind</th>");
	if (board->metric[0] != '\0') {
		html_raw(out, number);
		html_name(out, board->metric);
		html_raw(out, "</th>");
	}
	if (board->metric[0] != '\0' && !board->metric_less)
		strbuf_printf(out, "%sper kWh</th>", number);
	if (board->has_target)
		strbuf_printf(out, "%suntil the target</th>%sreached</th>", number,
			      number);
	if (board->pareto)
		html_raw(out, "<th scope=\"col\">dominated by</th>");
	strbuf_printf(out, "%scarbon</th>%stime</th></tr></thead>\n", number, number);
}

static void add_table(struct strbuf *out, const struct board *board,
		      const struct labels *labels)
{
	html_raw(out, "<div class=\"scroll\" role=\"region\" aria-label=\"Experiments\">"
		      "<table class=\"sortable\">\n");
	add_head(out, board);
	html_raw(out, "<tbody>\n");
	for (size_t i = 0; i < board->count; i++)
		add_row(out, board, i, label_of(labels, i));
	html_raw(out,
		 "</tbody></table></div>\n"
		 "<p class=\"soft\">Means of the runs that finished, ± their standard "
		 "error. Energy: the runs' share, at the components.</p>\n");
}

/* --- the page ----------------------------------------------------------------------------- */

static void add_warnings(struct strbuf *out, const struct board *board)
{
	if (board->warning_count == 0)
		return;
	html_raw(out, "<div class=\"warn\"><ul>\n");
	for (size_t i = 0; i < board->warning_count; i++) {
		html_raw(out, "<li>");
		html_text(out, board->warnings[i]);
		html_raw(out, "</li>\n");
	}
	html_raw(out, "</ul></div>\n");
}

static void add_title(struct strbuf *out, const struct board *board)
{
	html_raw(out, "<p class=\"eyebrow\">gramme leaderboard</p>\n<h1>Experiments");
	if (board_project(board)[0] != '\0') {
		html_raw(out, " of ");
		html_name(out, board_project(board));
	}
	html_raw(out, "</h1>\n<ul class=\"facts\"><li>");
	phrase_count(out, board->all, "experiment", "experiments");
	if (board->count < board->all)
		strbuf_printf(out, ", the first %zu", board->count);
	strbuf_printf(out, "</li><li>by %s</li></ul>\n", board_by_words(board));
}

static void add_page(struct strbuf *out, const struct board *board,
		     const struct labels *labels, const struct svg_point *points)
{
	const struct html_page page = { .title = "Experiments ranked",
					.generator = "gramme " GRAMME_VERSION };
	struct scale scale = scale_of(board);

	html_begin(out, &page);
	add_title(out, board);
	add_warnings(out, board);
	add_table(out, board, labels);
	add_bars(out, board, points, &scale);
	if (board->metric[0] != '\0')
		add_scatter(out, board, points, &scale);
	html_end(out, &page);
}

static void free_points(struct svg_point **points)
{
	free(*points);
}

int board_html(const struct board *board, const struct report_opts *opts, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	CLEANUP(labels_done) struct labels labels = { NULL, 0 };
	CLEANUP(free_points) struct svg_point *points = NULL;
	struct scale scale = scale_of(board);
	int err = labels_make(board, &labels);

	(void)locale;
	(void)opts;
	if (err == 0)
		err = make_points(board, &labels, &scale, &points);
	if (err < 0)
		return err;
	add_page(&out, board, &labels, points);
	return strbuf_steal(&out, ret);
}
