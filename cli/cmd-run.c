/* SPDX-License-Identifier: Apache-2.0 */
/* gramme run: the command first. Its exit status is ours, whatever the measuring did. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "cli.h"

static const struct option_row options[] = {
	CLI_RUN_OPTIONS,
	{ "wait-tree", 0, NULL, "the run ends with the last process the command left" },
	{ "no-cgroup", 0, NULL, "count by process tree, not by a cgroup of its own" },
	{ "expect", 0, "TIME", "how long you think it takes, for a forecast: 90m, 4h" },
	{ "budget", 0, "AMOUNT", "what it may use: 2kWh, 500Wh, 3MJ, 100J, 500g, 1kg" },
	{ "budget-do", 0, "WHAT", "when it will use more: warn (default), signal, stop" },
};

/* The job comes first: where there is no room for a second process it takes this one's. */
static void run_untracked(const struct cli *cli, int err)
{
	if (err != -EAGAIN && err != -ENOMEM && err != -EMFILE && err != -ENFILE)
		return;
	if (!cli_value(cli, "quiet"))
		(void)fprintf(stderr, "gramme run: '%s' runs without being tracked\n",
			      cli->args[0]);
	(void)execvp(cli->args[0], cli->args);
}

/*
 * A shell that reads ^C goes on with its loop when we end in good order, as if the command had
 * minded it. One that ^C ended must be seen to have ended so.
 */
static void end_alike(int end_signal)
{
	if (end_signal != SIGINT)
		return;
	(void)signal(SIGINT, SIG_DFL);
	(void)raise(SIGINT);
}

static void notice(void *ctx, const char *text)
{
	(void)ctx;
	cli_live_clear();
	(void)fprintf(stderr, "gramme: %s\n", text);
}

static int take_budget(struct cli *cli, struct gramme_run_opts *opts)
{
	opts->budget = cli_value(cli, "budget");
	opts->budget_do = cli_value(cli, "budget-do");
	if (opts->budget_do && !opts->budget)
		return cli_misused(cli, "--budget-do needs a --budget");
	if (!cli_value(cli, "quiet"))
		opts->notice = notice;
	return cli_duration(cli, "expect", 1000000000, &opts->expect_ns);
}

static int run(struct cli *cli)
{
	struct gramme_run_result result = { 0 };
	struct gramme_run_opts opts;
	int status;
	int r;

	if (cli_run_opts(cli, &opts) != 0)
		return 125;
	if (cli_value(cli, "wait-tree"))
		opts.flags |= GRAMME_RUN_WAIT_TREE;
	if (cli_value(cli, "no-cgroup"))
		opts.flags |= GRAMME_RUN_NO_CGROUP;
	if (take_budget(cli, &opts) != 0)
		return 125;
	r = gramme_run_command(cli->gramme, &opts, cli->args, &result);
	cli_live_end();
	if (r < 0 && result.exit_status == 125)
		run_untracked(cli, r);
	/* A reader of ours that is gone must not become the command's status. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (r < 0)
		(void)cli_failed(cli);
	else
		(void)cli_run_result(cli, &result);
	status = result.exit_status;
	end_alike(result.end_signal);
	gramme_run_result_done(&result);
	return status;
}

const struct command command_run = {
	.name = "run",
	.args = "[options] -- CMD ARGS…",
	.details =
		"Exit status: CMD's; 125 when gramme failed before CMD began, 126 when CMD is\n"
		"not executable, 127 when it is not found, 128+n when signal n ended it.\n"
		"Inside CMD, GRAMME_RUN_ID names the run, and `gramme mark` can be used.\n"
		"--budget-do signal sends CMD SIGUSR1, which ends a program that does not\n"
		"handle it; stop sends SIGTERM. Either once, and never without being asked.",
	.example = "gramme run --experiment lr-sweep -- python3 train.py --lr 0.1",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 1,
	.args_max = -1,
	.run = run,
};
