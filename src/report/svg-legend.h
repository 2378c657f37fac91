/* SPDX-License-Identifier: Apache-2.0 */
/* What the colours mean, in rows above a chart. */
#pragma once

#include "report/svg.h"

#define SVG_LEGEND_ROW 20.0

/* How many rows the legend takes, and its markup with the first row's middle at y. */
size_t svg_legend_rows(const struct svg_series *series, size_t count);
void svg_legend(struct strbuf *out, const struct svg_series *series, size_t count,
		double y);
