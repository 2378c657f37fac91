/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transparency platform of ENTSO-E, the European grid operators: what was generated in a
 * zone by type of plant, by quarters of an hour or hours.
 *
 * Reads: /api, document A75 (actual generation by type) of process A16 (realised); zones from
 *	the table entsoe_area
 * Gives: gCO2e/kWh of what is generated there, lifecycle: MW by type times the table
 *	fuel_factor
 * Needs: a key ("security token"), asked for by mail to the platform; it goes into the query
 *	and nowhere else
 * Limits: imports are not in it; an hour late, and some types of plants later or never; 400
 *	requests a minute; data of the grid operators, CC BY 4.0
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/parse.h"
#include "grid/entsoe-xml.h"
#include "grid/mix.h"

/* The service gives up to a year. Twenty types by quarters of an hour are 6 MB a month. */
#define REQUEST_S  (31 * INT64_C(86400))
#define ANSWER_MAX ((size_t)16 << 20)
#define BASIS      "average, lifecycle, generation"

extern const struct grid grid_entsoe;

/* The zone's area, else the country's where no zone is known. */
static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	const struct table *table = tables_get(tables, "entsoe_area");
	const char *zone = place->zone[0] ? place->zone : place->iso2;
	size_t row;

	if (!table || !*zone)
		return false;
	row = table_find(table, table_column(table, "zone"), zone, 0);
	return row < table_rows(table) &&
	       copy_text(buf, size, table_text(table, row, table_column(table, "eic")));
}

/* "202601010000", UTC. */
static void minute_text(int64_t unix_s, char buf[16])
{
	time_t t = (time_t)unix_s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(buf, 16, "%Y%m%d%H%M", &tm) == 0)
		buf[0] = '\0';
}

static int span_url(const struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s,
		    char url[GRID_URL_MAX])
{
	char start[16];
	char end[16];
	const char *key;
	int r = grid_ask_key(ask, &key);

	if (r < 0)
		return r;
	minute_text(from_unix_s, start);
	minute_text(to_unix_s, end);
	r = grid_ask_url(ask, url,
			 "/api?documentType=A75&processType=A16&in_Domain=%s"
			 "&periodStart=%s&periodEnd=%s&securityToken=",
			 ask->series->zone, start, end);
	if (r == 0 && !http_escape(key, url, GRID_URL_MAX))
		r = -ENAMETOOLONG;
	return r;
}

static int ask_span(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s)
{
	CLEANUP(http_response_done) struct http_response response = { 0 };
	struct http_request request = { .headers = { "Accept: application/xml" },
					.max_bytes = ANSWER_MAX };
	char url[GRID_URL_MAX];
	int r = span_url(ask, from_unix_s, to_unix_s, url);

	request.url = url;
	if (r == 0)
		r = http_get(ask->door->http, &request, &response, ask->diag);
	explicit_bzero(url, sizeof url);
	if (r == -EACCES)
		diag_fix(ask->diag, "set GRAMME_ENTSOE_KEY to a token that is in force");
	if (r < 0)
		return r;
	if (response.date_unix_s > 0)
		ask->now_unix_s = response.date_unix_s;
	return entsoe_read(ask, response.body ? response.body : "", response.size);
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	struct grid_ask ask;

	grid_ask_begin(&ask, &grid_entsoe, door, query, ret);
	ask.diag = diag;
	if (query->forecast ||
	    !zone_of(door->tables, query->place, ret->zone, sizeof ret->zone))
		return grid_ask_end(&ask, 0);
	(void)copy_text(ret->basis, sizeof ret->basis, BASIS);
	return mix_ask(&ask, "entsoe", ENTSOE_STEP_S, REQUEST_S, ask_span);
}

const struct grid grid_entsoe = {
	.name = "entsoe",
	.base_url = "https://web-api.tp.entsoe.eu",
	.key = "entsoe",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_NEEDS_KEY,
	.zone_of = zone_of,
	.fetch = fetch,
};
