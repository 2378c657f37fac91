/* SPDX-License-Identifier: Apache-2.0 */
/* The page of a group: of the whole site, a project, an experiment, a group of a spec. */
#include "report/appendix-page.h"

#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/html.h"
#include "report/number.h"
#include "report/page-part.h"
#include "report/phrase.h"
#include "report/shown.h"
#include "report/statement.h"

/* --- the head ----------------------------------------------------------------------------- */

static const char *kind_words(const struct appendix_group *group)
{
	static const char *const words[] = {
		[APPENDIX_SITE] = "Energy appendix",
		[APPENDIX_PROJECT] = "Project",
		[APPENDIX_EXPERIMENT] = "Experiment",
		[APPENDIX_GROUP] = "Group",
	};

	return words[group->kind];
}

static void add_fact(struct strbuf *out, const char *what, const char *text)
{
	strbuf_printf(out, "<li><span class=\"faint\">%s</span> %s</li>\n", what, text);
}

static void add_days(const struct statement *s, struct strbuf *out)
{
	char first[TIME_TEXT_MAX];
	char last[TIME_TEXT_MAX];
	char text[2 * TIME_TEXT_MAX + 8];

	time_text(s->from_unix_ns, first, sizeof first);
	time_text(s->to_unix_ns, last, sizeof last);
	first[10] = last[10] = '\0';
	if (strcmp(first, last) == 0)
		(void)snprintf(text, sizeof text, "%s", first);
	else
		(void)snprintf(text, sizeof text, "%s to %s", first, last);
	add_fact(out, "days (UTC)", text);
}

static void add_facts(const struct appendix_page *page, struct strbuf *out)
{
	const struct statement *s = &page->statement;
	CLEANUP(strbuf_done) struct strbuf count = STRBUF_INIT;
	char text[TIME_TEXT_MAX];

	strbuf_add(out, "<ul class=\"facts\">\n<li>");
	appendix_count(page->group, &count);
	strbuf_add(out, strbuf_part(out, &count));
	strbuf_add(out, "</li>\n");
	if (s->count > 0) {
		add_days(s, out);
		duration_text(s->duration_ns, text, sizeof text);
		add_fact(out, "time of all runs", text);
		(void)snprintf(text, sizeof text, "%zu", s->machines);
		add_fact(out, "machines", text);
	}
	strbuf_add(out, "</ul>\n");
}

static void add_head(const struct appendix_page *page, struct strbuf *out)
{
	const struct appendix_group *group = page->group;
	size_t own = (size_t)(group - page->site->groups);

	strbuf_add(out, "<header>\n<p class=\"eyebrow\">");
	if (own != APPENDIX_TOP) {
		appendix_way(page->site, own, appendix_root(group->file), false, out);
		strbuf_add(out, " › ");
	}
	strbuf_printf(out, "%s</p>\n<h1>", kind_words(group));
	html_name(out, appendix_title(group));
	strbuf_add(out, "</h1>\n");
	if (group->description[0]) {
		strbuf_add(out, "<p class=\"lead\"><bdi>");
		html_text(out, group->description);
		strbuf_add(out, "</bdi></p>\n");
	}
	add_facts(page, out);
	strbuf_add(out, "</header>\n");
}

/* --- what it comes to --------------------------------------------------------------------- */

static void add_card(struct strbuf *out, const char *label,
		     const struct quantity *quantity, enum number_unit unit,
		     const char *about)
{
	strbuf_printf(out, "<div class=\"card\">\n<p class=\"label\">%s</p>\n", label);
	if (quantity->known) {
		strbuf_add(out, "<p class=\"value\">");
		page_big_number(out, quantity->value, unit);
		strbuf_add(out, "</p>\n<p class=\"range\">");
		if (page_range(out, quantity, unit))
			strbuf_add(out, " <span class=\"faint\">95&nbsp;%</span>");
		strbuf_add(out, "</p>\n");
	} else {
		strbuf_add(out, "<p class=\"value unknown\">not known</p>\n");
	}
	strbuf_printf(out, "<p class=\"about\">%s</p>\n</div>\n", about);
}

static void add_headline(const struct appendix_page *page, struct strbuf *out)
{
	const struct total *total = &page->statement.total;

	strbuf_add(out, "<div class=\"headline\">\n");
	add_card(out, "Energy at the facility", &total->facility_kwh, NUMBER_KWH,
		 "All runs together: their part of the machine, times PUE.");
	add_card(out, "Carbon", &total->carbon_kg, NUMBER_CO2E,
		 "All runs together, by the average intensity of place and time.");
	add_card(out, "Energy attributed", &total->attributed_j, NUMBER_J,
		 "All runs together, of the counted components alone.");
	strbuf_add(out, "</div>\n");
}

