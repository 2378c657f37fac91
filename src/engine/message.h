/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the launcher and the sampler's process say to each other over a stream socket: a kind,
 * a length and bytes. A closed socket means that the other is gone.
 */
#pragma once

#include <stdint.h>

#include "base/host.h"
#include "base/macro.h"

enum message_kind {
	MESSAGE_READY =
		'R', /* the first reading is taken: let the command go. The run's id,
			       * and in a second line its control socket's path */
	MESSAGE_END = 'E',   /* struct message_end */
	MESSAGE_ABORT = 'X', /* the command never began: forget the run */
	MESSAGE_STOP = 'S',  /* end the run now: attach, begin */
	MESSAGE_MARK = 'M',  /* told.h, as the next two */
	MESSAGE_METRIC = 'V',
	MESSAGE_WORK = 'K',
	MESSAGE_TAG = 'T',      /* "key=value" */
	MESSAGE_WARNING = 'C',  /* "code text", to be kept with the run */
	MESSAGE_BELL = 'B',     /* look at what came aside: much of it is there */
	MESSAGE_ASK = 'Q',      /* how far is it? Answered by: */
	MESSAGE_PROGRESS = 'P', /* JSON */
	MESSAGE_ID = 'I', /* the run's id in the ledger; not sent when nothing is kept */
	MESSAGE_SUMMARY = 'U',
	MESSAGE_JSON = 'J',
	MESSAGE_TROUBLE = 'W',
	MESSAGE_LIVE =
		'L', /* struct progress, about once a second, to who asked for it */
	MESSAGE_NOTICE =
		'G', /* of the budget: '!' when it is passed, or will be, else '.'; a text */
	MESSAGE_DONE = 'D', /* nothing more will come */
};

struct message_end {
	int32_t exit_status;
	int32_t has_children_cpu;
	uint64_t children_cpu_ns; /* exact, of all that the launcher waited for */
	int64_t began_ns; /* HOST_MONOTONIC of when the command was let go; 0: not known */
	int64_t ended_ns; /* and of when it was known to have ended; 0: not known */
};

struct message {
	enum message_kind kind;
	uint32_t size;
	char *bytes; /* terminated; owned */
};

#define MESSAGE_HEAD_SIZE 5 /* the kind, the length */
#define MESSAGE_SIZE_MAX  (64u << 20)

/* 0, or a negative errno; -EPIPE when the other is gone. Never raises SIGPIPE. */
MUST_USE int message_send(int fd, enum message_kind kind, const void *bytes, size_t size);
MUST_USE int message_send_text(int fd, enum message_kind kind, const char *text);

/*
 * For what is only of use while it is new: sent where the other has taken all that came before
 * and it costs no waiting, else -EAGAIN and nothing is sent. One that is stopped or slow so
 * never has more than one of these before it, and never holds the sender up.
 */
MUST_USE int message_offer(int fd, enum message_kind kind, const void *bytes,
			   size_t size);

#define MESSAGE_OFFER_MAX 512

/*
 * Waits for a whole message until deadline_ns (HOST_MONOTONIC). -ETIMEDOUT; -EPIPE when the
 * other is gone; -EPROTO for nonsense; -EINTR for a signal before anything came.
 */
MUST_USE int message_receive(const struct host *host, int fd, int64_t deadline_ns,
			     struct message *ret);
void message_done(struct message *message);
