/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a CSV file in memory, by RFC 4180, with any of \n, \r\n and a byte order mark before
 * the first. Quotes may stand anywhere in a field; a quote that is not closed ends with the file.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"

#define CELLS_FIELDS_MAX 256       /* more are left out */
#define CELLS_ROW_MAX    (1 << 20) /* a longer row is -EFBIG, and is passed over */

struct cells {
	const char *at;
	const char *end;
	size_t line; /* of the row that was last read, from 1; a row may be several */
	size_t next_line;
	const char *row; /* its bytes, as they stand there, without its end */
	size_t row_size;
	char *text; /* the fields, unquoted, each terminated */
	size_t text_room;
	char *fields[CELLS_FIELDS_MAX];
	size_t count;
};

void cells_begin(struct cells *cells, const char *bytes, size_t size);
void cells_done(struct cells *cells);

/* 1: a row; blank lines are passed over. 0: no more. -EFBIG, -ENOMEM. */
MUST_USE int cells_next(struct cells *cells);

/* Its position in the row that was last read (the header), or SIZE_MAX. */
size_t cells_column(const struct cells *cells, const char *name);

/* "" where the row has no such field. */
const char *cells_field(const struct cells *cells, size_t column);
