/* SPDX-License-Identifier: Apache-2.0 */
/* gramme attach: a running process and what it starts from now on. */
#include <signal.h>
#include <stdlib.h>

#include "cli.h"

static const struct option_row options[] = {
	CLI_RUN_OPTIONS,
	{ "link", 0, "FD", "for programs: be told by this socket, and answer there" },
	{ "ends-with", 0, "PID", "with --link: end when this process does" },
	{ "aside", 0, "FD", "with --link: a pipe beside it, which is read now and then" },
};

/* Set by the handler, read by the library between its waits. */
static volatile int stop;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

/* A whole number from least on; non-zero is the exit status. */
static int whole(struct cli *cli, const char *text, long least, int *ret)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end != '\0' || value < least || value > 0x7fffffff)
		return cli_misused(cli, "'%s' is not a number from %ld on", text, least);
	*ret = (int)value;
	return 0;
}

static int run_linked(struct cli *cli, pid_t pid)
{
	struct gramme_link link = GRAMME_LINK(.pid = pid);
	const char *ends_with = cli_value(cli, "ends-with");
	const char *aside = cli_value(cli, "aside");
	struct gramme_run_opts opts;
	int r = whole(cli, cli_value(cli, "link"), 3, &link.fd);

	if (r == 0 && ends_with)
		r = whole(cli, ends_with, 1, &link.ends_with);
	if (r == 0 && aside)
		r = whole(cli, aside, 3, &link.aside);
	if (r == 0)
		r = cli_run_opts(cli, &opts);
	if (r != 0)
		return r;
	if (gramme_run_linked(cli->gramme, &opts, &link) == 0)
		return 0;
	(void)cli_failed(cli);
	return 125;
}

static int run(struct cli *cli)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct gramme_run_result result = { 0 };
	struct gramme_run_opts opts;
	char *end;
	long pid = strtol(cli->args[0], &end, 10);
	int r;

	if (end == cli->args[0] || *end != '\0' || pid <= 0 || pid > 0x7fffffff)
		return cli_misused(cli, "'%s' is not a process number", cli->args[0]);
	if (cli_value(cli, "link"))
		return run_linked(cli, (pid_t)pid);
	r = cli_run_opts(cli, &opts);
	if (r != 0)
		return r;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGHUP, &action, NULL);
	r = gramme_run_attach(cli->gramme, &opts, (pid_t)pid, &stop, &result);
	cli_live_end();
	if (r < 0)
		r = cli_failed(cli);
	else
		r = cli_run_result(cli, &result);
	gramme_run_result_done(&result);
	return r;
}

const struct command command_attach = {
	.name = "attach",
	.args = "[options] PID",
	.details = "Ends with the process, or at ^C: the process itself goes on then.",
	.example = "gramme attach 4711",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 1,
	.args_max = 1,
	.run = run,
};
