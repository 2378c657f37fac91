/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/nesting.h"

#include <errno.h>
#include <string.h>

#include "activity/proc-stat.h"
#include "base/parse.h"
#include "base/process.h"

#define ANCESTORS_MAX 64

/* pid and what it was started by, up to the first of all; how many. */
static size_t ancestors_of(const struct host *here, pid_t pid, pid_t ret[ANCESTORS_MAX])
{
	size_t count = 0;

	while (pid > 0 && count < ANCESTORS_MAX) {
		struct proc_stat stat;

		ret[count++] = pid;
		if (proc_stat_read(here, pid, &stat) < 0)
			break;
		pid = stat.ppid;
	}
	return count;
}

static bool goes_on(const struct host *here, const struct run_info *own,
		    const struct run_info *other)
{
	return other->key != own->key && strcmp(other->boot_id, own->boot_id) == 0 &&
	       process_alive(here, (pid_t)other->tracker_pid, other->tracker_start);
}

int nesting_find(struct store *store, const struct host *here, const struct run_info *own,
		 char ret[RUN_ID_MAX])
{
	const struct store_filter running = { .has_state = true, .state = RUN_RUNNING };
	pid_t chain[ANCESTORS_MAX];
	size_t nearest = ancestors_of(here, (pid_t)own->root_pid, chain);
	struct run_info *infos = NULL;
	struct diag ignored = { 0 };
	size_t count = 0;
	int r = store_list(store, &running, &ignored, &infos, &count);

	if (r < 0)
		return r;
	r = -ENOENT;
	/* Newest first: of one root the first that is met. */
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < nearest; k++) {
			if (chain[k] != infos[i].root_pid ||
			    !goes_on(here, own, &infos[i]))
				continue;
			nearest = k;
			(void)copy_text(ret, RUN_ID_MAX, infos[i].id);
			r = 0;
		}
	store_free_infos(infos, count);
	return r;
}
