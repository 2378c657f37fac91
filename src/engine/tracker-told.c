/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the run and its maker tell the sampler: on the link, which is a stream, and on the control
 * socket, where any process of this user may say a mark, a metric or work.
 */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/socket.h>

#include "base/parse.h"
#include "engine/told.h"
#include "engine/tracker-internal.h"

/* Marks and metrics of one run: more than that is a mistake, and would fill the disk. */
#define TOLD_KEPT_MAX     1000000

#define CONTROL_DRAIN_MAX 256
#define LINK_DRAIN_MAX    100000

/* Said at t_ns, since the run's start: not before it, nor in the time to come. */
static int64_t since_start(const struct tracker *t, int64_t t_ns)
{
	int64_t now_ns = host_now_ns(t->host);

	if (t_ns == 0 || t_ns > now_ns)
		t_ns = now_ns;
	return t_ns > t->series.start_ns ? t_ns - t->series.start_ns : 0;
}

static bool may_keep(struct tracker *t)
{
	if (t->told++ < TOLD_KEPT_MAX)
		return true;
	if (t->told_left_out++ == 0)
		tracker_warn(t, "many-marks",
			     "the first %d marks and metrics are kept, and no more",
			     TOLD_KEPT_MAX);
	return false;
}

static void take_mark(struct tracker *t, const struct told *told)
{
	struct run_mark mark = { .t_ns = since_start(t, told->t_ns) };

	if (!may_keep(t))
		return;
	tracker_read_edge(t);
	(void)copy_text(mark.name, sizeof mark.name, told->name);
	recorder_mark(t->recorder, &mark);
	tracker_live_mark(t, told->name);
}

static void take_metric(struct tracker *t, const struct told *told)
{
	struct run_metric metric = { .t_ns = since_start(t, told->t_ns),
				     .value = told->value };

	if (!may_keep(t))
		return;
	(void)copy_text(metric.name, sizeof metric.name, told->name);
	recorder_metric(t->recorder, &metric);
	tracker_live_metric(t, &metric);
}

static void take_work(struct tracker *t, const struct told *told)
{
	struct run_work work = { .amount = told->value, .count = 1 };

	/* What was got done is never less than nothing. */
	if (work.amount < 0)
		return;
	(void)copy_text(work.unit, sizeof work.unit, told->name);
	if (!recorder_work(t->recorder, &work))
		tracker_warn(t, "many-units",
			     "work in the first %d units is kept, and no more",
			     RECORDER_UNITS_MAX);
}

static void take_told(struct tracker *t, const struct message *message)
{
	struct told told;

	if (told_unpack(message->kind, message->bytes, message->size, &told) < 0)
		return;
	if (message->kind == MESSAGE_MARK)
		take_mark(t, &told);
	else if (message->kind == MESSAGE_METRIC)
		take_metric(t, &told);
	else
		take_work(t, &told);
}

static void take_tag(struct tracker *t, const char *text)
{
	struct run_tag tag = { 0 };
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : 0;

	if (len == 0 || len >= sizeof tag.key)
		return;
	memcpy(tag.key, text, len);
	(void)copy_text(tag.value, sizeof tag.value, equals + 1);
	recorder_tag(t->recorder, &tag);
}

static void take_warning(struct tracker *t, const char *text)
{
	struct run_warning warning = { 0 };
	const char *blank = strchr(text, ' ');
	size_t len = blank ? (size_t)(blank - text) : 0;

	if (len == 0 || len >= sizeof warning.code)
		return;
	memcpy(warning.code, text, len);
	(void)copy_text(warning.text, sizeof warning.text, blank + 1);
	recorder_warning(t->recorder, &warning);
}

static void take_end(struct tracker *t, const struct message *message)
{
	if (message->size != sizeof t->end)
		return;
	memcpy(&t->end, message->bytes, sizeof t->end);
	t->told_end = true;
}

void tracker_take_message(struct tracker *t, const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_END:
		take_end(t, message);
		break;
	case MESSAGE_STOP:
		t->stop = true;
		break;
	case MESSAGE_ABORT:
		t->abort = true;
		break;
	case MESSAGE_MARK:
	case MESSAGE_METRIC:
	case MESSAGE_WORK:
		take_told(t, message);
		break;
	case MESSAGE_TAG:
		take_tag(t, message->bytes);
		break;
	case MESSAGE_WARNING:
		take_warning(t, message->bytes);
		break;
	case MESSAGE_ASK:
		tracker_live_answer(t);
		break;
	case MESSAGE_BELL:
	case MESSAGE_READY:
	case MESSAGE_ID:
	case MESSAGE_SUMMARY:
	case MESSAGE_JSON:
	case MESSAGE_TROUBLE:
	case MESSAGE_PROGRESS:
	case MESSAGE_LIVE:
	case MESSAGE_NOTICE:
	case MESSAGE_DONE:
	default:
		break;
	}
}

void tracker_link_lost(struct tracker *t)
{
	t->fds[FD_LINK].fd = -1;
	if (strcmp(t->info->how, "run") != 0)
		t->stop = true;
	else
		tracker_warn(
			t, "launcher-lost",
			"gramme run itself was killed; the command went on and its exit status "
			"is not known");
}

void tracker_take_link(struct tracker *t, int64_t deadline_ns)
{
	struct message message = { 0 };
	int r = message_receive(t->host, t->plan->link_fd, deadline_ns, &message);
	bool is_linked = strcmp(t->info->how, "begin") == 0;

	/* Of a link it is asked only when something is there: what stays away then is the rest of a
	 * message, without which the next cannot be told from it. */
	if (r == 0)
		tracker_take_message(t, &message);
	else if (r == -EPIPE || r == -EPROTO || (r == -ETIMEDOUT && is_linked))
		tracker_link_lost(t);
	message_done(&message);
}

/* Datagrams: one byte of kind, then as in told.h. Anyone of this user may send them. */
bool tracker_take_control(struct tracker *t)
{
	char bytes[1 + TOLD_MAX + 1];
	ssize_t n = recv(t->plan->control_fd, bytes, sizeof bytes - 1, MSG_DONTWAIT);
	struct message message;

	if (n < 2)
		return n >= 0;
	bytes[n] = '\0';
	message = (struct message){ (enum message_kind)bytes[0], (uint32_t)(n - 1),
				    bytes + 1 };
	if (message.kind == MESSAGE_MARK || message.kind == MESSAGE_METRIC ||
	    message.kind == MESSAGE_WORK)
		take_told(t, &message);
	return true;
}

/* A maker that was killed may have said much that nobody has read yet. */
static void drain_link(struct tracker *t)
{
	for (int i = 0; i < LINK_DRAIN_MAX && t->fds[FD_LINK].fd >= 0; i++) {
		struct wait_fd wait = { t->fds[FD_LINK].fd, false };

		if (t->told_end || wait_until(t->host, &wait, 1, 0) <= 0)
			return;
		tracker_take_link(t, host_now_ns(t->host) + END_WAIT_NS);
	}
}

void tracker_drain(struct tracker *t)
{
	bool stop = t->stop;

	for (int i = 0; i < CONTROL_DRAIN_MAX; i++)
		if (t->fds[FD_CONTROL].fd < 0 || !tracker_take_control(t))
			break;
	if (strcmp(t->info->how, "begin") == 0)
		drain_link(t);
	tracker_take_aside(t);
	t->stop = stop;
}
