/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "json", 0, NULL, "gramme.sources/1, for programs" },
};

static int run(struct cli *cli)
{
	char *text;

	if (gramme_sources(cli->gramme, cli_format(cli), cli_text_flags(stdout), &text) <
	    0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_sources = {
	.name = "sources",
	.args = "[--json]",
	.example = "gramme sources",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 0,
	.run = run,
};
