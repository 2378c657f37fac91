/* SPDX-License-Identifier: Apache-2.0 */
/* The one line of proc/PID/stat, and whether a proc folder is this machine's own. */
#pragma once

#include "base/host.h"

struct proc_stat {
	pid_t pid;
	pid_t ppid;
	char state;           /* 'Z': ended, not yet waited for */
	uint64_t start_ticks; /* since boot; with the PID it names a process for good */
	uint64_t own_ns;      /* user + system of all its threads, in steps of 10 ms */
	uint64_t reaped_ns;   /* the same of the dead it waited for, and theirs */
};

/* The step of the times above. */
uint64_t proc_tick_ns(void);

/* -EPROTO when it is not such a line. The name in it may hold blanks and brackets. */
MUST_USE int proc_stat_parse(const char *text, struct proc_stat *ret);

#define PROC_STAT_ROOM 1024

/* The whole line of a process, for who wants another part of it; its length. */
MUST_USE ssize_t proc_stat_text(const struct host *host, pid_t pid,
				char text[PROC_STAT_ROOM]);

/* -ENOENT or -ESRCH: no such process, or hidden from us. */
MUST_USE int proc_stat_read(const struct host *host, pid_t pid, struct proc_stat *ret);

/*
 * True when the host's proc is the running kernel's and numbers processes as our own system
 * calls do: only then may a PID from it be given to one. A made-up root that links to the
 * real /proc qualifies.
 */
bool proc_is_live(const struct host *host);

/* True in the first of all PID namespaces, whose numbers are those that a driver tells. */
bool proc_is_first_namespace(const struct host *host);

/*
 * The PID that was handed out last, from proc/loadavg; 0 when it cannot be known. The kernel
 * hands them out upwards, so what was born since lies between two such values.
 */
pid_t proc_last_pid(int loadavg_fd);
