/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a run was, as well as it is known, and how it is known. A place always has a `how`;
 * everything else may be missing, and then a less exact figure is used and said so.
 */
#pragma once

#include <stdbool.h>

#define PLACE_NAME_MAX 64

struct place {
	char text[PLACE_NAME_MAX]; /* as given or found: "DE", "US-CA", "aws:us-east-1" */
	char how[16];              /* option config cloud ip timezone world */
	char from[PLACE_NAME_MAX]; /* who said so: "GRAMME_REGION", "ipinfo.io"; "" */
	/* The grid's zone by the names of Electricity Maps where it has one ("DE", "US-CAL-CISO",
	 * "DK-DK1"), else "US-CA", "IN-Kerala", "EGRID-CAMX", "GB-13"; "" when not known. */
	char zone[PLACE_NAME_MAX];
	char country[4];            /* ISO 3166-1 alpha-3; "" */
	char iso2[3];               /* and alpha-2; "" */
	char state[PLACE_NAME_MAX]; /* "California", as in the states' tables; "" */
	char cloud[16];             /* "aws", "azure", "gcp"; "" */
	char cloud_region[PLACE_NAME_MAX]; /* "us-east-1"; "" */
	bool has_position;
	double latitude; /* degrees, no finer than 0.1 where it came from an IP address */
	double longitude;
	char note[160]; /* what was understood, or why it is less exact than asked; "" */
};
