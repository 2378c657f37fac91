/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "energy-kwh", 0, "KWH", "this much instead of a run (default: 1)" },
	{ "provider", 0, "NAME", "aws, azure or gcp (default: all)" },
	{ "region", 0, "PLACE", "compare with this one (default: the run's)" },
	{ "limit", 0, "N", "rows (default: 15; 0: all)" },
	{ "json", 0, NULL, "gramme.regions/1, for programs" },
};

static int run(struct cli *cli)
{
	struct gramme_regions_opts opts = GRAMME_REGIONS_OPTS(.limit = 15);
	double limit = 15;
	char *text;

	if (cli_above_zero(cli, "energy-kwh", &opts.energy_kwh) != 0 ||
	    cli_number(cli, "limit", 0, &limit) != 0)
		return 2;
	if (opts.energy_kwh > 0 && cli->arg_count > 0)
		return cli_misused(cli, "either a run or --energy-kwh, not both");
	opts.run = cli->arg_count > 0 ? cli->args[0] : NULL;
	opts.provider = cli_value(cli, "provider");
	opts.region = cli_value(cli, "region");
	opts.limit = (size_t)limit;
	if (gramme_regions(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			   &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_regions = {
	.name = "regions",
	.args = "[options] [RUN]",
	.details =
		"What a run would weigh in the regions of the clouds, by the average of their grids\n"
		"(for a statement) and by the marginal (what changes when the work moves).",
	.example = "gramme regions last --provider gcp",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 1,
	.run = run,
};
