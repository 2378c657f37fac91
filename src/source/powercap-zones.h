/* SPDX-License-Identifier: Apache-2.0 */
/* Which RAPL zones sys/class/powercap shows and what part of which package each one is. */
#pragma once

#include "source/rapl.h"

#define POWERCAP_DIR       "sys/class/powercap"
#define POWERCAP_ENTRY_MAX 40  /* "intel-rapl-mmio:0:1" and room */
#define POWERCAP_ZONES_MAX 256 /* a machine of eight sockets shows 40 */

struct powercap_zone {
	char dir[RAPL_PATH_MAX];
	char entry[POWERCAP_ENTRY_MAX]; /* the folder's name */
	bool known;                     /* its name file said something understood */
	enum rapl_part part;
	struct rapl_place place;
};

struct powercap_zones {
	const struct host *host;
	struct diag *diag;
	int err;     /* of the failure that is in diag; 0: none yet */
	bool hidden; /* a zone is listed and its folder is not there */
	size_t count;
	struct powercap_zone zone[POWERCAP_ZONES_MAX];
};

/*
 * Fills all but host and diag, which are the caller's. Packages in their order, each with its
 * parts, then psys, then what intel-rapl-mmio shows of them again. Zones that are not
 * understood are in it too.
 */
void powercap_zones_find(struct powercap_zones *zones);

/* The first failure is told, but one that a user can mend goes before it. True: diag is free
 * for this one. */
bool powercap_is_worth_telling(struct powercap_zones *zones, int err);
