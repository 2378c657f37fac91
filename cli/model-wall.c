/* SPDX-License-Identifier: Apache-2.0 */
#include "model-parts.h"

int model_wall(struct cli *cli)
{
	struct gramme_wall_opts opts =
		GRAMME_WALL_OPTS(.machine_class = cli_value(cli, "class"));
	char *text;

	if (!opts.machine_class)
		return cli_misused(cli, "of which class? --class desktop");
	if (!cli_value(cli, "energy-j") || !cli_value(cli, "duration-s"))
		return cli_misused(cli, "how much in what time? --energy-j 360000 "
					"--duration-s 3600");
	if (cli_number(cli, "energy-j", 0, &opts.energy_j) != 0 ||
	    cli_above_zero(cli, "duration-s", &opts.duration_s) != 0)
		return 2;
	if (gramme_wall(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			&text) < 0)
		return cli_failed(cli);
	return cli_print(text);
}
