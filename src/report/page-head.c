/* SPDX-License-Identifier: Apache-2.0 */
/* The top of a run: its name, when and where, and the numbers one came for. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/html.h"
#include "report/page-part.h"
#include "report/phrase.h"
#include "report/told.h"

#define NS_PER_S_REAL 1e9
#define WORKS_SHOWN   8
#define FIGURES_SHOWN 40

static void add_fact(struct strbuf *out, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	strbuf_printf(out, "<li><span class=\"faint\">%s</span> ", label);
	html_name(out, text);
	strbuf_add(out, "</li>\n");
}

/* "2026-11-23 08:37 UTC (Europe/Berlin)" */
static void add_started(struct strbuf *out, const struct run_info *info)
{
	char text[TIME_TEXT_MAX];

	time_text(info->started_unix_ns, text, sizeof text);
	strbuf_printf(out,
		      "<li><span class=\"faint\">started</span> "
		      "<time datetime=\"%s\">%.10s %.5s UTC</time></li>\n",
		      text, text, strlen(text) > 16 ? text + 11 : "");
}

/* Takes the text out of the buffer. */
static void add_fact_taken(const struct page_part *part, const char *label,
			   struct strbuf *text)
{
	add_fact(part->out, label, strbuf_part(part->out, text));
	strbuf_done(text);
}

static void add_told(const struct page_part *part)
{
	const struct run_record *record = &part->view->record;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	add_fact(part->out, "inside", record->info.inside);
	if (record->import) {
		told_import(record->import, &text);
		add_fact_taken(part, "read from a log of", &text);
	}
	for (size_t i = 0; i < record->work_count && i < WORKS_SHOWN; i++) {
		told_amount(&record->works[i], &text);
		strbuf_add(&text, ": ");
		told_per_unit(part->view, &record->works[i], &text);
		add_fact_taken(part, "did", &text);
	}
}

static void add_facts(const struct page_part *part)
{
	const struct run_record *record = &part->view->record;
	CLEANUP(strbuf_done) struct strbuf tag = STRBUF_INIT;
	struct strbuf *out = part->out;

	strbuf_add(out, "<ul class=\"facts\">\n<li>");
	page_state_words(out, &record->info);
	strbuf_add(out, "</li>\n");
	add_started(out, &record->info);
	add_fact(out, "place", phrase_zone(part->view));
	add_fact(out, "project", record->info.project);
	add_fact(out, "experiment", record->info.experiment);
	for (size_t i = 0; i < record->tag_count; i++) {
		strbuf_done(&tag);
		strbuf_printf(&tag, "%s=%s", record->tags[i].key, record->tags[i].value);
		add_fact(out, "tag", strbuf_part(out, &tag));
	}
	add_told(part);
	strbuf_add(out, "</ul>\n");
}

/* What another tracker says, beside our numbers of the same run. */
static void add_figures(const struct page_part *part)
{
	const struct run_import *import = part->view->record.import;
	struct strbuf *out = part->out;
	char text[64];

	if (!import || import->figure_count == 0)
		return;
	strbuf_add(out, "<details>\n<summary>What the log&#39;s own tool says</summary>\n"
			"<table class=\"keys\"><tbody>\n");
	for (size_t i = 0; i < import->figure_count && i < FIGURES_SHOWN; i++) {
		const struct run_figure *own = &import->figures[i];

		strbuf_add(out, "<tr><th scope=\"row\">");
		html_name(out, own->name);
		strbuf_add(out, "</th><td>");
		(void)snprintf(text, sizeof text, "%.6g %s", own->value, own->unit);
		html_text(out, isfinite(own->value) ? text : "not known");
		strbuf_add(out, "</td></tr>\n");
	}
	strbuf_add(out, "</tbody></table>\n</details>\n");
}

/* --- the headline ------------------------------------------------------------------------- */

static void begin_card(struct strbuf *out, const char *label, bool first)
{
	strbuf_printf(out, "<div class=\"card%s\">\n<p class=\"label\">%s",
		      first ? " lead-card" : "", label);
}

static void add_value(const struct page_part *part, const struct quantity *quantity,
		      enum number_unit unit)
{
	struct strbuf *out = part->out;

	if (!quantity->known) {
		strbuf_add(out, "</p>\n<p class=\"value unknown\">not known</p>\n");
		return;
	}
	strbuf_add(out, "</p>\n<p class=\"value\">");
	page_big_number(out, quantity->value, unit);
	strbuf_add(out, "</p>\n<p class=\"range\">");
	if (page_range(out, quantity, unit))
		strbuf_add(out, " <span class=\"faint\">95&nbsp;% interval</span>");
	else
		strbuf_add(out, "<span class=\"faint\">no interval is known</span>");
	strbuf_add(out, "</p>\n");
}

static void add_why(const struct page_part *part, const struct quantity *quantity,
		    const char *key)
{
	const char *reason = phrase_reason(part->view, quantity, key);

	strbuf_add(part->out, "Why: ");
	html_text(part->out, reason[0] ? reason : "no reason was kept");
	strbuf_add(part->out, ".");
}

