/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "metric", 'm', "NAME", "a logged number: its last value" },
	{ "less", 0, NULL, "less of the metric is better" },
	{ "target", 0, "X", "energy until the metric got there" },
	{ "by", 0, "COLUMN", "energy, carbon, metric, efficiency or target" },
	{ "pareto", 0, NULL, "tell which experiments another one dominates" },
	{ "limit", 0, "N", "rows (default: all)" },
	{ "json", 0, NULL, "gramme.leaderboard/1, for programs" },
	{ "csv", 0, NULL, "a table for a spreadsheet" },
	{ "html", 0, "FILE", "a page with a plot (- for stdout)" },
};

static int run(struct cli *cli)
{
	return cli_misused(cli, "not written yet");
}

const struct command command_leaderboard = {
	.name = "leaderboard",
	.args = "[options] [EXPERIMENT…]",
	.example = "gramme leaderboard --metric accuracy --pareto",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
