/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the text of one table, which it keeps and cuts into fields where they stand.
 * Gives: its header's lines, its columns and fields by number, a number where one is told.
 * Needs: the text and four bytes a field.
 * Limits: a lookup walks the rows; a text of 16 MiB; no charset but bytes.
 */
#include "place/table.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/parse.h"

#define TABLE_SIZE_MAX ((size_t)16 << 20)

/* Offsets into a text, of strings that end in '\0'. */
struct list {
	uint32_t *at;
	size_t count;
	size_t room;
};

struct table {
	char *text;
	struct list meta;  /* key, value, key, value */
	struct list field; /* row by row; the first row is the columns' names */
	size_t columns;
	bool own;
};

struct scan {
	char *text; /* terminated at size */
	size_t size;
	size_t at;
	size_t line;
};

static int list_add(struct list *list, size_t at)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		uint32_t *grown = reallocarray(list->at, room, sizeof *grown);

		if (!grown)
			return -ENOMEM;
		list->at = grown;
		list->room = room;
	}
	list->at[list->count++] = (uint32_t)at;
	return 0;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	free(table->text);
	free(table->meta.at);
	free(table->field.at);
	free(table);
}

static void free_table(struct table **table)
{
	table_free(*table);
}

/* Ends the line that begins at scan->at, without its CR, and goes on behind it. */
static char *take_line(struct scan *scan)
{
	char *line = scan->text + scan->at;
	char *end = strchr(line, '\n');

	if (end) {
		*end = '\0';
		scan->at = (size_t)(end - scan->text) + 1;
	} else {
		end = scan->text + scan->size;
		scan->at = scan->size;
	}
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	scan->line++;
	return line;
}

/* "# key: value" lines at the head; what else begins with '#' there is passed over. */
static int take_meta(struct scan *scan, struct list *meta)
{
	while (scan->text[scan->at] == '#') {
		char *key = take_line(scan) + 1;
		char *colon = strchr(key, ':');
		int r;

		if (!colon)
			continue;
		*colon = '\0';
		r = list_add(meta, (size_t)(trim_text(key) - scan->text));
		if (r == 0)
			r = list_add(meta, (size_t)(trim_text(colon + 1) - scan->text));
		if (r < 0)
			return r;
	}
	return 0;
}

/* What parts fields: ends the one at scan->at, -EPROTO when anything else stands there. */
static int take_end(struct scan *scan, bool *ret_last)
{
	char *at = scan->text + scan->at;
	size_t skip = at[0] == '\r' && at[1] == '\n' ? 2 : scan->at < scan->size;

	if (at[0] != ',' && at[0] != '\n' && at[0] != '\0' && skip != 2)
		return -EPROTO;
	*ret_last = at[0] != ',';
	scan->line += *ret_last;
	at[0] = '\0';
	scan->at += skip;
	return 0;
}

static int take_quoted(struct scan *scan, bool *ret_last, const char **ret_why)
{
	size_t out = scan->at;

	for (;; out++) {
		char c = scan->text[scan->at];

		if (scan->at == scan->size) {
			*ret_why = "a quote is not closed";
			return -EPROTO;
		}
		scan->at++;
		if (c == '"' && scan->text[scan->at] != '"')
			break;
		scan->at += c == '"';
		scan->line += c == '\n';
		scan->text[out] = c;
	}
	*ret_why = "text after a closing quote";
	if (take_end(scan, ret_last) < 0)
		return -EPROTO;
	scan->text[out] = '\0';
	return 0;
}

static int take_plain(struct scan *scan, bool *ret_last)
{
	size_t start = scan->at;

	scan->at += strcspn(scan->text + scan->at, ",\n");
	if (scan->text[scan->at] != ',' && scan->at > start &&
	    scan->text[scan->at - 1] == '\r')
		scan->text[scan->at - 1] = '\0';
	return take_end(scan, ret_last);
}

