/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The US Energy Information Administration's form 930, by hours: what each balancing authority
 * of the lower 48 states generated, by fuel.
 *
 * Reads: /v2/electricity/rto/fuel-type-data/data/ of one respondent, 5000 rows a request
 * Gives: gCO2e/kWh of what is generated there, lifecycle: MWh by fuel times the table
 *	fuel_factor. `period` is UTC and names the hour that ends then, as the form does
 *	("hour ending"): 2026-01-01T01 is from 00:00 to 01:00
 * Needs: a key, which is free; it goes into the query and nowhere else
 * Limits: imports are not in it; the newest hours are preliminary and come an hour or more
 *	late; a state or the whole country is no respondent here, as its parts lie far apart;
 *	public domain, US EIA
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "grid/mix.h"

#define HOUR_S INT64_C(3600)
#define BASIS  "average, lifecycle, generation"

/* The service's own limit, and 200 kB to 1.3 MB of answer. */
#define PAGE_ROWS 5000
/* Three years of twelve fuels. */
#define PAGES_MAX 64

#define FUEL_MAX  16

extern const struct grid grid_eia;

/* Gives back what was counted when it was made: battery, pumped, other and unknown storage. */
static bool is_storage(const char *fuel)
{
	static const char *const storage[] = { "BAT", "PS", "OES", "UES" };

	for (size_t i = 0; i < ARRAY_SIZE(storage); i++)
		if (strcmp(fuel, storage[i]) == 0)
			return true;
	return false;
}

/* Sun and wind with a battery beside them have the factors of sun and wind. */
static const char *with_factor(const char *fuel)
{
	if (strcmp(fuel, "SNB") == 0)
		return "SUN/SNB";
	return strcmp(fuel, "WNB") == 0 ? "WND/WNB" : fuel;
}

/* "US-CAL-CISO" is the respondent CISO: the zones' names are made of them. */
static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	const char *zone = place->zone;
	const char *name = strncmp(zone, "US-", 3) == 0 ? strchr(zone + 3, '-') : NULL;
	size_t len;

	(void)tables;
	/* Alaska and Hawaii do not fill in the form. */
	if (!name || strncmp(zone, "US-AK-", 6) == 0 || strncmp(zone, "US-HI-", 6) == 0)
		return false;
	name++;
	len = strlen(name);
	for (size_t i = 0; i < len; i++)
		if (!isupper((unsigned char)name[i]) && !isdigit((unsigned char)name[i]))
			return false;
	return len >= 2 && len <= 4 && copy_text(buf, size, name);
}

static void hour_text(int64_t unix_s, char buf[16])
{
	time_t t = (time_t)unix_s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(buf, 16, "%Y-%m-%dT%H", &tm) == 0)
		buf[0] = '\0';
}

/* Brackets are escaped: a URL has none. The rows' order is stable, as pages are cut from it. */
static int page_url(const struct grid_ask *ask, const int64_t span[2], size_t offset,
		    char url[GRID_URL_MAX])
{
	char start[16];
	char end[16];
	const char *key;
	int r = grid_ask_key(ask, &key);

	if (r < 0)
		return r;
	hour_text(span[0] + HOUR_S, start);
	hour_text(span[1], end);
	r = grid_ask_url(ask, url,
			 "/v2/electricity/rto/fuel-type-data/data/"
			 "?frequency=hourly&data%%5B0%%5D=value"
			 "&facets%%5Brespondent%%5D%%5B%%5D=%s&start=%s&end=%s"
			 "&sort%%5B0%%5D%%5Bcolumn%%5D=period"
			 "&sort%%5B0%%5D%%5Bdirection%%5D=asc"
			 "&sort%%5B1%%5D%%5Bcolumn%%5D=fueltype"
			 "&sort%%5B1%%5D%%5Bdirection%%5D=asc"
			 "&offset=%zu&length=%d&api_key=",
			 ask->series->zone, start, end, offset, PAGE_ROWS);
	if (r == 0 && !http_escape(key, url, GRID_URL_MAX))
		r = -ENAMETOOLONG;
	return r;
}

static int add_row(struct grid_ask *ask, const json_t *row)
{
	struct intensity_point told = { 0 };
	const char *fuel = grid_json_text(row, "fueltype");
	const char *zone = grid_json_text(row, "respondent");
	int r;

	if (!fuel || strlen(fuel) > FUEL_MAX)
		return grid_bad(ask, "a row without a fuel type");
	r = grid_json_time(ask, row, "period", &told.to_unix_s);
	if (r == 0 && (!zone || strcmp(zone, ask->series->zone) != 0))
		r = grid_bad(ask, "a row of another respondent than %s",
			     ask->series->zone);
	if (r == 0)
		r = grid_json_number_text(ask, row, "value", &told.gpkwh);
	if (r == -ENODATA || (r == 0 && is_storage(fuel)))
		return 0;
	told.from_unix_s = told.to_unix_s - HOUR_S;
	if (r == 0)
		r = mix_add(ask->own, with_factor(fuel), &told);
	return r == -E2BIG ? grid_bad(ask, "too many fuel types") : r;
}

/* The number of rows in it. */
static int add_page(struct grid_ask *ask, const json_t *root, size_t *ret_rows)
{
	json_t *response = NULL;
	json_t *rows = NULL;
	int r = grid_json_object(ask, root, "response", &response);

	if (r == 0)
		r = grid_json_array(ask, response, "data", &rows);
	if (r == 0)
		r = grid_json_each(ask, rows, add_row);
	if (r == 0)
		*ret_rows = json_array_size(rows);
	return r;
}

static int ask_page(struct grid_ask *ask, const int64_t span[2], size_t offset,
		    size_t *ret_rows)
{
	CLEANUP(grid_json_done) json_t *root = NULL;
	struct http_request request = { .headers = { "Accept: application/json" } };
	char url[GRID_URL_MAX];
	int r = page_url(ask, span, offset, url);

	request.url = url;
	if (r == 0)
		r = grid_ask_json(ask, &request, &root);
	explicit_bzero(url, sizeof url);
	return r < 0 ? r : add_page(ask, root, ret_rows);
}

/* A page that is not full is the last. */
static int ask_span(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s)
{
	int64_t span[2] = { from_unix_s, to_unix_s };
	size_t rows = PAGE_ROWS;
	size_t offset = 0;
	int r = 0;

	for (int page = 0; page < PAGES_MAX && rows >= PAGE_ROWS && r == 0; page++) {
		r = ask_page(ask, span, offset, &rows);
		offset += rows;
	}
	return r;
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	struct grid_ask ask;

	grid_ask_begin(&ask, &grid_eia, door, query, ret);
	ask.diag = diag;
	if (query->forecast ||
	    !zone_of(door->tables, query->place, ret->zone, sizeof ret->zone))
		return grid_ask_end(&ask, 0);
	(void)copy_text(ret->basis, sizeof ret->basis, BASIS);
	return mix_ask(&ask, "eia", HOUR_S, INT64_MAX, ask_span);
}

const struct grid grid_eia = {
	.name = "eia",
	.base_url = "https://api.eia.gov",
	.key = "eia",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_NEEDS_KEY,
	.zone_of = zone_of,
	.fetch = fetch,
};
