/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs the sides of a comparison are, and a run's numbers for one. */
#pragma once

#include "engine/context.h"
#include "engine/view.h"
#include "model/compare.h"

/* Runs of a side, by their index in what the ledger lists. */
struct side_runs {
	const char *text; /* as typed */
	size_t *at;
	size_t count;
};

static inline void side_runs_done(struct side_runs *side)
{
	free(side->at);
}

/*
 * An experiment, "project/experiment", a run's name, an id or its unique beginning, or ids with
 * commas, whichever fits first. -ENOENT with what there is, -EEXIST where several fit.
 */
MUST_USE int side_runs_find(const char *text, const struct run_info *infos, size_t count,
			    struct diag *diag, struct side_runs *ret);

/* A run's numbers from its view; metric NULL: none. */
void compare_run_fill(const struct run_view *view, const char *metric,
		      struct compare_run *run);
