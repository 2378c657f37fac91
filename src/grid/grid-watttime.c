/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WattTime, API v3: what one more kWh sets free, by five minutes.
 *
 * Reads:  /login, /v3/region-from-loc, /v3/historical, /v3/forecast; signal co2_moer
 * Gives:  gCO2/kWh at the generators that answer to a change of the region's load, in the
 *	   region or beyond it, losses of transmission included: direct, consumption. CO2
 *	   alone, not CO2e. May be below 0
 * Needs:  "user:password". Accounts without a subscription see CAISO_NORTH only
 * Limits: 32 days a request, 72 hours ahead; a token lasts half an hour
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "grid/grid-json.h"

#define STEP_S               300
#define HOUR_S               3600
#define REQUEST_S            (INT64_C(32) * 86400)
#define HORIZON_H            72
#define TOKEN_MAX            4096
#define SIGNAL               "co2_moer"
#define UNITS                "lbs_co2_per_mwh"
#define GPKWH_PER_LB_PER_MWH 0.45359237

/* Assumed: which plant would have answered is seen by nobody. */
#define ERROR_PAST     0.30
#define ERROR_FORECAST 0.40

extern const struct grid grid_watttime;

struct session {
	char header[TOKEN_MAX + 32]; /* "Authorization: Bearer …"; "": not logged in */
	bool again;                  /* logged in a second time: not a third */
};

static bool same(const struct table *table, size_t row, const char *column,
		 const char *text)
{
	return text[0] != '\0' &&
	       strcasecmp(table_text(table, row, table_column(table, column)), text) == 0;
}

/*
 * By the cloud's region, else by the zone where all that the table has in it lie in one region
 * of WattTime's: a zone may hold several (California's has).
 */
static const char *region_of_table(struct tables *tables, const struct place *place)
{
	const struct table *table = tables_get(tables, "cloud_region");
	size_t column = table ? table_column(table, "watttime") : 0;
	const char *region = "";

	for (size_t i = 0; table && i < table_rows(table); i++) {
		const char *name = table_text(table, i, column);

		if (name[0] == '\0')
			continue;
		if (same(table, i, "provider", place->cloud) &&
		    same(table, i, "region", place->cloud_region))
			return name;
		if (!same(table, i, "zone", place->zone))
			continue;
		region = region[0] == '\0' || strcmp(region, name) == 0 ? name : NULL;
		if (!region)
			return "";
	}
	return region;
}

static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	const char *region = region_of_table(tables, place);

	if (region[0] != '\0')
		return copy_text(buf, size, region);
	return grid_zone_position(place, buf, size);
}

/* What may stand in a header. */
static bool is_token(const char *token)
{
	size_t len = token ? strlen(token) : 0;

	for (size_t i = 0; i < len; i++)
		if (token[i] <= ' ' || token[i] > '~')
			return false;
	return len > 0 && len < TOKEN_MAX;
}

static int login(struct grid_ask *ask)
{
	CLEANUP(grid_json_done) json_t *root = NULL;
	struct http_request request = { 0 };
	struct session *session = ask->own;
	char url[GRID_URL_MAX];
	const char *token;
	int r = grid_ask_key(ask, &request.user_password);

	if (r == 0)
		r = grid_ask_url(ask, url, "/login");
	request.url = url;
	ask->secret = ""; /* nothing of this answer is for a sentence */
	if (r == 0)
		r = grid_ask_json(ask, &request, &root);
	if (r < 0)
		return r;
	token = grid_json_text(root, "token");
	if (!is_token(token))
		return grid_bad(ask, "the answer to the login has no token");
	(void)snprintf(session->header, sizeof session->header,
		       "Authorization: Bearer %s", token);
	ask->secret = session->header + strlen("Authorization: Bearer ");
	return 0;
}

/* A token that ran out in the middle is refused: one more login. */
static int ask_json(struct grid_ask *ask, const char *url, json_t **ret)
{
	struct session *session = ask->own;
	struct http_request request = { .url = url, .headers = { session->header } };
	int r = session->header[0] == '\0' ? login(ask) : 0;

	if (r == 0)
		r = grid_ask_json(ask, &request, ret);
	if (r == -EACCES && session->header[0] != '\0' && !session->again) {
		session->again = true;
		r = login(ask);
		if (r == 0)
			r = grid_ask_json(ask, &request, ret);
	}
	return r;
}

/* "@37.4,-122.1" becomes "CAISO_NORTH". */
static int find_region(struct grid_ask *ask)
{
	CLEANUP(grid_json_done) json_t *root = NULL;
	char *zone = ask->series->zone;
	const char *comma = strchr(zone, ',');
	char url[GRID_URL_MAX];
	const char *region;
	char quote[GRID_QUOTE_MAX];
	int r;

	if (zone[0] != '@' || !comma)
		return 0;
	r = grid_ask_url(
		ask, url,
		"/v3/region-from-loc?latitude=%.*s&longitude=%s&signal_type=" SIGNAL,
		(int)(comma - zone - 1), zone + 1, comma + 1);
	if (r == 0)
		r = ask_json(ask, url, &root);
	if (r < 0)
		return r;
	region = grid_json_text(root, "region");
	if (!region || region[0] == '\0' ||
	    strcmp(grid_quote(ask, region, quote), region) != 0)
		return grid_bad(ask, "an answer without a region");
	(void)copy_text(zone, sizeof ask->series->zone, region);
	return 0;
}

