/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Charts as inline SVG, which every reader, printer and mail program shows; scripts may put a
 * livelier one over it. Colours are classes (c1 … c8 of web/page.css), so that light, dark and
 * print have their own. Each has a <title> and a <desc> for who cannot see it. NAN is a gap: a
 * line stops there, an area has a hole.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

struct svg_series {
	const char *label; /* raw */
	int colour;        /* 1 to 8 */
	const double *y;   /* one a bin, or one a point */
	bool line;         /* over the stack, not part of it */
};

/* A time that is shaded, and named where there is room: a section between two marks. */
struct svg_band {
	const char *name; /* raw */
	double from_s;
	double to_s;
};

/* Steps over time: bins with edges, areas stacked in order, lines above. */
struct svg_over_time {
	const char *title; /* raw, both */
	const char *desc;
	const char *unit;     /* "W" */
	const double *edge_s; /* bins + 1 */
	size_t bins;
	const struct svg_series *series;
	size_t series_count;
	const double *mark_s; /* vertical lines */
	const char *const *mark_names;
	size_t mark_count;
	const struct svg_band *bands;
	size_t band_count;
	bool small; /* half as high, for one of many */
};

void svg_over_time(struct strbuf *out, const struct svg_over_time *chart);

struct svg_point {
	const char *label; /* raw */
	const char *href;  /* relative, raw; NULL: none */
	double x;
	double y;
	double x_low; /* bars; NAN: none */
	double x_high;
	double y_low;
	double y_high;
	int colour;
	bool faint; /* dominated */
};

/* Points with bars; front: those not faint are joined, for a Pareto plot. */
struct svg_scatter {
	const char *title;
	const char *desc;
	const char *x_label;
	const char *y_label;
	const struct svg_point *points;
	size_t count;
	bool x_log;
	bool front;
	bool quiet; /* a point's name only where it is pointed at */
};

void svg_scatter(struct strbuf *out, const struct svg_scatter *chart);

/* One bar a point (x with its interval), labels to the left: a comparison, a leaderboard. */
void svg_bars(struct strbuf *out, const struct svg_scatter *chart);
