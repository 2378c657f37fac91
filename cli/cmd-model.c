/* SPDX-License-Identifier: Apache-2.0 */
/* gramme model: the first word says of what, a row each. */
#include <string.h>

#include "model-parts.h"

static const struct option_row options[] = {
	MODEL_WALL_OPTIONS,
	{ "json", 0, NULL, "gramme.wall/1, for programs" },
};

static const struct {
	const char *word;
	int (*run)(struct cli *cli);
} parts[] = {
	{ "wall", model_wall },
};

static int run(struct cli *cli)
{
	for (size_t i = 0; cli->arg_count > 0 && i < sizeof parts / sizeof parts[0]; i++)
		if (strcmp(cli->args[0], parts[i].word) == 0)
			return parts[i].run(cli);
	return cli_misused(cli, "a model of what? gramme model wall …");
}

const struct command command_model = {
	.name = "model",
	.args = "wall [options]",
	.details =
		"wall: what a class of machine draws at the plug, from what its components used.",
	.example =
		"gramme model wall --class desktop --energy-j 360000 --duration-s 3600",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 1,
	.run = run,
};
