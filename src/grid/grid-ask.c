/* SPDX-License-Identifier: Apache-2.0 */
/* The part of grid-json.h that asks: from a query to a series. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "grid/grid-json.h"

/* Coal alone is 1 kg/kWh, the least efficient plants 2. */
#define GPKWH_MAX 10000.0

void grid_ask_begin(struct grid_ask *ask, const struct grid *grid,
		    const struct grid_door *door, const struct grid_query *query,
		    struct intensity_series *ret)
{
	memset(ask, 0, sizeof *ask);
	ask->grid = grid;
	ask->door = door;
	ask->query = query;
	ask->series = ret;
	ask->now_unix_s = query->now_unix_s;
	(void)copy_text(ret->provider, sizeof ret->provider, grid->name);
	ret->signal = grid->signal;
	ret->fetched_unix_s = query->now_unix_s;
}

int grid_ask_end(struct grid_ask *ask, int r)
{
	struct intensity_series *series = ask->series;

	/* What is half understood is not trusted; what a network lost is only not there. */
	if (r >= 0 || (series->count > 0 && r != -EPROTO && r != -ENOMEM))
		r = intensity_series_sort(series);
	if (r >= 0 && series->count == 0)
		r = diag_say(ask->diag, -ENODATA, "%s tells nothing of that time in %s",
			     ask->grid->name, series->zone);
	if (r < 0) {
		intensity_series_done(series);
		memset(series, 0, sizeof *series);
	}
	return r;
}

int grid_ask_url(const struct grid_ask *ask, char buf[GRID_URL_MAX], const char *fmt, ...)
{
	const char *own = ask->door->base_url;
	int len = snprintf(buf, GRID_URL_MAX, "%s", own ? own : ask->grid->base_url);
	va_list args;

	if (len < 0 || len >= GRID_URL_MAX)
		return -ENAMETOOLONG;
	va_start(args, fmt);
	len += vsnprintf(buf + len, (size_t)(GRID_URL_MAX - len), fmt, args);
	va_end(args);
	return len < GRID_URL_MAX ? 0 : -ENAMETOOLONG;
}

static int64_t floor_to(int64_t value, int64_t step)
{
	int64_t rest = value % step;

	return value - (rest < 0 ? rest + step : rest);
}

int grid_ask_spans(struct grid_ask *ask, int64_t step_s, int64_t max_s, grid_span_fn one)
{
	int64_t from = floor_to(ask->query->from_unix_s, step_s);
	int64_t end = floor_to(ask->query->to_unix_s + step_s - 1, step_s);
	int r = 0;

	/* A run without a length is in a step, too. */
	if (end <= from)
		end = from + step_s;
	for (int i = 0; i < GRID_SPANS_MAX && from < end && r >= 0; i++) {
		int64_t to = end - from > max_s ? from + max_s : end;

		r = one(ask, from, to);
		if (r == -ENODATA)
			r = 0;
		from = to;
	}
	return r;
}

static void key_fix(const struct grid_ask *ask)
{
	char variable[KEYS_VARIABLE_MAX];

	keys_variable(ask->grid->key, variable);
	diag_fix(ask->diag, "set %s, or `%s = ...` in the file of keys", variable,
		 ask->grid->key);
}

int grid_ask_key(const struct grid_ask *ask, const char **ret)
{
	const char *key = keys_get(ask->door->keys, ask->grid->key);
	const char *what = !key || !*key ? "no key for it is set" : NULL;

	for (const char *p = key; !what && *p != '\0'; p++)
		if (iscntrl((unsigned char)*p))
			what = "its key has a character that no key has";
	if (what) {
		(void)diag_say(ask->diag, -EACCES, "%s: %s", ask->grid->name, what);
		key_fix(ask);
		return -EACCES;
	}
	*ret = key;
	return 0;
}

int grid_ask_json(struct grid_ask *ask, const struct http_request *request, json_t **ret)
{
	CLEANUP(http_response_done) struct http_response response = { 0 };
	int r = http_get(ask->door->http, request, &response, ask->diag);

	if (r == -EACCES && ask->grid->key)
		key_fix(ask);
	if (r < 0)
		return r;
	if (response.date_unix_s > 0)
		ask->now_unix_s = response.date_unix_s;
	return grid_json_load(ask, response.body ? response.body : "", response.size,
			      ret);
}

int grid_ask_point(struct grid_ask *ask, const struct intensity_point *point)
{
	const struct grid_query *query = ask->query;
	struct intensity_point kept = *point;
	int64_t end = query->to_unix_s > query->from_unix_s ? query->to_unix_s
							    : query->from_unix_s + 1;

	if (!isfinite(point->gpkwh) || fabs(point->gpkwh) > GPKWH_MAX ||
	    (point->gpkwh < 0 && ask->series->signal == SIGNAL_AVERAGE))
		return grid_bad(ask, "%g g/kWh is no intensity", point->gpkwh);
	if (point->to_unix_s <= point->from_unix_s)
		return grid_bad(ask, "a step that ends before it begins");
	if (point->from_unix_s >= end || point->to_unix_s <= query->from_unix_s ||
	    (query->forecast && point->to_unix_s <= ask->now_unix_s))
		return 0;
	kept.forecast = query->forecast || point->from_unix_s >= ask->now_unix_s;
	return intensity_series_add(ask->series, &kept);
}

/* Tenths: no finer than a position is kept, and without a locale's comma. */
static long tenths(double degrees)
{
	return lround(degrees * 10);
}

bool grid_zone_position(const struct place *place, char *buf, size_t size)
{
	long lat;
	long lon;
	int len;

	if (!place->has_position || !(fabs(place->latitude) <= 90) ||
	    !(fabs(place->longitude) <= 180))
		return false;
	lat = tenths(place->latitude);
	lon = tenths(place->longitude);
	len = snprintf(buf, size, "@%s%ld.%ld,%s%ld.%ld", lat < 0 ? "-" : "",
		       labs(lat) / 10, labs(lat) % 10, lon < 0 ? "-" : "", labs(lon) / 10,
		       labs(lon) % 10);
	return len > 0 && (size_t)len < size;
}
