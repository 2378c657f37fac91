/* SPDX-License-Identifier: Apache-2.0 */
#include "activity/proc-stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

/* Its number is fixed in the kernel. */
#define FIRST_NAMESPACE "pid:[4026531836]"

/* Positions after the name, counted as proc(5) does. */
enum { FIELD_STATE = 3, FIELD_PPID = 4, FIELD_UTIME = 14, FIELD_START = 22 };

uint64_t proc_tick_ns(void)
{
	long hz = sysconf(_SC_CLK_TCK);

	return (uint64_t)NS_PER_S / (uint64_t)(hz > 0 ? hz : 100);
}

/* Fields `from` to `to` of text, whose first field is FIELD_PPID. */
static int numbers(const char *text, uint64_t *values)
{
	for (int field = FIELD_PPID; field <= FIELD_START; field++) {
		char *end;

		errno = 0;
		values[field] = strtoull(text, &end, 10);
		if (end == text || errno != 0)
			return -EPROTO;
		text = end;
	}
	return 0;
}

int proc_stat_parse(const char *text, struct proc_stat *ret)
{
	uint64_t values[FIELD_START + 1];
	const char *name_end = strrchr(text, ')');
	char *pid_end;
	unsigned long pid = strtoul(text, &pid_end, 10);
	int r;

	if (pid_end == text || !name_end || name_end[1] != ' ' || name_end[2] == '\0')
		return -EPROTO;
	r = numbers(name_end + 3, values);
	if (r < 0)
		return r;
	ret->pid = (pid_t)pid;
	ret->ppid = (pid_t)values[FIELD_PPID];
	ret->state = name_end[2];
	ret->start_ticks = values[FIELD_START];
	ret->own_ns = (values[FIELD_UTIME] + values[FIELD_UTIME + 1]) * proc_tick_ns();
	ret->reaped_ns =
		(values[FIELD_UTIME + 2] + values[FIELD_UTIME + 3]) * proc_tick_ns();
	return 0;
}

ssize_t proc_stat_text(const struct host *host, pid_t pid, char text[PROC_STAT_ROOM])
{
	char path[40];
	AUTO_CLOSE int fd = -1;

	(void)snprintf(path, sizeof path, "proc/%d/stat", (int)pid);
	fd = host_open(host, path, O_RDONLY);
	if (fd < 0)
		return fd;
	/* The kernel gives the line in one piece: the end need not be asked for. */
	return fd_read_text(fd, text, PROC_STAT_ROOM);
}

int proc_stat_read(const struct host *host, pid_t pid, struct proc_stat *ret)
{
	char text[PROC_STAT_ROOM];
	ssize_t n = proc_stat_text(host, pid, text);

	return n < 0 ? (int)n : proc_stat_parse(text, ret);
}

bool proc_is_live(const struct host *host)
{
	char link[32];
	uint64_t pid;

	return host_read_link(host, "proc/self", link, sizeof link) == 0 &&
	       parse_u64(link, &pid) == 0 && pid == (uint64_t)getpid();
}

bool proc_is_first_namespace(const struct host *host)
{
	char name[64];

	return host_read_link(host, "proc/self/ns/pid", name, sizeof name) == 0 &&
	       strcmp(name, FIRST_NAMESPACE) == 0;
}

pid_t proc_last_pid(int loadavg_fd)
{
	char text[96];
	uint64_t pid;
	char *last;

	if (loadavg_fd < 0 || fd_read_text(loadavg_fd, text, sizeof text) <= 0)
		return 0;
	last = strrchr(text, ' ');
	return last && parse_u64(last, &pid) == 0 ? (pid_t)pid : 0;
}
