/* SPDX-License-Identifier: Apache-2.0 */
/* svg_scatter(): points with bars and a front. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/macro.h"
#include "report/html.h"
#include "report/shown.h"
#include "report/svg-axis.h"
#include "report/svg.h"

#define LEFT         64.0
#define RIGHT        24.0
#define TOP          30.0
#define PLOT         300.0
#define BOTTOM       52.0
#define NAMES_SHOWN  24
#define NAME_COLUMNS 24
#define NAME_STEP    7.0 /* about a letter's width */
#define NAME_HEIGHT  15.0
#define NAMES_MAX    64

/* Where a name stands: its left end and its line. */
struct name_box {
	double x;
	double y;
	double width;
};

struct drawing {
	const struct svg_scatter *chart;
	struct svg_frame frame;
	struct strbuf *out;
	struct name_box names[NAMES_MAX];
	size_t name_count;
};

static bool can_stand(const struct svg_scatter *chart, const struct svg_point *point)
{
	return svg_can_draw(point->x) && svg_can_draw(point->y) &&
	       (!chart->x_log || point->x > 0);
}

/* --- the ranges --------------------------------------------------------------------------- */

struct range {
	double low;
	double high;
};

static void widen(struct range *range, double value, bool above_zero)
{
	if (!svg_can_draw(value) || (above_zero && value <= 0))
		return;
	range->low = fmin(range->low, value);
	range->high = fmax(range->high, value);
}

static void settle(struct range *range)
{
	if (!(range->high >= range->low))
		*range = (struct range){ 1, 10 };
}

static void ranges_of(const struct svg_scatter *chart, struct range *x, struct range *y)
{
	*x = *y = (struct range){ INFINITY, -INFINITY };
	for (size_t i = 0; i < chart->count; i++) {
		const struct svg_point *point = &chart->points[i];

		if (!can_stand(chart, point))
			continue;
		widen(x, point->x, chart->x_log);
		widen(x, point->x_low, chart->x_log);
		widen(x, point->x_high, chart->x_log);
		widen(y, point->y, false);
		widen(y, point->y_low, false);
		widen(y, point->y_high, false);
	}
	settle(x);
	settle(y);
}

static void x_ticks_of(const struct svg_scatter *chart, const struct range *x,
		       struct svg_ticks *ret)
{
	if (chart->x_log)
		svg_ticks_log(x->low / 1.15, x->high * 1.15, ret);
	else
		svg_ticks_plain(x->low, x->high, 6, ret);
}

/* --- points ------------------------------------------------------------------------------- */

static const char *faint_of(const struct svg_point *point)
{
	return point->faint ? " faint" : "";
}

static double at_least(double value, double least)
{
	return value < least ? least : value;
}

static void add_whiskers(const struct drawing *d, const struct svg_point *point)
{
	const struct svg_frame *frame = &d->frame;

	if (svg_can_draw(point->x_low) && svg_can_draw(point->x_high))
		strbuf_printf(d->out,
			      "<path class=\"whisker c%d%s\" d=\"M%.1f %.1fH%.1f\"/>",
			      point->colour, faint_of(point),
			      svg_x(frame, at_least(point->x_low, frame->x_low)),
			      svg_y(frame, point->y),
			      svg_x(frame, at_least(point->x_high, frame->x_low)));
	if (svg_can_draw(point->y_low) && svg_can_draw(point->y_high))
		strbuf_printf(d->out,
			      "<path class=\"whisker c%d%s\" d=\"M%.1f %.1fV%.1f\"/>",
			      point->colour, faint_of(point), svg_x(frame, point->x),
			      svg_y(frame, point->y_low), svg_y(frame, point->y_high));
}

static void add_dot(const struct drawing *d, const struct svg_point *point)
{
	strbuf_printf(d->out,
		      "<circle class=\"point c%d%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\">"
		      "<title>",
		      point->colour, faint_of(point), svg_x(&d->frame, point->x),
		      svg_y(&d->frame, point->y));
	svg_label(d->out, point->label ? point->label : "", HTML_NAME_MAX);
	strbuf_printf(d->out, ": %.4g, %.4g</title></circle>", point->x, point->y);
}

static bool is_free(const struct drawing *d, const struct name_box *box)
{
	const struct svg_frame *frame = &d->frame;

	if (box->x < frame->left || box->x + box->width > frame->left + frame->width ||
	    box->y > frame->top + frame->height)
		return false;
	for (size_t i = 0; i < d->name_count; i++) {
		const struct name_box *other = &d->names[i];

		if (box->x < other->x + other->width && other->x < box->x + box->width &&
		    fabs(box->y - other->y) < NAME_HEIGHT)
			return false;
	}
	return true;
}

