/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short summary after a run, on stderr: what a person wants to know before going on. A
 * word in the first column, eight columns in the rest. An estimate is called one before its
 * number is shown.
 */
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/number.h"
#include "report/phrase.h"
#include "report/report.h"
#include "report/shown.h"

#define LABEL_COLUMNS 8

struct page {
	const struct run_view *view;
	const struct report_opts *opts;
	struct strbuf *out;
};

static void label(const struct page *page, const char *word)
{
	char cell[LABEL_COLUMNS + 1];

	(void)snprintf(cell, sizeof cell, "%-*s", LABEL_COLUMNS, word);
	ink_add(page->out, page->opts, INK_STRONG, cell);
}

/* Takes the line out of the buffer, so that the next can be built in it. */
static void line(const struct page *page, const char *word, struct strbuf *text)
{
	label(page, word);
	shown_wrap(page->out, strbuf_part(page->out, text), LABEL_COLUMNS,
		   shown_columns(page->opts));
	strbuf_done(text);
}

static void add_head(const struct page *page)
{
	const struct run_info *info = &page->view->record.info;
	CLEANUP(strbuf_done) struct strbuf state = STRBUF_INIT;
	size_t id = shown_width(info->id);
	size_t room = shown_columns(page->opts) - LABEL_COLUMNS;
	size_t name = shown_width(info->name);
	size_t used;

	phrase_state(info, &state);
	strbuf_add(&state, "");
	used = 2 + state.len + 2 + id;
	if (state.failed) {
		page->out->failed = true;
		return;
	}
	label(page, "gramme");
	/* The id goes to the right edge; where it cannot, the name gives way, down to 8. */
	if (name + used > room)
		name = used + 8 < room ? room - used : 8;
	shown_cut(page->out, info->name, name);
	strbuf_printf(page->out, "  %s  ", state.text);
	if (name + used < room)
		strbuf_printf(page->out, "%*s", (int)(room - name - used), "");
	strbuf_done(&state);
	shown_add(&state, info->id);
	ink_add(page->out, page->opts, INK_FAINT, strbuf_part(page->out, &state));
	strbuf_add(page->out, "\n");
}

/* The line that must not be missed. */
static void add_estimate_mark(const struct page *page, enum basis basis)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	label(page, "energy");
	if (basis == BASIS_ESTIMATE) {
		ink_add(page->out, page->opts, INK_WARN, "ESTIMATE");
		strbuf_add(page->out,
			   ": no meter was read; a model's number, not a measurement\n");
		return;
	}
	ink_add(page->out, page->opts, INK_WARN, "PART ESTIMATE");
	strbuf_add(&text, ": no meter for ");
	phrase_estimated_families(page->view, &text);
	strbuf_add(&text, "; that part is a model's number\n");
	strbuf_add(page->out, strbuf_part(page->out, &text));
}

static void add_basis(const struct page *page, enum basis basis)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (basis == BASIS_MEASURED || basis == BASIS_PART) {
		strbuf_add(&text, "measured by ");
		phrase_domains(page->view, true, &text);
	}
	if (basis == BASIS_PART)
		strbuf_add(&text, "; ");
	if (basis == BASIS_ESTIMATE || basis == BASIS_PART) {
		strbuf_add(&text, "modelled by ");
		phrase_domains(page->view, false, &text);
	}
	line(page, "", &text);
}

static void add_reason(const struct page *page, const struct quantity *quantity,
		       const char *key, struct strbuf *text)
{
	const char *reason = phrase_reason(page->view, quantity, key);

	strbuf_printf(text, "not known%s%s", reason[0] ? ": " : "", reason);
}

static void add_beside(const struct page *page)
{
	const struct quantity *beside = &page->view->beside_j;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char number[NUMBER_TEXT_MAX];

	if (!beside->known)
		return;
	number_quantity(beside, NUMBER_J, number, sizeof number);
	strbuf_printf(&text, "beside it, estimated and not in the sum: %s (%s)", number,
		      beside->source);
	line(page, "", &text);
}

static void add_energy(const struct page *page)
{
	const struct run_view *view = page->view;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	enum basis basis = phrase_basis(view);
	bool marked = basis == BASIS_ESTIMATE || basis == BASIS_PART;
	char number[NUMBER_TEXT_MAX];

	if (marked)
		add_estimate_mark(page, basis);
	if (view->attributed_j.known) {
		number_quantity(&view->attributed_j, NUMBER_J, number, sizeof number);
		strbuf_printf(&text, "%s%s", basis == BASIS_ESTIMATE ? "about " : "",
			      number);
	} else {
		add_reason(page, &view->attributed_j, "attributed_j", &text);
	}
	if (view->machine_j.known) {
		number_text(view->machine_j.value, NUMBER_J, number, sizeof number);
		strbuf_printf(&text, "%s the machine's %s",
			      view->attributed_j.known ? " of" : ";", number);
	}
	line(page, marked ? "" : "energy", &text);
	if (basis != BASIS_NOTHING)
		add_basis(page, basis);
	add_beside(page);
}

