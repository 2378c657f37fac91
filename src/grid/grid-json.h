/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the providers of carbon intensity share: one question from its first request to its
 * sorted series, and JSON read strictly. Sentences begin with the provider's name and quote at
 * most 60 bytes of what was said, made printable: the other side may be anybody.
 */
#pragma once

#include <jansson.h>

#include "grid/grid.h"

/* What no honest answer reaches: jansson takes 100 bytes and more for each value. */
#define GRID_JSON_DEPTH_MAX  24
#define GRID_JSON_VALUES_MAX (256 << 10)

#define GRID_URL_MAX         768
/* A span of years is told from its start as far as this many requests reach. */
#define GRID_SPANS_MAX 64

/* One fetch(), on its caller's stack. */
struct grid_ask {
	const struct grid *grid;
	const struct grid_door *door;
	const struct grid_query *query;
	struct intensity_series *series; /* zeroed; of the fetch's caller */
	struct diag *diag;
	int64_t now_unix_s; /* the server's Date once it was told, else the query's */
	void *own;          /* the provider's: a token, a region */
	const char *
		secret; /* what no sentence may hold besides the key; "": quote nothing */
};

/* Sets provider, signal and fetched_unix_s of the series; ask->diag, zone, basis and
 * error_ratio are the provider's to set. */
void grid_ask_begin(struct grid_ask *ask, const struct grid *grid,
		    const struct grid_door *door, const struct grid_query *query,
		    struct intensity_series *ret);

/* The end of a fetch, r being what its requests came to: sorts. -ENODATA where there is no
 * point. What was told before a request failed is kept and 0 returned, diag holding the
 * failure: the rest is a gap. Else the series is emptied. */
MUST_USE int grid_ask_end(struct grid_ask *ask, int r);

/* door->base_url or the provider's own, then the text. -ENAMETOOLONG. */
MUST_USE int grid_ask_url(const struct grid_ask *ask, char buf[GRID_URL_MAX],
			  const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Cuts the query's span into parts of at most max_s, aligned to step_s, and asks for each. A
 * part that is -ENODATA is a gap; any other failure ends it. */
typedef int (*grid_span_fn)(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s);
MUST_USE int grid_ask_spans(struct grid_ask *ask, int64_t step_s, int64_t max_s,
			    grid_span_fn one);

/* http_get(), then grid_json_load(); notes the server's clock. The caller json_decref()s. */
MUST_USE int grid_ask_json(struct grid_ask *ask, const struct http_request *request,
			   json_t **ret);

/*
 * Adds a point where it touches the query's span, else nothing. One whose start is not past
 * is marked forecast; of a forecast, all that are not over (and what is over is left out: a
 * forecast of the past is not its history). -EPROTO for what can be no intensity: 10 kg/kWh,
 * an average below 0, a step that does not end after it began. -ENOMEM.
 */
MUST_USE int grid_ask_point(struct grid_ask *ask, const struct intensity_point *point);

/* What the provider's key is; -EACCES with the variable to set as the fix where there is none,
 * or where it holds what no header may. */
MUST_USE int grid_ask_key(const struct grid_ask *ask, const char **ret);

/* "@37.4,-122.1" of a place with a position, in any locale: a zone_of() that only the answer
 * can name. */
MUST_USE bool grid_zone_position(const struct place *place, char *buf, size_t size);

/* The start of a text that came from outside, fit for a sentence: printable ASCII, and nothing
 * of it when it holds a piece of the key or of ask->secret. Returns buf. */
#define GRID_QUOTE_MAX 64
const char *grid_quote(const struct grid_ask *ask, const char *text,
		       char buf[GRID_QUOTE_MAX]);

/* -EPROTO, with the sentence "<provider>: …". */
int grid_bad(const struct grid_ask *ask, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Any bytes, with a zero behind them: a JSON object or array, or -EPROTO. The caller
 * json_decref()s. */
MUST_USE int grid_json_load(const struct grid_ask *ask, const char *text, size_t size,
			    json_t **ret);

/* For CLEANUP(). */
static inline void grid_json_done(json_t **json)
{
	json_decref(*json);
}

/* Members of an object, borrowed. -EPROTO when it is missing or of another type. */
MUST_USE int grid_json_array(const struct grid_ask *ask, const json_t *object,
			     const char *key, json_t **ret);
MUST_USE int grid_json_object(const struct grid_ask *ask, const json_t *object,
			      const char *key, json_t **ret);
MUST_USE int grid_json_time(const struct grid_ask *ask, const json_t *object,
			    const char *key, int64_t *ret_unix_s);

/* Hands each row of an array over, in order; stops at the first failure, and returns it. */
MUST_USE int grid_json_each(struct grid_ask *ask, const json_t *array,
			    int (*each)(struct grid_ask *ask, const json_t *row));

/* -ENODATA for null and for what is missing, without a sentence: a gap. -EPROTO for another
 * type. The second also takes a number written as a text. */
MUST_USE int grid_json_number(const struct grid_ask *ask, const json_t *object,
			      const char *key, double *ret);
MUST_USE int grid_json_number_text(const struct grid_ask *ask, const json_t *object,
				   const char *key, double *ret);

/* NULL when it is missing, null or no text. */
const char *grid_json_text(const json_t *object, const char *key);

/* "2026-01-01T00", "2026-01-01T00:00Z", "2026-01-01T00:00:00.000+00:00": what services write.
 * Without a zone it is UTC. -EPROTO. */
MUST_USE int grid_time_of_text(const char *text, int64_t *ret_unix_s);

/* "2026-01-01T00:00Z": whole minutes, cut. */
#define GRID_TIME_MAX 32
void grid_time_text(int64_t unix_s, char buf[GRID_TIME_MAX]);
