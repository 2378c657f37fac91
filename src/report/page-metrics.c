/* SPDX-License-Identifier: Apache-2.0 */
/* What the run logged beside its energy. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/page-part.h"
#include "report/page-series.h"
#include "report/svg.h"

#define CHARTS_SHOWN 12
#define DIGITS       5

static void add_number(struct strbuf *out, double value)
{
	char text[NUMBER_TEXT_MAX];

	number_digits(value, DIGITS, text, sizeof text);
	if (isfinite(value))
		strbuf_printf(out, "<td class=\"num\" data-v=\"%.9g\">%s</td>", value,
			      text);
	else
		strbuf_add(out, "<td class=\"num\" data-v=\"\">no number</td>");
}

static void add_table(const struct page_part *part, const struct page_metric *metrics,
		      size_t count)
{
	struct strbuf *out = part->out;

	strbuf_add(out,
		   "<div class=\"scroll\" role=\"group\" aria-label=\"Metrics\">"
		   "<table class=\"sortable\"><thead><tr>"
		   "<th scope=\"col\">metric</th>"
		   "<th scope=\"col\" class=\"num\">last</th>"
		   "<th scope=\"col\" class=\"num\">least</th>"
		   "<th scope=\"col\" class=\"num\">most</th>"
		   "<th scope=\"col\" class=\"num\">values</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < count; i++) {
		strbuf_add(out, "<tr><th scope=\"row\">");
		html_name(out, metrics[i].name);
		strbuf_add(out, "</th>");
		add_number(out, metrics[i].last);
		add_number(out, metrics[i].least);
		add_number(out, metrics[i].most);
		strbuf_printf(out, "<td class=\"num\">%zu</td></tr>\n", metrics[i].count);
	}
	strbuf_add(out, "</tbody></table></div>\n");
}

/* A value holds until the next one: the last one until the run's end. */
static size_t edges_of(const struct page_points *points, double end_s, double *edges)
{
	size_t bins = points->count;

	for (size_t i = 0; i < bins; i++)
		edges[i] = points->t_s[i];
	if (bins > 0)
		edges[bins] = fmax(end_s, edges[bins - 1]);
	return bins;
}

static void add_chart(const struct page_part *part, const struct page_metric *metric,
		      struct page_points *points)
{
	const struct run_record *record = &part->view->record;
	double edges[PAGE_POINTS_MAX + 1];
	const struct svg_series series = { metric->name, 1, points->value, true };
	struct svg_over_time chart = { .title = metric->name,
				       .desc = "A metric over time",
				       .unit = "",
				       .edge_s = edges,
				       .series = &series,
				       .series_count = 1,
				       .small = true };

	page_points_of(record, metric, points);
	chart.bins = edges_of(points, (double)record->info.duration_ns / 1e9, edges);
	strbuf_add(part->out, "<figure><div class=\"still\">");
	svg_over_time(part->out, &chart);
	strbuf_add(part->out, "</div></figure>\n");
}

static void add_charts(const struct page_part *part, const struct page_metric *metrics,
		       size_t count)
{
	AUTO_FREE struct page_points *points = malloc(sizeof *points);
	size_t shown = 0;

	if (!points) {
		part->out->failed = true;
		return;
	}
	strbuf_add(part->out, "<div class=\"many\">\n");
	for (size_t i = 0; i < count && shown < CHARTS_SHOWN; i++) {
		if (metrics[i].count < 2)
			continue;
		add_chart(part, &metrics[i], points);
		shown++;
	}
	strbuf_add(part->out, "</div>\n");
}

void page_metrics(const struct page_part *part)
{
	const struct run_record *record = &part->view->record;
	struct page_metric metrics[PAGE_METRICS_MAX];
	size_t left;
	size_t count = page_metrics_of(record, metrics, &left);

	if (count == 0)
		return;
	page_heading(part, "metrics", "Metrics");
	add_charts(part, metrics, count);
	add_table(part, metrics, count);
	if (left > 0)
		strbuf_printf(part->out,
			      "<p class=\"faint\">%zu values of other names are left out "
			      "here: <code>gramme show ID --json</code> has them.</p>\n",
			      left);
}
