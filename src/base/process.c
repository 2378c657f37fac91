/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"

#define WAIT_FDS_MAX  8
#define ALONE_WAIT_MS 100

int process_watch(pid_t pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : (int)fd;
}

int process_adopt_orphans(bool on)
{
	return prctl(PR_SET_CHILD_SUBREAPER, on ? 1L : 0L, 0L, 0L, 0L) < 0 ? -errno : 0;
}

static uint64_t cpu_ns(const struct rusage *use)
{
	int64_t s = (int64_t)use->ru_utime.tv_sec + use->ru_stime.tv_sec;
	int64_t us = (int64_t)use->ru_utime.tv_usec + use->ru_stime.tv_usec;

	return (uint64_t)(s * NS_PER_S + us * NS_PER_US);
}

void process_end_with_parent(void)
{
	(void)prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
}

uint64_t process_children_cpu_ns(void)
{
	struct rusage use = { 0 };

	(void)getrusage(RUSAGE_CHILDREN, &use);
	return cpu_ns(&use);
}

uint64_t process_own_cpu_ns(void)
{
	struct timespec used = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)(used.tv_sec * NS_PER_S + used.tv_nsec);
}

uint64_t process_own_rss_kib(void)
{
	struct rusage use = { 0 };

	(void)getrusage(RUSAGE_SELF, &use);
	return (uint64_t)use.ru_maxrss;
}

uint64_t process_own_space_bytes(void)
{
	AUTO_CLOSE int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[128] = "";
	uint64_t pages;

	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
		return 0;
	text[strcspn(text, " \n")] = '\0';
	return parse_u64(text, &pages) == 0 ? pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* The fields after the command's name, which may itself hold blanks and brackets. */
static int read_stat(const struct host *host, pid_t pid, char *text, size_t size,
		     const char **ret_fields)
{
	char path[32];
	const char *end;
	ssize_t n;

	(void)snprintf(path, sizeof path, "proc/%d/stat", (int)pid);
	n = host_read_text(host, path, text, size);
	if (n < 0)
		return (int)n;
	end = strrchr(text, ')');
	if (!end || end[1] != ' ')
		return -EPROTO;
	*ret_fields = end + 2;
	return 0;
}

int process_start_ticks(const struct host *host, pid_t pid, int64_t *ret_ticks)
{
	char text[1024];
	const char *field;
	int r = read_stat(host, pid, text, sizeof text, &field);

	if (r < 0)
		return r;
	/* state is the 3rd field of the file, the start time the 22nd. */
	for (int i = 3; i < 22; i++) {
		field = strchr(field, ' ');
		if (!field)
			return -EPROTO;
		field++;
	}
	text[(size_t)(field - text) + strcspn(field, " \n")] = '\0';
	return parse_i64(field, ret_ticks);
}

bool process_alive(const struct host *host, pid_t pid, int64_t start_ticks)
{
	char text[1024];
	const char *state;
	int64_t ticks;

	if (read_stat(host, pid, text, sizeof text, &state) < 0 || *state == 'Z')
		return false;
	return process_start_ticks(host, pid, &ticks) == 0 && ticks == start_ticks;
}

void process_boot_id(const struct host *host, char *buf, size_t size)
{
	if (host_read_line(host, "proc/sys/kernel/random/boot_id", buf, size) < 0)
		buf[0] = '\0';
}

static bool read_pid(int fd, pid_t *ret)
{
	ssize_t n;

	do
		n = read(fd, ret, sizeof *ret);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof *ret && *ret > 0;
}

/* In the new process: until its maker has closed its end, for which it waited for the one between
 * them. Another thread of the maker's that forks meanwhile holds it open: not for ever. */
static void wait_alone(const int pair[2])
{
	struct pollfd end = { .fd = pair[1], .events = POLLIN };

	(void)close(pair[0]);
	while (poll(&end, 1, ALONE_WAIT_MS) < 0 && errno == EINTR)
		;
	(void)close(pair[1]);
}

pid_t process_fork_detached(void)
{
	pid_t between;
	pid_t pid = -EIO;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	between = fork();
	if (between < 0) {
		pid = -errno;
	} else if (between == 0) {
		(void)setsid();
		pid = fork();
		if (pid == 0) {
			wait_alone(pair);
			return 0;
		}
		(void)!write(pair[1], &pid, sizeof pid);
		_exit(0);
	} else {
		(void)close(pair[1]);
		pair[1] = -1;
		if (!read_pid(pair[0], &pid))
			pid = -EAGAIN;
		while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
			;
	}
	(void)close(pair[0]);
	if (pair[1] >= 0)
		(void)close(pair[1]);
	return pid;
}

bool process_only_child(const struct host *host, pid_t pid)
{
	char path[64];
	char text[64];
	int64_t only;

	(void)snprintf(path, sizeof path, "proc/%d/task/%d/children", (int)getpid(),
		       (int)gettid());
	return host_read_line(host, path, text, sizeof text) == 0 &&
	       parse_i64(text, &only) == 0 && only == pid;
}

pid_t process_fork_into(int cgroup_fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (__u64)cgroup_fd,
	};
	long pid = syscall(SYS_clone3, &args, sizeof args);

	return pid < 0 ? -errno : (pid_t)pid;
}

void process_exact_timers(void)
{
	(void)prctl(PR_SET_TIMERSLACK, 1L, 0L, 0L, 0L);
}

int process_signal_fd(const int *signals)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	for (; *signals; signals++)
		(void)sigaddset(&set, *signals);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int process_signal_take(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo
								    : 0;
}

static bool is_kept(const int *kept, size_t count, int fd)
{
	for (size_t i = 0; i < count; i++)
		if (kept[i] == fd)
			return true;
	return false;
}

/* close_range() for kernels before 5.9: by the list, which is as long as what is open. */
static void close_above(int highest)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int64_t fd;

		if (parse_i64(entry->d_name, &fd) == 0 && fd > highest &&
		    fd != dirfd(dir))
			(void)close((int)fd);
	}
	if (dir)
		(void)closedir(dir);
}

void process_let_go(const int *kept, size_t count)
{
	int highest = 2;
	int null_fd;

	for (size_t i = 0; i < count; i++)
		if (kept[i] > highest)
			highest = kept[i];
	for (int fd = 3; fd <= highest; fd++)
		if (!is_kept(kept, count, fd))
			(void)close(fd);
	if (close_range((unsigned)highest + 1, ~0U, 0) < 0)
		close_above(highest);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		return;
	for (int fd = 0; fd <= 2; fd++)
		if (!is_kept(kept, count, fd))
			(void)dup2(null_fd, fd);
	if (null_fd > 2)
		(void)close(null_fd);
}

int wait_until(const struct host *host, struct wait_fd *fds, size_t count,
	       int64_t deadline_ns)
{
	struct pollfd polled[WAIT_FDS_MAX];
	struct timespec left;
	int n;

	for (size_t i = 0; i < count; i++) {
		polled[i] = (struct pollfd){ .fd = fds[i].fd, .events = POLLIN };
		fds[i].ready = false;
	}
	if (deadline_ns != INT64_MAX) {
		int64_t now_ns = host_now_ns(host);
		int64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;

		left.tv_sec = (time_t)(left_ns / NS_PER_S);
		left.tv_nsec = (long)(left_ns % NS_PER_S);
	}
	n = ppoll(polled, (nfds_t)count, deadline_ns == INT64_MAX ? NULL : &left, NULL);
	if (n < 0)
		return -errno;
	for (size_t i = 0; i < count; i++)
		fds[i].ready = polled[i].revents != 0;
	return n;
}
