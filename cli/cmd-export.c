/* SPDX-License-Identifier: Apache-2.0 */
/* gramme export. */
#include "cli.h"

static int run(struct cli *cli)
{
	return cli_misused(cli, "not yet");
}

const struct command command_export = {
	.name = "export",
	.args = "[options]",
	.example = "gramme export --help",
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
