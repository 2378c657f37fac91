/* SPDX-License-Identifier: Apache-2.0 */
#include "model/statement.h"

#include <stdlib.h>
#include <string.h>

void statement_done(struct statement *statement)
{
	if (!statement)
		return;
	for (size_t i = 0; i < statement->count; i++)
		run_view_done(&statement->views[i]);
	free(statement->views);
	memset(statement, 0, sizeof *statement);
}
