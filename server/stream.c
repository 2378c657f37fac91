/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who watch: server-sent events. All read from one ring of events; nothing is kept for
 * any of them but where it is. Who does not take what the kernel keeps for it, STREAM_BUFFER, is
 * hung up on by the daemon's time-out; so is who is so slow that the event it reads is gone. It
 * may come back: an event's number is told with it (Last-Event-ID).
 *
 * The daemon looks at no connection that waits for an event: who has left is looked for here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "server.h"

#define STREAM_BUFFER 32768

struct viewer {
	LIST_ENTRY(viewer) link;
	struct server *server;
	struct MHD_Connection *mhd;
	int fd;
	uint64_t next; /* number of the event it reads, or waits for */
	size_t offset; /* in it */
	bool waiting;  /* suspended */
	bool greeted;
	bool told_trouble;
	bool left;
	int64_t told_ms;
};

static const char greeting[] = "retry: 3000\n: gramme\n\n";
static const char heartbeat[] = ": alive\n\n";
static const char trouble[] = "event: trouble\ndata: {}\n\n";

static ssize_t put(char *buf, size_t max, const char *text)
{
	size_t len = 0;

	/* The daemon's block is larger than any of these. */
	for (; text[len] && len < max; len++)
		buf[len] = text[len];
	return (ssize_t)len;
}

static ssize_t put_event(struct viewer *viewer, char *buf, size_t max)
{
	const struct event *event = &viewer->server->live.event[viewer->next % LIVE_KEPT];
	size_t len = event->len - viewer->offset;

	if (len > max)
		len = max;
	memcpy(buf, event->text + viewer->offset, len);
	viewer->offset += len;
	if (viewer->offset == event->len) {
		viewer->offset = 0;
		viewer->next++;
	}
	viewer->told_trouble = false;
	return (ssize_t)len;
}

static ssize_t wait_more(struct viewer *viewer)
{
	viewer->waiting = true;
	MHD_suspend_connection(viewer->mhd);
	return 0;
}

static ssize_t read_stream(void *ctx, uint64_t pos, char *buf, size_t max)
{
	struct viewer *viewer = ctx;
	struct live *live = &viewer->server->live;

	(void)pos;
	if (viewer->server->stop)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (viewer->left || (viewer->offset > 0 && viewer->next < live->oldest))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	viewer->told_ms = viewer->greeted ? viewer->told_ms : now_ms();
	if (!viewer->greeted) {
		viewer->greeted = true;
		return put(buf, max, greeting);
	}
	if (viewer->next < live->oldest)
		viewer->next = live->oldest;
	if (viewer->next < live->next) {
		viewer->told_ms = now_ms();
		return put_event(viewer, buf, max);
	}
	if (live->trouble && !viewer->told_trouble) {
		viewer->told_trouble = true;
		return put(buf, max, trouble);
	}
	if (viewer->told_ms < live->told_ms) {
		viewer->told_ms = now_ms();
		return put(buf, max, heartbeat);
	}
	return wait_more(viewer);
}

static void viewer_free(void *ctx)
{
	struct viewer *viewer = ctx;

	LIST_REMOVE(viewer, link);
	viewer->server->live.viewer_count--;
	free(viewer);
}

struct MHD_Response *stream_open(struct request *request, uint64_t from)
{
	struct server *server = request->server;
	struct viewer *viewer = calloc(1, sizeof *viewer);
	struct MHD_Response *response;
	int buffer = STREAM_BUFFER;

	if (!viewer)
		return NULL;
	*viewer = (struct viewer){ .server = server, .mhd = request->mhd, .next = from };
	viewer->fd = request->conn ? request->conn->fd : -1;
	(void)setsockopt(viewer->fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
	if (from == 0 || from > server->live.next)
		viewer->next = server->live.next;
	LIST_INSERT_HEAD(&server->live.viewers, viewer, link);
	server->live.viewer_count++;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream,
						     viewer, viewer_free);
	if (!response)
		viewer_free(viewer);
	return response;
}

static void wake(struct viewer *viewer)
{
	viewer->waiting = false;
	MHD_resume_connection(viewer->mhd);
}

void stream_wake(struct server *server)
{
	struct viewer *viewer;

	LIST_FOREACH(viewer, &server->live.viewers, link)
	if (viewer->waiting)
		wake(viewer);
}

void stream_sweep(struct server *server)
{
	struct viewer *viewer;
	char byte;

	LIST_FOREACH(viewer, &server->live.viewers, link)
	{
		ssize_t got;

		if (!viewer->waiting)
			continue;
		got = recv(viewer->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		viewer->left = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
		if (viewer->left)
			wake(viewer);
	}
}