static const char *assumed(const struct quantity *quantity)
{
	return quantity->kind == KIND_ASSUMED ? ", assumed" : "";
}

static void add_factors(const struct page *page, struct strbuf *text)
{
	const struct run_view *view = page->view;
	char number[NUMBER_TEXT_MAX];

	if (view->pue.value.known) {
		number_text(view->pue.value.value, NUMBER_PLAIN, number, sizeof number);
		strbuf_printf(text, "PUE %s%s", number, assumed(&view->pue.value));
	}
	if (view->intensity.value.known) {
		number_quantity(&view->intensity.value, NUMBER_GPKWH, number,
				sizeof number);
		strbuf_printf(text, "%s%s, %s %s%s", text->len ? "; " : "", number,
			      phrase_zone(view), view->intensity.year_or_time,
			      assumed(&view->intensity.value));
	}
}

static void add_carbon(const struct page *page)
{
	const struct run_view *view = page->view;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char number[NUMBER_TEXT_MAX];

	if (view->carbon_kg.known) {
		number_quantity(&view->carbon_kg, NUMBER_CO2E, number, sizeof number);
		strbuf_add(&text, number);
	} else {
		add_reason(page, &view->carbon_kg, "kg", &text);
	}
	if (view->facility_kwh.known) {
		number_text(view->facility_kwh.value, NUMBER_KWH, number, sizeof number);
		strbuf_printf(&text, ", from %s at the facility", number);
	}
	line(page, "carbon", &text);
	add_factors(page, &text);
	if (strbuf_part(page->out, &text)[0] != '\0')
		line(page, "", &text);
}

static void add_time(const struct page *page)
{
	const struct run_info *info = &page->view->record.info;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char duration[TIME_TEXT_MAX];

	if (!info->has_scope_cpu)
		return;
	duration_text((int64_t)info->scope_cpu_ns, duration, sizeof duration);
	strbuf_add(&text, duration);
	if (info->has_machine_cpu) {
		duration_text((int64_t)info->machine_cpu_ns, duration, sizeof duration);
		strbuf_printf(&text, " of the %s that all CPUs worked", duration);
	}
	if (info->processes_seen > 0) {
		strbuf_add(&text, "; ");
		phrase_count(&text, info->processes_seen, "process", "processes");
	}
	line(page, "cpu", &text);
}

static void add_part(struct strbuf *text, size_t count, const char *one, const char *many)
{
	if (count == 0)
		return;
	strbuf_add(text, text->len ? ", " : "");
	phrase_count(text, count, one, many);
}

/* Silent when all is well. */
static void add_note(const struct page *page)
{
	const struct run_record *record = &page->view->record;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	double coverage = page->view->coverage_ratio;
	char percent[NUMBER_TEXT_MAX];

	if (coverage >= 0 && coverage < 0.999) {
		number_percent(coverage, percent, sizeof percent);
		strbuf_printf(&text, "%s of the time is covered", percent);
	}
	add_part(&text, record->gap_count, "gap", "gaps");
	add_part(&text, record->info.missed, "tick missed", "ticks missed");
	if (record->warning_count == 1) {
		strbuf_printf(&text, "%s%s", text.len ? "; " : "",
			      record->warnings[0].text);
	} else {
		add_part(&text, record->warning_count, "warning", "warnings");
	}
	if (strbuf_part(page->out, &text)[0] != '\0')
		line(page, "note", &text);
}

static void add_more(const struct page *page)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (!page->opts->unkept)
		strbuf_printf(&text, "gramme show %s", page->view->record.info.id);
	if (phrase_basis(page->view) != BASIS_MEASURED)
		strbuf_printf(&text, "%sto measure: gramme doctor", text.len ? "; " : "");
	if (strbuf_part(page->out, &text)[0] != '\0')
		line(page, "more", &text);
}

static void summary_run(const struct run_view *view, const struct report_opts *opts,
			struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	const struct page page = { view, opts, out };

	(void)locale;
	add_head(&page);
	add_energy(&page);
	add_carbon(&page);
	add_time(&page);
	add_note(&page);
	add_more(&page);
}

const struct report report_summary = { .name = "summary", .run = summary_run };
