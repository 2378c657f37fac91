/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run over time, thinned for the eye: power by domain in a few hundred to a few thousand bins,
 * each with its mean and, so that no peak is lost, its highest row. Joules stay: a lane's means
 * times the time in them that is covered, and its loose_j, are the joules that the ledger says.
 */
#pragma once

#include <math.h>
#include <stdlib.h>

#include "model/run.h"

#define CURVE_BINS_MAX 2000

/* All arrays have `bins` entries. What no reading covers is NAN, never 0. */
struct curve_lane {
	uint32_t domain;      /* index into the run's components */
	double *machine_w;    /* mean over what of the bin is covered */
	double *peak_w;       /* the highest row's; never below machine_w */
	double *attributed_w; /* active share; NAN where the share is not known */
	double *covered_s;    /* how much of the bin is; 0: nothing */
	/* What a counter that began anew had counted by then: in the sum, but of no time. */
	double loose_j;
};

struct run_curve {
	size_t bins;
	double *edge_s; /* bins + 1, since the run's start, rising */
	struct curve_lane
		*lanes; /* counted domains first, then those beside: node, models */
	size_t lane_count;
	double *intensity_gpkwh; /* average, as it weighs the run; NULL: no series, one mean */
	double *scope_cpu_ratio; /* of the machine's busy time; NULL: not known at all */
	bool thinned;            /* a bin holds more than one row */
};

void run_curve_done(struct run_curve *curve); /* frees what it owns, not the struct */
