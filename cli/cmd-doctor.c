/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

static const struct option_row options[] = {
	{ "fix", 0, NULL, "print a script that would mend it; nothing is done" },
	{ "json", 0, NULL, "gramme.sources/1, for programs" },
};

static int run(struct cli *cli)
{
	char *text;
	int r;

	if (cli_value(cli, "fix"))
		r = gramme_doctor_script(cli->gramme, &text);
	else
		r = gramme_doctor(cli->gramme, cli_format(cli), cli_text_flags(stdout),
				  &text);
	return r < 0 ? cli_failed(cli) : cli_print(text);
}

const struct command command_doctor = {
	.name = "doctor",
	.args = "[--fix | --json]",
	.example = "gramme doctor --fix > mend.sh",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 0,
	.run = run,
};
