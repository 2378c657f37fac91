/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All processes of the machine and the CPU time each had since the last look, for who watches
 * the machine live. No activity: it serves no scope.
 */
#pragma once

#include "activity/proc-stat.h"
#include "base/diag.h"

#define PROCESS_NAME_MAX 64
#define PROCESS_USER_MAX 33

/* proc/PID/stat with what only a person wants to know of a process. */
struct process_line {
	struct proc_stat stat;
	char name[PROCESS_NAME_MAX]; /* raw: anybody may give himself any */
	uint64_t resident_bytes;
};

/* -EPROTO when it is not such a line; *ret is untouched then. */
MUST_USE int process_line_parse(const char *text, struct process_line *ret);

/* With its start a PID names one process for good; a number that was given anew is another. */
struct process {
	pid_t pid;
	pid_t ppid;
	uint64_t start_ticks;
	uint64_t cpu_ns;    /* so far: user + system of all its threads */
	uint64_t reaped_ns; /* the same of the dead it waited for, and theirs, in ticks */
	/* Since the update before, of one that began since all; with what the dead it waited for
	 * spent since then. */
	uint64_t spent_ns;
	uint64_t owed_ns; /* what its dead had spent before, and comes as reaped now */
	uint64_t resident_bytes;
	char name[PROCESS_NAME_MAX];
	clockid_t clock;
	bool has_user;
	uid_t user;
};

struct process_table;

MUST_USE int process_table_new(const struct host *host, struct process_table **ret);
void process_table_free(struct process_table *table); /* takes NULL */

/*
 * Looks at all processes; the first time nobody has spent anything yet. What one that has ended
 * spent since the look before is its parent's who waited for it; where nobody did it is lost.
 * Failures leave the table as it was: -ENOMEM, or what reading proc gives.
 */
MUST_USE int process_table_update(struct process_table *table, struct diag *diag);

/* By PID, upwards; good until the next update. */
size_t process_table_count(const struct process_table *table);
const struct process *process_table_at(const struct process_table *table, size_t i);
const struct process *process_table_find(const struct process_table *table, pid_t pid);

/* Its parent, where that lives and is older; else NULL. */
const struct process *process_table_parent(const struct process_table *table,
					   const struct process *process);

/*
 * Who it belongs to: a name, else the user's number, "" where that cannot be read. Asked for
 * once a process, and the name once a user: costs a file, of a user that etc/passwd does not
 * have what the system's directory takes.
 */
void process_table_user(struct process_table *table, pid_t pid, char *buf, size_t size);
