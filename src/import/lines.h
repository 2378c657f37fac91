/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a text file in memory, each copied and terminated; \n or \r\n ends one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "import/import.h"

#define LINES_MAX 8192 /* of a longer line the rest is left out */

struct lines {
	const char *at;
	const char *end;
	size_t number; /* of the line in text, from 1 */
	char text[LINES_MAX];
};

/* file may be NULL: no lines. */
void lines_begin(struct lines *lines, const struct import_file *file);

/* False: there are no more. A zero byte inside ends the line's text. */
bool lines_next(struct lines *lines);

/* Behind the first `what` in text; NULL: it is not there. */
const char *lines_after(const char *text, const char *what);

/* The number that text begins with, after blanks; NAN: none. *ret_end (may be NULL) is behind it,
 * or text. */
double lines_number(const char *text, const char **ret_end);
