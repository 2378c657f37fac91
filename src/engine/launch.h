/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The launcher's side of a run: makes the command and the sampler's process, keeps the two
 * apart, passes signals on, and brings the exit status back. It never waits for the sampler
 * longer than the times below, whatever the sampler does.
 */
#pragma once

#include "engine/context.h"

/* The command starts this much later at most, when the first reading is slow in coming. */
#define LAUNCH_READY_NS (8 * NS_PER_MS)
/* After the command's end: for the last rows and the summary. */
#define LAUNCH_DONE_NS (10 * NS_PER_S)

/* As gramme_run_command(), gramme_run_attach(), gramme_run_begin(), …: gramme.h. */
MUST_USE int launch_command(struct gramme *gramme, const struct gramme_run_opts *opts,
			    char *const argv[], struct gramme_run_result *ret);
MUST_USE int launch_attach(struct gramme *gramme, const struct gramme_run_opts *opts,
			   pid_t pid, const volatile int *stop,
			   struct gramme_run_result *ret);
MUST_USE int launch_begin(struct gramme *gramme, const struct gramme_run_opts *opts,
			  struct gramme_run **ret);
/* Ends it, waits for its numbers, frees run. ret may be NULL. */
MUST_USE int launch_end(struct gramme_run *run, int exit_status,
			struct gramme_run_result *ret);
