/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a provider of carbon intensity over time: one file grid-<name>.c with one
 * constant grid_<name>, and one row in grids.def. It runs in a process of its own that may be
 * killed at any moment; it prints nothing, keeps nothing, and sleeps only inside http_get().
 *
 * A provider never invents: null is no point, an hour that is not told is a gap, an answer
 * that is not understood is -EPROTO with the text. Points in the future are marked forecast.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/http.h"
#include "base/keys.h"
#include "model/intensity.h"
#include "place/table.h"

enum {
	GRID_NEEDS_KEY = 1 << 0,
	GRID_HAS_FORECAST = 1 << 1,
	GRID_IS_LOCAL = 1 << 2, /* asks nobody: a file */
};

struct grid_query {
	const struct place *place;
	int64_t from_unix_s; /* the steps that touch this span are wanted */
	int64_t to_unix_s;
	bool forecast; /* of the time to come, instead of history */
	int64_t now_unix_s;
};

/* What a provider may use. */
struct grid_door {
	struct http *http;
	const struct keys *keys;
	struct tables *tables;
	const char *
		base_url; /* instead of its own, without a slash at the end; NULL: its own.
			       * For GRID_IS_LOCAL the file's path */
};

struct grid {
	const char *name; /* "electricitymaps": as in grids.def, configuration and JSON */
	const char *base_url; /* "https://api.electricitymaps.com" */
	const char *key;      /* its name in keys.h; NULL: none */
	enum signal signal;
	uint32_t flags;
	/* Its own name for the place; false: it does not serve it. Asks nobody. */
	bool (*zone_of)(struct tables *tables, const struct place *place, char *buf,
			size_t size);
	/*
	 * Fills a zeroed series: zone, basis, signal, error_ratio, points (sorted). 0 also where
	 * only a part of the span is told; -ENODATA when none is; http_get()'s errors; -EPROTO.
	 */
	int (*fetch)(const struct grid_door *door, const struct grid_query *query,
		     struct intensity_series *ret, struct diag *diag);
};

struct grid_row {
	const struct grid *grid;
	const char *about;
};

/* In the order they are asked: the first that serves a place and may be asked is its average,
 * the first marginal one its marginal. */
extern const struct grid_row grid_rows[];
extern const size_t grid_row_count;

const struct grid *grid_find(const char *name); /* NULL */
