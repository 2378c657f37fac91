/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watts over the last minutes, stacked by family: blocks in eighths where the terminal has them.
 * Families have colours, or where there are none shades or letters of their own. Columns stand
 * at whole multiples of their time, so that they move and do not flicker.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "figure.h"

#define AXIS_COLUMNS 6
#define SPAN_S       300.0

struct chart {
	struct canvas *canvas;
	struct area area;
	int columns;
	double column_s;
	double to_s;  /* the right edge */
	double top_w; /* the upper edge */
};

/* 1, 2 or 5 times a power of ten. */
static double round_up(double value)
{
	double unit = pow(10, floor(log10(value)));
	double parts = value / unit;

	return unit * (parts <= 1 ? 1 : parts <= 2 ? 2 : parts <= 5 ? 5 : 10);
}

static bool column_of(const struct chart *chart, const struct history *history, int i,
		      double ret_w[TOP_FAMILIES])
{
	double to_s = chart->to_s - (chart->columns - 1 - i) * chart->column_s;

	return history_mean(history, to_s - chart->column_s, to_s, ret_w);
}

static double sum_of(const double watts[TOP_FAMILIES])
{
	double sum = 0;

	for (int i = 0; i < TOP_FAMILIES; i++)
		if (isfinite(watts[i]))
			sum += watts[i];
	return sum;
}

/* The family that a height in watts falls into, from below. */
static int family_at(const double watts[TOP_FAMILIES], double height_w)
{
	double below = 0;
	int last = 0;

	for (int i = 0; i < TOP_FAMILIES; i++) {
		if (!isfinite(watts[i]) || watts[i] <= 0)
			continue;
		below += watts[i];
		last = i;
		if (height_w < below)
			return i;
	}
	return last;
}

static const char *full_glyph(const struct canvas *canvas, int family)
{
	static const char *const shades[] = { "█", "▓", "▒", "░" };
	static const char *const letters[] = { "#", "=", "%", ":" };

	if (!canvas->utf8)
		return letters[family];
	return canvas->colour ? "█" : shades[family];
}

