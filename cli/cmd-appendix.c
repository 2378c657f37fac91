/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "output", 'o', "DIR", "the site's folder" },
	{ "spec", 0, "FILE", "what goes in and how, as JSON" },
	{ "replace", 0, NULL, "write a site that stands there anew" },
};

static int run(struct cli *cli)
{
	return cli_misused(cli, "not written yet");
}

const struct command command_appendix = {
	.name = "appendix",
	.args = "[options] -o DIR",
	.example = "gramme appendix --project paper -o site/",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = 0,
	.run = run,
};
