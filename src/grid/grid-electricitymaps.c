/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Electricity Maps, API v3: most of the world's grids by the hour, flows traced.
 *
 * Reads:  /v3/carbon-intensity/{history,past-range,forecast,latest}
 * Gives:  gCO2eq/kWh of what is used, lifecycle unless the answer says direct
 * Needs:  a key, sent as `auth-token`. Those that cost nothing serve one zone
 * Limits: history is of the last 24 hours; past-range of 10 days a request, and not in every
 *	   plan; a forecast reaches 72 hours. What it estimates itself is marked so
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "grid/grid-json.h"

#define HOUR_S    INT64_C(3600)
#define DAY_S     INT64_C(86400)
#define REQUEST_S (10 * DAY_S)
#define ZONES     "carbon_electricitymaps_zone_year"
#define KEY_MAX   256

/* Two sources lie 14 % apart on a country's year (India 2024: 708 and 614 g/kWh); of an hour
 * no comparison is known. Of a day ahead, assumed: the weather's error besides. */
#define ERROR_PAST     0.15
#define ERROR_FORECAST 0.25

extern const struct grid grid_electricitymaps;

static bool has_zone(struct tables *tables, const char *zone)
{
	const struct table *table = tables_get(tables, ZONES);

	return table && zone[0] != '\0' &&
	       table_find(table, table_column(table, "zone"), zone, 0) <
		       table_rows(table);
}

/* "US" has parts: "US-CAL-CISO" and more. */
static bool has_parts(struct tables *tables, const char *iso2)
{
	const struct table *table = tables_get(tables, ZONES);
	size_t column = table ? table_column(table, "zone") : 0;

	for (size_t i = 0; table && i < table_rows(table); i++) {
		const char *zone = table_text(table, i, column);

		if (strncasecmp(zone, iso2, 2) == 0 && zone[2] == '-')
			return true;
	}
	return false;
}

/* The zone, else what the position says where a country has parts, else the country. */
static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	if (has_zone(tables, place->zone))
		return copy_text(buf, size, place->zone);
	if (has_zone(tables, place->iso2) &&
	    (!place->has_position || !has_parts(tables, place->iso2)))
		return copy_text(buf, size, place->iso2);
	return grid_zone_position(place, buf, size);
}

/* All points of a series have one basis. */
static int note_basis(struct grid_ask *ask, const json_t *row)
{
	const char *type = grid_json_text(row, "emissionFactorType");
	char *basis = ask->series->basis;
	char words[sizeof ask->series->basis];

	/* Forecasts do not say: lifecycle is what the service does unless asked. */
	if (!type)
		type = "lifecycle";
	if (strcmp(type, "lifecycle") != 0 && strcmp(type, "direct") != 0)
		return grid_bad(ask, "emission factors of an unknown type");
	(void)snprintf(words, sizeof words, "average, %s, consumption", type);
	if (basis[0] != '\0' && strcmp(basis, words) != 0)
		return grid_bad(ask, "direct and lifecycle factors in one answer");
	(void)copy_text(basis, sizeof ask->series->basis, words);
	return 0;
}

/* The answer names the zone of a position; another one than was asked is no answer. */
static int note_zone(struct grid_ask *ask, const json_t *object)
{
	const char *zone = grid_json_text(object, "zone");
	char *asked = ask->series->zone;
	char quote[GRID_QUOTE_MAX];

	if (!zone)
		return 0;
	(void)grid_quote(ask, zone, quote);
	if (asked[0] == '@')
		(void)copy_text(asked, sizeof ask->series->zone, quote);
	else if (strcasecmp(asked, zone) != 0)
		return grid_bad(ask, "asked for %s, the answer is of %s", asked, quote);
	return 0;
}

static int add_point(struct grid_ask *ask, const json_t *row)
{
	const json_t *estimated = json_object_get(row, "isEstimated");
	struct intensity_point point = { .estimated = json_is_true(estimated) };
	int r = note_zone(ask, row);

	if (r == 0)
		r = grid_json_time(ask, row, "datetime", &point.from_unix_s);
	if (r < 0)
		return r;
	if (estimated && !json_is_boolean(estimated) && !json_is_null(estimated))
		return grid_bad(ask,
				"an answer in which \"isEstimated\" is no yes or no");
	point.to_unix_s = point.from_unix_s + HOUR_S;
	r = grid_json_number(ask, row, "carbonIntensity", &point.gpkwh);
	if (r == -ENODATA)
		return 0;
	if (r == 0)
		r = note_basis(ask, row);
	return r < 0 ? r : grid_ask_point(ask, &point);
}

