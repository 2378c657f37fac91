/* SPDX-License-Identifier: Apache-2.0 */
#include "report/statement.h"

#include <string.h>

#define STATEMENT(name, about) extern const struct statement_form statement_##name;
#include "report/statements.def"
#undef STATEMENT

const struct statement_row statement_rows[] = {

#define STATEMENT(name, about) { &statement_##name, about },
#include "report/statements.def"
#undef STATEMENT
};

const size_t statement_row_count = sizeof statement_rows / sizeof statement_rows[0];

const struct statement_form *statement_find(const char *name)
{
	for (size_t i = 0; i < statement_row_count; i++)
		if (strcmp(statement_rows[i].form->name, name) == 0)
			return statement_rows[i].form;
	return NULL;
}
