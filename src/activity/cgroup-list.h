/* SPDX-License-Identifier: Apache-2.0 */
/* Growing lists of PIDs, and the processes of a cgroup2 folder. */
#pragma once

#include "base/host.h"

struct pid_list {
	pid_t *pids;
	size_t count;
	size_t room;
};

void pid_list_done(struct pid_list *list);
MUST_USE int pid_list_add(struct pid_list *list, pid_t pid);

/* Upwards, each once. */
void pid_list_sort(struct pid_list *list);

bool pid_list_has(const struct pid_list *list, pid_t pid); /* of a sorted one */

/*
 * Empties the list and fills it, sorted, with the processes of the folder and of the cgroups
 * below it (8 deep, 256 in all). On failure the list is left empty.
 */
MUST_USE int cgroup_list(const struct host *host, const char *path,
			 struct pid_list *list);
