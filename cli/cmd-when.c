/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#define HOUR_NS INT64_C(3600000000000)

static const struct option_row options[] = {
	{ "duration", 0, "TIME", "how long it takes: 90m, 4h" },
	{ "energy", 0, "KWH", "what it uses, at the machine's components" },
	{ "like", 0, "RUN", "both as of this run" },
	{ "deadline", 0, "TIME", "to be done so long from now (default: 24h)" },
	{ "region", 0, "PLACE", "where (default: here)" },
	{ "json", 0, NULL, "gramme.when/1, for programs" },
};

static int run(struct cli *cli)
{
	struct gramme_when_opts opts = GRAMME_WHEN_OPTS(.like = cli_value(cli, "like"));
	char *text;

	if (cli_duration(cli, "duration", HOUR_NS, &opts.duration_ns) != 0 ||
	    cli_duration(cli, "deadline", HOUR_NS, &opts.deadline_ns) != 0 ||
	    cli_above_zero(cli, "energy", &opts.energy_kwh) != 0)
		return 2;
	if (!opts.like && opts.duration_ns == 0)
		return cli_misused(cli, "how long? --duration 4h, or --like RUN");
	opts.region = cli_value(cli, "region");
	if (gramme_when(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			&text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_when = {
	.name = "when",
	.args = "--duration TIME | --like RUN [options]",
	.details =
		"Asks the grid's forecast, or takes the last days for one. The answer may well be\n"
		"\"run now\": a job of a day seldom gains by waiting.",
	.example = "gramme when --duration 4h --energy 3 --deadline 24h",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 0,
	.run = run,
};
