/* SPDX-License-Identifier: Apache-2.0 */
/* gramme validate. */
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define QUIET_S 2 /* what takes no longer needs no word */

static const struct option_row options[] = {
	{ "suite", 0, "NAME", "only this one (default: all)" },
	{ "csv", 0, "FILE", "your own measurements, a CSV, instead of the suites" },
	{ "groups", 0, NULL, "each method's groups of cases, too: era, maker, load" },
	{ "format", 0, "NAME", "text (default), json, csv or markdown" },
	{ "json", 0, NULL, "gramme.validate/1, for programs" },
};

struct watch {
	struct timespec begun;
	bool drawn;
};

static void progress(void *ctx, const char *suite, double done_ratio)
{
	struct watch *watch = ctx;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - watch->begun.tv_sec < QUIET_S)
		return;
	(void)fprintf(stderr, "\r%s: %3.0f %%\033[K", suite, 100 * done_ratio);
	watch->drawn = true;
}

static void suites(FILE *to)
{
	const char *about;
	const char *name;

	(void)fputs("\nSuites:\n", to);
	for (size_t i = 0; (name = gramme_validate_suite(i, &about)); i++)
		(void)fprintf(to, "  %-10s %s\n", name, about);
}

static int run(struct cli *cli)
{
	struct gramme_validate_opts opts =
		GRAMME_VALIDATE_OPTS(.suite = cli_value(cli, "suite"),
				     .csv = cli_value(cli, "csv"));
	const char *format = cli_value(cli, "format");
	struct watch watch = { .drawn = false };
	char *text;
	int r;

	if (format && cli_value(cli, "json"))
		return cli_misused(cli, "--json or --format, not both");
	opts.groups = cli_value(cli, "groups") != NULL;
	if (isatty(STDERR_FILENO)) {
		(void)clock_gettime(CLOCK_MONOTONIC, &watch.begun);
		opts.progress = progress;
		opts.progress_ctx = &watch;
	}
	r = gramme_validate(cli->gramme, &opts, format ? format : cli_format(cli),
			    cli_text_flags(stdout), &text);
	if (watch.drawn)
		(void)fputs("\r\033[K", stderr);
	return r < 0 ? cli_failed(cli) : cli_print(text);
}

const struct command command_validate = {
	.name = "validate",
	.args = "[options]",
	.details =
		"The error of each way to know watts without a meter, ours and other tools', on\n"
		"data inside whose truth is known. A file of your own is a CSV with a first row:\n"
		"measured_w, load_ratio (0 to 1), and of cpu_name, chips, cores, threads, mhz,\n"
		"memory_gb, year and vendor those you know.",
	.more = suites,
	.example = "gramme validate --suite servers --groups",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_max = 0,
	.run = run,
};