static int check_meta(struct grid_ask *ask, const json_t *root, int64_t *ret_step_s)
{
	const char *units;
	const char *region;
	json_t *meta;
	double step_s = STEP_S;
	int r = grid_json_object(ask, root, "meta", &meta);

	if (r == 0)
		r = grid_json_number(ask, meta, "data_point_period_seconds", &step_s);
	if (r < 0 && r != -ENODATA)
		return r;
	units = grid_json_text(meta, "units");
	region = grid_json_text(meta, "region");
	if (!units || strcmp(units, UNITS) != 0)
		return grid_bad(ask, "an answer that is not in " UNITS);
	if (region && strcasecmp(region, ask->series->zone) != 0)
		return grid_bad(ask, "an answer that is not of %s", ask->series->zone);
	if (step_s < 1 || step_s > HOUR_S)
		return grid_bad(ask, "steps of %g s", step_s);
	*ret_step_s = (int64_t)step_s;
	return 0;
}

static int add_point(struct grid_ask *ask, const json_t *row, int64_t step_s)
{
	struct intensity_point point = { 0 };
	double lbs_per_mwh;
	int r = grid_json_time(ask, row, "point_time", &point.from_unix_s);

	if (r < 0)
		return r;
	r = grid_json_number(ask, row, "value", &lbs_per_mwh);
	if (r < 0)
		return r == -ENODATA ? 0 : r;
	point.to_unix_s = point.from_unix_s + step_s;
	point.gpkwh = lbs_per_mwh * GPKWH_PER_LB_PER_MWH;
	point.estimated = json_is_true(json_object_get(row, "imputed_data_used"));
	return grid_ask_point(ask, &point);
}

static int ask_points(struct grid_ask *ask, const char *url)
{
	CLEANUP(grid_json_done) json_t *root = NULL;
	int64_t step_s = STEP_S;
	json_t *rows = NULL;
	json_t *row;
	size_t i;
	int r = ask_json(ask, url, &root);

	if (r == 0)
		r = grid_json_array(ask, root, "data", &rows);
	if (r == 0)
		r = check_meta(ask, root, &step_s);
	if (r < 0)
		return r;
	json_array_foreach(rows, i, row)
	{
		r = add_point(ask, row, step_s);
		if (r < 0)
			return r;
	}
	return 0;
}

static int region_query(const struct grid_ask *ask, char *buf, size_t size)
{
	char name[3 * PLACE_NAME_MAX + 1] = "";

	if (!http_escape(ask->series->zone, name, sizeof name))
		return -ENAMETOOLONG;
	(void)snprintf(buf, size, "region=%s&signal_type=" SIGNAL, name);
	return 0;
}

static int ask_span(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s)
{
	char region[3 * PLACE_NAME_MAX + 48];
	char from[GRID_TIME_MAX];
	char to[GRID_TIME_MAX];
	char url[GRID_URL_MAX];
	int r = region_query(ask, region, sizeof region);

	grid_time_text(from_unix_s, from);
	grid_time_text(to_unix_s, to);
	if (r == 0)
		r = grid_ask_url(ask, url, "/v3/historical?%s&start=%s&end=%s", region,
				 from, to);
	return r < 0 ? r : ask_points(ask, url);
}

static int ask_forecast(struct grid_ask *ask)
{
	int64_t ahead_s = ask->query->to_unix_s - ask->query->now_unix_s;
	int64_t hours = (ahead_s + HOUR_S - 1) / HOUR_S;
	char region[3 * PLACE_NAME_MAX + 48];
	char url[GRID_URL_MAX];
	int r = region_query(ask, region, sizeof region);

	if (hours < 1)
		hours = 1;
	if (hours > HORIZON_H)
		hours = HORIZON_H;
	if (r == 0)
		r = grid_ask_url(ask, url, "/v3/forecast?%s&horizon_hours=%d", region,
				 (int)hours);
	return r < 0 ? r : ask_points(ask, url);
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	struct session session = { .again = false };
	struct grid_ask ask;
	int r;

	grid_ask_begin(&ask, &grid_watttime, door, query, ret);
	ask.diag = diag;
	ask.own = &session;
	if (!zone_of(door->tables, query->place, ret->zone, sizeof ret->zone))
		return grid_ask_end(&ask, -ENODATA);
	(void)copy_text(ret->basis, sizeof ret->basis, "marginal, direct, consumption");
	ret->error_ratio = query->forecast ? ERROR_FORECAST : ERROR_PAST;
	r = find_region(&ask);
	if (r == 0 && query->forecast)
		r = ask_forecast(&ask);
	else if (r == 0)
		r = grid_ask_spans(&ask, STEP_S, REQUEST_S, ask_span);
	r = grid_ask_end(&ask, r);
	explicit_bzero(&session, sizeof session);
	return r;
}

const struct grid grid_watttime = {
	.name = "watttime",
	.base_url = "https://api.watttime.org",
	.key = "watttime",
	.signal = SIGNAL_MARGINAL,
	.flags = GRID_NEEDS_KEY | GRID_HAS_FORECAST,
	.zone_of = zone_of,
	.fetch = fetch,
};