static void draw_column(const struct chart *chart, int i,
			const double watts[TOP_FAMILIES])
{
	static const char *const eighths[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇" };
	int rows = chart->area.height - 1;
	double row_w = chart->top_w / rows;
	double sum = sum_of(watts);

	for (int r = 0; r < rows; r++) {
		double base = r * row_w;
		double part = (sum - base) / row_w;
		int family =
			family_at(watts, part >= 1 ? base + row_w / 2 : sum * 0.9999);
		struct spot spot = { chart->area.row + rows - 1 - r, AXIS_COLUMNS + i, 1,
				     (enum ink)((int)INK_CPU + family) };
		int eighth = (int)lround(part * 8);

		/* Something is never nothing. */
		if (r == 0 && sum > 0 && eighth < 1)
			eighth = 1;
		if (part >= 1 || eighth >= 8 || (!chart->canvas->utf8 && eighth >= 4))
			canvas_put(chart->canvas, spot,
				   full_glyph(chart->canvas, family));
		else if (eighth > 0)
			canvas_put(chart->canvas, spot,
				   chart->canvas->utf8 ? eighths[eighth - 1] : ".");
		else
			break;
	}
}

static void draw_axis(const struct chart *chart)
{
	const char *tick = chart->canvas->utf8 ? "┤" : "|";
	const char *bar = chart->canvas->utf8 ? "│" : "|";
	int rows = chart->area.height - 1;
	char number[FIGURE_MAX];

	for (int r = 0; r < rows; r++)
		canvas_put(chart->canvas,
			   (struct spot){ chart->area.row + r, AXIS_COLUMNS - 1, 1,
					  INK_FAINT },
			   r == 0 ? tick : bar);
	figure_plain(chart->top_w, number, sizeof number);
	/* Round as it is, its zeros behind the point say nothing. */
	if (chart->top_w >= 1)
		(void)snprintf(number, sizeof number, "%.0f%s",
			       chart->top_w >= 1e4 ? chart->top_w / 1e3 : chart->top_w,
			       chart->top_w >= 1e4 ? "k" : "");
	canvas_right(chart->canvas,
		     (struct spot){ chart->area.row, 0, AXIS_COLUMNS - 1, INK_FAINT },
		     number);
	canvas_right(chart->canvas,
		     (struct spot){ chart->area.row + rows - 1, 0, AXIS_COLUMNS - 1,
				    INK_FAINT },
		     rows > 1 ? "0" : "W");
	if (rows > 2)
		canvas_right(chart->canvas,
			     (struct spot){ chart->area.row + 1, 0, AXIS_COLUMNS - 1,
					    INK_FAINT },
			     "W");
}

/* Below: how far back it goes, and which family is drawn how. */
static void draw_legend(const struct chart *chart, const bool seen[TOP_FAMILIES])
{
	static const char *const names[] = { "cpu", "memory", "gpu", "other" };
	int row = chart->area.row + chart->area.height - 1;
	int column = AXIS_COLUMNS;
	struct spot spot = { row, AXIS_COLUMNS, chart->columns, INK_FAINT };
	char ago[FIGURE_MAX];
	char text[FIGURE_MAX + 4];

	figure_time(chart->columns * chart->column_s, ago, sizeof ago);
	(void)snprintf(text, sizeof text, "%s ago", ago);
	column += canvas_text(chart->canvas, spot, text) + 3;
	for (int i = 0; i < TOP_FAMILIES; i++) {
		int left = AXIS_COLUMNS + chart->columns - column - 5;

		if (!seen[i] || left < (int)strlen(names[i]) + 2)
			continue;
		canvas_put(chart->canvas,
			   (struct spot){ row, column, 1, (enum ink)((int)INK_CPU + i) },
			   full_glyph(chart->canvas, i));
		column += 4 + canvas_text(chart->canvas,
					  (struct spot){ row, column + 2, left - 2,
							 INK_FAINT },
					  names[i]);
	}
	canvas_right(chart->canvas, spot, "now");
}

/* True when there is anything to draw. */
static bool find_scale(struct chart *chart, const struct history *history,
		       bool seen[TOP_FAMILIES])
{
	double most = 0;
	bool any = false;

	for (int i = 0; i < chart->columns; i++) {
		double watts[TOP_FAMILIES];

		if (!column_of(chart, history, i, watts))
			continue;
		any = true;
		most = fmax(most, sum_of(watts));
		for (int k = 0; k < TOP_FAMILIES; k++)
			seen[k] = seen[k] || isfinite(watts[k]);
	}
	chart->top_w = round_up(most > 0 ? most : 1);
	return any;
}

void draw_chart(struct canvas *canvas, const struct scene *scene, struct area area)
{
	struct chart chart = { .canvas = canvas, .area = area };
	bool seen[TOP_FAMILIES] = { false };
	double now_s = scene->reading->watched_s;

	chart.columns = canvas->columns - AXIS_COLUMNS;
	if (area.height < 2 || chart.columns < 1)
		return;
	chart.column_s = fmax(scene->view->interval_s, SPAN_S / chart.columns);
	chart.to_s = isfinite(now_s) ? ceil(now_s / chart.column_s) * chart.column_s : 0;
	if (!find_scale(&chart, scene->history, seen)) {
		(void)canvas_text(canvas,
				  (struct spot){ area.row + area.height / 2, AXIS_COLUMNS,
						 chart.columns, INK_FAINT },
				  scene->reading->basis == TOP_NOTHING
					  ? "no power is known here: gramme doctor"
					  : "the chart begins with the next reading");
		return;
	}
	draw_axis(&chart);
	for (int i = 0; i < chart.columns; i++) {
		double watts[TOP_FAMILIES];

		if (column_of(&chart, scene->history, i, watts))
			draw_column(&chart, i, watts);
	}
	draw_legend(&chart, seen);
}
