/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of a user's own CSV file of intensity, whose form is told in grid-csv.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "grid/grid-json.h"

struct csv_point {
	int64_t from_unix_s;
	int64_t to_unix_s; /* 0: not told */
	double gpkwh;
	size_t line;
	bool told;
};

struct csv_sheet {
	struct grid_ask *ask;
	const char *path; /* for sentences */
	size_t time;      /* columns */
	size_t value;
	size_t end;
	struct csv_point *rows;
	size_t count;
	size_t room;
};

void csv_sheet_done(struct csv_sheet *sheet);

/* -EPROTO, with the file's name and the line. */
int csv_sheet_bad(const struct csv_sheet *sheet, size_t line, const char *what);

/* All rows, as they stand; sets the series' zone, basis and error_ratio where the file tells
 * them. text[size] may be written to. -ENODATA: it says that it is of another zone. */
MUST_USE int csv_sheet_read(struct csv_sheet *sheet, char *text, size_t size);

/* Puts them in order, gives each its end, and adds them to the series. */
MUST_USE int csv_sheet_points(struct csv_sheet *sheet);
