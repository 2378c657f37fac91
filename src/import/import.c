/* SPDX-License-Identifier: Apache-2.0 */
#include "import/import.h"

#include <string.h>

#define IMPORT(name, about) extern const struct import_format import_##name;
#include "import/imports.def"
#undef IMPORT

const struct import_row import_rows[] = {

#define IMPORT(name, about) { &import_##name, about },
#include "import/imports.def"
#undef IMPORT
};

const size_t import_row_count = sizeof import_rows / sizeof import_rows[0];

const struct import_format *import_find_format(const char *name)
{
	for (size_t i = 0; i < import_row_count; i++)
		if (strcmp(import_rows[i].format->name, name) == 0)
			return import_rows[i].format;
	return NULL;
}

const struct import_format *import_recognise(const char *name, const char *head,
					     size_t size)
{
	const struct import_format *best = NULL;
	int most = 0;

	for (size_t i = 0; i < import_row_count; i++) {
		int likely = import_rows[i].format->knows(name, head, size);

		if (likely <= most)
			continue;
		best = import_rows[i].format;
		most = likely;
	}
	return best;
}

const struct import_file *import_log_file(const struct import_log *log, const char *name)
{
	for (size_t i = 0; i < log->file_count; i++) {
		const char *slash = strrchr(log->files[i].name, '/');

		if (strcmp(slash ? slash + 1 : log->files[i].name, name) == 0)
			return &log->files[i];
	}
	return NULL;
}
