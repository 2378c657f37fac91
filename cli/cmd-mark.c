/* SPDX-License-Identifier: Apache-2.0 */
/* gramme mark: from inside a tracked command, by the socket that GRAMME_CONTROL names. */
#include <stdlib.h>

#include "cli.h"

static const struct option_row options[] = {
	{ "metric", 'm', "NUMBER", "log this number under NAME instead of marking" },
};

static int run(struct cli *cli)
{
	const char *metric = cli_value(cli, "metric");
	char *end;
	double value;
	int r;

	if (!metric) {
		r = gramme_mark(cli->gramme, cli->args[0]);
	} else {
		value = strtod(metric, &end);
		if (end == metric || *end != '\0')
			return cli_misused(cli, "'%s' is not a number", metric);
		r = gramme_metric(cli->gramme, cli->args[0], value);
	}
	return r < 0 ? cli_failed(cli) : 0;
}

const struct command command_mark = {
	.name = "mark",
	.args = "[--metric NUMBER] NAME",
	.details =
		"A mark takes a reading at that instant. In a script that gramme run tracks:",
	.example = "gramme mark epoch-1 && gramme mark --metric 0.93 accuracy",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 1,
	.args_max = 1,
	.run = run,
};