static int take_row(struct scan *scan, struct list *field, const char **ret_why)
{
	bool last = false;

	while (!last) {
		bool quoted = scan->text[scan->at] == '"';
		int r;

		scan->at += quoted;
		r = list_add(field, scan->at);
		if (r == 0)
			r = quoted ? take_quoted(scan, &last, ret_why)
				   : take_plain(scan, &last);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_blank_line(const struct scan *scan)
{
	const char *at = scan->text + scan->at;

	return at[0] == '\n' || (at[0] == '\r' && at[1] == '\n');
}

/* The first row says how many fields all have. What is wrong is said of the row's first line. */
static int take_table_row(struct scan *scan, struct table *table, const char **ret_why)
{
	size_t before = table->field.count;
	size_t line = scan->line;
	int r = take_row(scan, &table->field, ret_why);

	if (before == 0)
		table->columns = table->field.count;
	if (r == 0 && table->field.count - before != table->columns) {
		*ret_why = "not as many fields as there are columns";
		r = -EPROTO;
	}
	if (r < 0)
		scan->line = line;
	return r;
}

static int take_rows(struct scan *scan, struct table *table, const char **ret_why)
{
	while (scan->at < scan->size) {
		int r = 0;

		if (is_blank_line(scan))
			(void)take_line(scan);
		else
			r = take_table_row(scan, table, ret_why);
		if (r < 0)
			return r;
	}
	*ret_why = "there is no row of column names";
	return table->columns > 0 ? 0 : -EPROTO;
}

/* Byte order mark, as spreadsheets write it. */
static size_t mark_size(const char *text)
{
	return strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static int say_zero(const char *name, const char *text, struct diag *diag)
{
	size_t line = 1;

	for (; *text != '\0'; text++)
		line += *text == '\n';
	return diag_say(diag, -EPROTO, "%s line %zu: it is no text, there is a zero byte",
			name, line);
}

int table_parse(const char *name, char *text, size_t size, struct diag *diag,
		struct table **ret)
{
	CLEANUP(free_table) struct table *table = calloc(1, sizeof *table);
	struct scan scan = { text, size, 0, 1 };
	const char *why = "";
	int r;

	if (!table) {
		free(text);
		return diag_fail(diag, -ENOMEM, "cannot read %s", name);
	}
	table->text = text;
	assert(text[size] == '\0');
	if (size > TABLE_SIZE_MAX)
		return diag_say(diag, -EPROTO, "%s: it is longer than 16 MiB", name);
	if (strlen(text) != size)
		return say_zero(name, text, diag);
	scan.at = mark_size(text);
	r = take_meta(&scan, &table->meta);
	if (r == 0)
		r = take_rows(&scan, table, &why);
	if (r == -EPROTO)
		return diag_say(diag, r, "%s line %zu: %s", name, scan.line, why);
	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", name);
	*ret = STEAL(table);
	return 0;
}

const char *table_meta(const struct table *table, const char *key)
{
	for (size_t i = 0; i + 1 < table->meta.count; i += 2) {
		if (strcmp(table->text + table->meta.at[i], key) == 0)
			return table->text + table->meta.at[i + 1];
	}
	return "";
}

void table_set_own(struct table *table)
{
	table->own = true;
}

bool table_is_own(const struct table *table)
{
	return table->own;
}

size_t table_rows(const struct table *table)
{
	return table->field.count / table->columns - 1;
}

size_t table_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->columns; i++) {
		if (strcmp(table->text + table->field.at[i], name) == 0)
			return i;
	}
	return TABLE_NO_COLUMN;
}

const char *table_column_name(const struct table *table, size_t column)
{
	return column < table->columns ? table->text + table->field.at[column] : NULL;
}

const char *table_text(const struct table *table, size_t row, size_t column)
{
	assert(row < table_rows(table));
	if (column >= table->columns)
		return "";
	return table->text + table->field.at[(row + 1) * table->columns + column];
}

bool table_number(const struct table *table, size_t row, size_t column, double *ret)
{
	return parse_double(table_text(table, row, column), ret) == 0;
}

size_t table_find(const struct table *table, size_t column, const char *text, size_t from)
{
	size_t rows = table_rows(table);

	for (size_t row = from; column < table->columns && row < rows; row++) {
		if (same_ascii(table_text(table, row, column), text))
			return row;
	}
	return rows;
}
