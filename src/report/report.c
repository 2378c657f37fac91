/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <string.h>

#define FORMAT(name, about) extern const struct report report_##name;
#include "report/formats.def"
#undef FORMAT

const struct report_row report_rows[] = {
#define FORMAT(name, about) { &report_##name, about },
#include "report/formats.def"
#undef FORMAT
};

const size_t report_row_count = ARRAY_SIZE(report_rows);

const struct report *report_find(const char *name)
{
	for (size_t i = 0; i < report_row_count; i++)
		if (strcmp(report_rows[i].report->name, name) == 0)
			return report_rows[i].report;
	return NULL;
}
