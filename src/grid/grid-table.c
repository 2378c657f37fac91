/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The yearly tables as a provider: the last that is asked, and the one that always answers.
 *
 * Reads:  the tables of data/, or a user's own
 * Gives:  a point a calendar year (UTC), of the place's zone, else its country, else the world;
 *	   a year that the tables have not is marked estimated
 * Needs:  nothing
 * Limits: a yearly mean knows no hours: error_ratio says by how much; tells no time to come
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "grid/grid.h"
#include "place/factor-row.h"
#include "place/factor.h"

/* What 64 bits of ns reach is less than what 64 bits of s do: no run was before or will be
 * after these. */
#define YEAR_FIRST 1970
#define YEAR_LAST  2200

extern const struct grid grid_table;

static int64_t year_start(int year)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mday = 1 };

	return (int64_t)timegm(&tm);
}

static int64_t within(int64_t unix_s)
{
	int64_t least = year_start(YEAR_FIRST);
	int64_t most = year_start(YEAR_LAST) - 1;

	if (unix_s < least)
		return least;
	return unix_s > most ? most : unix_s;
}

static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	struct factor factor;

	factor_average(tables, place, 0, 0, &factor);
	return factor.value.known && copy_text(buf, size, factor.zone);
}

static bool is_of_year(const struct factor *factor, int year)
{
	uint64_t told;

	return parse_u64(factor->year_or_time, &told) == 0 && told == (uint64_t)year;
}

static int add_year(struct intensity_series *series, const struct grid_query *query,
		    const struct factor *factor, int year)
{
	const struct intensity_point point = {
		.from_unix_s = year_start(year),
		.to_unix_s = year_start(year + 1),
		.gpkwh = factor->value.value,
		.estimated = !is_of_year(factor, year),
		.forecast = year_start(year) > query->now_unix_s,
	};
	double half = (factor->value.high - factor->value.low) / 2;

	series->error_ratio = fmax(series->error_ratio, half / factor->value.value);
	(void)copy_text(series->zone, sizeof series->zone, factor->zone);
	(void)copy_text(series->basis, sizeof series->basis, factor->basis);
	return intensity_series_add(series, &point);
}

static int add_years(struct tables *tables, const struct grid_query *query,
		     struct intensity_series *series)
{
	int64_t from = within(query->from_unix_s);
	int64_t to = within(query->to_unix_s);
	int year = factor_year_of(from * NS_PER_S);
	int r = 0;

	/* The step that a run without a length is in, too. */
	for (; r == 0 && (year_start(year) < to || year_start(year) <= from); year++) {
		struct factor factor;

		factor_average(tables, query->place, year_start(year) * NS_PER_S,
			       (to > from ? to - from : 0) * NS_PER_S, &factor);
		if (!factor.value.known)
			return -ENODATA;
		r = add_year(series, query, &factor, year);
	}
	return r;
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	int r;

	if (query->forecast)
		return diag_say(diag, -ENODATA, "%s tells nothing of the time to come",
				grid_table.name);
	(void)copy_text(ret->provider, sizeof ret->provider, grid_table.name);
	ret->signal = grid_table.signal;
	ret->fetched_unix_s = query->now_unix_s;
	r = add_years(door->tables, query, ret);
	if (r == 0)
		r = intensity_series_sort(ret);
	if (r < 0) {
		intensity_series_done(ret);
		memset(ret, 0, sizeof *ret);
		return diag_fail(diag, r, "%s has no figure", grid_table.name);
	}
	return 0;
}

const struct grid grid_table = {
	.name = "table",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_IS_LOCAL,
	.zone_of = zone_of,
	.fetch = fetch,
};
