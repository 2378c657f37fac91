/* SPDX-License-Identifier: Apache-2.0 */
#include "import/cells.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BOM "\xef\xbb\xbf"

void cells_begin(struct cells *cells, const char *bytes, size_t size)
{
	memset(cells, 0, sizeof *cells);
	cells->at = bytes;
	cells->end = bytes + size;
	cells->next_line = 1;
	if (size >= 3 && memcmp(bytes, BOM, 3) == 0)
		cells->at += 3;
}

void cells_done(struct cells *cells)
{
	free(cells->text);
	cells->text = NULL;
}

/* Takes the next row's bytes: to the end of line that no quotes are around. */
static void take_row(struct cells *cells)
{
	bool quoted = false;
	const char *at = cells->at;

	cells->row = at;
	cells->line = cells->next_line;
	for (; at < cells->end && (quoted || *at != '\n'); at++) {
		quoted ^= *at == '"';
		cells->next_line += *at == '\n';
	}
	cells->row_size = (size_t)(at - cells->row);
	cells->next_line++;
	cells->at = at < cells->end ? at + 1 : at;
	if (cells->row_size > 0 && cells->row[cells->row_size - 1] == '\r')
		cells->row_size--;
}

static int make_room(struct cells *cells)
{
	char *text;

	if (cells->row_size < cells->text_room)
		return 0;
	text = realloc(cells->text, cells->row_size + 1);
	if (!text)
		return -ENOMEM;
	cells->text = text;
	cells->text_room = cells->row_size + 1;
	return 0;
}

/* Every field is followed by a comma or the end, whose place its terminator takes. */
static void split_row(struct cells *cells)
{
	const char *end = cells->row + cells->row_size;
	char *to = cells->text;
	bool quoted = false;

	cells->count = 0;
	cells->fields[cells->count++] = to;
	for (const char *at = cells->row; at < end; at++) {
		if (*at == '"') {
			if (quoted && at + 1 < end && at[1] == '"')
				*to++ = *at++;
			else
				quoted = !quoted;
		} else if (*at == ',' && !quoted) {
			*to++ = '\0';
			if (cells->count == CELLS_FIELDS_MAX)
				return;
			cells->fields[cells->count++] = to;
		} else if (*at != '\0') {
			*to++ = *at;
		}
	}
	*to = '\0';
}

int cells_next(struct cells *cells)
{
	int r;

	do {
		if (cells->at == cells->end)
			return 0;
		take_row(cells);
	} while (cells->row_size == 0);
	if (cells->row_size > CELLS_ROW_MAX)
		return -EFBIG;
	r = make_room(cells);
	if (r < 0)
		return r;
	split_row(cells);
	return 1;
}

size_t cells_column(const struct cells *cells, const char *name)
{
	for (size_t i = 0; i < cells->count; i++)
		if (strcmp(cells->fields[i], name) == 0)
			return i;
	return SIZE_MAX;
}

const char *cells_field(const struct cells *cells, size_t column)
{
	return column < cells->count ? cells->fields[column] : "";
}
