/* SPDX-License-Identifier: Apache-2.0 */
#include "base/host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/parse.h"
#include "base/privilege.h"

#define HOST_FILE_MAX ((size_t)16 << 20)

static int64_t real_now_ns(void *clock_ctx, enum host_clock clock)
{
	static const clockid_t ids[] = {
		[HOST_MONOTONIC] = CLOCK_MONOTONIC,
		[HOST_BOOTTIME] = CLOCK_BOOTTIME,
		[HOST_REALTIME] = CLOCK_REALTIME,
	};
	struct timespec now;

	(void)clock_ctx;
	(void)clock_gettime(ids[clock], &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int host_init(struct host *host, const char *sysroot)
{
	bool real = !sysroot || sysroot[strspn(sysroot, "/")] == '\0';
	size_t len = real ? 0 : strlen(sysroot);
	AUTO_CLOSE int fd = open(real ? "/" : sysroot, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	while (len > 0 && sysroot[len - 1] == '/')
		len--;
	if (len >= sizeof host->root_path)
		return -ENAMETOOLONG;
	memset(host, 0, sizeof *host);
	memcpy(host->root_path, real ? "" : sysroot, len);
	host->real = real;
	host->lent = privilege_lent();
	if (host->lent && real)
		privilege_lower();
	else if (host->lent)
		privilege_give_up();
	host->now_ns = real_now_ns;
	host->root_fd = STEAL_FD(fd);
	return 0;
}

void host_done(struct host *host)
{
	if (!host)
		return;
	close_fd(&host->root_fd);
	host->root_fd = -1;
}

int64_t host_clock_ns(const struct host *host, enum host_clock clock)
{
	return host->now_ns(host->clock_ctx, clock);
}

int64_t host_now_ns(const struct host *host)
{
	return host_clock_ns(host, HOST_MONOTONIC);
}

/* Where a lent capability may be used: the kernel's own files, in which nobody else writes. */
static bool is_sensor(const struct host *host, const char *path)
{
	static const char *const folders[] = { "sys/class/powercap/",
					       "sys/devices/virtual/powercap/",
					       "dev/cpu/" };

	if (!host->real || !host->lent || strstr(path, ".."))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (strncmp(path, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

int host_open(const struct host *host, const char *path, int flags)
{
	bool sensor = is_sensor(host, path);
	int fd;
	int r;

	/* A FIFO among the files of a made-up root has nobody at its other end to wait for. */
	if ((flags & O_ACCMODE) == O_RDONLY)
		flags |= O_NONBLOCK;
	if (sensor)
		privilege_raise();
	fd = openat(host->root_fd, path, flags | O_CLOEXEC | O_NOCTTY);
	r = fd < 0 ? -errno : fd;
	if (sensor)
		privilege_lower();
	return r;
}

bool host_exists(const struct host *host, const char *path)
{
	return faccessat(host->root_fd, path, F_OK, 0) == 0;
}

ssize_t host_read_text(const struct host *host, const char *path, char *buf, size_t size)
{
	AUTO_CLOSE int fd = host_open(host, path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = fd_read_full(fd, buf, size - 1);
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

int host_read_all(const struct host *host, const char *path, char **ret_text)
{
	AUTO_CLOSE int fd = host_open(host, path, O_RDONLY);
	AUTO_FREE char *text = NULL;
	size_t size = 4096;
	size_t used = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		char *grown = realloc(text, size);
		ssize_t n;

		if (!grown)
			return -ENOMEM;
		text = grown;
		n = fd_read_full(fd, text + used, size - used - 1);
		if (n < 0)
			return (int)n;
		used += (size_t)n;
		if (used < size - 1)
			break;
		if (size >= HOST_FILE_MAX)
			return -EFBIG;
		size *= 2;
	}
	text[used] = '\0';
	*ret_text = STEAL(text);
	return 0;
}

int host_read_line(const struct host *host, const char *path, char *buf, size_t size)
{
	char text[4096];
	ssize_t n = host_read_text(host, path, text, sizeof text);
	char *line;

	if (n < 0)
		return (int)n;
	text[strcspn(text, "\n")] = '\0';
	line = trim_text(text);
	if (*line == '\0' || strlen(line) >= size)
		return -EPROTO;
	memcpy(buf, line, strlen(line) + 1);
	return 0;
}

int host_read_u64(const struct host *host, const char *path, uint64_t *ret)
{
	char text[64];
	ssize_t n = host_read_text(host, path, text, sizeof text);

	return n < 0 ? (int)n : parse_u64(text, ret);
}

int host_read_link(const struct host *host, const char *path, char *buf, size_t size)
{
	ssize_t n = readlinkat(host->root_fd, path, buf, size);

	if (n < 0)
		return -errno;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	return 0;
}

/* strverscmp() puts cpu2 before cpu10, and its order is total. */
static int by_name(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int names_add(struct names *names, const char *name)
{
	char **grown;

	/* The room doubles whenever the count reaches a power of two. */
	if ((names->count & (names->count - 1)) == 0) {
		size_t room = names->count ? names->count * 2 : 1;

		grown = reallocarray(names->name, room, sizeof *grown);
		if (!grown)
			return -ENOMEM;
		names->name = grown;
	}
	names->name[names->count] = strdup(name);
	if (!names->name[names->count])
		return -ENOMEM;
	names->count++;
	return 0;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int host_names(const struct host *host, const char *path, struct names *ret)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	CLEANUP(close_dir) DIR *dir = NULL;
	int fd = host_open(host, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		int r = -errno;

		(void)close(fd);
		return r;
	}
	for (;;) {
		const struct dirent *entry;
		int r;

		errno = 0;
		entry = readdir(dir);
		if (!entry && errno != 0)
			return -errno;
		if (!entry)
			break;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = names_add(&names, entry->d_name);
		if (r < 0)
			return r;
	}
	if (names.count > 1)
		qsort(names.name, names.count, sizeof *names.name, by_name);
	ret->count = names.count;
	ret->name = STEAL(names.name);
	names.count = 0;
	return 0;
}

void names_done(struct names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
	names->name = NULL;
	names->count = 0;
}

int host_perf_open(const struct host *host, const struct host_perf *event)
{
	struct perf_event_attr attr;
	char path[96];
	long fd;
	int r;

	if (!host->real) {
		(void)snprintf(path, sizeof path, "dev/perf/%u/%llu/cpu%d", event->type,
			       (unsigned long long)event->config, event->cpu);
		return host_open(host, path, O_RDONLY);
	}
	memset(&attr, 0, sizeof attr);
	attr.size = sizeof attr;
	attr.type = event->type;
	attr.config = event->config;
	if (host->lent)
		privilege_raise();
	fd = syscall(SYS_perf_event_open, &attr, -1, event->cpu, event->group_fd,
		     PERF_FLAG_FD_CLOEXEC);
	r = fd < 0 ? -errno : (int)fd;
	if (host->lent)
		privilege_lower();
	return r;
}

int fd_read_perf(int fd, uint64_t *ret_count)
{
	char text[32];
	ssize_t n = read(fd, text, sizeof text - 1);

	/* perf descriptors cannot seek; a fixture's file must be read from its start. */
	if (n < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_SET) < 0 && errno != ESPIPE)
		return -errno;
	if (n == (ssize_t)sizeof *ret_count) {
		memcpy(ret_count, text, sizeof *ret_count);
		return 0;
	}
	text[n] = '\0';
	return parse_u64(text, ret_count);
}

int host_dlopen(const struct host *host, const char *soname, void **ret_handle)
{
	char path[sizeof host->root_path + 128];
	void *handle;

	if (host->real)
		(void)copy_text(path, sizeof path, soname);
	else
		(void)snprintf(path, sizeof path, "%s/lib/%s", host->root_path, soname);
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return -ENODEV;
	*ret_handle = handle;
	return 0;
}
