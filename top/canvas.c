/* SPDX-License-Identifier: Apache-2.0 */
#include "canvas.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define SIDE_MAX 1000

int canvas_resize(struct canvas *canvas, int rows, int columns)
{
	struct canvas_cell *cells;

	rows = rows < 1 ? 1 : rows > SIDE_MAX ? SIDE_MAX : rows;
	columns = columns < 1 ? 1 : columns > SIDE_MAX ? SIDE_MAX : columns;
	cells = reallocarray(canvas->cells, (size_t)rows * (size_t)columns,
			     sizeof *cells);
	if (!cells)
		return -ENOMEM;
	canvas->cells = cells;
	canvas->rows = rows;
	canvas->columns = columns;
	canvas_clear(canvas);
	return 0;
}

void canvas_done(struct canvas *canvas)
{
	free(canvas->cells);
	canvas->cells = NULL;
	canvas->rows = 0;
	canvas->columns = 0;
}

static struct canvas_cell *cell_at(const struct canvas *canvas, int row, int column)
{
	if (row < 0 || row >= canvas->rows || column < 0 || column >= canvas->columns)
		return NULL;
	return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

static void set(struct canvas *canvas, struct spot spot, const char *glyph)
{
	struct canvas_cell *cell = cell_at(canvas, spot.row, spot.column);

	if (!cell)
		return;
	memset(cell->glyph, 0, sizeof cell->glyph);
	memcpy(cell->glyph, glyph, strnlen(glyph, GLYPH_MAX - 1));
	cell->ink = (unsigned char)spot.ink;
}

void canvas_clear(struct canvas *canvas)
{
	size_t count = (size_t)canvas->rows * (size_t)canvas->columns;

	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = (struct canvas_cell){ .glyph = " ", .ink = INK_PLAIN };
}

/* --- text --------------------------------------------------------------------------------- */

/* The next character, moved past; a byte that is none gives UINT32_MAX. */
static uint32_t next_of(const char **text)
{
	const unsigned char *p = (const unsigned char *)*text;
	static const unsigned char first[] = { 0xc0, 0xe0, 0xf0 };
	static const uint32_t least[] = { 0x80, 0x800, 0x10000 };
	uint32_t code;
	int more;

	*text += 1;
	if (p[0] < 0x80)
		return p[0];
	more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return UINT32_MAX;
	code = p[0] - (uint32_t)first[more - 1];
	for (int i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return UINT32_MAX;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[more - 1] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return UINT32_MAX;
	*text += more;
	return code;
}

/* One to be shown, and how wide it is; 0: one that is left out, an accent on the last. */
static int shown(const struct canvas *canvas, const char **text, char *glyph)
{
	const char *begin = *text;
	uint32_t code = next_of(text);
	int width = 1;

	memset(glyph, 0, GLYPH_MAX);
	if (code >= 0x300 && code < 0x370)
		return 0;
	if (code >= 0x80 && code != UINT32_MAX && canvas->utf8)
		width = wcwidth((wchar_t)code);
	if (code < 0x20 || code == 0x7f || code == UINT32_MAX || width < 1 ||
	    (code >= 0x80 && !canvas->utf8)) {
		glyph[0] = '?';
		return 1;
	}
	memcpy(glyph, begin, (size_t)(*text - begin));
	return width;
}

int canvas_width(const struct canvas *canvas, const char *text)
{
	char glyph[GLYPH_MAX];
	int width = 0;

	while (*text)
		width += shown(canvas, &text, glyph);
	return width;
}

int canvas_text(struct canvas *canvas, struct spot spot, const char *text)
{
	int all = canvas_width(canvas, text);
	int room = all > spot.width ? spot.width - 1 : spot.width;
	int used = 0;

	while (*text) {
		char glyph[GLYPH_MAX];
		int width = shown(canvas, &text, glyph);

		if (width > 0 && used + width > room)
			break;
		if (width > 0)
			set(canvas, spot, glyph);
		if (width == 2)
			set(canvas,
			    (struct spot){ spot.row, spot.column + 1, 1, spot.ink }, "");
		spot.column += width;
		used += width;
	}
	if (all <= spot.width || spot.width < 1)
		return used;
	set(canvas, spot, "~");
	return used + 1;
}

void canvas_right(struct canvas *canvas, struct spot spot, const char *text)
{
	int width = canvas_width(canvas, text);

	if (width < spot.width) {
		spot.column += spot.width - width;
		spot.width = width;
	}
	(void)canvas_text(canvas, spot, text);
}

/* --- drawing ------------------------------------------------------------------------------ */

void canvas_put(struct canvas *canvas, struct spot spot, const char *glyph)
{
	set(canvas, spot, glyph);
}

void canvas_bar(struct canvas *canvas, struct spot spot, double ratio)
{
	static const char *const eighths[] = { "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	int parts;

	if (!isfinite(ratio) || ratio <= 0)
		return;
	ratio = ratio > 1 ? 1 : ratio;
	parts = (int)lround(ratio * spot.width * 8);
	for (int i = 0; i < spot.width; i++, spot.column++, parts -= 8) {
		if (parts >= 8 || (parts >= 4 && !canvas->utf8))
			set(canvas, spot, canvas->utf8 ? "█" : "#");
		else if (parts > 0 && canvas->utf8)
			set(canvas, spot, eighths[parts - 1]);
	}
}

void canvas_ink(struct canvas *canvas, struct spot spot)
{
	for (int i = 0; i < spot.width; i++) {
		struct canvas_cell *cell = cell_at(canvas, spot.row, spot.column + i);

		if (cell)
			cell->ink = (unsigned char)spot.ink;
	}
}

void canvas_row(const struct canvas *canvas, int row, char *buf, size_t size)
{
	size_t used = 0;
	size_t end = 0;

	for (int column = 0; column < canvas->columns; column++) {
		const struct canvas_cell *cell = cell_at(canvas, row, column);
		size_t len = cell ? strlen(cell->glyph) : 0;

		if (!cell || used + len >= size)
			break;
		memcpy(buf + used, cell->glyph, len);
		used += len;
		if (len > 0 && cell->glyph[0] != ' ')
			end = used;
	}
	buf[end] = '\0';
}
