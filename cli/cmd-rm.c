/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static int run(struct cli *cli)
{
	int status = 0;

	for (int i = 0; i < cli->arg_count; i++)
		if (gramme_remove(cli->gramme, cli->args[i]) < 0)
			status = cli_failed(cli);
	return status;
}

const struct command command_rm = {
	.name = "rm",
	.args = "RUN…",
	.details =
		"A paper's ledger holds its failed runs too: think before you remove one.\n"
		"RUN is as for `gramme show`.",
	.example = "gramme rm 20261123T083757-7f3a9c",
	.args_min = 1,
	.args_max = -1,
	.run = run,
};
