/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "base/macro.h"

static struct {
	bool armed;
	bool onwards;
	size_t nth;
	size_t calls;
	size_t failed;
	long held;
	const char *last;
	sqlite3_mem_methods memory;
} fault;

void fault_begin(size_t nth, bool onwards)
{
	fault.nth = nth;
	fault.onwards = onwards;
	fault.calls = 0;
	fault.failed = 0;
	fault.last = "nothing";
	fault.armed = true;
}

size_t fault_end(void)
{
	fault.armed = false;
	return fault.failed;
}

const char *fault_last(void)
{
	return fault.last;
}

long fault_held(void)
{
	return fault.held;
}

/* Whether this call is to fail; of several meanings each has its turn. */
static bool fails_as(const char *what, const int *errs, size_t count)
{
	if (!fault.armed)
		return false;
	fault.calls++;
	if (fault.calls != fault.nth && !(fault.onwards && fault.calls > fault.nth))
		return false;
	fault.failed++;
	fault.last = what;
	errno = errs[fault.nth % count];
	return true;
}

#define FAILS(what, ...)                                                                 \
	fails_as(what, (const int[]){ __VA_ARGS__ },                                     \
		 ARRAY_SIZE(((const int[]){ __VA_ARGS__ })))

/* NOLINTBEGIN(bugprone-macro-parentheses): types and lists of parameters. */
#define WRAP(type, name, params, args, bad, ...)                                         \
	type __real_##name params;                                                       \
	type __wrap_##name params;                                                       \
	type __wrap_##name params                                                        \
	{                                                                                \
		return FAILS(#name, __VA_ARGS__) ? (bad) : __real_##name args;           \
	}

/* --- memory: counted too --- */

#define WRAP_MEMORY(name, params, args)                                                  \
	void *__real_##name params;                                                      \
	void *__wrap_##name params;                                                      \
	void *__wrap_##name params                                                       \
	{                                                                                \
		void *got = FAILS(#name, ENOMEM) ? NULL : __real_##name args;            \
                                                                                         \
		fault.held += got != NULL;                                               \
		return got;                                                              \
	}

#define WRAP_GROWTH(name, params, args)                                                  \
	void *__real_##name params;                                                      \
	void *__wrap_##name params;                                                      \
	void *__wrap_##name params                                                       \
	{                                                                                \
		bool fresh = old == NULL;                                                \
		void *got = FAILS(#name, ENOMEM) ? NULL : __real_##name args;            \
                                                                                         \
		fault.held += got != NULL && fresh;                                      \
		return got;                                                              \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

WRAP_MEMORY(malloc, (size_t size), (size))
WRAP_MEMORY(calloc, (size_t count, size_t size), (count, size))
WRAP_MEMORY(strdup, (const char *text), (text))
WRAP_MEMORY(strndup, (const char *text, size_t len), (text, len))
WRAP_GROWTH(realloc, (void *old, size_t size), (old, size))
WRAP_GROWTH(reallocarray, (void *old, size_t count, size_t size), (old, count, size))

void __real_free(void *ptr);
void __wrap_free(void *ptr);

void __wrap_free(void *ptr)
{
	fault.held -= ptr != NULL;
	__real_free(ptr);
}

/* --- files --- */

#define OPEN_ERRS EACCES, EMFILE, EIO, ENOMEM
#define READ_ERRS EIO, EACCES, ENODATA, ENODEV

#define WRAP_OPEN(name)                                                                  \
	int __real_##name(const char *path, int flags, ...);                             \
	int __wrap_##name(const char *path, int flags, ...);                             \
	int __wrap_##name(const char *path, int flags, ...)                              \
	{                                                                                \
		va_list args;                                                            \
		mode_t mode;                                                             \
                                                                                         \
		va_start(args, flags);                                                   \
		mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                       \
		va_end(args);                                                            \
		return FAILS(#name, OPEN_ERRS) ? -1 : __real_##name(path, flags, mode);  \
	}

#define WRAP_OPENAT(name)                                                                \
	int __real_##name(int at, const char *path, int flags, ...);                     \
	int __wrap_##name(int at, const char *path, int flags, ...);                     \
	int __wrap_##name(int at, const char *path, int flags, ...)                      \
	{                                                                                \
		va_list args;                                                            \
		mode_t mode;                                                             \
                                                                                         \
		va_start(args, flags);                                                   \
		mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                       \
		va_end(args);                                                            \
		return FAILS(#name, OPEN_ERRS) ? -1                                      \
					       : __real_##name(at, path, flags, mode);   \
	}

WRAP_OPEN(open)
WRAP_OPEN(open64)
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL, OPEN_ERRS)
WRAP(FILE *, fopen64, (const char *path, const char *mode), (path, mode), NULL, OPEN_ERRS)
WRAP(FILE *, fdopen, (int fd, const char *mode), (fd, mode), NULL, ENOMEM)
WRAP(DIR *, fdopendir, (int fd), (fd), NULL, ENOMEM, ENOTDIR)
WRAP(struct dirent *, readdir, (DIR * dir), (dir), NULL, EIO)
WRAP(struct dirent64 *, readdir64, (DIR * dir), (dir), NULL, EIO)
WRAP(ssize_t, read, (int fd, void *buf, size_t size), (fd, buf, size), -1, READ_ERRS)
WRAP(ssize_t, pread, (int fd, void *buf, size_t size, off_t at), (fd, buf, size, at), -1,
     READ_ERRS)
WRAP(ssize_t, pread64, (int fd, void *buf, size_t size, off64_t at), (fd, buf, size, at),
     -1, READ_ERRS)
WRAP(ssize_t, write, (int fd, const void *buf, size_t size), (fd, buf, size), -1, ENOSPC,
     EIO)
WRAP(ssize_t, readlinkat, (int fd, const char *path, char *buf, size_t size),
     (fd, path, buf, size), -1, EACCES, EIO)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), -1, EIO)
WRAP(int, fstat64, (int fd, struct stat64 *st), (fd, st), -1, EIO)
WRAP(int, stat, (const char *path, struct stat *st), (path, st), -1, EACCES)
WRAP(int, stat64, (const char *path, struct stat64 *st), (path, st), -1, EACCES)
WRAP(int, access, (const char *path, int mode), (path, mode), -1, EACCES, ENOENT)
WRAP(int, faccessat, (int fd, const char *path, int mode, int flags),
     (fd, path, mode, flags), -1, EACCES, ENOENT)
WRAP(off_t, lseek, (int fd, off_t at, int from), (fd, at, from), -1, EIO)
WRAP(off64_t, lseek64, (int fd, off64_t at, int from), (fd, at, from), -1, EIO)
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode), -1, EACCES, ENOSPC)
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1, EACCES)

