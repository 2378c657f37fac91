/* SPDX-License-Identifier: Apache-2.0 */
/* svg_over_time(): areas stacked over time, with lines above them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/macro.h"
#include "report/svg-axis.h"
#include "report/svg-legend.h"
#include "report/svg.h"

#define LEFT        56.0
#define RIGHT       14.0
#define BOTTOM      30.0
#define TOP         14.0
#define NAMES       18.0 /* a row of marks' and sections' names */
#define PLOT        230.0
#define PLOT_SMALL  110.0
#define MARKS_SHOWN 100

struct drawing {
	const struct svg_over_time *chart;
	struct svg_frame frame;
	struct svg_legend legend;
	double *base; /* one a bin: how high the stack is */
	struct strbuf *out;
};

/* --- the range ---------------------------------------------------------------------------- */

struct range {
	double low;
	double high;
};

static void widen(struct range *range, double value)
{
	if (!svg_can_draw(value))
		return;
	if (value < range->low)
		range->low = value;
	if (value > range->high)
		range->high = value;
}

static double stack_at(const struct svg_over_time *chart, size_t bin)
{
	double sum = 0;

	for (size_t i = 0; i < chart->series_count; i++)
		if (!chart->series[i].line && svg_can_draw(chart->series[i].y[bin]))
			sum += chart->series[i].y[bin];
	return sum;
}

static bool has_stack(const struct svg_over_time *chart)
{
	for (size_t i = 0; i < chart->series_count; i++)
		if (!chart->series[i].line)
			return true;
	return false;
}

/* Areas stand on 0; lines alone fill the height. */
static struct range range_of(const struct svg_over_time *chart)
{
	struct range range = { INFINITY, -INFINITY };
	bool stack = has_stack(chart);

	for (size_t bin = 0; bin < chart->bins; bin++) {
		if (stack)
			widen(&range, stack_at(chart, bin));
		for (size_t i = 0; i < chart->series_count; i++)
			if (chart->series[i].line)
				widen(&range, chart->series[i].y[bin]);
	}
	if (!(range.high >= range.low))
		return (struct range){ 0, 1 };
	if (stack || (range.low > 0 && range.low < 0.3 * range.high))
		range.low = 0;
	return range;
}

/* --- areas and lines ---------------------------------------------------------------------- */

static void edge_x(const struct drawing *d, size_t i)
{
	svg_at(d->out, svg_x(&d->frame, d->chart->edge_s[i]));
}

/* A stretch of bins that are all known: up, along the top, and back along the base. */
static void add_stretch(const struct drawing *d, const double *y, size_t from, size_t to)
{
	struct strbuf *out = d->out;

	strbuf_add(out, "M");
	edge_x(d, from);
	svg_at(out, svg_y(&d->frame, d->base[from]));
	for (size_t i = from; i < to; i++) {
		strbuf_add(out, "V");
		svg_at(out, svg_y(&d->frame, d->base[i] + y[i]));
		strbuf_add(out, "H");
		edge_x(d, i + 1);
	}
	for (size_t i = to; i-- > from;) {
		strbuf_add(out, "V");
		svg_at(out, svg_y(&d->frame, d->base[i]));
		strbuf_add(out, "H");
		edge_x(d, i);
	}
	strbuf_add(out, "Z");
}

/* The next stretch of known bins from *at on; false: there is none. */
static bool next_stretch(const struct svg_over_time *chart, const double *y, size_t *from,
			 size_t *to)
{
	size_t at = *to;

	while (at < chart->bins && !svg_can_draw(y[at]))
		at++;
	*from = at;
	while (at < chart->bins && svg_can_draw(y[at]))
		at++;
	*to = at;
	return *from < *to;
}

static void add_area(const struct drawing *d, const struct svg_series *series)
{
	size_t from;
	size_t to = 0;

	strbuf_printf(d->out, "<path class=\"area c%d\" d=\"", series->colour);
	while (next_stretch(d->chart, series->y, &from, &to))
		add_stretch(d, series->y, from, to);
	strbuf_add(d->out, "\"/>\n");
	for (size_t i = 0; i < d->chart->bins; i++)
		if (svg_can_draw(series->y[i]))
			d->base[i] += series->y[i];
}

static void add_line(const struct drawing *d, const struct svg_series *series)
{
	size_t from;
	size_t to = 0;

	strbuf_printf(d->out, "<path class=\"line c%d\" d=\"", series->colour);
	while (next_stretch(d->chart, series->y, &from, &to)) {
		strbuf_add(d->out, "M");
		edge_x(d, from);
		svg_at(d->out, svg_y(&d->frame, series->y[from]));
		for (size_t i = from; i < to; i++) {
			strbuf_add(d->out, "V");
			svg_at(d->out, svg_y(&d->frame, series->y[i]));
			strbuf_add(d->out, "H");
			edge_x(d, i + 1);
		}
	}
	strbuf_add(d->out, "\"/>\n");
}

/* --- sections and marks ------------------------------------------------------------------- */

