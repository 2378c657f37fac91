/* SPDX-License-Identifier: Apache-2.0 */
/* How good the figures are, in words. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/html.h"
#include "report/page-part.h"
#include "report/phrase.h"

#define GAPS_SHOWN 30
#define ALL        0.9995

static void add_coverage(const struct page_part *part)
{
	const struct run_view *view = part->view;
	struct strbuf *out = part->out;
	char percent[NUMBER_TEXT_MAX];

	strbuf_add(out, "<tr><th scope=\"row\">Coverage</th><td>");
	if (view->coverage_ratio < 0) {
		strbuf_add(out, "Not known: no component was counted.</td></tr>\n");
		return;
	}
	number_percent(view->coverage_ratio, percent, sizeof percent);
	strbuf_printf(out,
		      "Readings cover %s of the time of the component that was "
		      "covered least. ",
		      percent);
	strbuf_add(out, view->record.gap_count == 0
				? "There is no gap."
				: "What was not read is in no figure: it only lowers "
				  "the coverage and widens the interval.");
	page_equation(out, 12);
	strbuf_add(out, "</td></tr>\n");
}

static void add_samples(const struct page_part *part)
{
	const struct run_info *info = &part->view->record.info;
	struct strbuf *out = part->out;

	strbuf_printf(out, "<tr><th scope=\"row\">Readings</th><td>%u taken, %u missed",
		      info->samples, info->missed);
	if (info->period_ns > 0)
		strbuf_printf(out, ", one every %g s", (double)info->period_ns / 1e9);
	strbuf_add(out, ".</td></tr>\n");
}

static void add_basis(const struct page_part *part)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	struct strbuf *out = part->out;
	enum basis basis = phrase_basis(part->view);

	strbuf_add(out, "<tr><th scope=\"row\">How it is known</th><td>");
	if (basis == BASIS_NOTHING) {
		strbuf_add(out, "Nothing was counted.</td></tr>\n");
		return;
	}
	phrase_domains(part->view, true, &text);
	if (text.len > 0) {
		strbuf_add(out, "Measured by ");
		html_text(out, strbuf_part(out, &text));
		strbuf_add(out, ". ");
		strbuf_done(&text);
	}
	if (basis != BASIS_MEASURED) {
		phrase_domains(part->view, false, &text);
		strbuf_add(out, "Modelled by ");
		html_text(out, strbuf_part(out, &text));
		strbuf_add(out, ": an estimate, not a measurement.");
	}
	strbuf_add(out, "</td></tr>\n");
}

static void add_factor(const struct page_part *part, const char *name,
		       const struct factor *factor, enum number_unit unit)
{
	struct strbuf *out = part->out;

	strbuf_printf(out, "<tr><th scope=\"row\">%s</th><td>", name);
	page_number(out, &factor->value, unit);
	if (factor->value.known)
		strbuf_printf(out, ", %s", kind_text(factor->value.kind));
	if (factor->value.source[0] != '\0') {
		strbuf_add(out, ": ");
		html_text(out, factor->value.source);
	}
	if (factor->basis[0] != '\0') {
		strbuf_add(out, " (");
		html_text(out, factor->basis);
		strbuf_add(out, ")");
	}
	if (factor->why[0] != '\0') {
		strbuf_add(out, "; ");
		html_text(out, factor->why);
	}
	strbuf_add(out, ".</td></tr>\n");
}

static void add_time_parts(const struct page_part *part)
{
	const struct in_time *parts = &part->view->in_time;
	struct strbuf *out = part->out;
	char percent[NUMBER_TEXT_MAX];

	if (!part->view->intensity.value.known)
		return;
	strbuf_add(out, "<tr><th scope=\"row\">The grid in time</th><td>");
	if (!(parts->covered_ratio > 0)) {
		strbuf_add(out, "No intensity of the run&#39;s own time is known: the "
				"mean of a year stands for all of it.</td></tr>\n");
		return;
	}
	number_percent(parts->covered_ratio, percent, sizeof percent);
	if (parts->covered_ratio >= ALL)
		strbuf_add(out,
			   "All of the energy is weighed with the intensity of its own "
			   "time");
	else
		strbuf_printf(out,
			      "%s of the energy is weighed with the intensity of its own "
			      "time, the rest with the yearly mean",
			      percent);
	number_percent(parts->estimated_ratio, percent, sizeof percent);
	if (parts->estimated_ratio > 0)
		strbuf_printf(out, "; for %s the provider had an estimate", percent);
	number_percent(parts->forecast_ratio, percent, sizeof percent);
	if (parts->forecast_ratio > 0)
		strbuf_printf(out, "; for %s only a forecast", percent);
	strbuf_add(out, ".</td></tr>\n");
}

static void add_place(const struct page_part *part)
{
	const struct place *place = &part->view->place;
	struct strbuf *out = part->out;

	strbuf_add(out, "<tr><th scope=\"row\">The place</th><td>");
	html_name(out, phrase_zone(part->view));
	strbuf_add(out, ", known by: ");
	html_text(out, place->how[0] ? place->how : "nothing");
	if (place->from[0] != '\0' && strcmp(place->from, place->how) != 0) {
		strbuf_add(out, " (");
		html_text(out, place->from);
		strbuf_add(out, ")");
	}
	if (place->note[0] != '\0') {
		strbuf_add(out, "; ");
		html_text(out, place->note);
	}
	strbuf_add(out, ".</td></tr>\n");
}

/* --- warnings and gaps -------------------------------------------------------------------- */

