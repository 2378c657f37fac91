/* SPDX-License-Identifier: Apache-2.0 */
/* Several runs on one page: their sum, a table, and bars side by side. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time-text.h"
#include "report/html.h"
#include "report/page-part.h"
#include "report/phrase.h"
#include "report/svg.h"

#define BARS_SHOWN 40

/* --- the sum ------------------------------------------------------------------------------ */

static void add_card(struct strbuf *out, const char *label,
		     const struct quantity *quantity, enum number_unit unit, int equation)
{
	strbuf_printf(out, "<div class=\"card%s\">\n<p class=\"label\">%s",
		      equation == 9 ? " lead-card" : "", label);
	page_equation(out, equation);
	if (!quantity->known) {
		strbuf_add(out,
			   "</p>\n<p class=\"value unknown\">not known</p>\n</div>\n");
		return;
	}
	strbuf_add(out, "</p>\n<p class=\"value\">");
	page_big_number(out, quantity->value, unit);
	strbuf_add(out, "</p>\n<p class=\"range\">");
	if (page_range(out, quantity, unit))
		strbuf_add(out, " <span class=\"faint\">95&nbsp;% interval</span>");
	strbuf_add(out, "</p>\n</div>\n");
}

static void add_runs_card(struct strbuf *out, const struct statement *total)
{
	char text[TIME_TEXT_MAX];

	duration_text(total->duration_ns, text, sizeof text);
	strbuf_printf(out,
		      "<div class=\"card\">\n<p class=\"label\">Runs</p>\n"
		      "<p class=\"value\">%zu</p>\n<p class=\"range\">%s "
		      "<span class=\"faint\">in all</span></p>\n",
		      total->count, text);
	if (total->failed + total->interrupted > 0)
		strbuf_printf(out,
			      "<p class=\"about\">%zu failed, %zu interrupted: what they "
			      "used counts.</p>\n",
			      total->failed, total->interrupted);
	if (total->inside > 0)
		strbuf_printf(out,
			      "<p class=\"about\">%zu of them ran inside others and %s "
			      "counted once.</p>\n",
			      total->inside, total->inside == 1 ? "is" : "are");
	strbuf_add(out, "</div>\n");
}

static void add_in_part(struct strbuf *out, const struct statement *total)
{
	if (total->in_part > 0)
		strbuf_printf(
			out,
			"<p class=\"warn\">%zu of these runs began inside another "
			"and outlived it: what was used meanwhile is counted twice, "
			"and the low ends are without %s.</p>\n",
			total->in_part, total->in_part == 1 ? "it" : "them");
}

static void add_left_out(struct strbuf *out, const struct total *total)
{
	if (total->unknown_energy > 0)
		strbuf_printf(out,
			      "<p class=\"warn\">The energy of %zu of these runs is not "
			      "known: the sums are of the others.</p>\n",
			      total->unknown_energy);
	else if (total->unknown_carbon > 0)
		strbuf_printf(out,
			      "<p class=\"warn\">The carbon of %zu of these runs is not "
			      "known: its sum is of the others.</p>\n",
			      total->unknown_carbon);
}

/* --- the table ---------------------------------------------------------------------------- */

static void add_row(struct strbuf *out, const struct page_run *run, size_t i)
{
	const struct run_view *view = run->view;
	const struct run_info *info = &view->record.info;
	char text[TIME_TEXT_MAX];

	strbuf_printf(out, "<tr><th scope=\"row\"><a href=\"#r%zu\">", i);
	html_name(out, info->name[0] ? info->name : info->id);
	strbuf_add(out, "</a></th><td>");
	html_name(out, info->experiment);
	strbuf_add(out, "</td><td>");
	page_state_badge(out, info);
	time_text(info->started_unix_ns, text, sizeof text);
	strbuf_printf(out, "</td><td class=\"nowrap\" data-v=\"%lld\">%.10s</td>",
		      (long long)(info->started_unix_ns / NS_PER_S), text);
	strbuf_printf(out, "<td class=\"num\" data-v=\"%.6g\">",
		      (double)info->duration_ns / 1e9);
	page_at(out, (double)info->duration_ns / 1e9);
	strbuf_add(out, "</td>");
	page_number_cell(out, &view->facility_kwh, NUMBER_KWH);
	page_number_cell(out, &view->carbon_kg, NUMBER_CO2E);
	strbuf_printf(out, "<td>%s</td></tr>\n", page_basis_words(view));
}

