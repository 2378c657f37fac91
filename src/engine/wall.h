/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-11's line for a class of machine, as data/wall_class.csv has it. */
#pragma once

#include "calc/wall.h"
#include "place/table.h"

struct wall_row {
	struct wall_line line;
	enum kind basis; /* how the row came about */
	const char *source;
};

/* False: the table, a user's own perhaps, has no good row of it. The texts are the table's. */
MUST_USE bool wall_row_of(struct tables *tables, enum wall_class of,
			  struct wall_row *ret);
