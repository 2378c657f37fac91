/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings and where each came from: option, environment, ~/.config/gramme/gramme.conf,
 * /etc/gramme.conf, built in. The file is `key = value` lines; # begins a comment.
 */
#pragma once

#include <stddef.h>
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

#define CONFIG_DOUBTS_MAX 8

struct config {
	struct config_value value[CONFIG_KEYS];
	/* Sentences about what was not understood, in order, each once. A run goes on with the
	 * rest, and tells them. */
	char doubts[CONFIG_DOUBTS_MAX][256];
	size_t doubt_count;
};

/*
 * Fills config from the files (file instead of the usual two, where given) and the
 * environment. What was understood holds in any case; of the rest the first is what diag says
 * and all are in doubts. -EPROTO with file and line for what is not understood; an unreadable
 * file of the usual two is passed over when it is not there, and -EACCES when it is.
 */
MUST_USE int config_load(struct config *config, const char *file, struct diag *diag);

/* Keeps a sentence; what is beyond the most is left out. */
void config_doubt(struct config *config, const char *text);

/* An option beats everything. */
void config_set(struct config *config, enum config_key key, const char *text,
		const char *from);

const char *config_key_name(enum config_key key);

/* The value checked as its kind; ret untouched and 0 when it is not set. */
MUST_USE int config_period_ns(const struct config *config, int64_t *ret_ns,
			      struct diag *diag);
MUST_USE int config_pue(const struct config *config, double *ret, struct diag *diag);
