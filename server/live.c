/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine now, for all who look. The watch runs while somebody does, and LIVE_IDLE_MS
 * longer; then it is ended and its readings are forgotten: energies count up from where the
 * watching began, so that a counter that wrapped unseen is in no number, and who scrapes sees a
 * counter that began anew. A reading that is too old is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server.h"

#define FRAME_MAX      ((size_t)4 << 20)
#define KEPT_MS        600000
#define HEARTBEAT_MS   15000
#define SWEEP_MS       1000
#define START_AGAIN_MS 5000

void live_init(struct live *live)
{
	live->pipe.fd = -1;
	live->hold_fd = -1;
	live->next = 1;
	live->oldest = 1;
	TAILQ_INIT(&live->waiting);
	LIST_INIT(&live->viewers);
}

/* --- events --- */

static struct event *event_at(struct live *live, uint64_t number)
{
	return &live->event[number % LIVE_KEPT];
}

static void drop_oldest(struct live *live)
{
	struct event *event = event_at(live, live->oldest++);

	live->kept -= event->len;
	free(event->text);
	event->text = NULL;
	event->len = 0;
}

static bool is_past(struct live *live)
{
	const struct event *event = event_at(live, live->oldest);

	return live->next - live->oldest >= LIVE_KEPT || live->kept > LIVE_KEPT_MAX ||
	       now_ms() - event->at_ms > KEPT_MS;
}

/* JSON without the blanks between its lines: what an event's data must not have. No line of it
 * ends within a text. */
static void print_compact(FILE *to, const char *json)
{
	while (*json) {
		size_t len = strcspn(json, "\n");

		(void)fwrite(json, 1, len, to);
		json += len;
		json += strspn(json, "\n ");
	}
}

static void add_event(struct server *server, const char *name, const char *json)
{
	struct live *live = &server->live;
	struct event event = { .number = live->next, .at_ms = now_ms() };
	FILE *to = open_memstream(&event.text, &event.len);

	if (!to)
		return;
	(void)fprintf(to, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event.number,
		      name);
	print_compact(to, json);
	(void)fputs("\n\n", to);
	if (fclose(to) != 0) {
		free(event.text);
		return;
	}
	*event_at(live, live->next++) = event;
	live->kept += event.len;
	while (live->oldest + 1 < live->next && is_past(live))
		drop_oldest(live);
	live->told_ms = event.at_ms;
	stream_wake(server);
}

/* --- what the watch tells --- */

static void wake_waiting(struct live *live)
{
	struct request *request = TAILQ_FIRST(&live->waiting);

	while (request) {
		TAILQ_REMOVE(&live->waiting, request, link);
		request_resume(request);
		request = TAILQ_FIRST(&live->waiting);
	}
}

static void forget(struct live *live)
{
	for (int i = 0; i < LIVE_FORMATS; i++) {
		free(live->text[i]);
		live->text[i] = NULL;
	}
}

static void set_trouble(struct live *live, int err, const char *error, const char *fix)
{
	free(live->trouble);
	free(live->fix);
	live->trouble = error ? strdup(error) : NULL;
	live->fix = fix ? strdup(fix) : NULL;
	live->trouble_err = err;
}

static void take_trouble(struct server *server, int err, const char *text, size_t len)
{
	size_t first = strnlen(text, len);

	forget(&server->live);
	set_trouble(&server->live, err, text, first < len ? text + first + 1 : "");
	wake_waiting(&server->live);
	stream_wake(server);
}

/* A text that is 0-terminated is taken over. */
static void take_frame(struct server *server, const struct frame_head *head, char *text)
{
	struct live *live = &server->live;

	live->heard_ms = now_ms();
	if (head->err < 0 || head->format >= LIVE_FORMATS) {
		take_trouble(server, head->err, text, head->len);
		free(text);
		return;
	}
	free(live->text[head->format]);
	live->text[head->format] = text;
	if (head->format + 1 < LIVE_FORMATS)
		return;
	set_trouble(live, 0, NULL, NULL);
	add_event(server, "reading", live->text[LIVE_JSON]);
	wake_waiting(live);
}

/* Frames that are complete in what was read. False: it is no frame. */
static bool take_frames(struct server *server)
{
	struct live *live = &server->live;
	struct frame_head head;
	size_t at = 0;

	while (live->frame_used - at >= sizeof head) {
		char *text;

		memcpy(&head, live->frame + at, sizeof head);
		if (head.len > FRAME_MAX)
			return false;
		if (live->frame_used - at < sizeof head + head.len)
			break;
		/* Trouble is two texts in one. */
		text = calloc(1, head.len + (size_t)2);
		if (!text)
			return false;
		memcpy(text, live->frame + at + sizeof head, head.len);
		take_frame(server, &head, text);
		at += sizeof head + head.len;
	}
	live->frame_used -= at;
	memmove(live->frame, live->frame + at, live->frame_used);
	return true;
}

