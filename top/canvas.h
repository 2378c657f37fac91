/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A screen in memory: rows and columns of characters with an ink each. All that is shown is
 * drawn here first, so that it can be looked at without a terminal, and so that hostile text
 * has one door: control characters, invisible and bidirectional ones and what the terminal's
 * character set has not are '?'.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum ink {
	INK_PLAIN,
	INK_STRONG,
	INK_FAINT,
	INK_WARN,
	INK_BAR, /* a title's whole row */
	INK_CPU, /* these follow enum top_family */
	INK_MEMORY,
	INK_GPU,
	INK_OTHER,
	INKS,
};

#define GLYPH_MAX 5

struct canvas_cell {
	char glyph[GLYPH_MAX]; /* UTF-8; "" : the right half of a wide character */
	unsigned char ink;
};

struct canvas {
	int rows;
	int columns;
	bool utf8;   /* the terminal shows it */
	bool colour; /* it has colours: families need no letters of their own */
	struct canvas_cell *cells;
};

/* -ENOMEM; at most 1000 by 1000. What was drawn is gone, and the canvas blank. */
int canvas_resize(struct canvas *canvas, int rows, int columns);
void canvas_done(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);

/* Where a text goes. Outside the canvas nothing is drawn. */
struct spot {
	int row;
	int column;
	int width; /* no more than so many columns */
	enum ink ink;
};

/* Cut with a '~' where it is too long. Returns the columns it took. */
int canvas_text(struct canvas *canvas, struct spot spot, const char *text);
void canvas_right(struct canvas *canvas, struct spot spot, const char *text);

/* How many columns canvas_text() takes for it at most. */
int canvas_width(const struct canvas *canvas, const char *text);

/* One character, by its place: a chart's. */
void canvas_put(struct canvas *canvas, struct spot spot, const char *glyph);

/* A bar that fills `ratio` of the spot's width; nothing where it is not known. */
void canvas_bar(struct canvas *canvas, struct spot spot, double ratio);

/* The ink of a whole row from a column on. */
void canvas_ink(struct canvas *canvas, struct spot spot);

/* A row as text, without the blanks at its end. */
void canvas_row(const struct canvas *canvas, int row, char *buf, size_t size);
