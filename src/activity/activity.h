/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a way to see who used the machine: one file activity-<name>.c with one
 * constant activity_<name>, and one row in activities.def. At each snapshot the rows are read
 * in order and each adds what it knows to one struct use. A later row may put a better value
 * over an earlier one's (the cgroup's CPU time over the process tree's).
 *
 * No globals, no printing, no sleeping, no threads, no allocation in read where it can be
 * helped (a list of processes may grow).
 */
#pragma once

#include "base/diag.h"
#include "base/host.h"
#include "model/reading.h"
#include "model/use.h"

/* Whom the joules are charged to. */
struct scope {
	pid_t root_pid; /* attach: the process. run: the command */
	/*
	 * run without a cgroup: the launcher, a subreaper and the parent of the command. Its
	 * own CPU time is not the run's; that of the children it waited for is. 0: none.
	 */
	pid_t launcher_pid;
	char cgroup[256]; /* path of the run's own cgroup2 from the host's root, or "" */
};

struct activity {
	const char *name;

	/* 0 and a state, or a negative errno as for a source: -ENODEV does not apply here. */
	int (*open)(const struct host *host, const struct scope *scope, struct diag *diag,
		    void **ret_state);

	/* Adds its values and their has bits to *use. A failed read leaves its bits unset. */
	void (*read)(void *state, enum read_why why, struct use *use);

	/* Takes NULL. */
	void (*close)(void *state);
};

struct activity_row {
	const struct activity *activity;
	const char *about;
};

extern const struct activity_row activity_rows[];
extern const size_t activity_row_count;
