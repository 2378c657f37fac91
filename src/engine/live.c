/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_live_open() and its kin: who looks says when, and nothing runs in between. */
#include "engine/live.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "report/live-view.h"
#include "report/shown.h"

void live_say(struct live_view *view, const char *fmt, ...)
{
	size_t len = strlen(view->why);
	char text[sizeof view->why];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (len + strlen(text) + 3 > sizeof view->why)
		return;
	(void)snprintf(view->why + len, sizeof view->why - len, "%s%s", len ? "; " : "",
		       text);
}

/* Of this thread: whoever serves what is read does more than read it. */
static int64_t spent_ns(void)
{
	struct timespec spent = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return (int64_t)spent.tv_sec * NS_PER_S + spent.tv_nsec;
}

static int check(const struct gramme_live *live)
{
	if (!live)
		return -EINVAL;
	return live->pid == getpid() ? context_check(live->gramme) : -ECHILD;
}

static void live_free(struct gramme_live *live)
{
	live_runs_free(live->runs);
	live_processes_free(live->processes);
	live_gpus_free(live->gpus);
	live_power_free(live->power);
	free(live);
}

static void free_live(struct gramme_live **live)
{
	if (*live)
		live_free(*live);
}

static int open_parts(struct gramme_live *live, const struct gramme_live_opts *opts)
{
	struct gramme *gramme = live->gramme;
	int r = live_power_new(&gramme->host, &live->power);

	if (r == 0)
		r = live_gpus_new(&gramme->host, &live->gpus);
	if (r == 0 && opts->processes > 0)
		r = live_processes_new(&gramme->host, opts->processes, &live->processes);
	if (r == 0 && opts->runs)
		r = live_runs_new(gramme, &live->runs);
	return r < 0 ? diag_fail(&gramme->diag, r, "cannot watch this machine") : 0;
}

int gramme_live_open(struct gramme *gramme, const struct gramme_live_opts *given,
		     struct gramme_live **ret)
{
	CLEANUP(free_live) struct gramme_live *live = NULL;
	struct gramme_live_opts opts;
	int64_t began_ns = spent_ns();
	int r = context_check(gramme);

	if (r < 0)
		return r;
	if (!ret)
		return diag_say(&gramme->diag, -EINVAL, "there is nowhere to put it");
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	live = calloc(1, sizeof *live);
	if (!live)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot watch this machine");
	live->gramme = gramme;
	live->pid = getpid();
	r = live_grid_open(gramme, opts.region, &live->grid);
	if (r == 0)
		r = open_parts(live, &opts);
	if (r < 0)
		return r;
	live->spent_ns = spent_ns() - began_ns;
	*ret = STEAL(live);
	return 0;
}

/* What a child inherited is its parent's: a library's connection must not be ended for both. */
void gramme_live_close(struct gramme_live *live)
{
	if (live && live->pid == getpid())
		live_free(live);
}

static void read_rest(struct gramme_live *live)
{
	struct live_view *view = &live->view;
	struct live_busy busy = { .known = false };

	if (view->window_s <= 0)
		live_say(view, "powers come with the second reading");
	else if (view->domain_count == 0)
		live_say(view, "nothing here tells its energy (gramme doctor says why)");
	else if (view->power_w.source[0] != '\0')
		live_say(view, "power: %s", view->power_w.source);
	live_gpus_read(live->gpus, live_power_is_open(live->power), view);
	if (live->runs)
		live_runs_read(live->runs, view);
	busy.known = live_power_busy_ns(live->power, &busy.ns);
	if (live->processes)
		live_processes_read(live->processes, &busy, live->gpus, view);
	live_grid_read(&live->grid, view);
}

int gramme_live_read(struct gramme_live *live)
{
	int64_t began_ns = spent_ns();
	int r = check(live);

	if (r < 0)
		return r;
	memset(&live->view, 0, sizeof live->view);
	live->view.shared_cpu_w = NAN;
	live->view.unseen_ratio = NAN;
	r = live_power_read(live->power, &live->view);
	if (r < 0)
		return diag_fail(&live->gramme->diag, r, "cannot watch this machine");
	read_rest(live);
	live->spent_ns += spent_ns() - began_ns;
	live->view.cost_cpu_s = (double)live->spent_ns / (double)NS_PER_S;
	return 0;
}

static int write_text(const struct live_view *view, const char *format, char **ret)
{
	if (strcmp(format, "json") == 0)
		return live_json(view, ret);
	if (strcmp(format, "prometheus") == 0)
		return live_metrics(view, LIVE_PROMETHEUS, ret);
	if (strcmp(format, "openmetrics") == 0)
		return live_metrics(view, LIVE_OPENMETRICS, ret);
	return -EINVAL;
}

int gramme_live_text(struct gramme_live *live, const char *format, char **ret)
{
	CLEANUP(plain_locale_leave) struct plain_locale plain = plain_locale_enter();
	int64_t began_ns = spent_ns();
	int r = check(live);

	(void)plain;
	if (r < 0)
		return r;
	if (!ret || !format)
		return diag_say(&live->gramme->diag, -EINVAL,
				"there is nowhere to put it");
	if (live->view.at_unix_ns == 0)
		return diag_say(&live->gramme->diag, -EAGAIN, "nothing was read yet");
	r = write_text(&live->view, format, ret);
	live->spent_ns += spent_ns() - began_ns;
	if (r == -EINVAL)
		return diag_say(&live->gramme->diag, r,
				"the form is json, prometheus or openmetrics");
	return r < 0 ? diag_fail(&live->gramme->diag, r, "cannot write what was read")
		     : 0;
}
