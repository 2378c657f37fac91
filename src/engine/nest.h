/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs inside runs. A run whose processes are another's too has its joules in both: in a sum of
 * the two they count once. Which of a sum's runs lie in others of it, whatever lies between.
 */
#pragma once

#include "base/diag.h"
#include "model/run.h"
#include "store/store.h"

/* A run of a sum. */
struct nest_run {
	const struct run_info *info;
	const char (*outers)[RUN_ID_MAX]; /* the ids of those around it */
	size_t outer_count;
	bool known; /* its joules are: what lies in it may be left to it */
};

struct nest {
	enum nesting nesting;
	size_t outer; /* of the runs, the one that it is inside of and that is in no other */
};

/*
 * Fills ret, one a run. A run that ended no more than NEST_SLACK_NS, or a hundredth of its own
 * time, after one of those around it is inside that; one that outlived all of them by more is in
 * part, where they met at all. -ENOMEM.
 */
#define NEST_SLACK_NS NS_PER_S
MUST_USE int nest_find(const struct nest_run *runs, size_t count, struct nest *ret);

/* Runs of which only the row is at hand. */
struct nest_rows {
	const struct run_info **infos;
	const double *known_j; /* their joules; NAN, or below 0: not known */
	size_t count;
};

/* The same of those. */
MUST_USE int nest_of_rows(struct store *store, const struct nest_rows *rows,
			  struct diag *diag, struct nest *ret);
