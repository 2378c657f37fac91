/* SPDX-License-Identifier: Apache-2.0 */
/* gramme import. */
#include "cli.h"

static int run(struct cli *cli)
{
	return cli_misused(cli, "not yet");
}

const struct command command_import = {
	.name = "import",
	.args = "[options]",
	.example = "gramme import --help",
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
