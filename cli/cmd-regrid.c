/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "cli.h"

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "grid", 0, "NAME",
	  "this provider; table: the yearly means (default: the best)" },
	{ "region", 0, "PLACE", "the runs were there, whatever they say" },
	{ "look", 0, NULL, "tell old and new, keep nothing" },
	{ "old", 0, NULL, "ask nobody: every figure that was ever given" },
	{ "json", 0, NULL, "gramme.regrid/1, for programs" },
};

static void progress(void *ctx, size_t done, size_t all, const char *id)
{
	(void)ctx;
	(void)fprintf(stderr, "\r%zu of %zu %s\033[K%s", done, all, id,
		      done == all ? "\r\033[K" : "");
}

static int run(struct cli *cli)
{
	struct gramme_regrid_opts opts = GRAMME_REGRID_OPTS(.runs = NULL);
	struct gramme_filter filter;
	char *text;

	if (cli->arg_count > 0)
		opts.runs = (const char *const *)cli->args;
	if (cli_filter(cli, &filter))
		opts.filter = &filter;
	if (opts.runs && opts.filter)
		return cli_misused(cli, "either runs by name, or by what they have");
	if (!opts.runs && !opts.filter)
		return cli_misused(cli, "which runs? A name, last, or --project NAME");
	opts.grid = cli_value(cli, "grid");
	opts.region = cli_value(cli, "region");
	opts.look_only = cli_value(cli, "look") != NULL;
	opts.old = cli_value(cli, "old") != NULL;
	if (isatty(STDERR_FILENO))
		opts.progress = progress;
	if (gramme_regrid(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			  &text) < 0) {
		if (opts.progress)
			(void)fputs("\r\033[K", stderr);
		return cli_failed(cli);
	}
	return cli_print(text);
}

const struct command command_regrid = {
	.name = "regrid",
	.args = "[options] [RUN…]",
	.details =
		"The joules stay as they were measured. What is fetched is kept, so that the next\n"
		"report needs no network; so is every figure that was given before.",
	.example = "gramme regrid --project paper",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = -1,
	.run = run,
};
