/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run comes to, for lists of many: by the sums in its row, and the rate or the last
 * weighing that turns them into kWh and kg. Its rows are read only where these do not say what
 * view_make() would say now: a run that goes on or was cut off, or one of another version.
 */
#pragma once

#include "engine/view.h"

#define RUN_GRID_TEXT_MAX 128

/* Not known: NAN. */
struct run_sums {
	double attributed_j;
	double machine_j;
	double facility_kwh;
	double carbon_kg;
	enum kind kind;               /* of machine_j */
	char grid[RUN_GRID_TEXT_MAX]; /* run_grid_text(); "" : no carbon */
};

#define RUN_YEAR_LEN  4
#define RUN_RATES_MAX 32

/* What a joule of a place and year comes to: many runs of a list share it. */
struct run_rate {
	char region[PLACE_NAME_MAX];
	double pue;
	char year[RUN_YEAR_LEN + 1]; /* of its start, UTC */
	bool known;
	double kwh_per_j;
	double kg_per_j;
	char grid[RUN_GRID_TEXT_MAX];
};

/* All zeros at first; good as long as the tables are. */
struct run_sums_cache {
	struct run_rate rates[RUN_RATES_MAX]; /* the newest last, round and round */
	size_t count;
};

/* The rate of a run's place, PUE and year; it stands until the next call. */
const struct run_rate *run_rate_of(struct tables *tables, struct run_sums_cache *cache,
				   const struct run_info *info);

void run_sums_get(const struct view_door *door, struct run_sums_cache *cache,
		  const struct run_info *info, struct run_sums *ret);

/* Whose intensity weighs a run, the same text for the same: its series in time, else zone,
 * source, basis and year of its mean. "" where none is known. */
void run_grid_text(const struct run_info *info, const struct factor *intensity, char *buf,
		   size_t size);
