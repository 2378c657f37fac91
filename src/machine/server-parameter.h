/* SPDX-License-Identifier: Apache-2.0 */
/* The parameters of METHOD E-22, data/server_model.csv. */
#pragma once

#include "machine/server-fit.h"

struct server_parameters {
	double mean[FEATURE_COUNT];
	double scale[FEATURE_COUNT];
	double length[FEATURE_COUNT]; /* in scales */
	double near2, linear2, maker2, generation2, cpu2,
		noise2; /* amplitudes, squared */
	double maker_years;
	double level_mean[SERVER_LEVELS];
	double level_scale[SERVER_LEVELS];
	struct server_tails tails[SERVER_LEVELS];
	double correlation[FEATURE_AMD][FEATURE_AMD];
};

void server_parameters_read(struct server_parameters *ret);

/*
 * Of features in scales (FEATURE_AMD of them), those that are NAN from the others: their means
 * given what is known, and the lower Cholesky factor of their covariance, over the missing in their
 * order. Returns how many there are.
 */
int server_fill(const struct server_parameters *p, double *x,
		double ret_factor[FEATURE_AMD][FEATURE_AMD]);

/* Lower factor of the n x n matrix in place, rows of `stride`; false: not positive. */
bool server_factor(double *matrix, int n, int stride);
