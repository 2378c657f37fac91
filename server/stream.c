/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who watch: server-sent events. All read from one ring of events; nothing is kept for
 * any of them but where it is. Who is so slow that the event it reads is gone is dropped, and
 * may come back: an event's number is told with it (Last-Event-ID).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"

struct viewer {
	LIST_ENTRY(viewer) link;
	struct server *server;
	struct MHD_Connection *mhd;
	uint64_t next; /* number of the event it reads, or waits for */
	size_t offset; /* in it */
	bool waiting;  /* suspended */
	bool greeted;
	bool told_trouble;
	int64_t told_ms;
};

static const char greeting[] = "retry: 3000\n: gramme\n\n";
static const char heartbeat[] = ": alive\n\n";
static const char trouble[] = "event: trouble\ndata: {}\n\n";

static ssize_t put(char *buf, size_t max, const char *text)
{
	size_t len = strlen(text);

	/* The daemon's block is larger than any of these. */
	if (len > max)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	memcpy(buf, text, len);
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
	if (viewer->offset > 0 && viewer->next < live->oldest)
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

struct MHD_Response *stream_open(struct server *server, struct MHD_Connection *mhd,
				 uint64_t from)
{
	struct viewer *viewer = calloc(1, sizeof *viewer);
	struct MHD_Response *response;

	if (!viewer)
		return NULL;
	*viewer = (struct viewer){ .server = server, .mhd = mhd, .next = from };
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

void stream_wake(struct server *server)
{
	struct viewer *viewer;

	LIST_FOREACH(viewer, &server->live.viewers, link)
	{
		if (!viewer->waiting)
			continue;
		viewer->waiting = false;
		MHD_resume_connection(viewer->mhd);
	}
}
