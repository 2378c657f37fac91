/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of all commands: one file cmd-<name>.c with one constant command_<name>, and one
 * row in commands.def. Options are rows; parsing and help come from them.
 */
#pragma once

#include <gramme/gramme.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OPTIONS_MAX 32
#define REPEATS_MAX 64

struct option_row {
	const char *name;  /* "period" for --period */
	char letter;       /* 0: none */
	const char *value; /* what it takes, "TIME"; NULL: nothing */
	const char *about;
};

struct cli {
	const struct command *command;
	struct gramme *gramme;          /* ready when the command runs */
	const char *value[OPTIONS_MAX]; /* of the option with that index; "" for a flag */
	const char *tags[REPEATS_MAX + 1]; /* every --tag, in order */
	size_t tag_count;
	char **args; /* what follows the options, NULL-terminated */
	int arg_count;
};

struct command {
	const char *name;
	const char *args;       /* "[options] -- CMD ARGS…" */
	const char *details;    /* paragraphs after the options; may be NULL */
	void (*more)(FILE *to); /* rows of a list that the library knows; may be NULL */
	const char *example;
	const struct option_row *options;
	size_t option_count;
	int args_min;
	int args_max; /* -1: any number */
	/* A program of its own that runs this command in our place, "gramme-top": it parses the
	 * same words by the same rows. NULL: run does. */
	const char *helper;
	const char *helper_needs; /* to be built: "libncurses-dev" */
	int (*run)(struct cli *cli);
};

/* Parses argv (its first word is the command's name) and runs it; the exit status. */
int cli_command(const struct command *command, const char *about, int argc, char **argv);

/* What main() does first: standard descriptors that are closed are held, and the locale's
 * letters are taken. */
void cli_begin(void);

/* The value of an option by its name: NULL when it was not given. */
const char *cli_value(const struct cli *cli, const char *name);

/* GRAMME_TEXT_COLOUR when stdout (or stderr) is a terminal that likes colours. */
uint32_t cli_text_flags(FILE *to);

/* Says the context's last failure on stderr, with its fix, and returns the exit status 1. */
int cli_failed(const struct cli *cli);

/* A mistake in how the command was called: says it with the usage and returns 2. */
int cli_misused(const struct cli *cli, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints a text that a call returned, frees it; 1 when it cannot be written. */
int cli_print(char *text);

/* Writes a page whole or not at all, and over no file but a page; 1 when it cannot. */
int cli_save_page(const char *path, const char *text);

/* "json" with --json, else "text": what the calls that answer with a text take. */
const char *cli_format(const struct cli *cli);

/* A number of an option that was given; *ret is untouched where it was not. Non-zero is the exit
 * status: it is no number, or below least. */
int cli_number(const struct cli *cli, const char *name, double least, double *ret);

/* The same where the library takes 0 for "not given": 0 is refused, not let pass for that. */
int cli_above_zero(const struct cli *cli, const char *name, double *ret);

/* The same of a length of time, "90s", "4h", "2d"; a bare number is of `unit`. */
int cli_duration(const struct cli *cli, const char *name, int64_t unit_ns, int64_t *ret);

/* Options that select runs, as rows, and the filter they make: has is false without any. */
#define CLI_FILTER_OPTIONS                                                               \
	{ "project", 'p', "NAME", "only runs of this project" },                         \
		{ "experiment", 'e', "NAME", "only runs of this experiment" },           \
		{ "name", 'n', "NAME", "only runs of this name" },                       \
		{ "since", 0, "TIME", "begun then or later: 2026-11-01, 7d (ago)" },     \
	{                                                                                \
		"until", 0, "TIME", "begun before"                                       \
	}

bool cli_filter(const struct cli *cli, struct gramme_filter *ret);

/* The options of run and attach that fill struct gramme_run_opts, as rows. */
#define CLI_RUN_OPTIONS                                                                  \
	{ "name", 'n', "NAME", "name of the run (default: the command's or script's)" }, \
		{ "experiment", 'e', "NAME", "the set of runs it belongs to" },          \
		{ "project", 'p', "NAME", "the set of experiments it belongs to" },      \
		{ "tag", 't', "KEY=VALUE", "put a tag on it; may be repeated" },         \
		{ "period", 0, "TIME", "time between samples, 1ms to 1h (default 1s)" }, \
		{ "region", 0, "PLACE", "where this is: DE, US-CA, aws:us-east-1" },     \
		{ "pue", 0, "RATIO", "the building's overhead, 1 or more" },             \
		{ "json", 0, "FILE", "write the result as JSON (- for stdout)" },        \
		{ "live", 0, NULL, "say on the terminal how far it is, every second" },  \
	{                                                                                \
		"quiet", 'q', NULL, "print nothing"                                      \
	}

/* Fills opts from them; non-zero is the exit status. */
int cli_run_opts(struct cli *cli, struct gramme_run_opts *opts);

/* A line on the terminal while the run goes on; nothing where stderr is none. cli_live_end()
 * takes the line away, and is called before anything else is printed. */
void cli_live_begin(struct gramme_run_opts *opts);
void cli_live_end(void);
void cli_live_clear(
	void); /* takes it away for what is printed now; the next one comes below */

/* Prints the summary and the troubles on stderr, writes --json; non-zero when that fails. */
int cli_run_result(struct cli *cli, const struct gramme_run_result *result);
