/* SPDX-License-Identifier: Apache-2.0 */
/* What every command is parsed, helped and run by. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* Every command has these, after its own. */
static const struct option_row common_options[] = {
	{ "db", 0, "FILE", "the ledger (default: GRAMME_DB, or in your home)" },
	{ "config", 0, "FILE", "read settings from here instead of the usual files" },
	{ "sysroot", 0, "DIR", "read the machine's sensors below this folder" },
	{ "offline", 0, NULL, "do not use the network" },
	{ "help", 'h', NULL, "say this" },
};

#define COMMON_COUNT (sizeof common_options / sizeof common_options[0])

static const struct option_row *option_at(const struct command *command, size_t i)
{
	return i < command->option_count ? &command->options[i]
					 : &common_options[i - command->option_count];
}

static size_t option_total(const struct command *command)
{
	return command->option_count + COMMON_COUNT;
}

const char *cli_value(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < option_total(cli->command); i++)
		if (strcmp(option_at(cli->command, i)->name, name) == 0)
			return cli->value[i];
	return NULL;
}

uint32_t cli_text_flags(FILE *to)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if ((no_colour && *no_colour) || !isatty(fileno(to)) || !term ||
	    strcmp(term, "dumb") == 0)
		return 0;
	return GRAMME_TEXT_COLOUR;
}

int cli_failed(const struct cli *cli)
{
	const char *fix = gramme_error_fix(cli->gramme);

	(void)fprintf(stderr, "gramme %s: %s\n", cli->command->name,
		      gramme_error(cli->gramme));
	if (*fix)
		(void)fprintf(stderr, "  try: %s\n", fix);
	return 1;
}

int cli_misused(const struct cli *cli, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)fprintf(stderr, "gramme %s: ", cli->command->name);
	/* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is, two lines above */
	(void)vfprintf(stderr, fmt, args);
	va_end(args);
	(void)fprintf(stderr,
		      "\n  usage: gramme %s %s\n  example: %s\n"
		      "  gramme %s --help says more\n",
		      cli->command->name, cli->command->args, cli->command->example,
		      cli->command->name);
	return 2;
}

int cli_print(char *text)
{
	int r = fputs(text, stdout) < 0 || fflush(stdout) != 0;

	if (r)
		(void)fprintf(stderr, "gramme: cannot write: %s\n", strerror(errno));
	free(text);
	return r;
}

const char *cli_format(const struct cli *cli)
{
	return cli_value(cli, "json") ? "json" : "text";
}

static void print_option(const struct option_row *row)
{
	char left[40];

	(void)snprintf(left, sizeof left, "%c%c%s --%s%s%s", row->letter ? '-' : ' ',
		       row->letter ? row->letter : ' ', row->letter ? "," : " ",
		       row->name, row->value ? " " : "", row->value ? row->value : "");
	(void)printf("  %-26s %s\n", left, row->about);
}

static int print_command_help(const struct command *command, const char *about)
{
	(void)printf("gramme %s %s\n\n%c%s%s\n\n", command->name, command->args,
		     toupper((unsigned char)about[0]), about + 1,
		     about[strlen(about) - 1] == '?' ? "" : ".");
	for (size_t i = 0; i < option_total(command); i++)
		print_option(option_at(command, i));
	if (command->details)
		(void)printf("\n%s\n", command->details);
	if (command->more)
		command->more(stdout);
	(void)printf("\nexample:\n  %s\n", command->example);
	return fflush(stdout) != 0;
}

/* getopt_long's two tables, made from the rows. Long options answer 1000 + index. */
static void make_tables(const struct command *command, struct option *longs, char *shorts)
{
	size_t used = 0;

	if (strcmp(command->name, "run") == 0)
		shorts[used++] = '+'; /* stops at the tracked command's words */
	shorts[used++] = ':';
	for (size_t i = 0; i < option_total(command); i++) {
		const struct option_row *row = option_at(command, i);

		longs[i] = (struct option){ row->name,
					    row->value ? required_argument : no_argument,
					    NULL, 1000 + (int)i };
		if (row->letter)
			shorts[used++] = row->letter;
		if (row->letter && row->value)
			shorts[used++] = ':';
	}
	longs[option_total(command)] = (struct option){ 0 };
	shorts[used] = '\0';
}

