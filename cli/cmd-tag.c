/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static int run(struct cli *cli)
{
	for (int i = 1; i < cli->arg_count; i++)
		if (gramme_tag(cli->gramme, cli->args[0], cli->args[i]) < 0)
			return cli_failed(cli);
	return 0;
}

const struct command command_tag = {
	.name = "tag",
	.args = "RUN KEY=VALUE…",
	.details = "KEY= takes the tag away. RUN is as for `gramme show`.",
	.example = "gramme tag last seed=1 dataset=digits",
	.args_min = 2,
	.args_max = -1,
	.run = run,
};
