/* SPDX-License-Identifier: Apache-2.0 */
/* validate-view for people, on a terminal and in a page of Markdown. */
#include <stdlib.h>
#include <string.h>

#include "report/shown.h"
#include "report/validate-view.h"

#define NAME_COLUMNS 36

/* Which suites' rows are written how. */
struct form {
	void (*head)(struct strbuf *out, const struct validate_suite *suite,
		     const struct report_opts *opts);
	void (*row)(struct strbuf *out, const struct accuracy_row *row,
		    const struct report_opts *opts);
	void (*note)(struct strbuf *out, const char *note,
		     const struct report_opts *opts);
};

/* In one sentence: several methods lack the same facts. */
static void add_unanswered(struct strbuf *out, const struct accuracy_row *const *rows,
			   size_t count, const struct report_opts *opts,
			   const struct form *form)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	size_t told = 0;

	for (size_t i = 0; i < count; i++) {
		if (rows[i]->group[0] != '\0' || rows[i]->unanswered == 0)
			continue;
		strbuf_printf(&text, "%s%s %zu",
			      told++ > 0 ? "; " : "Cases without an answer, in no row: ",
			      rows[i]->method, rows[i]->unanswered);
	}
	if (told == 0)
		return;
	strbuf_add(&text, ".");
	form->note(out, strbuf_part(out, &text), opts);
}

static int add_suite(struct strbuf *out, const struct validate_view *view,
		     const struct validate_suite *suite, const struct report_opts *opts,
		     const struct form *form)
{
	AUTO_FREE const struct accuracy_row **rows = NULL;
	const char *note;
	size_t count;
	int r = validate_suite_rows(view, suite->name, &rows, &count);

	if (r < 0)
		return r;
	form->head(out, suite, opts);
	for (size_t i = 0; i < count; i++)
		if (view->groups || rows[i]->group[0] == '\0')
			form->row(out, rows[i], opts);
	add_unanswered(out, rows, count, opts, form);
	for (size_t i = 0; (note = accuracy_note_of(view->accuracy, suite->name, i)); i++)
		form->note(out, note, opts);
	return 0;
}

static int add_suites(const struct validate_view *view, const struct report_opts *opts,
		      const struct form *form, struct strbuf *out)
{
	for (size_t i = 0; i < view->suite_count; i++) {
		int r = 0;

		if (i > 0)
			strbuf_add(out, "\n");
		r = add_suite(out, view, &view->suites[i], opts, form);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --- on a terminal ------------------------------------------------------------------------ */

static void add_text_cells(struct strbuf *out, const struct accuracy_row *row)
{
	for (size_t i = 0; i < validate_column_count; i++) {
		const struct validate_column *column = &validate_columns[i];
		char cell[VALIDATE_CELL_MAX];

		column->text(row, cell, sizeof cell);
		shown_cell(out, cell, (size_t)column->width, SHOWN_RIGHT);
	}
	strbuf_add(out, "\n");
}

static void text_head(struct strbuf *out, const struct validate_suite *suite,
		      const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf head = STRBUF_INIT;

	ink_add(out, opts, INK_STRONG, suite->name);
	strbuf_add(out, ": ");
	shown_wrap(out, suite->about, strlen(suite->name) + 2, shown_columns(opts));
	shown_cell(&head, "error in per cent", NAME_COLUMNS, SHOWN_LEFT);
	for (size_t i = 0; i < validate_column_count; i++)
		shown_cell(&head, validate_columns[i].narrow,
			   (size_t)validate_columns[i].width, SHOWN_RIGHT);
	ink_add(out, opts, INK_FAINT, strbuf_part(out, &head));
	strbuf_add(out, "\n");
}

static void text_row(struct strbuf *out, const struct accuracy_row *row,
		     const struct report_opts *opts)
{
	bool ours = strncmp(row->method, ACCURACY_OURS, strlen(ACCURACY_OURS)) == 0;
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT;

	if (row->group[0] != '\0') {
		strbuf_add(out, "  ");
		shown_cell(out, row->group, NAME_COLUMNS - 2, SHOWN_LEFT);
	} else {
		shown_cell(&name, row->method, NAME_COLUMNS, SHOWN_LEFT);
		ink_add(out, opts, ours ? INK_STRONG : INK_NONE, strbuf_part(out, &name));
	}
	add_text_cells(out, row);
}

static void text_note(struct strbuf *out, const char *note,
		      const struct report_opts *opts)
{
	shown_wrap(out, note, 0, shown_columns(opts));
}

int validate_text(const struct validate_view *view, const struct report_opts *opts,
		  char **ret)
{
	static const struct form form = { text_head, text_row, text_note };
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	int r = add_suites(view, opts, &form, &out);

	(void)locale;
	return r < 0 ? r : strbuf_steal(&out, ret);
}

/* --- in a page ---------------------------------------------------------------------------- */

/* Text from outside: nothing in it makes a cell, a mark or a tag. */
static void add_plain(struct strbuf *out, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf safe = STRBUF_INIT;
	const char *at;

	shown_add(&safe, text);
	for (at = strbuf_part(out, &safe); *at != '\0'; at++) {
		if (strchr("\\`*_[]<>|#", *at))
			strbuf_add(out, "\\");
		strbuf_add_bytes(out, at, 1);
	}
}

static void markdown_head(struct strbuf *out, const struct validate_suite *suite,
			  const struct report_opts *opts)
{
	(void)opts;
	strbuf_printf(out, "### %s: %s\n\n| method |", suite->name, suite->about);
	for (size_t i = 0; i < validate_column_count; i++)
		strbuf_printf(out, " %s |", validate_columns[i].wide);
	strbuf_add(out, "\n|---|");
	for (size_t i = 0; i < validate_column_count; i++)
		strbuf_add(out, "---:|");
	strbuf_add(out, "\n");
}

static void markdown_row(struct strbuf *out, const struct accuracy_row *row,
			 const struct report_opts *opts)
{
	(void)opts;
	strbuf_add(out, "| ");
	add_plain(out, row->method);
	if (row->group[0] != '\0') {
		strbuf_add(out, ": ");
		add_plain(out, row->group);
	}
	strbuf_add(out, " |");
	for (size_t i = 0; i < validate_column_count; i++) {
		char cell[VALIDATE_CELL_MAX];

		validate_columns[i].text(row, cell, sizeof cell);
		strbuf_printf(out, " %s |", cell);
	}
	strbuf_add(out, "\n");
}

static void markdown_note(struct strbuf *out, const char *note,
			  const struct report_opts *opts)
{
	(void)opts;
	strbuf_add(out, "\n");
	add_plain(out, note);
	strbuf_add(out, "\n");
}

int validate_markdown(const struct validate_view *view, const struct report_opts *opts,
		      char **ret)
{
	static const struct form form = { markdown_head, markdown_row, markdown_note };
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	int r = add_suites(view, opts, &form, &out);

	(void)locale;
	return r < 0 ? r : strbuf_steal(&out, ret);
}
