/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  cpu.stat of the run's own cgroup2 folder.
 * Gives:  the scope's CPU time in microseconds, those that lived a millisecond included.
 * Needs:  a cgroup of the run's own; without one there is nothing to do and nothing said.
 * Limits: a process that was moved to another cgroup leaves its later time behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "activity/activity.h"
#include "base/parse.h"

struct cgroup {
	int stat_fd; /* -1: the run has no cgroup of its own */
	uint64_t base_us;
};

static void cgroup_close(void *state)
{
	struct cgroup *cgroup = state;

	if (!cgroup)
		return;
	close_fd(&cgroup->stat_fd);
	free(cgroup);
}

static void free_cgroup(struct cgroup **cgroup)
{
	cgroup_close(*cgroup);
}

static int usage(const struct cgroup *cgroup, uint64_t *ret_us)
{
	char text[1024];
	ssize_t n = fd_read_text(cgroup->stat_fd, text, sizeof text);

	return n < 0 ? (int)n : parse_keyed_u64(text, "usage_usec ", ret_us);
}

static int cgroup_open(const struct host *host, const struct scope *scope,
		       struct diag *diag, void **ret_state)
{
	CLEANUP(free_cgroup) struct cgroup *cgroup = calloc(1, sizeof *cgroup);
	char path[sizeof scope->cgroup + 16];
	int r;

	if (!cgroup)
		return -ENOMEM;
	cgroup->stat_fd = -1;
	if (scope->cgroup[0]) {
		(void)snprintf(path, sizeof path, "%s/cpu.stat", scope->cgroup);
		cgroup->stat_fd = host_open(host, path, O_RDONLY);
		r = cgroup->stat_fd;
		if (r >= 0)
			r = usage(cgroup, &cgroup->base_us);
		if (r < 0)
			return diag_fail(diag, r, "cannot read usage_usec in %s", path);
		/* Made for the command: all it ever held is the run's, however late we come. */
		if (scope->launcher_pid > 0)
			cgroup->base_us = 0;
	}
	*ret_state = STEAL(cgroup);
	return 0;
}

static void cgroup_read(void *state, enum read_why why, struct use *use)
{
	const struct cgroup *cgroup = state;
	uint64_t usage_us;

	if (why == READ_PACE || cgroup->stat_fd < 0 || usage(cgroup, &usage_us) < 0 ||
	    usage_us < cgroup->base_us)
		return;
	use->scope_cpu_ns = (usage_us - cgroup->base_us) * (uint64_t)NS_PER_US;
	use->has |= USE_SCOPE_CPU;
}

const struct activity activity_cgroup = {
	.name = "cgroup",
	.open = cgroup_open,
	.read = cgroup_read,
	.close = cgroup_close,
};
