/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the tables by key and by year. Columns are named, so that a table may grow some. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "place/table.h"

struct factor_row {
	const struct table *table;
	size_t row;
};

/* The first row of a table whose column is `text`; false: none, or no such table. */
bool factor_row_find(struct tables *tables, const char *table, const char *column,
		     const char *text, struct factor_row *ret);

/* Goes on to the next such row; false, and *row has no meaning: there is none. */
bool factor_row_next(struct factor_row *row, const char *column, const char *text);

/* "" and false for what is not told. */
const char *factor_row_text(const struct factor_row *row, const char *column);
bool factor_row_number(const struct factor_row *row, const char *column, double *ret);

/* A figure a year: rows whose `column` is `text`, the figure in `value`, and a column `year`.
 * Where also_column is set, its text must be also_text too. */
struct factor_yearly {
	const char *table;
	const char *column;
	const char *text;
	const char *value;
	double over; /* what is not above this is no figure of the kind */
	const char *also_column;
	const char *also_text;
};

struct factor_year {
	struct factor_row row;
	double value;
	int year;
	int newest; /* that there is, used or not */
};

/* The figure of that year, else of the newest year before it, else of the oldest. */
bool factor_row_of_year(struct tables *tables, const struct factor_yearly *of, int year,
			struct factor_year *ret);

/* The calendar year, UTC. */
int factor_year_of(int64_t unix_ns);
