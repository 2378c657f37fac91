/* SPDX-License-Identifier: Apache-2.0 */
/* gramme attach and the library's begin: a process that runs already. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/process.h"
#include "engine/launch-live.h"
#include "engine/message.h"
#include "place/factor.h"

struct words {
	char text[4096];
	char *argv[256];
};

static int watch(struct launch *launch, pid_t pid, pid_t ends_with)
{
	launch->scope.root_pid = pid;
	launch->info.root_pid = pid;
	launch->ends_pid = ends_with;
	launch->root_fd = process_watch(ends_with);
	if (launch->root_fd == -ESRCH || launch->root_fd == -EINVAL)
		return diag_say(&launch->gramme->diag, -ESRCH, "there is no process %d",
				(int)ends_with);
	if (launch->root_fd < 0)
		return diag_fail(&launch->gramme->diag, launch->root_fd,
				 "cannot watch process %d", (int)ends_with);
	return 0;
}

static void name_of(const struct host *host, pid_t pid, char *buf, size_t size)
{
	char path[32];

	(void)snprintf(path, sizeof path, "proc/%d/comm", (int)pid);
	if (host_read_line(host, path, buf, size) < 0)
		(void)snprintf(buf, size, "process %d", (int)pid);
}

/* The words of a running process's command line, in text; how many. */
static size_t words_of(const struct host *host, pid_t pid, struct words *ret)
{
	char path[32];
	size_t count = 0;
	ssize_t n;

	(void)snprintf(path, sizeof path, "proc/%d/cmdline", (int)pid);
	n = host_read_text(host, path, ret->text, sizeof ret->text);
	for (char *word = ret->text;
	     n > 0 && word < ret->text + n && count < ARRAY_SIZE(ret->argv) - 1;
	     word += strlen(word) + 1)
		ret->argv[count++] = word;
	ret->argv[count] = NULL;
	return count;
}

/* Looks at *stop now and then: its signal may come just before the wait for it. A sampler that
 * is gone, or has said its last word, ends the waiting; a slow first reading does not. */
static void wait_process(struct launch *launch, const volatile int *stop,
			 struct gramme_run_result *ret)
{
	const struct host *here = &launch->gramme->here;
	struct launch_live live;

	live_begin(&live, launch, ret);
	while (!stop || !*stop) {
		struct wait_fd wait[] = { { launch->root_fd, false },
					  { live_fd(&live), false } };
		int64_t until_ns = stop ? host_now_ns(here) + NS_PER_S : INT64_MAX;

		if (live.next_ns < until_ns)
			until_ns = live.next_ns;
		(void)wait_until(here, wait, ARRAY_SIZE(wait), until_ns);
		if (wait[0].ready)
			return;
		live_take(&live, wait[1].ready);
		if (live_fd(&live) < 0)
			return;
	}
	(void)!message_send(launch->link_fd, MESSAGE_STOP, NULL, 0);
}

int launch_attach(struct gramme *gramme, const struct gramme_run_opts *opts, pid_t pid,
		  const volatile int *stop, struct gramme_run_result *ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	struct words words;
	char name[RUN_NAME_MAX];
	int r;

	launch_init(&launch, gramme, opts, &trouble);
	launch.live = opts->live != NULL;
	ret->exit_status = 125;
	name_of(&gramme->here, pid, name, sizeof name);
	r = watch(&launch, pid, pid);
	if (r == 0)
		r = launch_prepare(&launch, "attach", name);
	if (r < 0)
		return r;
	if (words_of(&gramme->here, pid, &words) > 0)
		launch.info.command_json = launch_command_json(words.argv);
	r = launch_start_tracker(&launch, NULL, true);
	if (r < 0)
		return diag_fail(&gramme->diag, r, "cannot start the sampler");
	launch_wait_ready(&launch);
	wait_process(&launch, stop, ret);
	launch_wait_result(&launch, ret);
	ret->exit_status = 0;
	launch_give_trouble(&launch, ret);
	return 0;
}