static void add_lost(const struct appendix_page *page, struct strbuf *out)
{
	const struct quantity *lost = &page->statement.lost.facility_kwh;
	size_t failed = page->group->failed;
	char energy[NUMBER_TEXT_MAX];

	if (failed == 0)
		return;
	strbuf_printf(out, "<p class=\"warn\">%zu of %zu runs failed or %s interrupted. ",
		      failed, page->group->run_count, failed == 1 ? "was" : "were");
	number_quantity(lost, NUMBER_KWH, energy, sizeof energy);
	if (lost->known)
		strbuf_printf(
			out,
			"Their energy, %s at the facility, is in the totals, not in "
			"the means.</p>\n",
			energy);
	else
		strbuf_add(out, "What they used is not known.</p>\n");
}

static void add_unknown(const struct appendix_page *page, struct strbuf *out)
{
	const struct total *total = &page->statement.total;

	if (total->unknown_energy > 0)
		strbuf_printf(out,
			      "<p class=\"warn\">Of %zu of %zu runs the energy is not "
			      "known: they are in no total and no mean of it.</p>\n",
			      total->unknown_energy, page->group->run_count);
	if (total->unknown_carbon > total->unknown_energy)
		strbuf_printf(out,
			      "<p class=\"warn\">Of %zu of %zu runs the carbon is not "
			      "known: they are not in its total.</p>\n",
			      total->unknown_carbon, page->group->run_count);
	if (page->group->running > 0)
		strbuf_printf(out,
			      "<p class=\"warn\">%zu of %zu runs had not ended: what "
			      "they used until now is in the totals, not in the "
			      "means.</p>\n",
			      page->group->running, page->group->run_count);
}

static void add_left_out(const struct appendix_page *page, struct strbuf *out)
{
	if (page->group != &page->site->groups[APPENDIX_TOP] || page->site->left_out == 0)
		return;
	strbuf_printf(out,
		      "<p class=\"warn\">%zu more runs were selected that no group of "
		      "the spec takes: they are not on this site, nor in its "
		      "totals.</p>\n",
		      page->site->left_out);
}

static void add_unread(const struct appendix_group *group, struct strbuf *out)
{
	if (group->unread == 0)
		return;
	strbuf_add(out, "<p class=\"warn\">");
	phrase_count(out, group->unread, "run", "runs");
	strbuf_printf(out, " could not be read: %s on no page, nor in any total.</p>\n",
		      group->unread == 1 ? "it is" : "they are");
}

/* --- the parts ---------------------------------------------------------------------------- */

static void add_rows(const struct appendix_page *page, struct strbuf *out)
{
	static const char *const words[] = {
		[APPENDIX_SITE] = "Groups",
		[APPENDIX_PROJECT] = "Projects",
		[APPENDIX_EXPERIMENT] = "Experiments",
		[APPENDIX_GROUP] = "Groups",
	};

	if (page->row_count == 0)
		return;
	strbuf_printf(out, "<section>\n<h2>%s</h2>\n", words[page->rows[0].group->kind]);
	appendix_rows_table(page, out);
	strbuf_add(out, "</section>\n");
}

static void add_plots(const struct appendix_page *page, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf plots = STRBUF_INIT;

	appendix_plots(page, &plots);
	if (strbuf_part(out, &plots)[0] == '\0')
		return;
	strbuf_add(out, "<section>\n<h2>At a glance</h2>\n");
	strbuf_add(out, plots.text);
	strbuf_add(out, "</section>\n");
}

static void add_runs(const struct appendix_page *page, struct strbuf *out)
{
	if (page->loose_count == 0)
		return;
	strbuf_printf(out, "<section>\n<h2>%s</h2>\n",
		      page->row_count > 0 ? "Runs in none of these" : "Runs");
	if (page->row_count > 0)
		strbuf_add(out, "<p class=\"soft\">They are in the totals above, and in "
				"no row.</p>\n");
	appendix_runs_table(page, page->loose, page->loose_count, out);
	strbuf_add(out, "</section>\n");
}

