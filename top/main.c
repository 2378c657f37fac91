/* SPDX-License-Identifier: Apache-2.0 */
/* gramme-top: `gramme top` itself, apart from the program because of ncurses. */
#include <stdio.h>

#include "cli.h"

extern const struct command command_top;

static int run(struct cli *cli)
{
	return cli_misused(cli, "not written yet");
}

int main(int argc, char **argv)
{
	struct command command = command_top;

	command.helper = NULL;
	command.run = run;
	cli_begin();
	return cli_command(&command, "live, in the terminal", argc, argv);
}
