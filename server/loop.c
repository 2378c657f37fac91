/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that waits. Nothing is done while nobody is connected and no child works. */
#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "server.h"

/* How exactly time-outs are kept. */
#define TICK_MS 250

int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int loop_add(struct server *server, struct watched *watched)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = watched };

	return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, watched->fd, &event) < 0
		       ? -errno
		       : 0;
}

void loop_remove(struct server *server, struct watched *watched)
{
	if (watched->fd < 0)
		return;
	(void)epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, watched->fd, NULL);
	(void)close(watched->fd);
	watched->fd = -1;
}

static bool is_idle(const struct server *server)
{
	return server->conns.count == 0 && server->kitchen.cooks == 0 &&
	       server->live.pid == 0;
}

static int wait_ms(const struct server *server)
{
	MHD_UNSIGNED_LONG_LONG daemon_ms = 0;
	int most = is_idle(server) ? -1 : TICK_MS;

	if (MHD_get_timeout(server->daemon, &daemon_ms) != MHD_YES)
		return most;
	if (most < 0)
		most = INT_MAX;
	return daemon_ms > (unsigned)most ? most : (int)daemon_ms;
}

/* One event at a time: what one makes ready may put another's descriptor away. */
static int step(struct server *server)
{
	struct epoll_event event;
	int got = epoll_wait(server->epoll_fd, &event, 1, wait_ms(server));

	if (got < 0 && errno != EINTR)
		return -errno;
	if (got > 0) {
		struct watched *watched = event.data.ptr;

		watched->ready(watched->ctx);
	}
	return 0;
}

int loop_run(struct server *server)
{
	int64_t ticked = now_ms();
	int r = 0;

	while (r == 0 && !server->stop) {
		r = step(server);
		if (now_ms() - ticked >= TICK_MS) {
			ticked = now_ms();
			conns_shed(&server->conns);
			kitchen_tick(server);
			live_tick(server);
		}
		(void)MHD_run(server->daemon);
	}
	return r;
}
