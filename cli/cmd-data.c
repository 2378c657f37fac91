/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "export", 0, "DIR", "write the tables there, as CSV" },
	{ "json", 0, NULL, "gramme.data/1, for programs" },
};

static int run(struct cli *cli)
{
	const char *folder = cli_value(cli, "export");
	size_t count;
	char *text;

	if (folder) {
		if (gramme_data_export(cli->gramme, folder, &count) < 0)
			return cli_failed(cli);
		return printf("%zu tables in %s\n", count, folder) < 0;
	}
	if (gramme_data(cli->gramme, cli_format(cli), cli_text_flags(stdout), &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_data = {
	.name = "data",
	.args = "[options]",
	.details =
		"A table of your own, of the same name and form, wins: put it in a folder and name\n"
		"that in the configuration (tables = /some/where, or GRAMME_TABLES).",
	.example = "gramme data --export tables",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 0,
	.run = run,
};
