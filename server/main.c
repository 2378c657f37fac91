/* SPDX-License-Identifier: Apache-2.0 */
/* gramme-serve: `gramme serve` itself, apart from the program because of libmicrohttpd. */
#include <stdio.h>

#include "cli.h"

extern const struct command command_serve;

static int run(struct cli *cli)
{
	return cli_misused(cli, "not written yet");
}

int main(int argc, char **argv)
{
	struct command command = command_serve;

	command.helper = NULL;
	command.run = run;
	cli_begin();
	return cli_command(&command, "the ledger and live power as web pages", argc, argv);
}
