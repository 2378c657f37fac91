/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  cgroup.procs, cgroup.stat of a cgroup2 folder and of those below it.
 * Gives:  the PIDs in it.
 * Needs:  nothing: the files are readable for all.
 * Limits: processes of another PID namespace show as 0 and are left out.
 */
#include "activity/cgroup-list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define DEPTH_MAX   8
#define FOLDERS_MAX 256
#define PATH_ROOM   1024

void pid_list_done(struct pid_list *list)
{
	free(list->pids);
	memset(list, 0, sizeof *list);
}

int pid_list_add(struct pid_list *list, pid_t pid)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		pid_t *grown = reallocarray(list->pids, room, sizeof *grown);

		if (!grown)
			return -ENOMEM;
		list->pids = grown;
		list->room = room;
	}
	list->pids[list->count++] = pid;
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	pid_t left = *(const pid_t *)a;
	pid_t right = *(const pid_t *)b;

	return (left > right) - (left < right);
}

void pid_list_sort(struct pid_list *list)
{
	size_t kept = 0;

	if (list->count > 1)
		qsort(list->pids, list->count, sizeof *list->pids, by_pid);
	for (size_t i = 0; i < list->count; i++)
		if (i == 0 || list->pids[i] != list->pids[i - 1])
			list->pids[kept++] = list->pids[i];
	list->count = kept;
}

bool pid_list_has(const struct pid_list *list, pid_t pid)
{
	return list->count > 0 &&
	       bsearch(&pid, list->pids, list->count, sizeof pid, by_pid) != NULL;
}

static int add_line(struct pid_list *list, const char *text)
{
	int r = 0;

	while (*text && r == 0) {
		char *end;
		long pid = strtol(text, &end, 10);

		if (end == text)
			break;
		if (pid > 0 && pid <= INT32_MAX)
			r = pid_list_add(list, (pid_t)pid);
		text = end;
	}
	return r;
}

static int add_folder(const struct host *host, const char *path, struct pid_list *list)
{
	AUTO_FREE char *text = NULL;
	char file[PATH_ROOM];
	char few[512];
	ssize_t n;
	int r;

	(void)snprintf(file, sizeof file, "%s/cgroup.procs", path);
	n = host_read_text(host, file, few, sizeof few);
	if (n < 0)
		return (int)n;
	if ((size_t)n < sizeof few - 1)
		return add_line(list, few);
	r = host_read_all(host, file, &text);
	return r < 0 ? r : add_line(list, text);
}

static bool has_children(const struct host *host, const char *path)
{
	char file[PATH_ROOM];
	char text[256];
	uint64_t below;

	(void)snprintf(file, sizeof file, "%s/cgroup.stat", path);
	return host_read_text(host, file, text, sizeof text) > 0 &&
	       parse_keyed_u64(text, "nr_descendants ", &below) == 0 && below > 0;
}

/* The kernel's own files: a word, a dot, a word. A cgroup of such a name is missed. */
static bool is_file(const char *name)
{
	static const char *const words[] = {
		"cgroup.", "cpu.",     "cpuset.", "memory.", "io.",   "pids.",
		"rdma.",   "hugetlb.", "misc.",   "irq.",    "dmem.", "perf_event."
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strncmp(name, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static int add_tree(const struct host *host, char *path, struct pid_list *list,
		    unsigned depth, unsigned *folders)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	size_t len = strlen(path);
	int r = add_folder(host, path, list);

	if (r < 0 || depth == DEPTH_MAX || !has_children(host, path))
		return r;
	r = host_names(host, path, &names);
	for (size_t i = 0; r == 0 && i < names.count && *folders < FOLDERS_MAX; i++) {
		if (is_file(names.name[i]) ||
		    len + strlen(names.name[i]) + 2 > PATH_ROOM - 32)
			continue;
		(void)snprintf(path + len, PATH_ROOM - len, "/%s", names.name[i]);
		++*folders;
		r = add_tree(host, path, list, depth + 1, folders);
		if (r != -ENOMEM)
			r = 0;
		path[len] = '\0';
	}
	return r;
}

int cgroup_list(const struct host *host, const char *path, struct pid_list *list)
{
	char buf[PATH_ROOM];
	unsigned folders = 1;
	int r;

	list->count = 0;
	if (strlen(path) >= PATH_ROOM - 32)
		return -ENAMETOOLONG;
	(void)copy_text(buf, sizeof buf, path);
	r = add_tree(host, buf, list, 0, &folders);
	if (r < 0)
		list->count = 0;
	pid_list_sort(list);
	return r;
}
