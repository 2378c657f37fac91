/* SPDX-License-Identifier: Apache-2.0 */
#include "machine-copy.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "fixture.h"

static void copy_file(const char *from, int root_fd, const char *to)
{
	struct stat st;
	AUTO_CLOSE int in = open(from, O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int out = openat(root_fd, to, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(in >= 0 && out >= 0 && fstat(in, &st) == 0);
	assert_int_equal(sendfile(out, in, NULL, (size_t)st.st_size), st.st_size);
	assert_int_equal(fchmod(out, st.st_mode & 0777), 0);
}

static void copy_link(const char *from, int root_fd, const char *to)
{
	char target[512];
	ssize_t n = readlink(from, target, sizeof target - 1);

	assert_true(n > 0);
	target[n] = '\0';
	assert_int_equal(symlinkat(target, root_fd, to), 0);
}

static void add_file(struct machine_copy *copy, const char *path)
{
	struct names *files = &copy->files;

	files->name = reallocarray(files->name, files->count + 1, sizeof *files->name);
	assert_non_null(files->name);
	files->name[files->count] = strdup(path);
	assert_non_null(files->name[files->count]);
	files->count++;
}

static void copy_folder(struct machine_copy *copy, const char *path)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	struct host from;

	assert_int_equal(host_init(&from, copy->from), 0);
	assert_int_equal(host_names(&from, *path ? path : ".", &names), 0);
	host_done(&from);
	for (size_t i = 0; i < names.count; i++) {
		char whole[1024];
		char below[512];
		struct stat st;

		(void)snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "",
			       names.name[i]);
		(void)snprintf(whole, sizeof whole, "%s/%s", copy->from, below);
		assert_int_equal(lstat(whole, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			assert_int_equal(mkdirat(copy->host.root_fd, below, 0755), 0);
			copy_folder(copy, below);
		} else if (S_ISLNK(st.st_mode)) {
			copy_link(whole, copy->host.root_fd, below);
		} else {
			copy_file(whole, copy->host.root_fd, below);
			add_file(copy, below);
		}
	}
}

static int64_t copy_now(void *ctx, enum host_clock clock)
{
	const struct machine_copy *copy = ctx;

	return copy->now_ns + (clock == HOST_REALTIME ? 1700000000 * NS_PER_S : 0);
}

void machine_copy_open(struct machine_copy *copy, const char *name)
{
	bool in_memory = access("/dev/shm", W_OK) == 0;

	memset(copy, 0, sizeof *copy);
	(void)snprintf(copy->from, sizeof copy->from, "%s/%s", SYSROOT, name);
	(void)snprintf(copy->path, sizeof copy->path, "%s/gramme-fault-XXXXXX",
		       in_memory ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(copy->path));
	assert_int_equal(host_init(&copy->host, copy->path), 0);
	copy->host.now_ns = copy_now;
	copy->host.clock_ctx = copy;
	copy->now_ns = 100 * NS_PER_S;
	copy_folder(copy, "");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void machine_copy_close(struct machine_copy *copy)
{
	host_done(&copy->host);
	names_done(&copy->files);
	(void)nftw(copy->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void machine_copy_pass(struct machine_copy *copy, int64_t ns)
{
	copy->now_ns += ns;
}

void machine_copy_mend(const struct machine_copy *copy, const char *file)
{
	char whole[1024];

	if (unlinkat(copy->host.root_fd, file, 0) < 0)
		(void)unlinkat(copy->host.root_fd, file, AT_REMOVEDIR);
	(void)snprintf(whole, sizeof whole, "%s/%s", copy->from, file);
	copy_file(whole, copy->host.root_fd, file);
}

bool machine_copy_holds(const struct machine_copy *copy, uint64_t value)
{
	for (size_t i = 0; i < copy->files.count; i++) {
		uint64_t said;

		if (host_read_u64(&copy->host, copy->files.name[i], &said) == 0 &&
		    said == value)
			return true;
	}
	return false;
}

void machine_copy_names(struct names *ret)
{
	struct host tests;

	assert_int_equal(host_init(&tests, SYSROOT), 0);
	assert_int_equal(host_names(&tests, ".", ret), 0);
	host_done(&tests);
}

size_t machine_copy_fds(void)
{
	CLEANUP(names_done) struct names names = { NULL, 0 };
	struct host here;

	assert_int_equal(host_init(&here, NULL), 0);
	assert_int_equal(host_names(&here, "proc/self/fd", &names), 0);
	host_done(&here);
	return names.count;
}