static void add_differences(const struct appendix_page *page, bool software,
			    const char *heading, struct strbuf *out)
{
	bool begun = false;

	for (size_t i = 0; i < page->difference_count; i++) {
		const struct appendix_difference *own = &page->differences[i];

		if (own->software != software)
			continue;
		if (!begun)
			strbuf_printf(
				out,
				"<h3>%s</h3>\n<div class=\"scroll\" role=\"region\" "
				"aria-label=\"%s that differs\">\n"
				"<table class=\"keys\">\n<tbody>\n",
				heading, heading);
		begun = true;
		strbuf_add(out, "<tr><th scope=\"row\">");
		html_name(out, own->what);
		strbuf_add(out, "</th><td><bdi>");
		html_text(out, own->text);
		strbuf_add(out, "</bdi></td></tr>\n");
	}
	strbuf_add(out, begun ? "</tbody>\n</table>\n</div>\n" : "");
}

static void add_alike(const struct appendix_page *page, struct strbuf *out)
{
	if (page->row_count > 0 || page->group->run_count < 2)
		return;
	strbuf_add(out, "<section>\n<h2>Were the runs alike?</h2>\n");
	if (page->difference_count == 0)
		strbuf_add(out, "<p>Yes, as far as was recorded: the same hardware and "
				"software in all of them.</p>\n");
	else
		strbuf_add(out, "<p class=\"soft\">Not in all. What differs may be why "
				"their figures do.</p>\n");
	add_differences(page, false, "Hardware", out);
	add_differences(page, true, "Software", out);
	if (page->differences_left_out > 0)
		strbuf_printf(out,
			      "<p class=\"soft\">%zu more differences are not listed; "
			      "each run&#39;s JSON has all that was recorded.</p>\n",
			      page->differences_left_out);
	strbuf_add(out, "</section>\n");
}

static void add_statement(const struct appendix_page *page, struct strbuf *out)
{
	const struct statement_form *form = statement_find("text");
	const struct report_opts opts = { .width = 0 };
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (!form || page->statement.count == 0)
		return;
	form->write(&page->statement, &opts, &text);
	strbuf_add(out, "<section>\n<h2>Statement</h2>\n<div class=\"copyable\">\n"
			"<p class=\"about\">To copy into a paper; <code>gramme "
			"statement</code> has it in other forms.</p>\n"
			"<pre id=\"statement\">");
	html_text(out, strbuf_part(out, &text));
	strbuf_add(out, "</pre>\n<button class=\"button\" data-copy=\"statement\" "
			"hidden>Copy</button>\n</div>\n</section>\n");
}

static void add_data_link(struct strbuf *out, const struct appendix_group *group,
			  const char *ending, const char *words)
{
	strbuf_printf(out, "<li><a href=\"%sdata/%s%s\">%s</a></li>\n",
		      appendix_root(group->file), group->file, ending, words);
}

static void add_data(const struct appendix_page *page, struct strbuf *out)
{
	strbuf_add(out, "<section>\n<h2>Data</h2>\n<ul>\n");
	add_data_link(out, page->group, ".csv", "a row a run, as CSV");
	if (page->row_count > 0)
		add_data_link(out, page->group, "-summary.csv",
			      "a row a group and variable, as CSV");
	add_data_link(out, page->group, ".json", "all of this page, as JSON");
	strbuf_add(out, "</ul>\n</section>\n");
}

static void add_foot(const struct appendix_page *page, struct strbuf *out)
{
	char written[TIME_TEXT_MAX];

	strbuf_add(out, "<footer>\n<p>");
	html_text(out, page->site->generator);
	if (page->statement.count > 0) {
		time_text(page->statement.written_unix_ns, written, sizeof written);
		strbuf_printf(out, ", method %s, tables of %s, written %.10s.",
			      page->statement.method, page->statement.data_version,
			      written);
	}
	strbuf_add(out, " Means are of finished runs; ± is the standard error of the "
			"mean; totals have a 95&nbsp;% interval. Nothing on these pages "
			"is loaded from elsewhere.</p>\n</footer>\n");
}

void appendix_group_html(const struct appendix_page *page, struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	const struct html_page html = {
		.title = appendix_title(page->group),
		.root = appendix_root(page->group->file),
		.generator = page->site->generator,
	};

	(void)locale;
	html_begin(out, &html);
	add_head(page, out);
	if (page->group->run_count > 0) {
		add_headline(page, out);
		add_lost(page, out);
		add_unknown(page, out);
	} else {
		strbuf_add(out, "<p class=\"warn\">No run is in this group.</p>\n");
	}
	add_left_out(page, out);
	add_unread(page->group, out);
	add_rows(page, out);
	if (page->row_count == 0)
		add_runs(page, out);
	add_plots(page, out);
	if (page->row_count > 0)
		add_runs(page, out);
	add_alike(page, out);
	add_statement(page, out);
	add_data(page, out);
	add_foot(page, out);
	html_end(out, &html);
}
