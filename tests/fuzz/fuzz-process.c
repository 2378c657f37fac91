/* SPDX-License-Identifier: Apache-2.0 */
/* proc/PID/stat, by both who read it, and a small tree of processes: head and child. */
#include <errno.h>
#include <string.h>

#include "activity/cgroup-list.h"
#include "activity/proc-stat.h"
#include "base/process.h"
#include "files.h"

extern const struct activity activity_tree;
extern const struct activity activity_memory;

static const char *const paths[] = { "proc/40/stat", "proc/41/stat", "proc/loadavg",
				     "proc/40/smaps_rollup", "run/cgroup.procs" };

static void lines(const char *text)
{
	struct proc_stat stat = { .pid = 7 };
	int r = proc_stat_parse(text, &stat);

	PROMISE(r == 0 || (r == -EPROTO && stat.pid == 7));
}

static void lists(const struct host *host)
{
	struct pid_list list = { 0 };

	(void)!cgroup_list(host, "run", &list);
	for (size_t i = 1; i < list.count; i++)
		PROMISE(list.pids[i - 1] < list.pids[i]);
	PROMISE(list.count == 0 || list.pids[0] > 0);
	pid_list_done(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scope scope = { .root_pid = 40 };
	AUTO_FREE char *text = files_text(data, size);
	int64_t ticks = 7;
	int r;

	lines(text);
	files_lay(paths, ARRAY_SIZE(paths), data, size);
	r = process_start_ticks(files_host(), 40, &ticks);
	PROMISE(r <= 0 && (r == 0 || ticks == 7));
	(void)process_alive(files_host(), 40, ticks);
	lists(files_host());
	files_activity(&activity_tree, &scope);
	files_activity(&activity_memory, &scope);
	return 0;
}
