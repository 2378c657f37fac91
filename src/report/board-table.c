/* SPDX-License-Identifier: Apache-2.0 */
#include "report/board-table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2

void board_table_add(struct board_table *table, const char *text)
{
	char *copy = strdup(text);

	if (table->cell_count == table->room) {
		size_t room = table->room > 0 ? 2 * table->room : 64;
		char **cells = reallocarray(table->cells, room, sizeof *cells);

		if (cells) {
			table->cells = cells;
			table->room = room;
		}
	}
	if (!copy || table->cell_count == table->room) {
		free(copy);
		table->failed = true;
		return;
	}
	table->cells[table->cell_count++] = copy;
}

void board_table_done(struct board_table *table)
{
	for (size_t i = 0; i < table->cell_count; i++)
		free(table->cells[i]);
	free(table->cells);
}

struct layout {
	size_t width[BOARD_COLUMNS_MAX]; /* 0: left out */
};

static size_t width_of(const struct layout *layout, size_t columns)
{
	size_t width = 0;

	for (size_t i = 0; i < columns; i++)
		if (layout->width[i] > 0)
			width += layout->width[i] + (width > 0 ? GAP : 0);
	return width;
}

/* The column that matters least of those that are there; columns: there is none. */
static size_t least_of(const struct board_table *table, const struct layout *layout)
{
	size_t least = table->column_count;

	for (size_t i = 0; i < table->column_count; i++) {
		unsigned weight = table->columns[i].weight;

		if (weight > 0 && layout->width[i] > 0 &&
		    (least == table->column_count ||
		     weight < table->columns[least].weight))
			least = i;
	}
	return least;
}

static void fit(const struct board_table *table, size_t room, struct layout *layout)
{
	size_t columns = table->column_count;
	size_t cut = 0; /* how much could be saved by cutting */
	size_t least;

	for (size_t i = 0; i < columns; i++)
		if (table->columns[i].least > 0 &&
		    layout->width[i] > table->columns[i].least)
			cut += layout->width[i] - table->columns[i].least;
	while (width_of(layout, columns) > room + cut &&
	       (least = least_of(table, layout)) < columns)
		layout->width[least] = 0;
	for (size_t i = 0; i < columns; i++) {
		size_t width = width_of(layout, columns);
		size_t over = width > room ? width - room : 0;

		if (table->columns[i].least == 0 ||
		    layout->width[i] <= table->columns[i].least)
			continue;
		if (over > layout->width[i] - table->columns[i].least)
			over = layout->width[i] - table->columns[i].least;
		layout->width[i] -= over;
	}
}

static void lay_out(const struct board_table *table, size_t room, struct layout *layout)
{
	for (size_t i = 0; i < table->column_count; i++)
		layout->width[i] = shown_width(table->columns[i].head);
	for (size_t i = 0; i < table->cell_count; i++) {
		size_t *width = &layout->width[i % table->column_count];
		size_t own = shown_width(table->cells[i]);

		*width = own > *width ? own : *width;
	}
	fit(table, room, layout);
}

static void add_cell(const struct board_table *table, const struct layout *layout,
		     size_t i, const char *text, struct strbuf *line)
{
	if (layout->width[i] == 0)
		return;
	if (line->len > 0)
		strbuf_printf(line, "%*s", GAP, "");
	shown_cell(line, text, layout->width[i], table->columns[i].side);
}

/* Without blanks at its end. */
static void add_line(struct strbuf *out, struct strbuf *line, size_t indent)
{
	size_t len = line->len;

	while (len > 0 && line->text[len - 1] == ' ')
		len--;
	strbuf_printf(out, "%*s", (int)indent, "");
	if (len > 0)
		strbuf_add_bytes(out, line->text, len);
	strbuf_add(out, line->failed ? "" : "\n");
	out->failed = out->failed || line->failed;
}

static void add_head(const struct board_table *table, const struct layout *layout,
		     size_t indent, const struct report_opts *opts, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf plain = STRBUF_INIT;

	for (size_t i = 0; i < table->column_count; i++)
		add_cell(table, layout, i, table->columns[i].head, &line);
	add_line(&plain, &line, indent);
	if (!opts->colour || !plain.text || plain.len == 0) {
		strbuf_add(out, strbuf_part(out, &plain));
		return;
	}
	plain.text[plain.len - 1] = '\0';
	ink_add(out, opts, INK_STRONG, plain.text);
	strbuf_add(out, "\n");
}

void board_table_print(const struct board_table *table, size_t indent,
		       const struct report_opts *opts, struct strbuf *out)
{
	struct layout layout = { { 0 } };
	size_t columns = table->column_count;

	assert(columns > 0 && columns <= BOARD_COLUMNS_MAX);
	out->failed = out->failed || table->failed;
	lay_out(table, shown_columns(opts) - indent, &layout);
	add_head(table, &layout, indent, opts, out);
	for (size_t row = 0; row + columns <= table->cell_count; row += columns) {
		CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;

		for (size_t i = 0; i < columns; i++)
			add_cell(table, &layout, i, table->cells[row + i], &line);
		add_line(out, &line, indent);
	}
}
