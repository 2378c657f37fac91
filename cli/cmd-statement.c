/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static int run(struct cli *cli)
{
	const char *what = cli->arg_count > 0 ? cli->args[0] : "last";
	char *text;

	if (gramme_show(cli->gramme, what, "statement", 0, &text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}

const struct command command_statement = {
	.name = "statement",
	.args = "[RUN]",
	.details = "RUN is as for `gramme show`.",
	.example = "gramme statement last",
	.args_max = 1,
	.run = run,
};
