/* SPDX-License-Identifier: Apache-2.0 */
/* svg_bars(): a bar a point with its interval, names to the left. */
#include <math.h>

#include "report/html.h"
#include "report/number.h"
#include "report/svg-axis.h"
#include "report/svg.h"

#define LEFT         212.0
#define RIGHT        76.0
#define TOP          14.0
#define BOTTOM       50.0
#define ROW          34.0
#define BAR          16.0
#define NAME_COLUMNS 30

static double high_of(const struct svg_scatter *chart, double *ret_low)
{
	double high = 0;
	double low = 0;

	for (size_t i = 0; i < chart->count; i++) {
		const double ends[] = { chart->points[i].x, chart->points[i].x_low,
					chart->points[i].x_high };

		for (size_t k = 0; k < 3; k++) {
			if (svg_can_draw(ends[k]) && ends[k] > high)
				high = ends[k];
			if (svg_can_draw(ends[k]) && ends[k] < low)
				low = ends[k];
		}
	}
	*ret_low = low;
	return high > low ? high : low + 1;
}

static void add_bar_name(struct strbuf *out, const struct svg_point *point, double middle)
{
	if (point->href) {
		strbuf_add(out, "<a href=\"");
		html_text(out, point->href);
		strbuf_add(out, "\">");
	}
	svg_text(out,
		 &(struct svg_text){ .class_name = "name end",
				     .x = LEFT - 12,
				     .y = middle + 4,
				     .columns = NAME_COLUMNS },
		 point->label ? point->label : "");
	if (point->href)
		strbuf_add(out, "</a>");
}

static void add_value(struct strbuf *out, const struct svg_point *point, double x,
		      double middle)
{
	char number[NUMBER_TEXT_MAX];

	number_digits(point->x, 3, number, sizeof number);
	svg_text(out,
		 &(struct svg_text){ .class_name = "value", .x = x, .y = middle + 4 },
		 number);
}

static void add_bar(struct strbuf *out, const struct svg_frame *frame,
		    const struct svg_point *point, double middle)
{
	double zero = svg_x(frame, 0);
	double end;
	double last;

	add_bar_name(out, point, middle);
	if (!svg_can_draw(point->x)) {
		svg_text(out,
			 &(struct svg_text){
				 .class_name = "tick", .x = zero + 8, .y = middle + 4 },
			 "not known");
		return;
	}
	end = svg_x(frame, point->x);
	strbuf_printf(out,
		      "<rect class=\"area c%d%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		      "height=\"%.1f\" rx=\"3\"/>",
		      point->colour, point->faint ? " faint" : "", fmin(zero, end),
		      middle - BAR / 2, fabs(end - zero), BAR);
	last = fmax(zero, end);
	if (svg_can_draw(point->x_low) && svg_can_draw(point->x_high)) {
		double from = svg_x(frame, point->x_low);
		double to = svg_x(frame, point->x_high);

		strbuf_printf(out,
			      "<path class=\"whisker ink\" d=\"M%.1f %.1fH%.1fM%.1f "
			      "%.1fv8M%.1f %.1fv8\"/>",
			      from, middle, to, from, middle - 4, to, middle - 4);
		last = fmax(last, to);
	}
	add_value(out, point, last + 8, middle);
}

void svg_bars(struct strbuf *out, const struct svg_scatter *chart)
{
	double plot = ROW * (double)(chart->count > 0 ? chart->count : 1);
	struct svg_frame frame = { .left = LEFT,
				   .top = TOP,
				   .width = SVG_WIDTH - LEFT - RIGHT,
				   .height = plot,
				   .y_high = 1 };
	struct svg_ticks ticks;
	double low;
	double high = high_of(chart, &low);

	svg_ticks_plain(low, high, 5, &ticks);
	frame.x_low = ticks.low;
	frame.x_high = ticks.high;
	svg_open(out, &(struct svg_head){ chart->title, chart->desc, SVG_WIDTH,
					  TOP + plot + BOTTOM, svg_has_links(chart) });
	for (size_t i = 0; i < ticks.count; i++)
		strbuf_printf(out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>",
			      svg_x(&frame, ticks.at[i]), TOP, TOP + plot);
	svg_x_axis(out, &frame, &ticks);
	for (size_t i = 0; i < chart->count; i++) {
		add_bar(out, &frame, &chart->points[i], TOP + ROW * ((double)i + 0.5));
		strbuf_add(out, "\n");
	}
	svg_text(out,
		 &(struct svg_text){ .class_name = "unit end",
				     .x = SVG_WIDTH - RIGHT,
				     .y = TOP + plot + BOTTOM - 8 },
		 chart->x_label ? chart->x_label : "");
	svg_close(out);
}
