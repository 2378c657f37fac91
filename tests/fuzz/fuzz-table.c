/* SPDX-License-Identifier: Apache-2.0 */
/* A table of the user's own: any bytes end in rows of as many fields, or in a named line. */
#include <errno.h>
#include <string.h>

#include "files.h"
#include "place/table.h"

static void walk(const struct table *table)
{
	size_t length = 0;
	double value = 7;
	size_t columns = 0;

	while (table_column_name(table, columns))
		columns++;
	PROMISE(columns > 0);
	for (size_t row = 0; row < table_rows(table); row++) {
		for (size_t i = 0; i < columns; i++) {
			const char *text = table_text(table, row, i);

			length += strlen(text);
			if (!table_number(table, row, i, &value))
				continue;
			PROMISE(*text != '\0' && value - value == 0);
		}
		PROMISE(table_find(table, 0, table_text(table, row, 0), 0) <= row);
	}
	PROMISE(length + strlen(table_meta(table, "title")) <= SIZE_MAX / 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag diag = { 0 };
	struct table *table = NULL;
	int r = table_parse("fuzz.csv", files_text(data, size), size, &diag, &table);

	PROMISE(r == 0 || (r == -EPROTO && !table && strstr(diag.text, "fuzz.csv line")));
	if (table)
		walk(table);
	table_free(table);
	return 0;
}