static bool make_room(struct live *live)
{
	size_t len = live->frame_len ? 2 * live->frame_len : (size_t)64 << 10;
	char *frame;

	if (live->frame_used < live->frame_len)
		return true;
	frame = len > 2 * FRAME_MAX ? NULL : realloc(live->frame, len);
	if (!frame)
		return false;
	live->frame = frame;
	live->frame_len = len;
	return true;
}

static void end_watch(struct server *server)
{
	struct live *live = &server->live;

	loop_remove(server, &live->pipe);
	if (live->hold_fd >= 0)
		(void)close(live->hold_fd);
	live->hold_fd = -1;
	live->frame_used = 0;
	live->ended_ms = now_ms();
	forget(live);
}

static void hear(void *ctx)
{
	struct server *server = ctx;
	struct live *live = &server->live;
	ssize_t got = -1;

	if (make_room(live)) {
		got = read(live->pipe.fd, live->frame + live->frame_used,
			   live->frame_len - live->frame_used);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
	}
	if (got > 0) {
		live->frame_used += (size_t)got;
		if (take_frames(server))
			return;
	}
	end_watch(server);
	if (!live->trouble)
		set_trouble(live, -EIO, "what reads the machine has ended unasked", "");
	wake_waiting(live);
}

/* --- its life --- */

static int start_watch(struct server *server)
{
	struct live *live = &server->live;
	int out[2];
	int hold[2];

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(hold, O_CLOEXEC) < 0) {
		(void)close(out[0]);
		(void)close(out[1]);
		return -errno;
	}
	live->pid = fork();
	if (live->pid == 0)
		watch_main(server, out[1], hold[0]);
	(void)close(out[1]);
	(void)close(hold[0]);
	live->hold_fd = hold[1];
	live->pipe = (struct watched){ out[0], hear, server };
	(void)fcntl(out[0], F_SETFL, O_NONBLOCK);
	live->heard_ms = now_ms();
	return live->pid < 0 ? -EAGAIN : loop_add(server, &live->pipe);
}

void live_want(struct server *server)
{
	struct live *live = &server->live;

	live->wanted_ms = now_ms();
	/* One that was let go may still be on its way out. */
	if (live->pipe.fd >= 0 || live->pid > 0)
		return;
	if (live->trouble && now_ms() - live->ended_ms < START_AGAIN_MS)
		return;
	set_trouble(live, 0, NULL, NULL);
	if (start_watch(server) < 0) {
		end_watch(server);
		live->pid = 0;
		set_trouble(live, -EAGAIN, "no process could be started", "");
	}
}

void live_wait(struct server *server, struct request *request)
{
	request->waited = true;
	request->since_ms = now_ms();
	TAILQ_INSERT_TAIL(&server->live.waiting, request, link);
	request_suspend(request);
}

void live_ended(struct server *server, pid_t pid)
{
	if (server->live.pid == pid)
		server->live.pid = 0;
}

static bool is_silent(const struct server *server)
{
	return now_ms() - server->live.heard_ms > LIVE_WAIT_MS + 3 * server->interval_ms;
}

static void tell_viewers(struct server *server)
{
	if (server->live.viewer_count == 0)
		return;
	live_want(server);
	if (now_ms() - server->live.swept_ms > SWEEP_MS) {
		server->live.swept_ms = now_ms();
		stream_sweep(server);
	}
	if (now_ms() - server->live.told_ms < HEARTBEAT_MS)
		return;
	server->live.told_ms = now_ms();
	stream_wake(server);
}

/* One that was let go and hangs would never be followed by another. */
static void kill_straggler(const struct live *live)
{
	if (live->pid > 0 && now_ms() - live->ended_ms > LIVE_WAIT_MS)
		(void)kill(live->pid, SIGKILL);
}

void live_tick(struct server *server)
{
	struct live *live = &server->live;
	struct request *first = TAILQ_FIRST(&live->waiting);

	tell_viewers(server);
	if (first && now_ms() - first->since_ms > LIVE_WAIT_MS)
		wake_waiting(live);
	if (live->pipe.fd < 0) {
		kill_straggler(live);
		return;
	}
	if (is_silent(server)) {
		if (live->pid > 0)
			(void)kill(live->pid, SIGKILL);
		end_watch(server);
		set_trouble(live, -ETIMEDOUT, "the machine's sources do not answer",
			    "gramme doctor");
	} else if (now_ms() - live->wanted_ms > LIVE_IDLE_MS) {
		end_watch(server);
		while (live->oldest < live->next)
			drop_oldest(live);
	}
}

void live_stop(struct server *server)
{
	struct live *live = &server->live;

	end_watch(server);
	wake_waiting(live);
	stream_wake(server);
	while (live->oldest < live->next)
		drop_oldest(live);
	set_trouble(live, 0, NULL, NULL);
	free(live->frame);
	live->frame = NULL;
}
