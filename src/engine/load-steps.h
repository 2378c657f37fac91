/* SPDX-License-Identifier: Apache-2.0 */
/* Steps of load that this machine is put under, for `gramme calibrate --guided`. */
#pragma once

#include "engine/context.h"

struct load_steps {
	double minutes; /* of all */
	void (*notice)(void *ctx, const char *text);
	void *notice_ctx;
};

/*
 * Idle, a quarter, a half and all of the threads, each more than once and no two of one length,
 * so that the meter's clock can be found: recorded as a run of its own, whose id the caller frees.
 * The load is children of the caller's, which end with it.
 */
MUST_USE int load_steps_run(struct gramme *gramme, const struct load_steps *steps,
			    char **ret_id);
