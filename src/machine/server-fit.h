/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-22: a Gaussian process over published servers (data/server_model_row.csv, with the
 * parameters of data/server_model.csv). To fit costs some milliseconds, to ask some tens of
 * microseconds. Pure but for memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"
#include "machine/server-key.h"

#define SERVER_LEVELS 11 /* idle, 10 … 100 % */

enum server_feature {
	FEATURE_CHIPS,   /* log */
	FEATURE_CORES,   /* log, a chip */
	FEATURE_THREADS, /* log, a core */
	FEATURE_MHZ,     /* log */
	FEATURE_MEMORY,  /* log of GB a chip */
	FEATURE_TDP,     /* log of W a chip */
	FEATURE_YEAR,
	FEATURE_AMD, /* 1 or 0; what follows is never missing */
	FEATURE_COUNT
};

/* Features in their own units; NAN: not known, but FEATURE_AMD always is. */
struct server_point {
	double feature[FEATURE_COUNT];
	char key[SERVER_KEY_MAX];
	const char *generation; /* of server_group() */
	const char *maker;
};

/* A quantile's place, in standard deviations, at each level: what processors that were left out
 * of the fit were found to err by. */
struct server_tails {
	double low90, high90, low95, high95;
};

/* Logarithm of watts at each level. */
struct server_guess {
	double log_w[SERVER_LEVELS];
	double deviation[SERVER_LEVELS]; /* to be taken times the tails */
	double spread[SERVER_LEVELS];    /* what features that are not known add; k = 1 */
};

struct server_fit;

/* Published rows that a fit is to be without, to judge it by them. */
struct server_skip {
	const char *key; /* this processor's */
	/* NULL: all of it; else those of the same chips, cores, threads, MHz and memory. */
	const struct server_point *alike;
};

/* skip: NULL: none. -ENOMEM; -EDOM: the parameters do not fit the rows. */
MUST_USE int server_fit_new(const struct server_skip *skip, struct server_fit **ret);
void server_fit_free(struct server_fit *fit); /* takes NULL */

/* How many results of that processor the fit has. */
uint32_t server_fit_members(const struct server_fit *fit, const char *key);

/* What is known of that processor from its rows, where point does not tell: cores, threads, MHz,
 * memory, TDP and year a chip. */
void server_fit_fill(const struct server_fit *fit, struct server_point *point);

/* -ENOMEM. */
MUST_USE int server_fit_guess(const struct server_fit *fit,
			      const struct server_point *point, struct server_guess *ret);

const struct server_tails *server_fit_tails(const struct server_fit *fit, int level);