/* Right or left of the point, above or below its line, where no other name is; nowhere, if all
 * are taken: the point's own title has it still. */
static void add_point_name(struct drawing *d, const struct svg_point *point)
{
	double width = NAME_STEP * fmin((double)shown_width(point->label), NAME_COLUMNS);
	double x = svg_x(&d->frame, point->x);
	double y = svg_y(&d->frame, point->y);
	const struct name_box tries[] = { { x + 9, y - 7, width },
					  { x - 9 - width, y - 7, width },
					  { x + 9, y + 17, width },
					  { x - 9 - width, y + 17, width } };
	size_t i = 0;

	while (i < ARRAY_SIZE(tries) && !is_free(d, &tries[i]))
		i++;
	if (i == ARRAY_SIZE(tries) || d->name_count == NAMES_MAX)
		return;
	d->names[d->name_count++] = tries[i];
	svg_text(d->out,
		 &(struct svg_text){ .class_name = i % 2 ? "name end" : "name",
				     .x = i % 2 ? x - 9 : x + 9,
				     .y = tries[i].y,
				     .columns = NAME_COLUMNS },
		 point->label);
}

static void add_point(struct drawing *d, const struct svg_point *point)
{
	if (!can_stand(d->chart, point))
		return;
	add_whiskers(d, point);
	if (point->href) {
		strbuf_add(d->out, "<a href=\"");
		html_text(d->out, point->href);
		strbuf_add(d->out, "\">");
	}
	add_dot(d, point);
	if (point->label && !d->chart->quiet &&
	    (!point->faint || d->chart->count <= NAMES_SHOWN))
		add_point_name(d, point);
	strbuf_add(d->out, point->href ? "</a>\n" : "\n");
}

/* --- the front ---------------------------------------------------------------------------- */

struct corner {
	double x;
	double y;
};

static int by_x(const void *a, const void *b)
{
	const struct corner *left = a;
	const struct corner *right = b;

	return (left->x > right->x) - (left->x < right->x);
}

static void add_front(const struct drawing *d)
{
	const struct svg_scatter *chart = d->chart;
	AUTO_FREE struct corner *front = calloc(chart->count + 1, sizeof *front);
	size_t count = 0;

	if (!front) {
		d->out->failed = true;
		return;
	}
	for (size_t i = 0; i < chart->count; i++)
		if (!chart->points[i].faint && can_stand(chart, &chart->points[i]))
			front[count++] =
				(struct corner){ svg_x(&d->frame, chart->points[i].x),
						 svg_y(&d->frame, chart->points[i].y) };
	if (count < 2)
		return;
	qsort(front, count, sizeof *front, by_x);
	strbuf_add(d->out, "<path class=\"front\" d=\"");
	for (size_t i = 0; i < count; i++)
		strbuf_printf(d->out, "%s%.1f %.1f", i == 0 ? "M" : "L", front[i].x,
			      front[i].y);
	strbuf_add(d->out, "\"/>\n");
}

static void add_axis_names(const struct drawing *d)
{
	const struct svg_scatter *chart = d->chart;

	svg_text(d->out, &(struct svg_text){ .class_name = "unit", .x = 8, .y = 15 },
		 chart->y_label ? chart->y_label : "");
	svg_text(d->out,
		 &(struct svg_text){ .class_name = "unit end",
				     .x = SVG_WIDTH - RIGHT,
				     .y = TOP + PLOT + BOTTOM - 10 },
		 chart->x_label ? chart->x_label : "");
}

void svg_scatter(struct strbuf *out, const struct svg_scatter *chart)
{
	struct drawing d = { .chart = chart, .out = out };
	struct svg_ticks x_ticks;
	struct svg_ticks y_ticks;
	struct range x;
	struct range y;

	ranges_of(chart, &x, &y);
	x_ticks_of(chart, &x, &x_ticks);
	svg_ticks_plain(y.low, y.high, 5, &y_ticks);
	d.frame = (struct svg_frame){
		.left = LEFT,
		.top = TOP,
		.width = SVG_WIDTH - LEFT - RIGHT,
		.height = PLOT,
		.x_low = x_ticks.low,
		.x_high = x_ticks.high,
		.y_low = y_ticks.low,
		.y_high = y_ticks.high,
		.x_log = chart->x_log,
	};
	svg_open(out, &(struct svg_head){ chart->title, chart->desc, SVG_WIDTH,
					  TOP + PLOT + BOTTOM, svg_has_links(chart) });
	svg_y_axis(out, &d.frame, &y_ticks);
	svg_x_axis(out, &d.frame, &x_ticks);
	add_axis_names(&d);
	if (chart->front)
		add_front(&d);
	for (size_t i = 0; i < chart->count; i++)
		add_point(&d, &chart->points[i]);
	svg_close(out);
}