int launch_begin(struct gramme *gramme, const struct gramme_run_opts *opts,
		 struct gramme_run **ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	struct words words;
	char name[RUN_NAME_MAX];
	struct gramme_run *run;
	int r;

	launch_init(&launch, gramme, opts, &trouble);
	name_of(&gramme->here, getpid(), name, sizeof name);
	r = watch(&launch, getpid(), getpid());
	if (r == 0)
		r = launch_prepare(&launch, "begin", name);
	if (r < 0)
		return r;
	if (words_of(&gramme->here, getpid(), &words) > 0)
		launch.info.command_json = launch_command_json(words.argv);
	run = calloc(1, sizeof *run);
	if (!run)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot begin a run");
	r = launch_start_tracker(&launch, NULL, true);
	if (r < 0) {
		free(run);
		return diag_fail(&gramme->diag, r, "cannot start the sampler");
	}
	launch_wait_ready(&launch);
	run->gramme = gramme;
	run->pid = getpid();
	run->link_fd = STEAL_FD(launch.link_fd);
	*ret = run;
	return 0;
}

int launch_end(struct gramme_run *run, int exit_status, struct gramme_run_result *ret)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	struct message_end end = { .exit_status = exit_status };
	struct gramme_run_result unused = { 0 };

	launch_init(&launch, run->gramme, NULL, &trouble);
	launch.link_fd = run->link_fd;
	(void)!message_send(launch.link_fd, MESSAGE_END, &end, sizeof end);
	launch_wait_result(&launch, ret ? ret : &unused);
	if (ret) {
		ret->exit_status = exit_status;
		launch_give_trouble(&launch, ret);
	}
	gramme_run_result_done(&unused);
	free(run);
	return 0;
}

/* Whoever links runs already, and has no use for a refusal: a place that is none is the run's
 * warning, and it is then found out. */
static void leave_out_nowhere(struct gramme *gramme, struct gramme_run_opts *opts)
{
	struct tables *tables = opts->region ? context_tables(gramme) : NULL;
	struct diag diag = { 0 };
	struct place place;

	if (!tables || place_of_text(tables, opts->region, &diag, &place) == 0)
		return;
	config_doubt(&gramme->config, diag.text);
	opts->region = NULL;
}

static int start_linked(struct launch *launch, const struct gramme_link *link)
{
	struct gramme *gramme = launch->gramme;
	struct words words;
	char name[RUN_NAME_MAX];
	size_t count = words_of(&gramme->here, link->ends_with, &words);
	int r;

	name_of(&gramme->here, link->ends_with, name, sizeof name);
	r = watch(launch, link->pid, link->ends_with);
	if (r == 0)
		r = launch_prepare(launch, "begin",
				   count > 0 ? launch_command_name(words.argv) : name);
	if (r < 0)
		return r;
	if (count > 0)
		launch->info.command_json = launch_command_json(words.argv);
	launch_open_control(launch);
	r = launch_start_tracker(launch, count > 0 ? words.argv[0] : NULL, true);
	if (r < 0)
		return diag_fail(&gramme->diag, r, "cannot start the sampler");
	/* It is the sampler's now, and so is its removal. */
	launch->control_path[0] = '\0';
	return 0;
}

int launch_linked(struct gramme *gramme, const struct gramme_run_opts *opts,
		  const struct gramme_link *link)
{
	CLEANUP(strbuf_done) struct strbuf trouble = STRBUF_INIT;
	CLEANUP(launch_done) struct launch launch;
	AUTO_CLOSE int said_by = fcntl(link->fd, F_DUPFD_CLOEXEC, 3);
	struct gramme_run_opts own = *opts;
	int r;

	if (said_by < 0)
		return diag_fail(&gramme->diag, -errno, "descriptor %d is no link",
				 link->fd);
	if (link->aside > 0 && fcntl(link->aside, F_GETFD) < 0)
		return diag_fail(&gramme->diag, -errno, "descriptor %d is no pipe",
				 link->aside);
	leave_out_nowhere(gramme, &own);
	launch_init(&launch, gramme, &own, &trouble);
	launch.given_fd = link->fd;
	launch.aside_fd = link->aside > 0 ? link->aside : -1;
	r = start_linked(&launch, link);
	if (r < 0)
		(void)!message_send_text(said_by, MESSAGE_TROUBLE, gramme->diag.text);
	return r;
}
