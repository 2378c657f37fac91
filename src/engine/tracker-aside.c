/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pipe beside the link: numbers with the times at which they were said, which can wait.
 * Nobody sleeps on it, so that a program may log in its innermost loop and wake nobody: a process
 * that wakes for each number takes more of a small machine than the number itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/tracker-internal.h"

/* How much is taken in at once, and how often in a row. The pipe holds far less than the
 * product, which is for a writer that is as fast as we are. */
#define ASIDE_SIZE      16384
#define ASIDE_DRAIN_MAX 256

struct aside {
	size_t used;
	char bytes[ASIDE_SIZE + 1];
};

int tracker_open_aside(struct tracker *t)
{
	int flags = t->plan->aside_fd < 0 ? -1 : fcntl(t->plan->aside_fd, F_GETFL);

	if (flags < 0 || fcntl(t->plan->aside_fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return 0;
	t->aside = malloc(sizeof *t->aside);
	if (!t->aside)
		return -ENOMEM;
	t->aside->used = 0;
	t->aside_fd = t->plan->aside_fd;
	return 0;
}

/* Nothing there asks for an answer, or for a reading. */
static void take_aside(struct tracker *t, const struct message *message)
{
	if (message->kind == MESSAGE_METRIC || message->kind == MESSAGE_WORK ||
	    message->kind == MESSAGE_WARNING)
		tracker_take_message(t, message);
}

/* The first message of len bytes; how long it is with its head, 0 when it is not all here, or
 * -EPROTO. */
static ssize_t take_first(struct tracker *t, char *bytes, size_t len)
{
	struct message message = { 0 };
	char after;

	if (len < MESSAGE_HEAD_SIZE)
		return 0;
	message.kind = (enum message_kind)bytes[0];
	memcpy(&message.size, bytes + 1, sizeof message.size);
	message.bytes = bytes + MESSAGE_HEAD_SIZE;
	if (message.size > ASIDE_SIZE - MESSAGE_HEAD_SIZE)
		return -EPROTO;
	if (message.size > len - MESSAGE_HEAD_SIZE)
		return 0;
	/* The next one's head begins where this one is to be terminated. */
	after = message.bytes[message.size];
	message.bytes[message.size] = '\0';
	take_aside(t, &message);
	message.bytes[message.size] = after;
	return (ssize_t)(MESSAGE_HEAD_SIZE + message.size);
}

/* False: nothing more is to be had now. */
static bool fill_aside(struct tracker *t)
{
	struct aside *aside = t->aside;
	ssize_t n =
		read(t->aside_fd, aside->bytes + aside->used, ASIDE_SIZE - aside->used);

	if (n > 0)
		aside->used += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		t->aside_fd = -1; /* that the other end is gone, the link says */
	return n > 0;
}

void tracker_take_aside(struct tracker *t)
{
	for (int i = 0; i < ASIDE_DRAIN_MAX && t->aside_fd >= 0 && fill_aside(t); i++) {
		struct aside *aside = t->aside;
		size_t at = 0;
		ssize_t n;

		while ((n = take_first(t, aside->bytes + at, aside->used - at)) > 0)
			at += (size_t)n;
		aside->used -= at;
		memmove(aside->bytes, aside->bytes + at, aside->used);
		if (n < 0) {
			t->aside_fd = -1;
			tracker_link_lost(t);
		}
	}
}