/* --- waiting, talking, the rest --- */

WRAP(int, ppoll,
     (struct pollfd * fds, nfds_t count, const struct timespec *time,
      const sigset_t *set),
     (fds, count, time, set), -1, ENOMEM)
WRAP(ssize_t, send, (int fd, const void *buf, size_t size, int flags),
     (fd, buf, size, flags), -1, EPIPE, ECONNRESET, ENOBUFS)
WRAP(ssize_t, recv, (int fd, void *buf, size_t size, int flags), (fd, buf, size, flags),
     -1, ECONNRESET, EIO)
WRAP(int, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old), -1,
     EINVAL)
WRAP(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags), -1,
     EMFILE)
WRAP(void *, dlopen, (const char *path, int flags), (path, flags), NULL, ENOENT)
WRAP(void *, dlsym, (void *library, const char *name), (library, name), NULL, ENOENT)

/* --- the libraries' own doors --- */

static void *sql_malloc(int size)
{
	return FAILS("sqlite malloc", ENOMEM) ? NULL : fault.memory.xMalloc(size);
}

static void *sql_realloc(void *old, int size)
{
	return FAILS("sqlite realloc", ENOMEM) ? NULL : fault.memory.xRealloc(old, size);
}

static int sql_open(const char *path, int flags, int mode)
{
	return FAILS("sqlite open", OPEN_ERRS) ? -1 : __real_open(path, flags, mode);
}

static ssize_t sql_pread(int fd, void *buf, size_t size, off_t at)
{
	return FAILS("sqlite pread", EIO) ? -1 : __real_pread(fd, buf, size, at);
}

static ssize_t sql_pwrite(int fd, const void *buf, size_t size, off_t at)
{
	return FAILS("sqlite pwrite", ENOSPC, EIO) ? -1 : pwrite(fd, buf, size, at);
}

static int sql_fstat(int fd, struct stat *st)
{
	return FAILS("sqlite fstat", EIO) ? -1 : __real_fstat(fd, st);
}

static int sql_ftruncate(int fd, off_t size)
{
	return FAILS("sqlite ftruncate", ENOSPC) ? -1 : ftruncate(fd, size);
}

static void set_up_sqlite(void)
{
	static const struct {
		const char *name;
		sqlite3_syscall_ptr call;
	} calls[] = {
		{ "open", (sqlite3_syscall_ptr)sql_open },
		{ "pread", (sqlite3_syscall_ptr)sql_pread },
		{ "pread64", (sqlite3_syscall_ptr)sql_pread },
		{ "pwrite", (sqlite3_syscall_ptr)sql_pwrite },
		{ "pwrite64", (sqlite3_syscall_ptr)sql_pwrite },
		{ "fstat", (sqlite3_syscall_ptr)sql_fstat },
		{ "ftruncate", (sqlite3_syscall_ptr)sql_ftruncate },
	};

	sqlite3_mem_methods memory;
	sqlite3_vfs *vfs;

	(void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &fault.memory);
	memory = fault.memory;
	memory.xMalloc = sql_malloc;
	memory.xRealloc = sql_realloc;
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
	(void)sqlite3_initialize();
	vfs = sqlite3_vfs_find(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		(void)vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
}

void fault_set_up(void)
{
	json_set_alloc_funcs(__wrap_malloc, __wrap_free);
	set_up_sqlite();
}