static void add_energy_card(const struct page_part *part)
{
	const struct run_view *view = part->view;
	struct strbuf *out = part->out;
	char pue[NUMBER_TEXT_MAX];

	begin_card(out, "Energy at the facility", true);
	page_equation(out, 9);
	add_value(part, &view->facility_kwh, NUMBER_KWH);
	strbuf_add(out, "<p class=\"about\">");
	if (view->facility_kwh.known) {
		number_digits(view->pue.value.value, 3, pue, sizeof pue);
		strbuf_printf(out,
			      "This run&#39;s share of what processors, memory and "
			      "accelerators drew, times %s for the building (PUE). ",
			      pue);
		page_from(part);
	} else {
		add_why(part, &view->facility_kwh, "facility_kwh");
	}
	strbuf_add(out, "</p>\n</div>\n");
}

static void add_carbon_card(const struct page_part *part)
{
	const struct run_view *view = part->view;
	const struct factor *intensity = &view->intensity;
	struct strbuf *out = part->out;
	char number[NUMBER_TEXT_MAX];

	begin_card(out, "Carbon", false);
	page_equation(out, 10);
	add_value(part, &view->carbon_kg, NUMBER_CO2E);
	strbuf_add(out, "<p class=\"about\">");
	if (view->carbon_kg.known) {
		number_text(intensity->value.value, NUMBER_GPKWH, number, sizeof number);
		strbuf_printf(out, "%s of CO2e in the grid of ", number);
		html_name(out, intensity->zone[0] ? intensity->zone : phrase_zone(view));
		strbuf_add(out, view->in_time.covered_ratio > 0
					? ", as it was while the run went"
					: ", the mean of the year ");
		if (!(view->in_time.covered_ratio > 0))
			html_text(out, intensity->year_or_time);
		strbuf_add(out, ". Source: ");
		html_text(out, intensity->value.source);
		strbuf_add(out, ".");
	} else {
		add_why(part, &view->carbon_kg, "kg");
	}
	strbuf_add(out, "</p>\n</div>\n");
}

/* Over what was read: a gap is no time without power. NAN: not known. */
static double mean_power_w(const struct run_view *view)
{
	double seconds = (double)view->record.info.duration_ns / NS_PER_S_REAL;
	double sum_w = 0;

	if (!view->attributed_j.known || !(seconds > 0))
		return NAN;
	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *c = &view->components[i];

		if (c->what.counted && c->attributed_j.known && c->coverage_ratio > 0)
			sum_w += c->attributed_j.value / (seconds * c->coverage_ratio);
	}
	return sum_w;
}

static void add_time_card(const struct page_part *part)
{
	const struct run_view *view = part->view;
	const struct run_info *info = &view->record.info;
	double mean_w = mean_power_w(view);
	struct strbuf *out = part->out;
	char text[TIME_TEXT_MAX];
	char number[NUMBER_TEXT_MAX];

	begin_card(out, "Time", false);
	duration_text(info->duration_ns, text, sizeof text);
	strbuf_printf(out, "</p>\n<p class=\"value\">%s</p>\n<p class=\"range\">", text);
	if (isfinite(mean_w)) {
		number_text(mean_w, NUMBER_W, number, sizeof number);
		strbuf_printf(out, "%s <span class=\"faint\">mean power</span>", number);
	} else {
		strbuf_add(out, "<span class=\"faint\">mean power not known</span>");
	}
	strbuf_add(out, "</p>\n<p class=\"about\">");
	page_basis_badge(out, view);
	if (view->coverage_ratio >= 0) {
		number_percent(view->coverage_ratio, number, sizeof number);
		strbuf_printf(out, " Readings cover %s of the time.", number);
	}
	strbuf_add(out, "</p>\n</div>\n");
}

/* --- what is the matter ------------------------------------------------------------------- */

static void add_state_note(const struct page_part *part)
{
	const struct run_info *info = &part->view->record.info;
	struct strbuf *out = part->out;

	if (info->state == RUN_RUNNING)
		strbuf_add(out, "<p class=\"warn\">This run was still going on when the "
				"page was made: its numbers are so far.</p>\n");
	else if (info->state == RUN_INTERRUPTED)
		strbuf_add(out, "<p class=\"warn\">This run was interrupted: its numbers "
				"end with the last readings that were kept.</p>\n");
	else if (info->state == RUN_FAILED)
		strbuf_add(out, "<p class=\"warn\">This run failed. What it used counts "
				"all the same.</p>\n");
	if (phrase_basis(part->view) == BASIS_ESTIMATE)
		strbuf_add(out,
			   "<p class=\"warn\">No meter was read: every joule here is "
			   "a model&#39;s estimate, and its interval is wide.</p>\n");
}

void page_head(const struct page_part *part)
{
	struct strbuf *out = part->out;
	const struct run_info *info = &part->view->record.info;
	const char *tag = part->page->count > 1 ? "h2" : "h1";

	strbuf_printf(out, "<p class=\"eyebrow\">%s</p>\n<%s id=\"r%zu\">",
		      part->page->count > 1 ? "Run" : "Energy and carbon of a run", tag,
		      part->i);
	html_name(out, info->name[0] ? info->name : info->id);
	strbuf_printf(out, "</%s>\n", tag);
	add_facts(part);
	add_state_note(part);
	strbuf_add(out, "<div class=\"headline\">\n");
	add_energy_card(part);
	add_carbon_card(part);
	add_time_card(part);
	strbuf_add(out, "</div>\n");
	add_figures(part);
	page_alike(out, &part->run->alike);
}
