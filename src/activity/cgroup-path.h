/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a process's cgroups are in the file system: the hierarchy's mount from
 * proc/self/mountinfo, the place in it from proc/PID/cgroup. Knows cgroup2 (also where it is
 * the "unified" part of a hybrid) and the v1 hierarchies. Paths are relative to the host's
 * root: "sys/fs/cgroup/unified/user.slice".
 */
#pragma once

#include "base/diag.h"
#include "base/host.h"

#define CGROUP_PATH_MAX 256

struct cgroup_place {
	char path[CGROUP_PATH_MAX];
	size_t mount_len; /* path up to here is the mount: the way up ends there */
};

/*
 * controller NULL: cgroup2; else the v1 hierarchy of that controller. pid 0: this process.
 * -ENODEV: no such hierarchy, or the process's place in it cannot be seen from here.
 */
MUST_USE int cgroup_place_of(const struct host *host, pid_t pid, const char *controller,
			     struct cgroup_place *ret);

/* One folder up; false at the mount. */
bool cgroup_up(struct cgroup_place *place);

/* The mount of cgroup2, the highest folder that can be seen. */
MUST_USE int cgroup_mount(const struct host *host, char *buf, size_t size);

/* The cgroup2 folder of this process. */
MUST_USE int cgroup_own_path(const struct host *host, char *buf, size_t size);

/*
 * Makes the child cgroup "gramme-<run_id>" below this process's own, and checks that it can
 * be used: it counts CPU time, takes processes, and has no controller that would change how
 * they are scheduled. -EACCES and the like where we may not,
 * -ENODEV where there is no cgroup2; nothing is left behind then. Writing a PID to
 * <path>/cgroup.procs puts the process there.
 */
MUST_USE int cgroup_make(const struct host *host, const char *run_id, struct diag *diag,
			 char *ret_path, size_t size);

/* Removes the folder once it is empty; moves and ends nobody. "" does nothing. */
void cgroup_remove(const struct host *host, const char *path);

/*
 * Removes what other runs left beside `path`: empty gramme-* folders older than a minute, of
 * daemons that outlived their run or of a run whose two processes were killed. One that still
 * has a process is refused by the kernel.
 */
void cgroup_sweep(const struct host *host, const char *path);
