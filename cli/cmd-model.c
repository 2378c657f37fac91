/* SPDX-License-Identifier: Apache-2.0 */
/* gramme model: a machine's; or the first word says of what, a row each. */
#include <string.h>

#include "model-parts.h"

static const struct option_row options[] = {
	MODEL_MACHINE_OPTIONS,
	MODEL_WALL_OPTIONS,
	{ "json", 0, NULL, "gramme.model/1 or gramme.wall/1, for programs" },
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
	if (cli->arg_count > 0)
		return cli_misused(cli,
				   "'%s' is not understood: options, or the word wall",
				   cli->args[0]);
	return model_machine(cli);
}

const struct command command_model = {
	.name = "model",
	.args = "[wall] [options]",
	.details =
		"Watts of a server at the wall by what is known of it, each with the interval that\n"
		"holds 90 and 95 of 100 servers whose processor the model had not seen; `gramme\n"
		"validate` shows how it was judged. --csv reads the columns cpu_name, chips, cores,\n"
		"threads, mhz, memory_gb, year, vendor, load_ratio, any of them empty or missing,\n"
		"and prints the table with model_w, low90_w, high90_w, low95_w, high95_w, method.\n"
		"wall: what a class of machine draws at the plug, from what its components used.",
	.example =
		"gramme model --cpu \"Xeon Gold 6148\" --chips 2 --memory-gb 192 --load 0.5",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 1,
	.run = run,
};