static void add_warnings(const struct page_part *part)
{
	const struct run_record *record = &part->view->record;
	struct strbuf *out = part->out;

	if (record->warning_count == 0)
		return;
	page_subheading(part, "Warnings");
	strbuf_add(out, "<div class=\"warn\"><ul>\n");
	for (size_t i = 0; i < record->warning_count; i++) {
		strbuf_add(out, "<li>");
		html_text(out, record->warnings[i].text);
		strbuf_add(out, "</li>\n");
	}
	strbuf_add(out, "</ul></div>\n");
}

static void add_gap(struct strbuf *out, const struct run_record *record,
		    const struct gap *gap)
{
	double from_s = (double)gap->from_ns / 1e9;
	double to_s = (double)gap->to_ns / 1e9;

	strbuf_add(out, "<tr><th scope=\"row\">");
	html_name(out, gap->domain < record->domain_count
			       ? record->domains[gap->domain].domain.id
			       : "unknown domain");
	strbuf_printf(out, "</th><td class=\"num\" data-v=\"%.6g\">", from_s);
	page_at(out, from_s);
	strbuf_printf(out, "</td><td class=\"num\" data-v=\"%.6g\">", to_s - from_s);
	page_at(out, to_s - from_s);
	strbuf_printf(out, "</td><td>%s</td></tr>\n", gap_why_text(gap->why));
}

static void add_gaps(const struct page_part *part)
{
	const struct run_record *record = &part->view->record;
	struct strbuf *out = part->out;

	if (record->gap_count == 0)
		return;
	page_subheading(part, "Gaps");
	strbuf_add(out, "<div class=\"scroll\" role=\"group\" aria-label=\"Gaps\">"
			"<table class=\"sortable\"><thead><tr>"
			"<th scope=\"col\">component</th>"
			"<th scope=\"col\" class=\"num\">from</th>"
			"<th scope=\"col\" class=\"num\">time</th>"
			"<th scope=\"col\">why</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < record->gap_count && i < GAPS_SHOWN; i++)
		add_gap(out, record, &record->gaps[i]);
	strbuf_add(out, "</tbody></table></div>\n");
	if (record->gap_count > GAPS_SHOWN)
		strbuf_printf(out,
			      "<p class=\"faint\">And %zu more: <code>gramme show ID "
			      "--json</code> has them all.</p>\n",
			      record->gap_count - GAPS_SHOWN);
}

void page_quality(const struct page_part *part)
{
	struct strbuf *out = part->out;

	page_heading(part, "quality", "How sure that is");
	strbuf_add(out, "<table class=\"keys\"><tbody>\n");
	add_basis(part);
	add_coverage(part);
	add_samples(part);
	add_place(part);
	add_factor(part, "Carbon intensity", &part->view->intensity, NUMBER_GPKWH);
	add_time_parts(part);
	add_factor(part, "PUE", &part->view->pue, NUMBER_PLAIN);
	strbuf_add(out, "</tbody></table>\n");
	add_warnings(part);
	add_gaps(part);
}
