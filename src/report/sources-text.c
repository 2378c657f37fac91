/* SPDX-License-Identifier: Apache-2.0 */
/* sources-view for people: gramme sources and gramme doctor. */
#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/shown.h"
#include "report/sources-view.h"

#define NAME_COLUMNS   10
#define STATUS_COLUMNS 9
#define ASK_COLUMNS    8
#define INDENT         4
#define ID_COLUMNS     16

static enum ink ink_of(enum sources_status status)
{
	switch (status) {
	case SOURCES_OK:
		return INK_GOOD;
	case SOURCES_PARTLY:
	case SOURCES_DENIED:
		return INK_WARN;
	case SOURCES_FAILED:
		return INK_BAD;
	case SOURCES_NONE:
	case SOURCES_ABSENT:
	case SOURCES_UNTRIED:
		break;
	}
	return INK_FAINT;
}

static void add_paragraph(const struct report_opts *opts, const char *text, size_t indent,
			  struct strbuf *out)
{
	strbuf_printf(out, "%*s", (int)indent, "");
	shown_wrap(out, text, indent, shown_columns(opts));
}

/* A line to be copied is never broken. */
static void add_fix(const char *fix, struct strbuf *out)
{
	if (fix[0] == '\0')
		return;
	strbuf_printf(out, "%*sfix: ", INDENT, "");
	shown_add(out, fix);
	strbuf_add(out, "\n");
}

static void add_head(const struct source_view *row, const struct report_opts *opts,
		     struct strbuf *out)
{
	char status[16];

	(void)snprintf(status, sizeof status, "%-*s", STATUS_COLUMNS,
		       sources_status_text(row->status));
	shown_cell(out, row->name, NAME_COLUMNS, SHOWN_LEFT);
	ink_add(out, opts, ink_of(row->status), status);
	shown_wrap(out, row->about, NAME_COLUMNS + STATUS_COLUMNS, shown_columns(opts));
	if (row->status == SOURCES_OK || row->text[0] == '\0')
		return;
	add_paragraph(opts, row->text, INDENT, out);
	add_fix(row->fix, out);
}

/* The power where it is known, else where the counter stands, else nothing. */
static void add_reading(const struct sources_domain *domain, struct strbuf *out)
{
	char number[NUMBER_TEXT_MAX] = "no value";

	if (domain->has_power)
		number_text((double)domain->power_uw / 1e6, NUMBER_W, number,
			    sizeof number);
	else if (domain->has_energy)
		number_text((double)domain->energy_uj / 1e6, NUMBER_J, number,
			    sizeof number);
	shown_cell(out, number, 9, SHOWN_RIGHT);
}

static void add_domain(const struct sources_domain *domain,
		       const struct report_opts *opts, struct strbuf *out)
{
	const char *words = domain->label;

	if (!domain->chosen)
		words = domain->reason[0] ? domain->reason : "not counted";
	ink_add(out, opts, domain->chosen ? INK_GOOD : INK_NONE,
		domain->chosen ? "  * " : "    ");
	shown_cell(out, domain->id, ID_COLUMNS, SHOWN_LEFT);
	strbuf_printf(out, "  %-6s  %-9s  %-8s  ", family_text(domain->family),
		      boundary_text(domain->boundary), kind_text(domain->kind));
	add_reading(domain, out);
	if (words[0] != '\0') {
		strbuf_add(out, "  ");
		shown_add(out, words);
	}
	strbuf_add(out, "\n");
}

void sources_text(const struct sources_view *view, const struct report_opts *opts,
		  struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	if (view->machine[0] != '\0') {
		shown_add(out, view->machine);
		strbuf_add(out, "\n\n");
	}
	for (size_t i = 0; i < view->source_count; i++) {
		add_head(&view->source[i], opts, out);
		for (size_t k = 0; k < view->domain_count; k++)
			if (view->domain[k].source == i)
				add_domain(&view->domain[k], opts, out);
	}
	strbuf_add(out, "\n* is counted in a run's energy\n");
	if (view->activity_count == 0)
		return;
	ink_add(out, opts, INK_STRONG, "\nwho used the machine\n");
	for (size_t i = 0; i < view->activity_count; i++)
		add_head(&view->activity[i], opts, out);
}

static bool is_metered(const struct sources_domain *domain)
{
	return domain->kind == KIND_MEASURED || domain->kind == KIND_DERIVED;
}

/* "package-0, dram-0 (powercap)": what is chosen of one source. */
static void add_chosen_of(const struct sources_view *view, size_t source, bool metered,
			  struct strbuf *text)
{
	size_t count = 0;

	for (size_t i = 0; i < view->domain_count; i++) {
		const struct sources_domain *domain = &view->domain[i];

		if (!domain->chosen || domain->source != source ||
		    is_metered(domain) != metered)
			continue;
		strbuf_printf(text, "%s%s", text->len ? ", " : "", domain->id);
		count++;
	}
	if (count > 0)
		strbuf_printf(text, " (%s)", view->source[source].name);
}

static void add_chosen(const struct sources_view *view, bool metered, struct strbuf *text)
{
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT;

	for (size_t i = 0; i < view->source_count; i++)
		add_chosen_of(view, i, metered, &names);
	strbuf_add(text, strbuf_part(text, &names));
	text->failed |= names.failed;
}

