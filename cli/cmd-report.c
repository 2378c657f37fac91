/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "output", 'o', "FILE",
	  "where the page goes (default: report.html; - for stdout)" },
	{ "title", 0, "TEXT", "its heading (default: the runs' names)" },
	{ "json", 0, NULL, "gramme.report/1, the figures behind it, on stdout" },
};

static int run(struct cli *cli)
{
	return cli_misused(cli, "not written yet");
}

const struct command command_report = {
	.name = "report",
	.args = "[options] [RUN…]",
	.example = "gramme report last -o report.html",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