static int add_points(struct grid_ask *ask, const json_t *root, const char *list)
{
	json_t *rows = NULL;
	int r = grid_json_array(ask, root, list, &rows);

	if (r == 0)
		r = note_zone(ask, root);
	return r < 0 ? r : grid_json_each(ask, rows, add_point);
}

/* "zone=DE", "lat=37.4&lon=-122.1" */
static int where_query(const struct grid_ask *ask, char *buf, size_t size)
{
	const char *zone = ask->series->zone;
	const char *comma = strchr(zone, ',');
	char name[3 * PLACE_NAME_MAX + 1] = "";

	if (zone[0] == '@' && comma)
		(void)snprintf(buf, size, "lat=%.*s&lon=%s", (int)(comma - zone - 1),
			       zone + 1, comma + 1);
	else if (http_escape(zone, name, sizeof name))
		(void)snprintf(buf, size, "zone=%s", name);
	else
		return -ENAMETOOLONG;
	return 0;
}

/* `list` NULL: the answer is one point. */
static int ask_for(struct grid_ask *ask, const char *what, const char *more,
		   const char *list)
{
	CLEANUP(grid_json_done) json_t *root = NULL;
	char header[KEY_MAX + 16];
	struct http_request request = { .headers = { header } };
	char where[3 * PLACE_NAME_MAX + 16];
	char url[GRID_URL_MAX];
	const char *key;
	int r = grid_ask_key(ask, &key);

	if (r == 0)
		r = where_query(ask, where, sizeof where);
	if (r == 0)
		r = grid_ask_url(ask, url, "/v3/carbon-intensity/%s?%s%s", what, where,
				 more);
	if (r < 0)
		return r;
	request.url = url;
	(void)snprintf(header, sizeof header, "auth-token: %.*s", KEY_MAX - 1, key);
	r = grid_ask_json(ask, &request, &root);
	explicit_bzero(header, sizeof header);
	if (r < 0)
		return r;
	return list ? add_points(ask, root, list) : add_point(ask, root);
}

/* The last day: its history, else the one hour that every key may see. */
static int ask_recent(struct grid_ask *ask)
{
	bool wants_now = ask->query->to_unix_s > ask->query->now_unix_s - 2 * HOUR_S;
	int r = ask_for(ask, "history", "", "history");

	bool refused = r == -EACCES || r == -ENOENT;

	if (wants_now && (refused || (r == 0 && ask->series->count == 0)))
		r = ask_for(ask, "latest", "", NULL);
	return r;
}

static int ask_past(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s)
{
	char from[GRID_TIME_MAX];
	char to[GRID_TIME_MAX];
	char more[2 * GRID_TIME_MAX + 16];

	grid_time_text(from_unix_s, from);
	grid_time_text(to_unix_s, to);
	(void)snprintf(more, sizeof more, "&start=%s&end=%s", from, to);
	return ask_for(ask, "past-range", more, "data");
}

static int ask_span(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s)
{
	/* An hour less than history's 24: it begins with a whole hour. */
	int64_t recent = (ask->query->now_unix_s - DAY_S) / HOUR_S * HOUR_S + HOUR_S;
	int r = 0;

	if (from_unix_s < recent)
		r = ask_past(ask, from_unix_s, to_unix_s < recent ? to_unix_s : recent);
	/* A key that may not see the past may still see the day. */
	if (to_unix_s > recent && (r == 0 || r == -EACCES)) {
		int recently = ask_recent(ask);

		r = recently < 0 ? recently : r;
	}
	return r;
}

static int ask_forecast(struct grid_ask *ask)
{
	static const int horizons_h[] = { 6, 24, 48, 72 };
	int64_t ahead_s = ask->query->to_unix_s - ask->query->now_unix_s;
	char more[32];
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(horizons_h) && horizons_h[i] * HOUR_S < ahead_s)
		i++;
	(void)snprintf(more, sizeof more, "&horizonHours=%d", horizons_h[i]);
	return ask_for(ask, "forecast", more, "forecast");
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	struct grid_ask ask;
	int r;

	grid_ask_begin(&ask, &grid_electricitymaps, door, query, ret);
	ask.diag = diag;
	if (!zone_of(door->tables, query->place, ret->zone, sizeof ret->zone))
		return grid_ask_end(&ask, -ENODATA);
	ret->error_ratio = query->forecast ? ERROR_FORECAST : ERROR_PAST;
	if (query->forecast)
		r = ask_forecast(&ask);
	else
		r = grid_ask_spans(&ask, HOUR_S, REQUEST_S, ask_span);
	return grid_ask_end(&ask, r);
}

const struct grid grid_electricitymaps = {
	.name = "electricitymaps",
	.base_url = "https://api.electricitymaps.com",
	.key = "electricitymaps",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_NEEDS_KEY | GRID_HAS_FORECAST,
	.zone_of = zone_of,
	.fetch = fetch,
};
