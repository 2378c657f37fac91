/* SPDX-License-Identifier: Apache-2.0 */
/* What a run told of itself, for a terminal. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/number.h"
#include "report/shown.h"
#include "report/told.h"

#define SECTIONS_SHOWN 40
#define WORKS_SHOWN    32
#define FIGURES_SHOWN  40
#define NAME_COLUMNS   24

struct page {
	const struct run_view *view;
	const struct report_opts *opts;
	struct strbuf *out;
};

static void heading(const struct page *page, const char *words)
{
	strbuf_add(page->out, "\n");
	ink_add(page->out, page->opts, INK_STRONG, words);
	strbuf_add(page->out, "\n");
}

/* Takes the text out of the buffer, so that the next can be built in it. */
static void bullet(const struct page *page, struct strbuf *text)
{
	strbuf_add(page->out, "  ");
	shown_wrap(page->out, strbuf_part(page->out, text), 2, shown_columns(page->opts));
	strbuf_done(text);
}

static void and_more(const struct page *page, size_t count, size_t shown)
{
	if (count > shown)
		strbuf_printf(page->out, "  and %zu more (--json has them all)\n",
			      count - shown);
}

/* --- sections ----------------------------------------------------------------------------- */

static size_t count_paired(const struct run_view *view)
{
	size_t count = 0;

	for (size_t i = 0; i < view->section_count; i++)
		count += view->sections[i].paired;
	return count;
}

static size_t name_columns(const struct run_view *view)
{
	size_t columns = sizeof "section" - 1;

	for (size_t i = 0; i < view->section_count; i++) {
		size_t width = shown_width(view->sections[i].name);

		columns = width > columns ? width : columns;
	}
	return columns > NAME_COLUMNS ? NAME_COLUMNS : columns;
}

static void right_cell(struct strbuf *out, const char *text, size_t width)
{
	strbuf_add(out, "  ");
	shown_cell(out, text, width, SHOWN_RIGHT);
}

static void add_section(const struct page *page, const struct section_view *section,
			size_t columns)
{
	struct strbuf *out = page->out;
	char text[NUMBER_TEXT_MAX];

	strbuf_add(out, "  ");
	shown_cell(out, section->name, columns, SHOWN_LEFT);
	(void)snprintf(text, sizeof text, "%zu", section->count);
	right_cell(out, text, 6);
	duration_text(section->duration_ns, text, sizeof text);
	right_cell(out, text, 9);
	number_text(quantity_or_nan(&section->machine_j), NUMBER_J, text, sizeof text);
	right_cell(out, text, 9);
	(void)snprintf(text, sizeof text, "not known");
	if (isfinite(section->coverage_ratio))
		number_percent(section->coverage_ratio, text, sizeof text);
	right_cell(out, text, 9);
	number_quantity(&section->attributed_j, NUMBER_J, text, sizeof text);
	strbuf_printf(out, "  %s\n", text);
}

static void add_sections(const struct page *page)
{
	const struct run_view *view = page->view;
	CLEANUP(strbuf_done) struct strbuf head = STRBUF_INIT;
	size_t columns = name_columns(view);
	size_t count = count_paired(view);
	size_t shown = 0;

	if (count == 0)
		return;
	heading(page, "sections");
	strbuf_printf(&head,
		      "  %-*s   times       time    machine    covered  its share\n",
		      (int)columns, "section");
	ink_add(page->out, page->opts, INK_FAINT, strbuf_part(page->out, &head));
	for (size_t i = 0; i < view->section_count && shown < SECTIONS_SHOWN; i++) {
		if (!view->sections[i].paired)
			continue;
		add_section(page, &view->sections[i], columns);
		shown++;
	}
	and_more(page, count, shown);
}

/* --- work --------------------------------------------------------------------------------- */

static void add_work(const struct page *page)
{
	const struct run_record *record = &page->view->record;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (record->work_count == 0)
		return;
	heading(page, "work");
	for (size_t i = 0; i < record->work_count && i < WORKS_SHOWN; i++) {
		told_amount(&record->works[i], &text);
		strbuf_add(&text, ": ");
		told_per_unit(page->view, &record->works[i], &text);
		bullet(page, &text);
	}
	and_more(page, record->work_count, WORKS_SHOWN);
}

/* --- another tracker's -------------------------------------------------------------------- */

static void add_ours(const struct page *page, struct strbuf *text)
{
	const struct run_view *view = page->view;
	char number[NUMBER_TEXT_MAX];

	number_quantity(&view->attributed_j, NUMBER_J, number, sizeof number);
	strbuf_printf(text, "by ours: %s", number);
	number_quantity(&view->facility_kwh, NUMBER_KWH, number, sizeof number);
	strbuf_printf(text, ", %s at the facility", number);
	number_quantity(&view->carbon_kg, NUMBER_CO2E, number, sizeof number);
	strbuf_printf(text, ", %s", number);
}

static void add_import(const struct page *page)
{
	const struct run_import *import = page->view->record.import;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (!import)
		return;
	heading(page, "imported");
	told_import(import, &text);
	bullet(page, &text);
	if (import->figure_count == 0)
		return;
	for (size_t i = 0; i < import->figure_count && i < FIGURES_SHOWN; i++) {
		strbuf_add(&text, "it says ");
		told_figure(&import->figures[i], &text);
		bullet(page, &text);
	}
	and_more(page, import->figure_count, FIGURES_SHOWN);
	add_ours(page, &text);
	bullet(page, &text);
}

void told_text(const struct run_view *view, const struct report_opts *opts,
	       struct strbuf *out)
{
	const struct page page = { view, opts, out };

	add_sections(&page);
	add_work(&page);
	add_import(&page);
}
