/* SPDX-License-Identifier: Apache-2.0 */
#include "place/factor-spread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/parse.h"
#include "place/factor-row.h"

#define PARTS_MAX  512
#define NS_PER_DAY (INT64_C(86400) * NS_PER_S)

void factor_spread_add(struct factor_spread *spread, double down, double up)
{
	if (down > 0)
		spread->down_squares += down * down;
	if (up > 0)
		spread->up_squares += up * up;
}

void factor_spread_bounds(const struct factor_spread *spread, struct quantity *value)
{
	value->low = value->value * exp(-sqrt(spread->down_squares));
	value->high = value->value * exp(sqrt(spread->up_squares));
}

static double spread_row(struct tables *tables, const char *what, const char *column)
{
	struct factor_row row;
	double ratio;

	if (!factor_row_find(tables, "carbon_spread", "what", what, &row) ||
	    !factor_row_number(&row, column, &ratio) || !(ratio >= 1))
		return log(2);
	return log(ratio);
}

double factor_spread_median(struct tables *tables, const char *what)
{
	return spread_row(tables, what, "median_ratio");
}

double factor_spread_95(struct tables *tables, const char *what)
{
	return spread_row(tables, what, "p95_ratio");
}

void factor_spread_years(struct tables *tables, int years, struct factor_spread *spread)
{
	double width = 0;

	if (years == 1)
		width = factor_spread_95(tables, "year-old");
	else if (years > 1)
		width = factor_spread_95(tables, "two-years-old") * sqrt(years / 2.0);
	factor_spread_add(spread, width, width);
}

void factor_spread_short(struct tables *tables, int64_t duration_ns,
			 struct factor_spread *spread)
{
	double width = 0;

	if (duration_ns <= NS_PER_DAY)
		width = factor_spread_95(tables, "short-run");
	else if (duration_ns < 30 * NS_PER_DAY)
		width = factor_spread_median(tables, "short-run");
	factor_spread_add(spread, width, width);
}

/* Where the parts of a country stand. */
struct parts_of {
	const char *table;
	const char *column; /* never empty in a row of a part */
	char prefix[4];
	struct factor_yearly whole;
};

#define GPKWH   "gco2e_per_kwh"
#define COUNTRY "carbon_country_year"
#define ZONE    "carbon_electricitymaps_zone_year"

static struct parts_of parts_table(const char *iso2)
{
	struct parts_of of = { ZONE, "zone", "", { ZONE, "zone", iso2, GPKWH, 0, 0, 0 } };

	if (*iso2 == '\0')
		of = (struct parts_of){ COUNTRY,
					"iso3",
					"",
					{ COUNTRY, "entity", "World", GPKWH, 0, 0, 0 } };
	else if (same_ascii(iso2, "US"))
		of = (struct parts_of){ "carbon_us_state_year",
					"code",
					"",
					{ COUNTRY, "iso3", "USA", GPKWH, 0, 0, 0 } };
	else if (same_ascii(iso2, "IN"))
		of = (struct parts_of){ "carbon_india_state_year",
					"state",
					"",
					{ COUNTRY, "iso3", "IND", GPKWH, 0, 0, 0 } };
	else
		(void)snprintf(of.prefix, sizeof of.prefix, "%.2s-", iso2);
	return of;
}

static bool is_part(const struct factor_row *row, const struct parts_of *of)
{
	const char *key = factor_row_text(row, of->column);

	return *key != '\0' && strncmp(key, of->prefix, strlen(of->prefix)) == 0;
}

/* The year of the table to look at: the asked one, else the newest before it, else the
 * oldest; 0: it has no parts. */
static int parts_year(struct factor_row row, const struct parts_of *of, int asked)
{
	int before = 0;
	int after = 0;

	for (row.row = 0; row.row < table_rows(row.table); row.row++) {
		double at;
		int year;

		if (!is_part(&row, of) || !factor_row_number(&row, "year", &at) ||
		    !(at >= 1 && at <= 9999))
			continue;
		year = (int)at;
		if (year <= asked && year > before)
			before = year;
		if (year > asked && (after == 0 || year < after))
			after = year;
	}
	return before > 0 ? before : after;
}

static size_t collect(struct factor_row row, const struct parts_of *of, int year,
		      double *values)
{
	size_t count = 0;

	for (row.row = 0; row.row < table_rows(row.table) && count < PARTS_MAX;
	     row.row++) {
		double at;
		double value;

		if (factor_row_number(&row, "year", &at) && (int)at == year &&
		    is_part(&row, of) &&
		    factor_row_number(&row, "gco2e_per_kwh", &value) && value > 0)
			values[count++] = value;
	}
	return count;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Linear between ranks. */
static double percentile(const double *sorted, size_t count, double ratio)
{
	double at = ratio * (double)(count - 1);
	size_t i = (size_t)at;
	size_t j = i + 1 < count ? i + 1 : i;

	return sorted[i] + (sorted[j] - sorted[i]) * (at - (double)i);
}

void factor_parts_of(struct tables *tables, const char *iso2, int year,
		     struct factor_parts *ret)
{
	struct parts_of of = parts_table(iso2);
	struct factor_row row = { tables_get(tables, of.table), 0 };
	double values[PARTS_MAX];
	struct factor_year whole = { .value = 0 };
	size_t count = 0;

	*ret = (struct factor_parts){ 0 };
	if (row.table) {
		year = parts_year(row, &of, year);
		count = collect(row, &of, year, values);
	}
	if (count == 0)
		return;
	(void)factor_row_of_year(tables, &of.whole, year, &whole);
	qsort(values, count, sizeof values[0], ascending);
	*ret = (struct factor_parts){ .count = count,
				      .whole = whole.value,
				      .least = values[0],
				      .low = percentile(values, count, 0.025),
				      .high = percentile(values, count, 0.975),
				      .most = values[count - 1] };
}

bool factor_parts_span(const struct factor_parts *parts)
{
	return parts->count >= 3 && parts->whole >= parts->least &&
	       parts->whole <= parts->most;
}

void factor_spread_parts(const struct factor_parts *parts, struct factor_spread *spread)
{
	factor_spread_add(spread, log(parts->whole / parts->low),
			  log(parts->high / parts->whole));
}
