/* SPDX-License-Identifier: Apache-2.0 */
/* The watch: a child that reads the machine each interval and tells the front what it saw. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server.h"

static const char *const formats[LIVE_FORMATS] = {
	[LIVE_JSON] = "json",
	[LIVE_PROMETHEUS] = "prometheus",
	[LIVE_OPENMETRICS] = "openmetrics",
};

/* close_range() for kernels before 5.9: by the list, which is as long as what is open. */
static void close_listed(int first, int last)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *end;
		long fd = strtol(entry->d_name, &end, 10);

		if (end != entry->d_name && fd >= first && fd <= last && fd != dirfd(dir))
			(void)close((int)fd);
	}
	if (dir)
		(void)closedir(dir);
}

static void close_between(int first, int last)
{
	if (first <= last && close_range((unsigned)first, (unsigned)last, 0) < 0)
		close_listed(first, last);
}

void child_begin(int keep_fd, int keep_too_fd)
{
	const int kept[] = { keep_fd < keep_too_fd ? keep_fd : keep_too_fd,
			     keep_fd < keep_too_fd ? keep_too_fd : keep_fd };
	int first = 3;
	sigset_t none;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A connection that the front closes would stay open for its peer as long as we hold
	 * it as well. */
	for (int i = 0; i < 2; i++)
		if (kept[i] >= first) {
			close_between(first, kept[i] - 1);
			first = kept[i] + 1;
		}
	close_between(first, INT_MAX);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGINT, SIG_IGN); /* ^C is for the front, which ends us */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void tell(int fd, const struct frame_head *head, const char *text)
{
	struct iovec parts[2] = { { unconst(head), sizeof *head },
				  { unconst(text), head->len } };
	size_t left = sizeof *head + head->len;

	while (left > 0) {
		ssize_t done = writev(fd, parts, 2);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			_exit(1);
		left -= (size_t)done;
		for (int i = 0; i < 2; i++) {
			size_t part = (size_t)done < parts[i].iov_len ? (size_t)done
								      : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + part;
			parts[i].iov_len -= part;
			done -= (ssize_t)part;
		}
	}
}

static void tell_trouble(int fd, int err, const struct gramme *gramme)
{
	char text[1024] = { 0 };
	const char *error = gramme ? gramme_error(gramme) : "";
	size_t used;

	if (*error == '\0')
		error = strerror(-err);
	(void)snprintf(text, sizeof text - 2, "%s", error);
	used = strlen(text) + 1;
	(void)snprintf(text + used, sizeof text - used, "%s",
		       gramme ? gramme_error_fix(gramme) : "");
	used += strlen(text + used) + 1;
	tell(fd, &(struct frame_head){ err, 0, (uint32_t)used }, text);
}

static int tell_reading(int fd, struct gramme_live *live)
{
	for (uint32_t i = 0; i < LIVE_FORMATS; i++) {
		char *text = NULL;
		int r = gramme_live_text(live, formats[i], &text);

		if (r < 0)
			return r;
		tell(fd, &(struct frame_head){ 0, i, (uint32_t)strlen(text) }, text);
		free(text);
	}
	return 0;
}

/* False: we are to end. */
static bool wait_until(int hold_fd, int64_t until_ms)
{
	struct pollfd hold = { .fd = hold_fd, .events = POLLIN };
	int64_t left = until_ms - now_ms();

	return poll(&hold, 1, left > 0 ? (int)left : 0) == 0;
}

static void watch(const struct server *server, struct gramme *gramme,
		  struct gramme_live *live, int fds[2])
{
	int64_t next_ms = now_ms();

	do {
		int r = gramme_live_read(live);

		if (r == 0)
			r = tell_reading(fds[0], live);
		if (r < 0)
			tell_trouble(fds[0], r, gramme);
		/* After a pause of the machine nothing is caught up with. */
		next_ms += server->interval_ms;
		if (next_ms < now_ms())
			next_ms = now_ms();
	} while (wait_until(fds[1], next_ms));
}

void watch_main(const struct server *server, int out_fd, int hold_fd)
{
	struct gramme_live_opts opts = GRAMME_LIVE_OPTS(.runs = 1);
	struct gramme_live *live = NULL;
	struct gramme *gramme = NULL;
	int fds[2] = { out_fd, hold_fd };
	int r;

	child_begin(out_fd, hold_fd);
	r = gramme_new(&server->opts, &gramme);
	if (r == 0)
		r = gramme_live_open(gramme, &opts, &live);
	if (r < 0)
		tell_trouble(out_fd, r, gramme);
	else
		watch(server, gramme, live, fds);
	gramme_live_close(live);
	gramme_free(gramme);
	_exit(0);
}
