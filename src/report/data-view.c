/* SPDX-License-Identifier: Apache-2.0 */
#include "report/data-view.h"

#include <stdio.h>
#include <string.h>

#include "report/json-value.h"
#include "report/phrase.h"
#include "report/shown.h"

#define NAME_LEAST    16
#define NAME_MOST     32
#define ROWS_COLUMNS  5
#define YEAR_COLUMNS  9
#define TAKEN_COLUMNS 7
#define GAP           ((size_t)2)

static const char *text_of(const char *text)
{
	return text ? text : "";
}

/* --- for people --------------------------------------------------------------------------- */

static size_t name_columns(const struct data_view *view)
{
	size_t most = NAME_LEAST;

	for (size_t i = 0; i < view->count; i++) {
		size_t width = shown_width(text_of(view->rows[i].name));

		most = width > most ? width : most;
	}
	return most < NAME_MOST ? most : NAME_MOST;
}

static void add_cell(struct strbuf *out, const char *text, size_t columns,
		     enum shown_side side)
{
	shown_cell(out, text && *text != '\0' ? text : "-", columns, side);
	strbuf_printf(out, "%*s", (int)GAP, "");
}

static void add_head(struct strbuf *out, size_t name, const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf head = STRBUF_INIT;

	add_cell(&head, "table", name, SHOWN_LEFT);
	add_cell(&head, "rows", ROWS_COLUMNS, SHOWN_RIGHT);
	add_cell(&head, "year", YEAR_COLUMNS, SHOWN_LEFT);
	add_cell(&head, "taken", TAKEN_COLUMNS, SHOWN_LEFT);
	strbuf_add(&head, "licence");
	ink_add(out, opts, INK_STRONG, strbuf_part(out, &head));
	strbuf_add(out, "\n");
}

/* Without where it says more: "ODbL 1.0, see data/NOTICE". */
static void add_licence(struct strbuf *out, const char *licence, size_t indent,
			const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	licence = text_of(licence);
	strbuf_add_bytes(&text, licence, strcspn(licence, ","));
	shown_wrap(out, *licence != '\0' ? strbuf_part(out, &text) : "-", indent,
		   shown_columns(opts));
}

static void add_row(struct strbuf *out, const struct data_row *row, size_t name,
		    const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf what = STRBUF_INIT;
	size_t before = name + ROWS_COLUMNS + YEAR_COLUMNS + TAKEN_COLUMNS + 4 * GAP;
	char rows[24];

	(void)snprintf(rows, sizeof rows, "%zu", row->rows);
	add_cell(out, row->name, name, SHOWN_LEFT);
	add_cell(out, rows, ROWS_COLUMNS, SHOWN_RIGHT);
	add_cell(out, row->year, YEAR_COLUMNS, SHOWN_LEFT);
	add_cell(out, row->taken, TAKEN_COLUMNS, SHOWN_LEFT);
	add_licence(out, row->licence, before, opts);
	if (row->own)
		strbuf_add(&what, "your own: ");
	strbuf_add(&what, *text_of(row->what) != '\0' ? row->what : "no title");
	strbuf_add(out, "  ");
	shown_wrap(out, strbuf_part(out, &what), 2, shown_columns(opts));
}

static bool has_licence(const struct data_row *row, const char *licence)
{
	return strstr(text_of(row->licence), licence) != NULL;
}

/* Once, where several tables are the same people's. */
static bool is_first(const struct data_view *view, size_t at, const char *licence)
{
	for (size_t i = 0; i < at; i++)
		if (has_licence(&view->rows[i], licence) &&
		    strcmp(text_of(view->rows[i].attribution),
			   text_of(view->rows[at].attribution)) == 0)
			return false;
	return true;
}

static void add_notice(struct strbuf *out, const struct data_view *view,
		       const char *licence, const char *asks,
		       const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	size_t count = 0;

	for (size_t i = 0; i < view->count; i++) {
		const struct data_row *row = &view->rows[i];

		if (!has_licence(row, licence) || !is_first(view, i, licence))
			continue;
		strbuf_add(&text, count++ > 0 ? "; " : asks);
		strbuf_add(&text, text_of(row->attribution));
	}
	if (count == 0)
		return;
	strbuf_add(&text, ".");
	strbuf_add(out, "\n");
	shown_wrap(out, strbuf_part(out, &text), 0, shown_columns(opts));
}

static void add_notices(struct strbuf *out, const struct data_view *view,
			const struct report_opts *opts)
{
	add_notice(out, view, "ODbL",
		   "Under the Open Database License 1.0 (ODbL), "
		   "https://opendatacommons.org/licenses/odbl/1-0/: name its maker where "
		   "you show its figures, and share a database made from it under the "
		   "same licence. It is of ",
		   opts);
	add_notice(out, view, "CC BY",
		   "Under CC BY 4.0, https://creativecommons.org/licenses/by/4.0/, to be "
		   "named where their figures are shown: ",
		   opts);
}

static void add_foot(struct strbuf *out, const struct data_view *view,
		     const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	phrase_count(&text, view->count, "table", "tables");
	if (*text_of(view->version) != '\0')
		strbuf_printf(&text, ", data of %s", view->version);
	strbuf_add(&text, ". Sources: gramme data --json.");
	strbuf_add(out, "\n");
	shown_wrap(out, strbuf_part(out, &text), 0, shown_columns(opts));
}

static void add_trouble(struct strbuf *out, const struct data_view *view,
			const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	if (*text_of(view->trouble) == '\0')
		return;
	strbuf_printf(&text, "A table of your own was left aside: %s", view->trouble);
	strbuf_add(out, "\n");
	shown_wrap(out, strbuf_part(out, &text), 0, shown_columns(opts));
}

void data_text(const struct data_view *view, const struct report_opts *opts,
	       struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	size_t name = name_columns(view);

	(void)locale;
	add_head(out, name, opts);
	for (size_t i = 0; i < view->count; i++)
		add_row(out, &view->rows[i], name, opts);
	add_foot(out, view, opts);
	add_trouble(out, view, opts);
	add_notices(out, view, opts);
}

/* --- for programs ------------------------------------------------------------------------- */

static json_t *text_json(const char *text)
{
	return json_value_text_or_null(text_of(text));
}

static json_t *row_json(const struct data_row *row, int *failed)
{
	json_t *object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "name", json_value_text(row->name) },
		{ "what", text_json(row->what) },
		{ "rows", json_value_count(row->rows) },
		{ "year", text_json(row->year) },
		{ "taken", text_json(row->taken) },
		{ "licence", text_json(row->licence) },
		{ "source", text_json(row->source) },
		{ "attribution", text_json(row->attribution) },
		{ "own", json_boolean(row->own) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

int data_json(const struct data_view *view, char **ret)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	int failed = 0;
	json_t *tables;

	(void)json_value_set(root, "schema", json_value_text("gramme.data/1"), &failed);
	(void)json_value_set(root, "data_version", text_json(view->version), &failed);
	(void)json_value_set(root, "trouble", text_json(view->trouble), &failed);
	tables = json_value_set(root, "tables", json_array(), &failed);
	for (size_t i = 0; i < view->count; i++)
		(void)json_value_append(tables, row_json(&view->rows[i], &failed),
					&failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
