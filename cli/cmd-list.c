/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "cli.h"

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "search", 0, "TEXT", "in the name, experiment, project or id" },
	{ "state", 0, "STATE", "running, finished, failed or interrupted" },
	{ "limit", 0, "N", "the newest N (default: all)" },
	{ "offset", 0, "N", "leave out the newest N" },
	{ "json", 0, NULL, "gramme.list/1, for programs" },
};

/* Non-zero is the exit status. */
static int take_count(struct cli *cli, const char *name, long least, size_t *ret)
{
	const char *text = cli_value(cli, name);
	char *end;
	long count;

	if (!text)
		return 0;
	errno = 0;
	count = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || count < least)
		return cli_misused(cli, "'%s' is not a number of runs", text);
	*ret = (size_t)count;
	return 0;
}

static int run(struct cli *cli)
{
	struct gramme_filter filter;
	char *text;
	int status;

	(void)cli_filter(cli, &filter);
	filter.search = cli_value(cli, "search");
	filter.state = cli_value(cli, "state");
	status = take_count(cli, "limit", 1, &filter.limit);
	if (status == 0)
		status = take_count(cli, "offset", 0, &filter.offset);
	if (status != 0)
		return status;
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
