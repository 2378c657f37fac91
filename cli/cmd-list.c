/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli.h"

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "limit", 0, "N", "the newest N (default: all)" },
	{ "json", 0, NULL, "gramme.list/1, for programs" },
};

static int run(struct cli *cli)
{
	const char *limit = cli_value(cli, "limit");
	struct gramme_filter filter;
	char *end;
	char *text;

	(void)cli_filter(cli, &filter);
	if (limit) {
		long count = strtol(limit, &end, 10);

		if (end == limit || *end != '\0' || count < 1)
			return cli_misused(cli, "'%s' is not a number of runs", limit);
		filter.limit = (size_t)count;
	}
	if (gramme_list(cli->gramme, &filter, cli_format(cli), cli_text_flags(stdout),
			&text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_list = {
	.name = "list",
	.args = "[options]",
	.example = "gramme list --project paper --limit 10",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 0,
	.run = run,
};
