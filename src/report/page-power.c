/* SPDX-License-Identifier: Apache-2.0 */
/* Power over time, with marks and sections; what the grid emitted meanwhile. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/page-layers.h"
#include "report/page-part.h"
#include "report/page-sections.h"

#define MARKS_DRAWN 100

struct story {
	struct page_section sections[PAGE_SECTIONS_MAX];
	struct svg_band bands[PAGE_SECTIONS_MAX];
	size_t section_count;
	double mark_s[MARKS_DRAWN];
	const char *mark_names[MARKS_DRAWN];
	size_t mark_count;
};

static void tell_story(const struct page_run *run, struct story *story)
{
	const struct run_record *record = &run->view->record;

	story->section_count = page_sections_of(run, story->sections);
	for (size_t i = 0; i < story->section_count; i++)
		story->bands[i] = (struct svg_band){ story->sections[i].name,
						     story->sections[i].from_s,
						     story->sections[i].to_s };
	for (size_t i = 0; i < record->mark_count && i < MARKS_DRAWN; i++) {
		story->mark_s[i] = (double)record->marks[i].t_ns / 1e9;
		story->mark_names[i] = record->marks[i].name;
		story->mark_count++;
	}
}

/* --- the charts --------------------------------------------------------------------------- */

struct pane {
	const char *key; /* "run", "machine" for charts.js */
	const char *title;
	const char *unit;
	const char *caption; /* "": none */
	bool small;
};

static void describe(const struct page_layers *layers, struct strbuf *out)
{
	for (size_t i = 0; i < layers->count; i++) {
		double highest = NAN;
		char number[NUMBER_TEXT_MAX];

		for (size_t bin = 0; bin < layers->bins; bin++)
			highest = fmax(highest, layers->series[i].y[bin]);
		number_digits(highest, 3, number, sizeof number);
		strbuf_printf(out, "%s%s: at most %s", i > 0 ? "; " : "",
			      layers->series[i].label, number);
	}
}

static void add_figure(const struct page_part *part, const struct page_layers *layers,
		       const struct story *story, const struct pane *pane)
{
	CLEANUP(strbuf_done) struct strbuf desc = STRBUF_INIT;
	struct strbuf *out = part->out;
	struct svg_over_time chart = {
		.title = pane->title,
		.unit = pane->unit,
		.edge_s = layers->edge_s,
		.bins = layers->bins,
		.series = layers->series,
		.series_count = layers->count,
		.small = pane->small,
	};

	describe(layers, &desc);
	chart.desc = strbuf_part(out, &desc);
	if (story) {
		chart.mark_s = story->mark_s;
		chart.mark_names = story->mark_names;
		chart.mark_count = story->mark_count;
		chart.bands = story->bands;
		chart.band_count = story->section_count;
	}
	strbuf_printf(
		out, "<figure data-chart=\"%s\" data-run=\"%zu\">\n<div class=\"still\">",
		pane->key, part->i);
	svg_over_time(out, &chart);
	strbuf_add(out, "</div>\n");
	if (pane->caption[0] != '\0')
		strbuf_printf(out, "<figcaption>%s</figcaption>\n", pane->caption);
	strbuf_add(out, "</figure>\n");
}

static void add_choice(const struct page_part *part, int number, const char *words,
		       bool chosen)
{
	strbuf_printf(part->out,
		      "<input class=\"s%d\" type=\"radio\" name=\"r%zu-of\" "
		      "id=\"r%zu-of%d\"%s><label for=\"r%zu-of%d\">%s</label>\n",
		      number, part->i, part->i, number, chosen ? " checked" : "", part->i,
		      number, words);
}

