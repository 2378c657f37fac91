/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher's live line: while it waits for the command it reads what the sampler tells and
 * hands a line on, about once a second. It waits for neither: whatever the sampler does, what
 * the launcher waits for is the command and its signals.
 */
#pragma once

#include "engine/launch.h"
#include "model/progress.h"

struct launch_live {
	struct launch *launch;
	struct gramme_run_result
		*ret; /* a sampler that ends early has its last words here */
	int64_t began_ns;
	int64_t next_ns; /* a line without news: the time goes on. INT64_MAX: never any line */
	bool has;
	bool lost;
	struct progress last;
};

/* Without launch->live it never has a line, and never wakes anybody. */
void live_begin(struct launch_live *live, struct launch *launch,
		struct gramme_run_result *ret);

/* What to wait for beside the command: -1 when nothing comes any more. */
int live_fd(const struct launch_live *live);

/* Takes in what waits on the link, which is readable when `ready`, and says the line when there
 * is news or it is time. */
void live_take(struct launch_live *live, bool ready);
