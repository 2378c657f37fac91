/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "hours", 0, "N", "how long it runs" },
	{ "gpu", 0, "NAME", "\"H100\", \"8 x A100\" (default: none)" },
	{ "cpu", 0, "NAME", "its processor (default: this machine's; none)" },
	{ "cores", 0, "N", "of it that are used (default: all)" },
	{ "memory", 0, "GIB", "(default: this machine's)" },
	{ "utilisation", 0, "RATIO", "0 to 1, of GPU and processor (default: 1)" },
	{ "like", 0, "NAME", "from the power of this run, or of an experiment's" },
	{ "region", 0, "PLACE", "where (default: the configuration's, else the world)" },
	{ "pue", 0, "RATIO", "the building's overhead (default: the region's)" },
	{ "json", 0, NULL, "gramme.estimate/1, for programs" },
};

static int run(struct cli *cli)
{
	struct gramme_estimate_opts opts =
		GRAMME_ESTIMATE_OPTS(.like = cli_value(cli, "like"));
	char *text;

	if (cli_above_zero(cli, "hours", &opts.hours) != 0 ||
	    cli_above_zero(cli, "cores", &opts.cores) != 0 ||
	    cli_above_zero(cli, "memory", &opts.memory_gib) != 0 ||
	    cli_above_zero(cli, "utilisation", &opts.utilisation) != 0 ||
	    cli_number(cli, "pue", 1, &opts.pue) != 0)
		return 2;
	if (opts.utilisation > 1)
		return cli_misused(cli, "--utilisation is a ratio: 0.9, not 90");
	if (opts.hours <= 0 && !opts.like)
		return cli_misused(cli, "how long? --hours 24");
	opts.gpu = cli_value(cli, "gpu");
	opts.cpu = cli_value(cli, "cpu");
	opts.region = cli_value(cli, "region");
	if (gramme_estimate(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			    &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_estimate = {
	.name = "estimate",
	.args = "--hours N [options]",
	.details =
		"Before a run: from the hardware's data, or from runs like it in the ledger.",
	.example =
		"gramme estimate --gpu \"8 x H100\" --hours 48 --utilisation 0.9 --region FR",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 0,
	.run = run,
};