static void add_pane(const struct page_part *part, int number, enum page_of of,
		     const struct story *story)
{
	CLEANUP(page_layers_done) struct page_layers layers = { .memory = NULL };
	bool run = of == PAGE_OF_RUN;
	const struct pane pane = {
		.key = run ? "run" : "machine",
		.title = run ? "Power of this run over time, by component"
			     : "Power of the whole machine over time, by component",
		.unit = "W",
		.caption =
			run ? "This run&#39;s share of each component&#39;s power, stacked. "
			      "Blank stretches were not read: nothing is filled in."
			    : "All that the components drew, whoever used them, stacked. "
			      "Peaks are the sum of the components&#39; own highest "
			      "readings in each step, which need not coincide; a meter of "
			      "the whole node is a line beside them.",
	};

	strbuf_printf(part->out, "<div class=\"pane p%d\">\n", number);
	if (page_layers_of(part->run, of, &layers) < 0)
		part->out->failed = true;
	else if (layers.known)
		add_figure(part, &layers, story, &pane);
	else
		strbuf_add(part->out,
			   run ? "<p>Not known over time: who used the machine could not "
				 "be read.</p>\n"
			       : "<p>Not known over time: no component was read.</p>\n");
	strbuf_add(part->out, "</div>\n");
}

static bool share_known(const struct page_run *run)
{
	const struct run_curve *curve = &run->curve;

	for (size_t i = 0; i < curve->lane_count; i++)
		for (size_t bin = 0; bin < curve->bins; bin++)
			if (isfinite(curve->lanes[i].attributed_w[bin]))
				return true;
	return false;
}

/* --- sections in a table ------------------------------------------------------------------ */

static void add_coverage(struct strbuf *out, double ratio)
{
	char text[NUMBER_TEXT_MAX] = "not known";

	if (isfinite(ratio))
		number_percent(ratio, text, sizeof text);
	strbuf_printf(out, "<td class=\"num\">%s</td>", text);
}

/* The cells that a section and one of its times have alike. */
static void add_begin(const struct page_part *part, const char *name, double from_s,
		      double length_s)
{
	struct strbuf *out = part->out;

	strbuf_add(out, "<tr><th scope=\"row\">");
	html_name(out, name);
	strbuf_printf(out, "</th><td class=\"num\" data-v=\"%.6g\">", from_s);
	page_at(out, from_s);
	strbuf_printf(out, "</td><td class=\"num\" data-v=\"%.6g\">", length_s);
	page_at(out, length_s);
	strbuf_add(out, "</td>");
}

static void add_section(const struct page_part *part, const struct section_view *section)
{
	struct strbuf *out = part->out;
	double length_s = (double)section->duration_ns / (double)NS_PER_S;

	add_begin(part, section->name, (double)section->times[0].from_ns / 1e9, length_s);
	strbuf_printf(out, "<td class=\"num\">%zu</td>", section->count);
	page_energy_cell(part, &section->attributed_j);
	page_value_cell(out,
			page_sections_w(quantity_or_nan(&section->attributed_j), length_s,
					section->coverage_ratio),
			NUMBER_W);
	page_energy_cell(part, &section->machine_j);
	add_coverage(out, section->coverage_ratio);
	strbuf_add(out, "</tr>\n");
}

static void add_time(const struct page_part *part, const struct page_section *section)
{
	add_begin(part, section->name, section->from_s, section->to_s - section->from_s);
	page_joules_cell(part, section->attributed_j);
	page_value_cell(part->out, section->attributed_w, NUMBER_W);
	page_joules_cell(part, section->machine_j);
	add_coverage(part->out, section->coverage_ratio);
	strbuf_add(part->out, "</tr>\n");
}

static void begin_table(struct strbuf *out, const char *words, bool several)
{
	strbuf_printf(out,
		      "<div class=\"scroll\" role=\"group\" aria-label=\"%s\">"
		      "<table class=\"sortable\"><thead><tr><th scope=\"col\">section"
		      "</th><th scope=\"col\" class=\"num\">from</th>"
		      "<th scope=\"col\" class=\"num\">time</th>%s"
		      "<th scope=\"col\" class=\"num\">this run</th>"
		      "<th scope=\"col\" class=\"num\">mean power</th>"
		      "<th scope=\"col\" class=\"num\">whole machine</th>"
		      "<th scope=\"col\" class=\"num\">covered</th></tr></thead>"
		      "<tbody>\n",
		      words, several ? "<th scope=\"col\" class=\"num\">times</th>" : "");
}

