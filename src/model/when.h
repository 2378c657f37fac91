/* SPDX-License-Identifier: Apache-2.0 */
/* When to start a run that may wait: what calc/predict.h finds, with its place, its energy and
 * the starts that were looked at. calc/when.h fills it, report/when-view.h tells it. */
#pragma once

#include <stdint.h>

#include "model/place.h"
#include "model/quantity.h"

#define WHEN_ROWS_MAX 48

enum when_verdict { WHEN_UNKNOWN, WHEN_RUN_NOW, WHEN_WAIT };

/* A start that may be chosen. */
struct when_row {
	int64_t start_unix_s;
	int32_t utc_offset_s;      /* of the machine's clock then; the engine knows it */
	struct quantity gpkwh;     /* the forecast's mean over the run; may be unknown */
	struct quantity carbon_kg; /* unknown where the energy is */
	double change_ratio; /* over a start now, by the forecast as it is; NAN: not known */
	bool now;
	bool best; /* the one that predict chose; now itself where waiting gains nothing */
};

struct when {
	enum when_verdict verdict;
	char reason[160];
	int64_t now_unix_s;
	int64_t deadline_unix_s;
	int64_t duration_ns;
	int64_t best_unix_s;
	int32_t now_offset_s; /* of the machine's clock from UTC, now and then */
	int32_t best_offset_s;
	int32_t deadline_offset_s;
	double saving_ratio; /* of waiting until best, with 95 %; only with WHEN_WAIT, or where */
	double saving_low_ratio; /* best is not now */
	double saving_high_ratio;
	double probability;
	double seen_ratio;
	uint32_t starts;
	uint32_t starts_bare;
	struct quantity now_gpkwh;
	struct quantity best_gpkwh;
	struct quantity facility_kwh; /* PUE included; unknown: none was given */
	struct quantity now_kg;
	struct quantity best_kg;
	double error_now_ratio; /* standard errors of the forecast, at once and a day ahead */
	double error_day_ratio;
	struct when_row row[WHEN_ROWS_MAX];
	size_t row_count;
	/* The engine's: */
	struct place place;
	char provider
		[24]; /* a row of grids.def, "naive": the last days stand for a forecast;
			    * "": there is none */
	char zone[PLACE_NAME_MAX];
	char basis[64];         /* "average, lifecycle, consumption" */
	char error_from[96];    /* "found on the last 7 days", "assumed" */
	char trouble[256];      /* why it is not a better forecast; "" */
	int64_t fetched_unix_s; /* 0: not known */
};
