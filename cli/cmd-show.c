/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "json", 0, NULL, "gramme.run/1, for programs" },
	{ "summary", 0, NULL, "only the few lines that follow a run" },
};

static int run(struct cli *cli)
{
	const char *format = cli_value(cli, "json")      ? "json"
			     : cli_value(cli, "summary") ? "summary"
							 : "text";
	const char *what = cli->arg_count > 0 ? cli->args[0] : "last";
	char *text;

	if (gramme_show(cli->gramme, what, format, cli_text_flags(stdout), &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_show = {
	.name = "show",
	.args = "[options] [RUN]",
	.details =
		"RUN is an id, the beginning of one, a name (its newest run) or 'last', which\n"
		"is also meant when nothing is said.",
	.example = "gramme show last",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 1,
	.run = run,
};
