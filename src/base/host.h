/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one door to the machine. /sys, /proc, /dev, vendor libraries, perf events and the clock
 * are reached through a struct host and in no other way, so that a test, or a user with
 * --sysroot, can put any machine there.
 *
 * Paths are relative to the root and have no leading slash: "sys/class/powercap". Symbolic
 * links are followed as the kernel does, so a made-up root may link to the real /proc.
 * Every descriptor is close-on-exec. Errors are negative errnos; outputs are untouched then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fd.h"
#include "base/macro.h"

enum host_clock {
	HOST_MONOTONIC, /* for differences; stands still while the machine sleeps */
	HOST_BOOTTIME,  /* the same, and counts sleep */
	HOST_REALTIME,  /* a label only: Unix time */
};

struct host {
	int root_fd;
	bool real; /* the root is this machine's own: system calls about it make sense */
	bool lent; /* capabilities are in force only while a sensor is opened: privilege.h */
	char root_path[512]; /* without a trailing slash; "" when real */
	int64_t (*now_ns)(void *clock_ctx, enum host_clock clock); /* replaced by tests */
	void *clock_ctx;
};

/* sysroot NULL, "" or "/": this machine. -ENOENT, -ENOTDIR when it is no folder. */
MUST_USE int host_init(struct host *host, const char *sysroot);
void host_done(struct host *host);

int64_t host_now_ns(const struct host *host); /* HOST_MONOTONIC */
int64_t host_clock_ns(const struct host *host, enum host_clock clock);

/* A descriptor, or a negative errno. flags as for open(2); O_CLOEXEC is added, and what is
 * only read never waits: a FIFO with nobody at its other end reads as an empty file. */
MUST_USE int host_open(const struct host *host, const char *path, int flags);

bool host_exists(const struct host *host, const char *path);

/* Reads at most size - 1 bytes and terminates. Returns the length. For small files. */
MUST_USE ssize_t host_read_text(const struct host *host, const char *path, char *buf,
				size_t size);

/* The whole file, terminated, however long up to 16 MiB; the caller frees. */
MUST_USE int host_read_all(const struct host *host, const char *path, char **ret_text);

/* The first line, trimmed. -EPROTO when it is empty or longer than the buffer. */
MUST_USE int host_read_line(const struct host *host, const char *path, char *buf,
			    size_t size);
MUST_USE int host_read_u64(const struct host *host, const char *path, uint64_t *ret);
MUST_USE int host_read_link(const struct host *host, const char *path, char *buf,
			    size_t size);

/* The names in a folder, without . and .., in natural order (cpu2 before cpu10). */
struct names {
	char **name;
	size_t count;
};

MUST_USE int host_names(const struct host *host, const char *path, struct names *ret);
void names_done(struct names *names);

/*
 * A perf event counting on one CPU for all processes. In a made-up root it is the file
 * dev/perf/<type>/<config>/cpu<N>, eight bytes or text, so that fixtures and generators can
 * stand in for the system call.
 */
struct host_perf {
	uint32_t type;
	uint64_t config;
	int cpu;
	int group_fd; /* -1: none */
};

MUST_USE int host_perf_open(const struct host *host, const struct host_perf *event);
MUST_USE int fd_read_perf(int fd, uint64_t *ret_count);

/* dlopen of a vendor's library by soname: the loader's here, <root>/lib/<soname> elsewhere. */
MUST_USE int host_dlopen(const struct host *host, const char *soname, void **ret_handle);
