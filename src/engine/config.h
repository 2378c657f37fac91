/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings and where each came from: option, environment, ~/.config/gramme/gramme.conf,
 * /etc/gramme.conf, built in. The file is `key = value` lines; # begins a comment.
 */
#pragma once

#include <stdint.h>

#include "base/diag.h"

enum config_key {
	CONFIG_DB,
	CONFIG_REGION,
	CONFIG_PUE,
	CONFIG_PERIOD,
	CONFIG_PROJECT,
	CONFIG_EXPERIMENT,
	CONFIG_OFFLINE,
	CONFIG_GRID,      /* a provider of carbon intensity; "auto" */
	CONFIG_INTENSITY, /* a CSV of the user's own */
	CONFIG_TABLES,    /* a folder with tables of the user's own */
	CONFIG_URLS,      /* other addresses of services: "ipinfo=http://… eia=…" */
	CONFIG_KEYS
};

struct config_value {
	char text[512]; /* "": not set */
	char from[160]; /* "GRAMME_DB", "/etc/gramme.conf", "built in" */
};

struct config {
	struct config_value value[CONFIG_KEYS];
};

/*
 * Fills config from the files (file instead of the usual two, where given) and the
 * environment. -EPROTO with file and line for what is not understood; an unreadable file of
 * the usual two is passed over when it is not there, and -EACCES when it is.
 */
MUST_USE int config_load(struct config *config, const char *file, struct diag *diag);

/* An option beats everything. */
void config_set(struct config *config, enum config_key key, const char *text,
		const char *from);

const char *config_key_name(enum config_key key);

/* The value checked as its kind; ret untouched and 0 when it is not set. */
MUST_USE int config_period_ns(const struct config *config, int64_t *ret_ns,
			      struct diag *diag);
MUST_USE int config_pue(const struct config *config, double *ret, struct diag *diag);
