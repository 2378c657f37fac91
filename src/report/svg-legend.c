/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg-legend.h"

#include "report/shown.h"
#include "report/svg-axis.h"

#define LABEL_COLUMNS 28
#define KEY_WIDTH     18.0
#define SPACE         18.0

static double width_of(const struct svg_series *series)
{
	size_t columns = shown_width(series->label);

	if (columns > LABEL_COLUMNS)
		columns = LABEL_COLUMNS;
	return KEY_WIDTH + SVG_LETTER * (double)columns + SPACE;
}

/* Moves on by one entry; true when it begins a row. */
static bool place_entry(const struct svg_legend *legend, size_t i, double *x,
			double *next)
{
	double width = width_of(&legend->series[i]);
	bool begins = *next > legend->left && *next + width - SPACE > legend->width;

	*x = begins ? legend->left : *next;
	*next = *x + width;
	return begins;
}

size_t svg_legend_rows(const struct svg_legend *legend)
{
	double next = legend->left;
	size_t rows = 1;
	double x;

	for (size_t i = 0; i < legend->count; i++)
		rows += place_entry(legend, i, &x, &next);
	return rows;
}

void svg_legend_draw(struct strbuf *out, const struct svg_legend *legend, double y)
{
	double next = legend->left;
	double x;

	for (size_t i = 0; i < legend->count; i++) {
		const struct svg_series *series = &legend->series[i];

		if (place_entry(legend, i, &x, &next))
			y += SVG_LEGEND_ROW;
		if (series->line)
			strbuf_printf(out,
				      "<path class=\"line c%d\" d=\"M%.1f %.1fh12\"/>",
				      series->colour, x, y);
		else
			strbuf_printf(out,
				      "<rect class=\"area c%d\" x=\"%.1f\" y=\"%.1f\" "
				      "width=\"12\" height=\"12\" rx=\"3\"/>",
				      series->colour, x, y - 6);
		svg_text(out,
			 &(struct svg_text){ .class_name = "key",
					     .x = x + KEY_WIDTH,
					     .y = y + 4,
					     .columns = LABEL_COLUMNS },
			 series->label);
	}
	strbuf_add(out, "\n");
}
