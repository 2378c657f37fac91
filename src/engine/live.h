/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind gramme_live_open(): the parts of a live view, each of which fills its own
 * of struct live_view and adds a sentence to `why` where it cannot. None keeps another waiting:
 * a part that fails leaves the rest as they are.
 */
#pragma once

#include "base/nvml.h"
#include "engine/context.h"
#include "engine/live-power.h"

/* Adds a sentence to view->why; what has no room is left out. */
void live_say(struct live_view *view, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* --- who is on NVIDIA's boards: live-gpu.c --- */

struct live_gpus;

MUST_USE int live_gpus_new(const struct host *host, struct live_gpus **ret);
void live_gpus_free(struct live_gpus *gpus); /* takes NULL */

/* Fills view->gpus, one a GPU domain of the components. library: it may be loaded now. */
void live_gpus_read(struct live_gpus *gpus, bool library, struct live_view *view);

/*
 * METHOD E-7, a process' part now: the watts of the boards that are the process'. NAN: there is
 * no board, or it has none and who is on one of them is not known. Of the last reading.
 */
double live_gpus_of(const struct live_gpus *gpus, pid_t pid);

/* --- the machine's processes: live-process.c --- */

struct live_processes;

MUST_USE int live_processes_new(const struct host *host, size_t most,
				struct live_processes **ret);
void live_processes_free(struct live_processes *own); /* takes NULL */

/* The rest of the view is filled already, the runs too. has_busy: busy_ns is known. */
struct live_busy {
	bool known;
	uint64_t ns; /* CPU time that all had in the window */
};

void live_processes_read(struct live_processes *own, const struct live_busy *busy,
			 const struct live_gpus *gpus, struct live_view *view);

/* --- the runs that go on: live-runs.c --- */

struct live_runs;

MUST_USE int live_runs_new(struct gramme *gramme, struct live_runs **ret);
void live_runs_free(struct live_runs *own); /* takes NULL */
void live_runs_read(struct live_runs *own, struct live_view *view);

/* --- what it makes: live-grid.c --- */

struct live_grid {
	struct gramme *gramme;
	struct place place;
	struct factor intensity;
	struct factor pue;
	int64_t due_ns; /* HOST_MONOTONIC: when it is looked at again */
};

/* Where this machine is. -ENOENT, -EINVAL for a region that is not known; -ENOMEM. */
MUST_USE int live_grid_open(struct gramme *gramme, const char *region,
			    struct live_grid *ret);
void live_grid_read(struct live_grid *grid, struct live_view *view);

/* --- all of it: live.c --- */

struct gramme_live {
	struct gramme *gramme;
	pid_t pid;
	struct live_power *power;
	struct live_gpus *gpus;
	struct live_processes *processes; /* NULL: not asked for */
	struct live_runs *runs;           /* NULL: not asked for */
	struct live_grid grid;
	int64_t spent_ns; /* CPU time of this thread, in here */
	struct live_view view;
};
