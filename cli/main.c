/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli.h"

#define COMMAND(name, about) extern const struct command command_##name;
#include "commands.def"
#undef COMMAND

static const struct {
	const struct command *command;
	const char *about;
} commands[] = {

#define COMMAND(name, about) { &command_##name, about },
#include "commands.def"
#undef COMMAND
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static int print_help(FILE *to)
{
	(void)fprintf(to,
		      "gramme weighs a run of a program: joules, CO2e, and how sure that "
		      "is.\n\nusage: gramme COMMAND [options]\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(to, "  %-12s %s\n", commands[i].command->name,
			      commands[i].about);
	(void)fprintf(to, "\n  gramme COMMAND --help   says more\n"
			  "  gramme --version\n"
			  "\nexample:\n  gramme run -- python3 train.py\n");
	return fflush(to) != 0;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	cli_begin();
	if (strcmp(word, "--version") == 0)
		return printf("gramme %s\n", gramme_version()) < 0;
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    strcmp(word, "help") == 0)
		return print_help(stdout);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(word, commands[i].command->name) == 0)
			return cli_command(commands[i].command, commands[i].about,
					   argc - 1, argv + 1);
	if (argc > 1)
		(void)fprintf(stderr, "gramme: there is no command '%s'\n\n", word);
	(void)print_help(stderr);
	return 2;
}
