/* SPDX-License-Identifier: Apache-2.0 */
#include "place/factor-row.h"

#include <time.h>

#include "base/macro.h"
#include "base/parse.h"

static bool seek(struct factor_row *row, const char *column, const char *text,
		 size_t from)
{
	size_t at = table_column(row->table, column);

	if (at == TABLE_NO_COLUMN)
		return false;
	row->row = table_find(row->table, at, text, from);
	return row->row < table_rows(row->table);
}

bool factor_row_find(struct tables *tables, const char *table, const char *column,
		     const char *text, struct factor_row *ret)
{
	struct factor_row row = { tables_get(tables, table), 0 };

	if (!row.table || !seek(&row, column, text, 0))
		return false;
	*ret = row;
	return true;
}

bool factor_row_next(struct factor_row *row, const char *column, const char *text)
{
	return seek(row, column, text, row->row + 1);
}

const char *factor_row_text(const struct factor_row *row, const char *column)
{
	return table_text(row->table, row->row, table_column(row->table, column));
}

bool factor_row_number(const struct factor_row *row, const char *column, double *ret)
{
	return table_number(row->table, row->row, table_column(row->table, column), ret);
}

static bool is_of(const struct factor_row *row, const struct factor_yearly *of)
{
	return !of->also_column ||
	       same_ascii(factor_row_text(row, of->also_column), of->also_text);
}

/* Whether `year` is nearer to what was asked than `best`: before it rather than after. */
static bool is_better(int year, int best, int asked)
{
	if (year <= asked)
		return best > asked || year > best;
	return best > asked && year < best;
}

bool factor_row_of_year(struct tables *tables, const struct factor_yearly *of, int year,
			struct factor_year *ret)
{
	struct factor_row row;
	bool more = factor_row_find(tables, of->table, of->column, of->text, &row);
	bool found = false;
	int newest = 0;

	for (; more; more = factor_row_next(&row, of->column, of->text)) {
		double value;
		double at;

		if (!is_of(&row, of) || !factor_row_number(&row, of->value, &value) ||
		    !(value > of->over) || !factor_row_number(&row, "year", &at) ||
		    !(at >= 0 && at <= 9999))
			continue;
		if ((int)at > newest)
			newest = (int)at;
		if (found && !is_better((int)at, ret->year, year))
			continue;
		*ret = (struct factor_year){ row, value, (int)at, 0 };
		found = true;
	}
	if (found)
		ret->newest = newest;
	return found;
}

int factor_year_of(int64_t unix_ns)
{
	time_t s = (time_t)(unix_ns / NS_PER_S - (unix_ns % NS_PER_S < 0));
	struct tm tm;

	return gmtime_r(&s, &tm) ? tm.tm_year + 1900 : 1970;
}
