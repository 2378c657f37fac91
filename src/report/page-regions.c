/* SPDX-License-Identifier: Apache-2.0 */
/* What it would weigh elsewhere: the best places, a few across the range, and its own. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"
#include "report/page-part.h"
#include "report/page-region-rows.h"
#include "report/phrase.h"

#define BEST_SHOWN   6
#define SPREAD_SHOWN 5

/* Rows are sorted, the best first and those without a figure last. */
static size_t ranked_of(const struct region_list *list)
{
	size_t count = 0;

	while (count < list->count && list->rows[count].average_rank > 0)
		count++;
	return count;
}

static void pick(struct page_region_rows *rows, size_t i)
{
	for (size_t k = 0; k < rows->count; k++)
		if (rows->i[k] == i)
			return;
	if (rows->count < PAGE_REGIONS_MAX)
		rows->i[rows->count++] = i;
}

static void sort(struct page_region_rows *rows)
{
	for (size_t i = 1; i < rows->count; i++)
		for (size_t k = i; k > 0 && rows->i[k] < rows->i[k - 1]; k--) {
			size_t other = rows->i[k];

			rows->i[k] = rows->i[k - 1];
			rows->i[k - 1] = other;
		}
}

void page_region_rows_of(const struct region_list *list, struct page_region_rows *ret)
{
	size_t ranked = ranked_of(list);

	ret->count = 0;
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].own)
			pick(ret, i);
	for (size_t i = 0; i < BEST_SHOWN && i < ranked; i++)
		pick(ret, i);
	for (size_t i = 1; i <= SPREAD_SHOWN && ranked > BEST_SHOWN; i++)
		pick(ret, BEST_SHOWN + (ranked - BEST_SHOWN) * i / SPREAD_SHOWN - 1);
	sort(ret);
}

/* --- the table ---------------------------------------------------------------------------- */

static double most_of(const struct region_list *list, const struct page_region_rows *rows)
{
	double most = 0;

	for (size_t k = 0; k < rows->count; k++) {
		const struct quantity *kg = &list->rows[rows->i[k]].average_kg;

		if (kg->known)
			most = fmax(most, kg->value);
	}
	return most;
}

static void add_bar_cell(struct strbuf *out, const struct region_row *row, double most)
{
	double part =
		row->average_kg.known && most > 0 ? row->average_kg.value / most : 0;

	strbuf_printf(out,
		      "<td class=\"bars\"><svg viewBox=\"0 0 1000 10\" "
		      "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
		      "class=\"area %s\" x=\"0\" y=\"0\" width=\"%.1f\" height=\"10\"/>"
		      "</svg></td>",
		      row->own ? "c1" : "c5", part > 0 ? part * 1000 : 0.0);
}

static void add_name(struct strbuf *out, const struct region_row *row)
{
	strbuf_printf(out, "<tr%s><th scope=\"row\">", row->own ? " class=\"own\"" : "");
	html_name(out, row->name);
	if (row->own)
		strbuf_add(out, " <span class=\"badge\">here</span>");
	if (row->location[0] != '\0') {
		strbuf_add(out, "<br><span class=\"small faint\">");
		html_name(out, row->location);
		strbuf_add(out, "</span>");
	}
	strbuf_add(out, "</th>");
}

/* All in one unit, so that they compare at a glance. */
struct unit {
	double kg;
	const char *name;
};

static struct unit unit_of(double most_kg)
{
	static const struct unit units[] = {
		{ 1e3, "t CO2e" },   { 1, "kg CO2e" },    { 1e-3, "g CO2e" },
		{ 1e-6, "mg CO2e" }, { 1e-9, "ug CO2e" },
	};
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(units) && most_kg < units[i].kg)
		i++;
	return units[i];
}

static void add_kg(struct strbuf *out, const struct quantity *kg, struct unit unit,
		   bool range)
{
	struct quantity own = *kg;

	own.value /= unit.kg;
	own.low = range ? own.low / unit.kg : own.value;
	own.high = range ? own.high / unit.kg : own.value;
	page_number_cell(out, &own, NUMBER_PLAIN);
}

static void add_row(struct strbuf *out, const struct region_row *row, double most)
{
	struct unit unit = unit_of(most);

	add_name(out, row);
	page_value_cell(out, row->average.value.known ? row->average.value.value : NAN,
			NUMBER_PLAIN);
	add_kg(out, &row->average_kg, unit, true);
	add_bar_cell(out, row, most);
	add_kg(out, &row->marginal_kg, unit, false);
	strbuf_add(out, "</tr>\n");
}

static void add_heads(struct strbuf *out, const char *unit)
{
	strbuf_printf(out,
		      "<div class=\"scroll\" role=\"group\" aria-label=\"Regions\">"
		      "<table class=\"sortable\"><thead><tr><th scope=\"col\">region</th>"
		      "<th scope=\"col\" class=\"num\">average, g/kWh</th>"
		      "<th scope=\"col\" class=\"num\">it would weigh, %s</th>"
		      "<th data-still scope=\"col\"><span class=\"aloud\">as a bar</span>"
		      "</th><th scope=\"col\" class=\"num\">by the marginal, %s</th>"
		      "</tr></thead><tbody>\n",
		      unit, unit);
}

void page_regions(const struct page_part *part)
{
	const struct region_list *list = &part->run->regions;
	struct strbuf *out = part->out;
	struct page_region_rows rows;
	double most;

	page_region_rows_of(list, &rows);
	if (rows.count == 0 || !part->view->attributed_j.known)
		return;
	most = most_of(list, &rows);
	page_heading(part, "regions", "What it would weigh elsewhere");
	strbuf_printf(
		out,
		"<p class=\"lead\">The same energy in %u regions of the clouds: the best, "
		"and a few across the range. The <b>average</b> is what a statement says; the "
		"<b>marginal</b> what changes when the work moves there. Means of a year.",
		list->average_ranked);
	page_equation(out, 10);
	strbuf_add(out, "</p>\n");
	add_heads(out, unit_of(most).name);
	for (size_t k = 0; k < rows.count; k++)
		add_row(out, &list->rows[rows.i[k]], most);
	strbuf_add(out, "</tbody></table></div>\n");
}
