/* SPDX-License-Identifier: Apache-2.0 */
/* gramme mark: from inside a tracked command, by the socket that GRAMME_CONTROL names. */
#include <stdlib.h>

#include "cli.h"

static const struct option_row options[] = {
	{ "metric", 'm', "NUMBER", "log this number under NAME instead of marking" },
	{ "work", 'w', "AMOUNT", "so much was got done in the unit NAME" },
};

static int run(struct cli *cli)
{
	const char *metric = cli_value(cli, "metric");
	const char *work = cli_value(cli, "work");
	const char *number = metric ? metric : work;
	double value = 0;
	char *end;
	int r;

	if (metric && work)
		return cli_misused(cli, "--metric or --work, one of them");
	if (number) {
		value = strtod(number, &end);
		if (end == number || *end != '\0')
			return cli_misused(cli, "'%s' is not a number", number);
		if (work && value < 0)
			return cli_misused(cli, "work is an amount, never below 0");
	}
	if (metric)
		r = gramme_metric(cli->gramme, cli->args[0], value);
	else if (work)
		r = gramme_work(cli->gramme, cli->args[0], value);
	else
		r = gramme_mark(cli->gramme, cli->args[0]);
	return r < 0 ? cli_failed(cli) : 0;
}

const struct command command_mark = {
	.name = "mark",
	.args = "[--metric NUMBER | --work AMOUNT] NAME",
	.details =
		"A mark takes a reading at that instant. In a script that gramme run tracks:",
	.example = "gramme mark epoch-1 && gramme mark --metric 0.93 accuracy",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 1,
	.args_max = 1,
	.run = run,
};
