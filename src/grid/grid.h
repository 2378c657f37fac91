/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carbon intensity of a place and time, from the tables compiled in (data/). For now the
 * world's mean, marked assumed, and the PUE's default.
 */
#pragma once

#include "model/quantity.h"

struct factor {
	struct quantity intensity_gpkwh;
	char zone[64]; /* "WORLD" */
	char country[8];
	char how[16];   /* "option" … "world" */
	char basis[64]; /* "average, lifecycle, generation" */
	char year_or_time[32];
	char resolution[16];
};

/* The world's mean of the newest year in data/carbon_country_year.csv; interval: the middle
 * 95 % of countries, since the place is not known. */
void grid_world(struct factor *ret);

/* The default PUE (world mean, Uptime Institute 2018: the paper's constant), assumed. */
void grid_default_pue(struct quantity *ret);

/* "2026-11": the newest table's date, for tracker.data_version. */
const char *grid_data_version(void);
