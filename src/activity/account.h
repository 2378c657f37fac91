/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The books of a process tree's CPU time: no one counted twice, none of the dead lost.
 *
 * What is known of a process is its own time (exact) and the time of the dead it waited for
 * (a sum in ticks, "reaped"). When a process dies and its parent waits for it, its whole sum
 * moves into the parent's reaped; when nobody of the tree waits (SIGCHLD ignored, adopted by
 * init) it would vanish. So the total is
 *
 *	sum over members of (own + reaped + pending) + kept
 *
 * and a death only moves time between the four. What a member's dead children last showed
 * must appear as growth of its reaped; what has not appeared is pending, up to one
 * tolerance (the ticks it may be waiting for), and kept beyond that. Growth nobody owed is
 * of children that were never seen. A sum of absolute times: subtract account_total() as it
 * was at the start.
 *
 * The order of reading that makes this exact is the caller's: read reaped_new_ns of a member
 * only after the deaths below it were marked, and look again whether its children live; if
 * not, account_gone() makes it dirty anew, and a dirty member is not settled this time.
 */
#pragma once

#include "activity/proc-stat.h"

struct member {
	pid_t pid;
	pid_t ppid;
	pid_t new_ppid; /* during a settlement; -1: stays */
	uint64_t start_ticks;
	uint64_t own_ns;
	uint64_t reaped_ns;     /* as settled last */
	uint64_t reaped_new_ns; /* as read since */
	uint64_t pending_ns;
	uint64_t owed_ns; /* during a settlement: what its dead should bring */
	uint64_t
		floating_ns; /* the part that an adoptive ancestor may have got instead */
	uint64_t spare_ns;   /* growth that nobody owed */
	bool adopted; /* its recorded parent left; ppid is a guess until read again */
	bool gone;
	bool dirty; /* a descendant was marked gone after reaped_new_ns was read */
	bool ended; /* its end was seen: gone, or a zombie, whose orphans others wait for */
	bool host_only; /* the launcher: its own time is not the tree's */
	int stat_fd;    /* the caller's; closed when the member leaves; -1: none */
	clockid_t clock;
};

struct account {
	struct member *members; /* by PID; at most one of each */
	size_t count;
	size_t room;
	uint64_t kept_ns;
	uint64_t tolerance_ns;
};

void account_init(struct account *account);
void account_done(struct account *account);

/* NULL: none of that PID. Pointers are good until the next add or settle. */
struct member *account_find(const struct account *account, pid_t pid);

/* -EEXIST when the PID is there, gone or not; -ENOMEM. */
MUST_USE int account_add(struct account *account, const struct proc_stat *stat,
			 struct member **ret);

/* It is dead: keeps what it last showed until the next settlement. Marks its ancestors. */
void account_gone(struct account *account, struct member *member);

/* Moves the time of the dead to where it belongs and drops them. */
void account_settle(struct account *account);

uint64_t account_total(const struct account *account);
