/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t fixture_now(void *ctx, enum host_clock clock)
{
	const struct fixture *fixture = ctx;

	switch (clock) {
	case HOST_BOOTTIME:
		return fixture->now_ns + fixture->asleep_ns;
	case HOST_REALTIME:
		return fixture->now_ns + fixture->asleep_ns + fixture->unix_ns;
	case HOST_MONOTONIC:
	default:
		return fixture->now_ns;
	}
}

void fixture_open(struct fixture *fixture)
{
	memset(fixture, 0, sizeof *fixture);
	(void)snprintf(fixture->path, sizeof fixture->path, "/tmp/gramme-test-XXXXXX");
	assert_non_null(mkdtemp(fixture->path));
	assert_int_equal(host_init(&fixture->host, fixture->path), 0);
	fixture->host.now_ns = fixture_now;
	fixture->host.clock_ctx = fixture;
	fixture->now_ns = 100 * NS_PER_S;
	fixture->unix_ns = INT64_C(1700000000) * NS_PER_S;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void fixture_close(struct fixture *fixture)
{
	host_done(&fixture->host);
	(void)nftw(fixture->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_folders(const struct fixture *fixture, const char *path)
{
	char part[512];

	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		(void)mkdirat(fixture->host.root_fd, part, 0755);
	}
}

void fixture_write_bytes(struct fixture *fixture, const char *path, const void *bytes,
			 size_t size, int64_t offset)
{
	int fd;

	make_folders(fixture, path);
	fd = openat(fixture->host.root_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size, offset), size);
	(void)close(fd);
}

void fixture_write(struct fixture *fixture, const char *path, const char *text)
{
	struct stat st;

	fixture_write_bytes(fixture, path, text, strlen(text), 0);
	/* Shorter than what stood there: cut the rest off, keeping the inode, since sources
	 * hold the file open. */
	assert_int_equal(fstatat(fixture->host.root_fd, path, &st, 0), 0);
	if ((size_t)st.st_size > strlen(text)) {
		int fd = openat(fixture->host.root_fd, path, O_WRONLY | O_CLOEXEC);

		assert_int_equal(ftruncate(fd, (off_t)strlen(text)), 0);
		(void)close(fd);
	}
}

void fixture_remove(struct fixture *fixture, const char *path)
{
	assert_int_equal(unlinkat(fixture->host.root_fd, path, 0), 0);
}

void fixture_link(struct fixture *fixture, const char *path, const char *target)
{
	make_folders(fixture, path);
	assert_int_equal(symlinkat(target, fixture->host.root_fd, path), 0);
}
