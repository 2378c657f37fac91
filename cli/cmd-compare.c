/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "metric", 'm', "NAME", "a logged number to compare as well" },
	{ "quantity", 0, "NAME",
	  "energy, time, power, step or carbon (default: energy)" },
	{ "level", 0, "RATIO", "of the intervals (default: 0.95)" },
	{ "margin", 0, "RATIO", "how near is the same (default: 0.02)" },
	{ "metric-margin", 0, "X", "how near metrics are the same" },
	{ "pareto", 0, "NAME", "energy against this metric: who dominates whom" },
	{ "less", 0, NULL, "with --pareto: less of the metric is better" },
	{ "json", 0, NULL, "gramme.compare/1, for programs" },
};

static int run(struct cli *cli)
{
	return cli_misused(cli, "not written yet");
}

const struct command command_compare = {
	.name = "compare",
	.args = "[options] A B [C…]",
	.example = "gramme compare baseline distilled --metric accuracy",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
