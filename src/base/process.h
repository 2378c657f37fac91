/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes and waiting, where systems differ: everything above this room uses these calls and
 * assumes nothing of Linux.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/host.h"
#include "base/macro.h"

/* A descriptor that becomes readable when the process has ended; -ESRCH when it is gone. */
MUST_USE int process_watch(pid_t pid);

/* Orphans below this process become its children, so that their CPU time is not lost. */
MUST_USE int process_adopt_orphans(bool on);

/* What all children waited for have used, user + system. */
uint64_t process_children_cpu_ns(void);

/* What this process has used itself, and its largest resident size. */
uint64_t process_own_cpu_ns(void);
uint64_t process_own_rss_kib(void);

/* How much address space it has now, touched or not; 0: not known. */
uint64_t process_own_space_bytes(void);

/* Its start in clock ticks since boot: with the PID a process's true name. */
MUST_USE int process_start_ticks(const struct host *host, pid_t pid, int64_t *ret_ticks);

/* Whether a process with that PID and start still lives (a zombie does not). */
bool process_alive(const struct host *host, pid_t pid, int64_t start_ticks);

/* Changes at every boot: PIDs of another boot mean nothing. "" when not known. */
void process_boot_id(const struct host *host, char *buf, size_t size);

/*
 * Forks a process that is nobody's child and in a session of its own, so that neither ^C nor
 * a closed terminal nor its maker's death reaches it. Returns 0 there, its PID here. What it
 * then sees of its maker's children are others: the one between them is gone.
 */
MUST_USE pid_t process_fork_detached(void);

/* For a child that must not outlive its maker: it is killed then. */
void process_end_with_parent(void);

/* True when this process has children and `pid` is the only one. False when not known. */
bool process_only_child(const struct host *host, pid_t pid);

/*
 * Forks a child that is in a cgroup2 from its first moment: writing to cgroup.procs after the
 * fork waits for a grace period of the kernel's, some 10 ms. In the child only calls that are
 * safe in a signal's handler may be made. -ENOSYS, -EINVAL where the kernel cannot (before
 * Linux 5.7), -EPERM, -EACCES where it may not: fork() then.
 */
MUST_USE pid_t process_fork_into(int cgroup_fd);

/* Wakes as near to the deadline as the system can, at a little cost of power. */
void process_exact_timers(void);

/* A descriptor that becomes readable when one of these signals came; they are blocked. 0 ends
 * the list. process_signal_take() says which: 0 when there is none (any more). */
MUST_USE int process_signal_fd(const int *signals);
int process_signal_take(int fd);

/* For a process that must hold nothing of its maker's: closes every descriptor but those kept,
 * and makes the standard ones /dev/null. */
void process_let_go(const int *kept, size_t count);

struct wait_fd {
	int fd;     /* -1: not waited for */
	bool ready; /* set by wait_until() */
};

/*
 * Sleeps until a descriptor is readable (or its other end closed), a signal came, or
 * deadline_ns (HOST_MONOTONIC, INT64_MAX: none) has passed. Returns how many are ready; 0 at
 * the deadline; -EINTR for a signal.
 */
int wait_until(const struct host *host, struct wait_fd *fds, size_t count,
	       int64_t deadline_ns);