static void add_verdict(const struct sources_view *view, const struct report_opts *opts,
			struct strbuf *out)
{
	static const struct {
		const char *words;
		enum ink ink;
	} verdicts[] = {
		[SOURCES_MEASURED] = { "Energy here is measured", INK_GOOD },
		[SOURCES_IN_PART] = { "Energy here is measured in part", INK_WARN },
		[SOURCES_ESTIMATED] = { "Energy here will be estimated", INK_WARN },
		[SOURCES_UNKNOWN] = { "Energy here will not be known", INK_BAD },
	};
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	enum sources_verdict verdict = sources_verdict(view);
	size_t used = strlen(verdicts[verdict].words) + 2;
	size_t columns = shown_columns(opts);

	if (verdict == SOURCES_ESTIMATED)
		strbuf_add(&text, "no meter can be read; a model makes ");
	if (verdict == SOURCES_UNKNOWN)
		strbuf_add(&text, "no meter can be read and no model applies");
	add_chosen(view, verdict != SOURCES_ESTIMATED, &text);
	if (verdict == SOURCES_IN_PART) {
		strbuf_add(&text, "; a model makes ");
		add_chosen(view, false, &text);
	}
	ink_add(out, opts, verdicts[verdict].ink, verdicts[verdict].words);
	if (used + shown_width(strbuf_part(out, &text)) > columns)
		strbuf_printf(out, ":\n%*s", INDENT, "");
	else
		strbuf_add(out, ": ");
	shown_wrap(out, strbuf_part(out, &text), INDENT, columns);
	out->failed |= text.failed;
}

static bool is_trouble(enum sources_status status)
{
	return status == SOURCES_DENIED || status == SOURCES_FAILED ||
	       status == SOURCES_PARTLY;
}

static void add_troubles(const char *title, const struct source_view *rows, size_t count,
			 const struct report_opts *opts, struct strbuf *out)
{
	bool titled = false;

	for (size_t i = 0; i < count; i++) {
		if (!is_trouble(rows[i].status))
			continue;
		if (!titled) {
			strbuf_add(out, "\n");
			ink_add(out, opts, INK_STRONG, title);
			strbuf_add(out, "\n");
			titled = true;
		}
		add_head(&rows[i], opts, out);
	}
}

/* The rows of one status in one line: they need no attention. */
static void add_names(const struct sources_view *view, enum sources_status status,
		      const char *words, const struct report_opts *opts,
		      struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf names = STRBUF_INIT;

	for (size_t i = 0; i < view->source_count; i++)
		if (view->source[i].status == status)
			strbuf_printf(&names, "%s%s", names.len ? ", " : words,
				      view->source[i].name);
	if (strbuf_part(out, &names)[0] != '\0')
		shown_wrap(out, names.text, 0, shown_columns(opts));
	out->failed |= names.failed;
}

/* Who would be asked stands in full; who would not, in a word each. */
static void add_asks(const struct sources_view *view, const struct report_opts *opts,
		     struct strbuf *out)
{
	if (view->ask_count == 0)
		return;
	ink_add(out, opts, INK_STRONG, "\nnetwork\n");
	for (size_t i = 0; i < view->ask_count; i++) {
		const struct sources_ask *ask = &view->ask[i];
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		strbuf_add(out, "  ");
		shown_cell(out, ask->what, ASK_COLUMNS, SHOWN_LEFT);
		strbuf_add(out, "  ");
		strbuf_printf(&text, "%s%s%s%s: %s", ask->who, ask->host[0] ? " (" : "",
			      ask->host, ask->host[0] ? ")" : "", ask->text);
		shown_wrap(out, strbuf_part(out, &text), ASK_COLUMNS + 4,
			   shown_columns(opts));
	}
}

static void add_settings(const struct sources_view *view, const struct report_opts *opts,
			 struct strbuf *out)
{
	if (view->setting_count == 0)
		return;
	ink_add(out, opts, INK_STRONG, "\nsettings\n");
	for (size_t i = 0; i < view->setting_count; i++) {
		const struct sources_setting *setting = &view->setting[i];

		strbuf_add(out, "  ");
		shown_cell(out, setting->name, 14, SHOWN_LEFT);
		strbuf_add(out, "  ");
		shown_add(out, setting->value[0] ? setting->value : "not set");
		strbuf_add(out, "  (");
		shown_add(out, setting->from);
		strbuf_add(out, ")\n");
	}
}

void sources_doctor(const struct sources_view *view, const struct report_opts *opts,
		    struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	add_verdict(view, opts, out);
	add_troubles("could not be read", view->source, view->source_count, opts, out);
	add_troubles("who used the machine: could not be seen", view->activity,
		     view->activity_count, opts, out);
	strbuf_add(out, "\n");
	add_names(view, SOURCES_OK, "Read: ", opts, out);
	add_names(view, SOURCES_NONE, "This machine has no: ", opts, out);
	add_names(view, SOURCES_ABSENT, "Not compiled in: ", opts, out);
	add_asks(view, opts, out);
	add_settings(view, opts, out);
	if (view->advice[0] != '\0') {
		strbuf_add(out, "\n");
		add_paragraph(opts, view->advice, 0, out);
	}
}
