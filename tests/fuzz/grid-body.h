/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For providers of carbon intensity: any bytes as the body of every answer, asked for history
 * and for a forecast. Header only, for one harness each.
 */
#pragma once

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "files.h"
#include "grid/grid.h"

#define BODY_KEY "nobody:0123456789abcdef"

struct grid_body {
	const uint8_t *data;
	size_t size;
	const char *first; /* the first answer; NULL: the bytes, too */
	size_t asked;
};

static int grid_body_get(void *ctx, const struct http_request *request,
			 struct http_response *ret, struct diag *diag)
{
	struct grid_body *body = ctx;

	(void)diag;
	PROMISE(!strstr(request->url, "0123456789abcdef"));
	if (body->first && body->asked++ == 0) {
		ret->body = strdup(body->first);
		ret->size = strlen(body->first);
		return ret->body ? 0 : -ENOMEM;
	}
	ret->body = files_text(body->data, body->size);
	ret->size = body->size;
	return 0;
}

static void grid_body_check(const struct intensity_series *series,
			    const struct grid_query *query)
{
	PROMISE(series->count > 0 && series->provider[0] && series->zone[0]);
	PROMISE(series->basis[0] && series->error_ratio > 0);
	for (size_t i = 0; i < series->count; i++) {
		const struct intensity_point *point = &series->points[i];

		PROMISE(isfinite(point->gpkwh) && point->from_unix_s < point->to_unix_s);
		PROMISE(point->gpkwh >= 0 || series->signal == SIGNAL_MARGINAL);
		/* What a later point left of one that touched the span may not touch it. */
		PROMISE(point->to_unix_s > query->from_unix_s - 3600);
		PROMISE(point->from_unix_s < query->to_unix_s + 3600);
		PROMISE(i == 0 || series->points[i - 1].to_unix_s <= point->from_unix_s);
		PROMISE(!query->forecast || point->forecast);
	}
}

static void grid_body_ask(const struct grid *grid, struct grid_door *door,
			  const struct grid_query *query)
{
	struct intensity_series series = { .count = 0 };
	struct diag diag = { 0 };
	int r = grid->fetch(door, query, &series, &diag);

	PROMISE(r == 0 || r == -EPROTO || r == -ENODATA);
	PROMISE(r == 0 || (!series.points && series.count == 0));
	PROMISE(r == 0 || diag.text[0] != '\0');
	PROMISE(!grid->key || !strstr(diag.text, "abcdef"));
	PROMISE(!strstr(diag.fix, "abcdef"));
	for (const char *p = diag.text; *p != '\0'; p++)
		PROMISE(*p >= ' ' && *p <= '~');
	if (r == 0)
		grid_body_check(&series, query);
	intensity_series_done(&series);
}

/* Once for all inputs: the keys and tables do not depend on them. */
static void grid_body_door(struct grid_door *door)
{
	static struct keys *keys;
	static struct tables *tables;

	if (!tables) {
		(void)setenv("XDG_CONFIG_HOME", files_root(), 1);
		(void)setenv("GRAMME_ELECTRICITYMAPS_KEY", BODY_KEY, 1);
		(void)setenv("GRAMME_WATTTIME_KEY", BODY_KEY, 1);
		PROMISE(keys_open(NULL, NULL, &keys) == 0);
		PROMISE(tables_new(NULL, &tables) == 0);
	}
	door->keys = keys;
	door->tables = tables;
}

/* The span of the seeds, asked a while after and out of its midst. */
static void grid_body_fuzz(const struct grid *grid, const struct place *place,
			   int64_t from_unix_s, struct grid_body *body)
{
	struct http http = { .get = grid_body_get, .ctx = body };
	struct grid_door door = { .http = &http };
	struct grid_query query = { .place = place, .from_unix_s = from_unix_s };

	grid_body_door(&door);
	body->asked = 0;
	query.to_unix_s = from_unix_s + INT64_C(40) * 86400;
	query.now_unix_s = query.to_unix_s + 86400;
	grid_body_ask(grid, &door, &query);
	body->asked = 0;
	query.forecast = true;
	query.to_unix_s = from_unix_s + INT64_C(2) * 86400;
	query.now_unix_s = from_unix_s;
	grid_body_ask(grid, &door, &query);
}
