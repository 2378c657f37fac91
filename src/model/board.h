/* SPDX-License-Identifier: Apache-2.0 */
/* Experiments ranked: what `gramme leaderboard` and the appendix show. Unknown numbers are NAN. */
#pragma once

#include <math.h>
#include <stdlib.h>

#include "model/run.h"

struct board_value {
	double mean;
	double sem; /* NAN for one run */
	double low; /* least and most of the runs */
	double high;
	size_t count; /* runs that have it */
};

struct board_row {
	char project[RUN_NAME_MAX];
	char experiment
		[RUN_NAME_MAX]; /* "" : runs without one, by their name in `name` */
	char name[RUN_NAME_MAX];
	size_t runs;   /* all of them, but for those that ran inside another */
	size_t inside; /* of the row's runs: they are counted with the other */
	size_t failed; /* failed or interrupted: their energy is in all_j and not in energy_j */
	struct board_value energy_j; /* of a finished run, attributed */
	double all_j;                /* of all runs together */
	struct board_value duration_s;
	struct board_value carbon_kg;
	struct board_value metric;
	struct board_value metric_per_kwh; /* facility kWh */
	struct board_value target_j;       /* until the metric reached the target */
	size_t reached;                    /* runs that did */
	enum kind kind;                    /* the worst */
	double coverage_ratio; /* of the time, the least of the runs in energy_j */
	char hardware[160];    /* "" : they differ */
	char grid[128];        /* "" : they differ */
	size_t machines;
	bool dominated; /* another experiment has less energy and a metric at least as good */
	char dominated_by[RUN_NAME_MAX];
};

struct board {
	struct board_row *rows; /* in order */
	size_t count;
	size_t all;                /* before the limit */
	char metric[RUN_NAME_MAX]; /* "" : none was chosen */
	bool metric_less;
	bool has_target;
	double target;
	char by[16];
	bool pareto;
	bool one_grid; /* carbon may be ranked */
	char warnings[8][256];
	size_t warning_count;
};

static inline void board_done(struct board *board)
{
	free(board->rows);
}
