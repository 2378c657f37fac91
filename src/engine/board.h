/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Experiments ranked by what their runs came to: `gramme leaderboard`, and whoever else shows
 * many runs in one table. A row is an experiment, or of runs without one all of one name.
 */
#pragma once

#include "base/strbuf.h"
#include "engine/run-sums.h"
#include "model/board.h"
#include "store/store.h"

enum board_by {
	BOARD_ENERGY,
	BOARD_CARBON,
	BOARD_METRIC,
	BOARD_EFFICIENCY,
	BOARD_TARGET
};

/* "energy", "carbon", "metric", "efficiency", "target". */
const char *board_by_text(enum board_by by);
MUST_USE int board_by_of_text(const char *text, enum board_by *ret); /* -EPROTO */

struct board_ask {
	const struct run_info *infos; /* the runs it is of */
	size_t count;
	const char *metric; /* NULL: none */
	bool metric_less;
	bool has_target; /* with a metric */
	double target;
	enum board_by by;
	bool pareto;  /* with a metric */
	size_t limit; /* rows; 0: all */
};

/* Free with board_done(). */
MUST_USE int board_make(const struct view_door *door, const struct board_ask *ask,
			struct diag *diag, struct board *ret);

/* --- what its files share --- */

/* A run on its way into a row. */
struct board_entry {
	const struct run_info *info;
	struct run_sums sums;
	struct store_metric_of metric;
	double target_j;      /* NAN: not reached, not known, not asked */
	int64_t unread_ns;    /* by the counted domain that was read least */
	const char *hardware; /* NULL: not recorded */
	const char *machine;  /* NULL: not recorded */
	bool inside;          /* another run of its row: it is no further run of it */
};

/* The attributed joules until t_ns, between two rows by a straight line; NAN where it cannot be
 * said whose they are. Its rows until then are read. */
double board_joules_until(const struct view_door *door, const struct run_info *info,
			  int64_t t_ns);

/* What the machines of a ledger were; texts are good until board_machines_done(). */
struct board_machines;
/* entries are sorted by their run's key. */
MUST_USE int board_machines_fill(struct store *store, struct board_entry **entries,
				 size_t count, struct diag *diag,
				 struct board_machines **ret);
void board_machines_free(struct board_machines *machines);

/* The order; unknowns last, equals by name. */
void board_sort(struct board *board, enum board_by by);

/* Whether all runs had one grid, and a warning for each thing in which they are not alike. */
void board_compare_runs(struct board *board, const struct board_ask *ask,
			const struct board_entry *entries, size_t count);
/* And of the rows: what rests on one run, or is not known of all. */
void board_look_over(struct board *board);

/* Who dominates whom: less energy and a metric at least as good, or as much and a better one. */
MUST_USE int board_pareto(struct board *board);

/* 'there is no experiment "x"; the experiments are: a, b, …', the newest first; fit to be seen
 * and to be an error's sentence. */
void board_no_such(const char *what, const char *name, const struct run_info *infos,
		   size_t count, struct strbuf *out);

/* "project/experiment", "experiment", "name": what a row, or a run's row, is called. */
void board_label(const char *project, const char *experiment, const char *name,
		 struct strbuf *out);

/* Whether a text as typed means this run's experiment: "experiment", "project/experiment", or
 * "/experiment" of one without a project; where it has none its name. */
bool board_means(const char *text, const struct run_info *info);