static double clamped_x(const struct drawing *d, double at_s)
{
	double x = svg_x(&d->frame, at_s);
	double right = d->frame.left + d->frame.width;

	return x < d->frame.left ? d->frame.left : x > right ? right : x;
}

static void add_bands(const struct drawing *d)
{
	const struct svg_over_time *chart = d->chart;

	for (size_t i = 0; i < chart->band_count && i < MARKS_SHOWN; i++) {
		double from = clamped_x(d, chart->bands[i].from_s);
		double to = clamped_x(d, chart->bands[i].to_s);

		strbuf_printf(d->out,
			      "<rect class=\"band b%zu\" x=\"%.1f\" y=\"%.1f\" "
			      "width=\"%.1f\" height=\"%.1f\"/>",
			      i % 2, from, d->frame.top - NAMES, to - from,
			      d->frame.height + NAMES);
	}
}

/* A name where it has room: it ends before the next one begins. */
static void add_name(const struct drawing *d, double x, double until, const char *name)
{
	double room = (until - x - 8) / SVG_LETTER;

	if (room < 3)
		return;
	svg_text(d->out,
		 &(struct svg_text){ .class_name = "markname",
				     .x = x + 4,
				     .y = d->frame.top - 5,
				     .columns = room > 40 ? 40 : (size_t)room },
		 name);
}

static void add_band_names(const struct drawing *d)
{
	const struct svg_over_time *chart = d->chart;

	for (size_t i = 0; i < chart->band_count && i < MARKS_SHOWN; i++)
		add_name(d, clamped_x(d, chart->bands[i].from_s),
			 clamped_x(d, chart->bands[i].to_s), chart->bands[i].name);
}

static void add_marks(const struct drawing *d)
{
	const struct svg_over_time *chart = d->chart;
	double right = d->frame.left + d->frame.width;

	for (size_t i = 0; i < chart->mark_count && i < MARKS_SHOWN; i++) {
		double x = clamped_x(d, chart->mark_s[i]);
		double until = i + 1 < chart->mark_count
				       ? clamped_x(d, chart->mark_s[i + 1])
				       : right;

		strbuf_printf(d->out, "<path class=\"mark\" d=\"M%.1f %.1fV%.1f\"/>", x,
			      d->frame.top - NAMES, d->frame.top + d->frame.height);
		if (chart->band_count == 0)
			add_name(d, x, until, chart->mark_names[i]);
	}
	strbuf_add(d->out, "\n");
}

/* --- the whole ---------------------------------------------------------------------------- */

static void place(struct drawing *d, struct svg_ticks *ticks)
{
	const struct svg_over_time *chart = d->chart;
	struct range range = range_of(chart);
	bool names = chart->mark_count > 0 || chart->band_count > 0;

	d->legend = (struct svg_legend){ chart->series, chart->series_count, LEFT,
					 chart->small ? SVG_WIDTH_SMALL : SVG_WIDTH };
	svg_ticks_plain(range.low, range.high, chart->small ? 3 : 5, ticks);
	d->frame = (struct svg_frame){
		.left = LEFT,
		.top = TOP + SVG_LEGEND_ROW * (double)svg_legend_rows(&d->legend) +
		       (names ? NAMES : 0),
		.width = d->legend.width - LEFT - RIGHT,
		.height = chart->small ? PLOT_SMALL : PLOT,
		.x_low = chart->bins > 0 ? chart->edge_s[0] : 0,
		.x_high = chart->bins > 0 ? chart->edge_s[chart->bins] : 1,
		.y_low = ticks->low,
		.y_high = ticks->high,
	};
	if (!(d->frame.x_high > d->frame.x_low))
		d->frame.x_high = d->frame.x_low + 1;
}

static void add_series(const struct drawing *d)
{
	for (size_t i = 0; i < d->chart->series_count; i++)
		if (!d->chart->series[i].line)
			add_area(d, &d->chart->series[i]);
	for (size_t i = 0; i < d->chart->series_count; i++)
		if (d->chart->series[i].line)
			add_line(d, &d->chart->series[i]);
}

void svg_over_time(struct strbuf *out, const struct svg_over_time *chart)
{
	AUTO_FREE double *base = calloc(chart->bins + 1, sizeof *base);
	struct drawing d = { .chart = chart, .base = base, .out = out };
	struct svg_ticks y_ticks;
	struct svg_ticks x_ticks;

	if (!base) {
		out->failed = true;
		return;
	}
	place(&d, &y_ticks);
	svg_ticks_time(d.frame.x_low, d.frame.x_high, &x_ticks);
	svg_open(out, &(struct svg_head){ chart->title, chart->desc, d.legend.width,
					  d.frame.top + d.frame.height + BOTTOM, false });
	svg_legend_draw(out, &d.legend, TOP);
	svg_text(out,
		 &(struct svg_text){
			 .class_name = "tick end unit", .x = LEFT - 8, .y = TOP + 4 },
		 chart->unit);
	add_bands(&d);
	svg_y_axis(out, &d.frame, &y_ticks);
	add_series(&d);
	add_band_names(&d);
	add_marks(&d);
	svg_x_axis(out, &d.frame, &x_ticks);
	svg_close(out);
}