static void add_table(struct strbuf *out, const struct page_view *page)
{
	strbuf_add(out, "<div class=\"scroll\" role=\"group\" aria-label=\"Runs\">"
			"<table class=\"sortable\"><thead><tr><th scope=\"col\">run</th>"
			"<th scope=\"col\">experiment</th><th scope=\"col\">state</th>"
			"<th scope=\"col\">day</th>"
			"<th scope=\"col\" class=\"num\">time</th>"
			"<th scope=\"col\" class=\"num\">energy</th>"
			"<th scope=\"col\" class=\"num\">carbon</th>"
			"<th scope=\"col\">known by</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < page->count; i++)
		add_row(out, &page->runs[i], i);
	strbuf_add(out, "</tbody></table></div>\n");
}

/* --- the bars ----------------------------------------------------------------------------- */

struct bars {
	struct svg_point points[BARS_SHOWN];
	char href[BARS_SHOWN][24];
	size_t count;
};

/* One unit for all: what keeps the largest over 1. */
static double unit_of(const struct page_view *page, const char **ret_name)
{
	static const struct {
		double kwh;
		const char *name;
	} units[] = { { 1e3, "MWh" }, { 1, "kWh" }, { 1e-3, "Wh" }, { 1e-6, "mWh" } };

	double most = 0;
	size_t i = 0;

	for (size_t k = 0; k < page->count; k++)
		if (page->runs[k].view->facility_kwh.known)
			most = fmax(most, page->runs[k].view->facility_kwh.value);
	while (i + 1 < ARRAY_SIZE(units) && most < units[i].kwh)
		i++;
	*ret_name = units[i].name;
	return units[i].kwh;
}

static void fill_bar(struct bars *bars, const struct page_run *run, double unit)
{
	const struct quantity *kwh = &run->view->facility_kwh;
	const struct run_info *info = &run->view->record.info;
	size_t i = bars->count++;

	(void)snprintf(bars->href[i], sizeof bars->href[i], "#r%zu", i);
	bars->points[i] = (struct svg_point){
		.label = info->name[0] ? info->name : info->id,
		.href = bars->href[i],
		.x = kwh->known ? kwh->value / unit : NAN,
		.x_low = kwh->known ? kwh->low / unit : NAN,
		.x_high = kwh->known ? kwh->high / unit : NAN,
		.colour = 1,
	};
}

static void add_bars(struct strbuf *out, const struct page_view *page)
{
	AUTO_FREE struct bars *bars = calloc(1, sizeof *bars);
	const char *unit_name;
	double unit = unit_of(page, &unit_name);
	char label[64];

	if (!bars) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < page->count && i < BARS_SHOWN; i++)
		fill_bar(bars, &page->runs[i], unit);
	(void)snprintf(label, sizeof label, "energy at the facility, %s", unit_name);
	strbuf_add(out, "<figure><div class=\"still\">");
	svg_bars(out,
		 &(struct svg_scatter){
			 .title = "Energy of each run",
			 .desc = "Bars of energy at the facility with 95 % intervals",
			 .x_label = label,
			 .points = bars->points,
			 .count = bars->count });
	strbuf_add(out,
		   "</div>\n<figcaption>Lines are 95&nbsp;% intervals. They hold what "
		   "runs on one machine share, so two runs may differ more surely than "
		   "they suggest: <code>gramme compare</code> says.</figcaption>"
		   "</figure>\n");
}

void page_overview(const struct page_part *part)
{
	const struct page_view *page = part->page;
	const struct total *total = &page->total->total;
	struct strbuf *out = part->out;

	strbuf_add(out, "<div class=\"headline\">\n");
	add_card(out, "Energy at the facility", &total->facility_kwh, NUMBER_KWH, 9);
	add_card(out, "Carbon", &total->carbon_kg, NUMBER_CO2E, 10);
	add_runs_card(out, page->total);
	strbuf_add(out, "</div>\n");
	page_alike(out, &page->alike);
	add_left_out(out, total);
	add_in_part(out, page->total);
	strbuf_add(out, "<h2 id=\"runs\">The runs</h2>\n");
	add_table(out, page);
	add_bars(out, page);
}
