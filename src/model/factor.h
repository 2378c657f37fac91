/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What turns kWh into grammes, litres and dollars: a number with its interval, and where and
 * when it holds. For carbon intensity over time see intensity.h.
 */
#pragma once

#include "model/place.h"
#include "model/quantity.h"

#define FACTOR_WHY_MAX 224

struct factor {
	struct quantity value; /* its unit is the maker's: g/kWh, a ratio, l/kWh, USD/t */
	char zone[PLACE_NAME_MAX]; /* what it is of: "DE", "US-CA", "WORLD" */
	char country[4];           /* alpha-3; "" : none */
	char basis[64];            /* "average, lifecycle, generation" */
	char year_or_time[32];     /* "2024" */
	char resolution[16];       /* "year", "hour" */
	char why[FACTOR_WHY_MAX]; /* why this and nothing closer; "" when it is what was asked */
};
