/* SPDX-License-Identifier: Apache-2.0 */
/* Where things stand in a chart: the frame, its ticks and their words. Shared by svg*.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "report/svg.h"

#define SVG_TICKS_MAX   12
#define SVG_WIDTH       760.0
#define SVG_WIDTH_SMALL 400.0
#define SVG_LETTER      6.4 /* the mean width of a letter at the size of ticks */

struct svg_ticks {
	double at[SVG_TICKS_MAX];
	char text[SVG_TICKS_MAX][24];
	size_t count;
	double low; /* the range, widened to whole steps where that was asked */
	double high;
};

/* 1, 2 and 5 by powers of ten, about `most` of them; low and high go out to the next step. */
void svg_ticks_plain(double low, double high, int most, struct svg_ticks *ret);

/* Powers of ten, with 2 and 5 between where there is room. low > 0. */
void svg_ticks_log(double low, double high, struct svg_ticks *ret);

/* Seconds, minutes, hours or days since the start; the range stays. */
void svg_ticks_time(double low_s, double high_s, struct svg_ticks *ret);

/* The plot's rectangle in the picture, and what its sides are worth. */
struct svg_frame {
	double left;
	double top;
	double width;
	double height;
	double x_low;
	double x_high;
	double y_low;
	double y_high;
	bool x_log;
};

/* Known, and no larger than sums and spans of such can be: DBL_MAX, which programs log for "none
 * yet", is not. */
bool svg_can_draw(double value);

double svg_x(const struct svg_frame *frame, double x);
double svg_y(const struct svg_frame *frame, double y);

/* " 12.5": a coordinate with at most one decimal, a blank in front. */
void svg_at(struct strbuf *out, double value);

/* <svg …> with <title> and <desc>; ends with svg_close(). */
struct svg_head {
	const char *title; /* raw, both */
	const char *desc;
	double width;
	double height;
	bool has_links; /* then it is a group of them, and no mere picture */
};

bool svg_has_links(const struct svg_scatter *chart);
void svg_open(struct strbuf *out, const struct svg_head *head);
void svg_close(struct strbuf *out);

/* Lines across with their words to the left; lines along the bottom with theirs below. */
void svg_y_axis(struct strbuf *out, const struct svg_frame *frame,
		const struct svg_ticks *ticks);
void svg_x_axis(struct strbuf *out, const struct svg_frame *frame,
		const struct svg_ticks *ticks);

/* A text from outside, cut to so many columns. */
void svg_label(struct strbuf *out, const char *text, size_t columns);

/* <text class="…" x="…" y="…"> with the anchor of a class: "tick", "tick end", "tick mid". */
struct svg_text {
	const char *class_name;
	double x;
	double y;
	size_t columns; /* 0: 40 */
};

void svg_text(struct strbuf *out, const struct svg_text *how, const char *text);
