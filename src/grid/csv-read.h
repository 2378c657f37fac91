/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as people and services write it: LF or CRLF, a byte order mark, blanks around fields,
 * quotes ("" is a quote, a line may end inside). Lines that begin with '#' are comments. Read
 * in place: fields point into the text, which is written to.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"

struct csv_reader {
	char *at;
	char *end;
	size_t line;      /* where the last row or comment began, from 1 */
	size_t next_line; /* private */
};

/* text[size] is there and may be written to. */
void csv_begin(struct csv_reader *reader, char *text, size_t size);

/* The next line without its '#' where that is a comment, trimmed; else NULL, and nothing but
 * empty lines was passed over. */
char *csv_comment(struct csv_reader *reader);

/* The next row's fields: their number, 0 at the end; comments and empty lines are passed over.
 * -EPROTO: a quote that does not end, a NUL, more than max fields. */
MUST_USE int csv_row(struct csv_reader *reader, char **fields, size_t max);
