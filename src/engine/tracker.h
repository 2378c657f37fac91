/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sampler's process: the one event loop of a run, from its first reading to its last line
 * in the ledger. It is nobody's child and holds nothing of the job's. It ends
 *  - when the root process ends (run: the launcher says how it ended),
 *  - when it is told to stop, or its maker is gone (attach, begin),
 *  - on SIGTERM: at the root's end or two periods later, whichever comes first.
 */
#pragma once

#include "activity/activity.h"
#include "base/host.h"
#include "engine/budget.h"
#include "engine/config.h"
#include "model/run.h"
#include "place/table.h"

struct tracker_plan {
	const struct host *host; /* whose energy: this machine, or a made-up root */
	const struct host
		*here; /* this machine: its processes are always the real ones */
	const struct config *config; /* where the network may be asked, and for what */
	struct tables *tables; /* the maker's, when it had read them; NULL: read here */
	const char *db;        /* absolute; "" : none */
	struct run_info *info; /* filled but for what the run itself brings */
	const struct run_tag *tags;
	size_t tag_count;
	struct scope scope;
	const char *program; /* argv[0], to find a virtual environment by; may be NULL */
	pid_t ends_pid; /* with whose end the run ends: the scope's root, or its owner */
	bool ends_with_root; /* with that; false: when the launcher says so */
	int root_fd;         /* process_watch() of ends_pid; -1: none */
	int link_fd;         /* message.h, to the maker */
	int aside_fd; /* read end of a pipe of such messages, never waited for; -1: none */
	int control_fd;           /* datagrams from inside the run; -1: none */
	const char *control_path; /* to be unlinked at the end; "" : none */
	bool live;                /* tell the maker how far the run is, once a second */
	bool live_when_asked;     /* or when it asks */
	double expected_s;        /* what the user thinks it takes; 0: not told */
	struct budget budget;     /* watched, where there is one */
};

/* Returns the process's exit status. */
int tracker_main(const struct tracker_plan *plan);
