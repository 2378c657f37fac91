/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statement as Markdown: the sentence, how its numbers came about; in the long one a table
 * of them and references. A paragraph is one line. What comes from outside has every character escaped
 * that means something to CommonMark, GitHub's tables, links and formulas, or HTML.
 */
#include <string.h>
#include <strings.h>

#include "report/number.h"
#include "report/shown.h"
#include "report/statement-words.h"

/* An address on its own becomes a link: "://", "www." and "@" must not stay as they are. */
static bool is_link(const char *p)
{
	return strncmp(p, "://", 3) == 0 ||
	       (strncmp(p, ".", 1) == 0 && strncasecmp(p - 3, "www", 3) == 0);
}

static void add_escaped(struct strbuf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '<')
			strbuf_add(out, "&lt;");
		else if (*p == '>')
			strbuf_add(out, "&gt;");
		else if (*p == '&')
			strbuf_add(out, "&amp;");
		else if (strchr("\\`*_[]|~$@#!", *p) || (p - text >= 3 && is_link(p)))
			strbuf_printf(out, "\\%c", *p);
		else
			strbuf_add_bytes(out, p, 1);
	}
}

static void add_safe(struct strbuf *out, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf seen = STRBUF_INIT;

	shown_add(&seen, text);
	add_escaped(out, strbuf_part(out, &seen));
}

static void add_taken(struct strbuf *out, const struct strbuf *text)
{
	add_safe(out, strbuf_part(out, text));
}

static void row(struct strbuf *out, const char *name, const struct strbuf *value)
{
	if (strbuf_part(out, value)[0] == '\0')
		return;
	strbuf_printf(out, "| %s | ", name);
	add_taken(out, value);
	strbuf_add(out, " |\n");
}

static void row_quantity(const struct statement *s, struct strbuf *out, const char *name,
			 const struct quantity *quantity, const char *unit)
{
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT;

	statement_quantity(s, quantity, unit, &value);
	if (quantity->known)
		strbuf_printf(&value, ", %s", kind_text(quantity->kind));
	row(out, name, &value);
}

static void row_each(const struct statement *s, struct strbuf *out, const char *name,
		     statement_of_run of)
{
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT;

	statement_each(s, of, &value);
	row(out, name, &value);
}

static void row_cost(struct strbuf *out, const char *name, const struct cost *cost)
{
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT;

	if (!cost->usd.known)
		return;
	statement_dollars(&cost->usd, &value);
	if (cost->dollars_of > 0)
		strbuf_printf(&value, ", dollars of %d", cost->dollars_of);
	if (cost->usd_per_t.value.source[0] != '\0')
		strbuf_printf(&value, ", %s", cost->usd_per_t.value.source);
	row(out, name, &value);
}

static void row_text(struct strbuf *out, const char *name, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf value = STRBUF_INIT;

	strbuf_add(&value, text);
	row(out, name, &value);
}

static void pue_of(const struct run_view *view, struct strbuf *out)
{
	char value[NUMBER_TEXT_MAX];

	if (!view->pue.value.known)
		return;
	number_digits(view->pue.value.value, 3, value, sizeof value);
	strbuf_printf(out, "%s, %s", value, kind_text(view->pue.value.kind));
}

static void add_coverage(const struct statement *s, struct strbuf *out)
{
	double least = statement_coverage(s);
	char percent[NUMBER_TEXT_MAX];

	if (least < 0)
		return;
	number_percent(least, percent, sizeof percent);
	row_text(out, "Coverage of the time", percent);
}

static void add_table(const struct statement *s, struct strbuf *out)
{
	struct quantity kwh = statement_kwh_of(&s->total.attributed_j);
	struct quantity intensity = statement_intensity(s);

	strbuf_add(out, "| | |\n|---|---|\n");
	if (!s->given)
		row_quantity(s, out, "Energy of the components", &kwh, "kWh");
	row_each(s, out, "PUE", pue_of);
	row_quantity(s, out, "Energy of the facility", &s->total.facility_kwh, "kWh");
	row_quantity(s, out, "Carbon intensity", &intensity, "gCO2e/kWh");
	row_quantity(s, out, "Carbon", &s->total.carbon_kg, "kg of CO2eq");
	if (s->marginal_kg.known)
		row_quantity(s, out, "Carbon, marginal", &s->marginal_kg, "kg of CO2eq");
	row_cost(out,
		 strcmp(s->cost_country.usd_per_t.country, "WLD") == 0
			 ? "Social cost, worldwide"
			 : "Social cost, the country's",
		 &s->cost_country);
	row_cost(out, "Social cost, global", &s->cost_global);
	row_text(out, "Boundary", s->given ? "as given" : "facility");
	add_coverage(s, out);
}

static void add_paragraphs(const struct statement *s, struct statement_parts parts,
			   struct strbuf *out)
{
	size_t i = 0;

	while (i < parts.count) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		do
			parts.list[i++].say(s, &text);
		while (i < parts.count && !parts.list[i].begins);
		if (strbuf_part(out, &text)[0] == '\0')
			continue;
		strbuf_add(out, "\n");
		add_taken(out, &text);
		strbuf_add(out, "\n");
	}
}

static void add_references(const struct statement *s, struct strbuf *out)
{
	struct statement_cite cites[STATEMENT_CITES_MAX];
	size_t count = statement_cites(s, TOPIC_ALL, cites);

	strbuf_add(out, "\n");
	for (size_t i = 0; i < count; i++)
		strbuf_printf(out, "- %s\n", cites[i].plain);
}

static void write_markdown(const struct statement *s, const struct report_opts *opts,
			   struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf headline = STRBUF_INIT;

	(void)locale;
	statement_say_headline(s, &headline);
	strbuf_add(out, "## Carbon impact statement\n\n");
	add_taken(out, &headline);
	strbuf_add(out, "\n");
	if (opts->wordy) {
		strbuf_add(out, "\n");
		add_table(s, out);
	}
	add_paragraphs(s, statement_parts(opts), out);
	if (opts->wordy)
		add_references(s, out);
}

const struct statement_form statement_markdown = { .name = "markdown",
						   .write = write_markdown };
