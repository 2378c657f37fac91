/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench.h"

pid_t bench_spawn(char *const argv[], int stdout_fd)
{
	posix_spawn_file_actions_t files;
	pid_t pid;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (stdout_fd < 0)
		(void)posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY,
						       0);
	else
		(void)posix_spawn_file_actions_adddup2(&files, stdout_fd, 1);
	(void)posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawn(&pid, argv[0], &files, NULL, argv, environ) != 0)
		bench_fail("cannot start %s", argv[0]);
	(void)posix_spawn_file_actions_destroy(&files);
	return pid;
}

bool bench_wait(pid_t pid, int64_t began_ns, struct bench_cost *ret)
{
	struct rusage use;

	ret->pid = wait4(pid, &ret->status, 0, &use);
	if (ret->pid < 0)
		return false;
	ret->wall_ns = bench_now_ns() - began_ns;
	ret->cpu_ns = ((int64_t)use.ru_utime.tv_sec + use.ru_stime.tv_sec) * NS_PER_S +
		      ((int64_t)use.ru_utime.tv_usec + use.ru_stime.tv_usec) * NS_PER_US;
	ret->rss_kib = use.ru_maxrss;
	return true;
}

void bench_adopt(void)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) < 0)
		bench_fail("cannot become the parent of orphans");
}

static pid_t parent_of(const char *pid)
{
	char path[64];
	char text[512];
	const char *end;
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	n = fread(text, 1, sizeof text - 1, file);
	(void)fclose(file);
	text[n] = '\0';
	end = strrchr(text, ')');
	return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : -1;
}

static pid_t look_for_other(pid_t pid)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	pid_t found = 0;

	if (!proc)
		return 0;
	while (found == 0 && (entry = readdir(proc))) {
		pid_t one = (pid_t)strtol(entry->d_name, NULL, 10);

		if (one > pid && parent_of(entry->d_name) == getpid())
			found = one;
	}
	(void)closedir(proc);
	return found;
}

pid_t bench_other_child(pid_t pid)
{
	int64_t until_ns = bench_now_ns() + NS_PER_S;
	pid_t found = 0;

	while (found == 0 && bench_now_ns() < until_ns) {
		bench_sleep_until(bench_now_ns() + 10 * NS_PER_MS);
		found = look_for_other(pid);
	}
	return found;
}