static size_t index_of(const struct command *command, int answer)
{
	if (answer >= 1000)
		return (size_t)(answer - 1000);
	for (size_t i = 0; i < option_total(command); i++)
		if (option_at(command, i)->letter == answer)
			return i;
	return 0;
}

static int take_option(struct cli *cli, size_t i, const char *value)
{
	cli->value[i] = value ? value : "";
	if (strcmp(option_at(cli->command, i)->name, "tag") != 0)
		return 0;
	if (cli->tag_count == REPEATS_MAX)
		return cli_misused(cli, "more than %d tags", REPEATS_MAX);
	cli->tags[cli->tag_count++] = value;
	return 0;
}

static int parse_options(struct cli *cli, int argc, char **argv)
{
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
	int answer;

	make_tables(cli->command, longs, shorts);
	opterr = 0;
	optind = 1;
	while ((answer = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		int r;

		if (answer == '?')
			return cli_misused(cli, "there is no option '%s'",
					   argv[optind > 1 ? optind - 1 : 1]);
		if (answer == ':')
			return cli_misused(cli, "the option '%s' wants a value",
					   argv[optind - 1]);
		r = take_option(cli, index_of(cli->command, answer), optarg);
		if (r != 0)
			return r;
	}
	cli->args = argv + optind;
	cli->arg_count = argc - optind;
	return 0;
}

/* What the usage wants: "CMD" of "[options] -- CMD ARGS…". */
static const char *missing(const struct cli *cli)
{
	static const char *const wanted[] = { "CMD", "PID", "KEY=VALUE", "RUN", "NAME" };

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (strstr(cli->command->args, wanted[i]))
			return wanted[i];
	return "something";
}

static int check_args(const struct cli *cli)
{
	if (cli->arg_count < cli->command->args_min)
		return cli_misused(cli, "%s is missing", missing(cli));
	if (cli->command->args_max >= 0 && cli->arg_count > cli->command->args_max)
		return cli_misused(cli, "'%s' is one word too many",
				   cli->args[cli->command->args_max]);
	return 0;
}

/* run must answer 125 for every failure of its own: 1 and 2 could be the command's. */
static int own_failure(const struct cli *cli, int status)
{
	return strcmp(cli->command->name, "run") == 0 ? 125 : status;
}

/*
 * Gives the process to a program beside this one, or where it is installed: what loads heavy
 * libraries stays out of the others. Returns only when it cannot.
 */
static int run_helper(const struct cli *cli, char **argv)
{
	const char *name = cli->command->helper;
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 64);
	char *slash;

	path[len > 0 ? len : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash) {
		(void)snprintf(slash + 1, 64, "%s", name);
		(void)execv(path, argv);
		(void)snprintf(slash + 1, 64, "../libexec/gramme/%s", name);
		(void)execv(path, argv);
	}
	(void)snprintf(path, sizeof path, "%s/%s", GRAMME_LIBEXECDIR, name);
	(void)execv(path, argv);
	(void)fprintf(stderr,
		      "gramme %s: cannot start %s: %s\n"
		      "  try: build gramme again with %s installed\n",
		      cli->command->name, name, strerror(errno),
		      cli->command->helper_needs);
	return 1;
}

int cli_command(const struct command *command, const char *about, int argc, char **argv)
{
	struct cli cli = { .command = command };
	struct gramme_opts opts = GRAMME_OPTS(.sysroot = NULL);
	int r = parse_options(&cli, argc, argv);

	if (r == 0 && cli_value(&cli, "help"))
		return print_command_help(command, about);
	if (r == 0)
		r = check_args(&cli);
	if (r != 0)
		return own_failure(&cli, r);
	if (command->helper)
		return run_helper(&cli, argv);
	opts.sysroot = cli_value(&cli, "sysroot");
	opts.db = cli_value(&cli, "db");
	opts.config = cli_value(&cli, "config");
	opts.offline = cli_value(&cli, "offline") != NULL;
	if (gramme_new(&opts, &cli.gramme) < 0)
		r = own_failure(&cli, cli_failed(&cli));
	else
		r = command->run(&cli);
	gramme_free(cli.gramme);
	return r;
}

/*
 * Where a standard descriptor is closed, the next file would become it, and be read or written
 * by mistake. What is held here can be neither, and a tracked command finds it closed still.
 */
static void hold_standard_fds(void)
{
	int fd;

	do
		fd = open("/", O_PATH | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}

void cli_begin(void)
{
	hold_standard_fds();
	(void)setlocale(LC_CTYPE, "");
}
