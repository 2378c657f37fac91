/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table for a terminal: columns as wide as what stands in them; where the line is too short
 * the one that may be cut is cut, and those that matter least are left out.
 */
#pragma once

#include "base/strbuf.h"
#include "report/report.h"
#include "report/shown.h"

#define BOARD_COLUMNS_MAX 16

struct board_column {
	const char *head;
	enum shown_side side;
	unsigned least;  /* may be cut down to so many columns; 0: is not cut */
	unsigned weight; /* left out before those with more; 0: never */
};

/* All zeros but columns and their count. */
struct board_table {
	const struct board_column *columns;
	size_t column_count;
	char **cells; /* row by row */
	size_t cell_count;
	size_t room;
	bool failed;
};

/* The next cell, left to right, then down; text may be anything. */
void board_table_add(struct board_table *table, const char *text);

/* The head and the rows, each line after `indent` blanks. */
void board_table_print(const struct board_table *table, size_t indent,
		       const struct report_opts *opts, struct strbuf *out);

void board_table_done(struct board_table *table);
