/* SPDX-License-Identifier: Apache-2.0 */
/* What the colours mean, in rows above a chart. */
#pragma once

#include "report/svg.h"

#define SVG_LEGEND_ROW 20.0

struct svg_legend {
	const struct svg_series *series;
	size_t count;
	double left;
	double width; /* of the picture */
};

/* How many rows the legend takes, and its markup with the first row's middle at y. */
size_t svg_legend_rows(const struct svg_legend *legend);
void svg_legend_draw(struct strbuf *out, const struct svg_legend *legend, double y);
