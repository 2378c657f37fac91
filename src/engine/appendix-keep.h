/* SPDX-License-Identifier: Apache-2.0 */
/* What stays of a run's view when its page is written. */
#pragma once

#include "engine/appendix-intern.h"
#include "model/appendix.h"

/* Grows as runs come; appendix_keep_end() gives what it holds to the site. */
struct appendix_keep {
	struct intern texts;
	struct intern metrics;
	size_t *metric_runs; /* how many runs have each */
	size_t *mine;        /* of the run at hand: its place in the run's list + 1 */
	size_t metric_room;
};

void appendix_keep_done(struct appendix_keep *keep);

/* Takes of the view what site->views[run] and site->runs[run] need; the rest stays with it. */
MUST_USE int appendix_keep_run(struct appendix_keep *keep, struct appendix_site *site,
			       size_t run, struct run_view *view);

/* The names of metrics, those of most runs first. */
MUST_USE int appendix_keep_end(struct appendix_keep *keep, struct appendix_site *site);