static void add_times(const struct page_part *part, const struct story *story)
{
	struct strbuf *out = part->out;

	strbuf_printf(out, "<details>\n<summary>Each time by itself%s</summary>\n",
		      story->section_count == PAGE_SECTIONS_MAX ? ", the first" : "");
	begin_table(out, "Times of sections", false);
	for (size_t i = 0; i < story->section_count; i++)
		add_time(part, &story->sections[i]);
	strbuf_add(out, "</tbody></table></div>\n</details>\n");
}

static void add_sections(const struct page_part *part, const struct story *story)
{
	const struct run_view *view = part->view;
	bool again = false;

	if (view->section_count == 0)
		return;
	page_subheading(part, "Sections");
	strbuf_add(part->out,
		   "<p class=\"small soft\">Between marks; times that overlap under "
		   "one name count once.");
	page_equation(part->out, 20);
	strbuf_add(part->out, "</p>\n");
	begin_table(part->out, "Sections", true);
	for (size_t i = 0; i < view->section_count && i < PAGE_SECTIONS_MAX; i++) {
		again = again || view->sections[i].count > 1;
		add_section(part, &view->sections[i]);
	}
	strbuf_add(part->out, "</tbody></table></div>\n");
	if (view->section_count > PAGE_SECTIONS_MAX)
		strbuf_printf(part->out,
			      "<p class=\"small soft\">And %zu more: "
			      "<code>gramme show --json</code> has them all.</p>\n",
			      view->section_count - PAGE_SECTIONS_MAX);
	if (again)
		add_times(part, story);
}

/* --- the grid ----------------------------------------------------------------------------- */

static void add_line(const struct page_part *part, const double *y,
		     const struct pane *pane, int colour)
{
	CLEANUP(page_layers_done) struct page_layers layers = { .memory = NULL };

	if (page_layers_line(&part->run->curve, y, pane->title, colour, &layers) < 0)
		part->out->failed = true;
	else if (layers.known)
		add_figure(part, &layers, NULL, pane);
}

static void add_grid(const struct page_part *part)
{
	const struct run_curve *curve = &part->run->curve;

	if (curve->bins == 0 || !curve->intensity_gpkwh)
		return;
	page_subheading(part, "The grid meanwhile");
	add_line(part, curve->intensity_gpkwh,
		 &(struct pane){ .key = "intensity",
				 .title = "Carbon intensity",
				 .unit = "g/kWh",
				 .caption = "What a kWh weighed while the run went: each "
					    "joule is weighed with the intensity of its "
					    "time." },
		 8);
}

static void add_busy(const struct page_part *part)
{
	const struct run_curve *curve = &part->run->curve;

	if (curve->bins == 0 || !curve->scope_cpu_ratio)
		return;
	strbuf_add(part->out, "<details>\n<summary>This run&#39;s part of the "
			      "processors&#39; busy time</summary>\n");
	add_line(part, curve->scope_cpu_ratio,
		 &(struct pane){ .key = "busy",
				 .title = "Part of the busy time",
				 .unit = "ratio",
				 .caption = "1 is all of what the processors did." },
		 6);
	strbuf_add(part->out, "</details>\n");
}

void page_power(const struct page_part *part)
{
	AUTO_FREE struct story *story = calloc(1, sizeof *story);
	bool share = share_known(part->run);

	page_heading(part, "power", "Power over time");
	if (!story) {
		part->out->failed = true;
		return;
	}
	tell_story(part->run, story);
	if (part->run->curve.bins == 0) {
		strbuf_add(part->out, "<p class=\"soft\">Not known: the run ended before "
				      "two readings were taken.</p>\n");
	} else {
		strbuf_add(part->out, "<div class=\"switch\" role=\"group\" "
				      "aria-label=\"Whose power\">\n");
		add_choice(part, 1, "This run", share);
		add_choice(part, 2, "Whole machine", !share);
		add_pane(part, 1, PAGE_OF_RUN, story);
		add_pane(part, 2, PAGE_OF_MACHINE, story);
		strbuf_add(part->out, "</div>\n");
	}
	add_busy(part);
	add_sections(part, story);
	add_grid(part);
}
