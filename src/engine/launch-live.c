/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/launch-live.h"

#include <errno.h>
#include <string.h>

#include "report/progress-line.h"

/* Where readings come once a second or more often, news draws the line; this is for when they
 * stay out. Where they come more rarely the time goes on in between. */
#define QUIET_NS (3 * NS_PER_S / 2)
#define PACE_NS  NS_PER_S

/* A message is sent whole, so that its rest is there or the sampler is in trouble. Only a long
 * one, at the end, comes in parts, and a busy machine may pause between them. */
#define REST_NS NS_PER_S

static int64_t pace_ns(const struct launch_live *live)
{
	return live->launch->info.period_ns > NS_PER_S ? PACE_NS : QUIET_NS;
}

static int64_t now_ns(const struct launch_live *live)
{
	return host_now_ns(&live->launch->gramme->here);
}

void live_begin(struct launch_live *live, struct launch *launch,
		struct gramme_run_result *ret)
{
	memset(live, 0, sizeof *live);
	live->launch = launch;
	live->ret = ret;
	live->began_ns = now_ns(live);
	live->next_ns = launch->live ? live->began_ns + pace_ns(live) : INT64_MAX;
	live->lost = launch->link_fd < 0;
}

int live_fd(const struct launch_live *live)
{
	return live->lost || live->launch->told_all ? -1 : live->launch->link_fd;
}

static void say(struct launch_live *live)
{
	const struct gramme_run_opts *opts = live->launch->opts;
	int64_t now = now_ns(live);
	struct progress_line line = { .elapsed_ns = now - live->began_ns };
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	line.lost = live_fd(live) < 0;
	if (live->has) {
		line.progress = &live->last;
		line.age_ns = now - live->last.read_ns;
	}
	live->next_ns = now + pace_ns(live);
	progress_line(&line, &text);
	if (text.text && !text.failed)
		opts->live(opts->live_ctx, text.text);
}

/* True for news. */
static bool take_message(struct launch_live *live, struct message *message)
{
	if (message->kind == MESSAGE_LIVE && message->size == sizeof live->last) {
		memcpy(&live->last, message->bytes, sizeof live->last);
		live->last.mark[sizeof live->last.mark - 1] = '\0';
		live->has = true;
		return true;
	}
	if (launch_take_result(live->launch, message, live->ret))
		live->launch->told_all = true;
	return false;
}

static bool read_link(struct launch_live *live)
{
	const struct host *here = &live->launch->gramme->here;
	struct message message = { 0 };
	int r = message_receive(here, live->launch->link_fd, now_ns(live) + REST_NS,
				&message);
	bool news = r == 0 && take_message(live, &message);

	live->lost = r < 0 && r != -EINTR;
	message_done(&message);
	return news;
}

void live_take(struct launch_live *live, bool ready)
{
	bool news = ready && live_fd(live) >= 0 && read_link(live);

	if (live->launch->live && (news || now_ns(live) >= live->next_ns))
		say(live);
}
