/* SPDX-License-Identifier: Apache-2.0 */
/* gramme import. */
#include <string.h>
#include <unistd.h>

#include "cli.h"

static const struct option_row options[] = {
	{ "project", 'p', "NAME", "the set of experiments they belong to" },
	{ "experiment", 'e', "NAME", "the set of runs (default: as the log says)" },
	{ "tag", 't', "KEY=VALUE", "put a tag on each; may be repeated" },
	{ "zone", 0, "ZONE", "of the log's local times: America/Los_Angeles, +02:00" },
	{ "region", 0, "PLACE", "where they ran: DE, US-CA (default: as the log says)" },
	{ "pue", 0, "RATIO", "the building's overhead, 1 or more" },
	{ "method", 0, "NAME", "tell ours (default), or original: their own figures" },
	{ "dry-run", 0, NULL, "tell what would be taken in, keep nothing" },
	{ "json", 0, NULL, "gramme.import/1, for programs" },
};

#define MIB (1 << 20)

static void progress(void *ctx, uint64_t done, uint64_t all, const char *path)
{
	static const char bar[] = "====================";
	int part = all > 0 ? (int)(done * 20 / all) : 20;

	(void)ctx;
	(void)path;
	if (done == all) {
		(void)fputs("\r\033[K", stderr);
		return;
	}
	(void)fprintf(stderr, "\r[%-20.*s] %3d %%  %llu of %llu MiB\033[K", part, bar,
		      part * 5, (unsigned long long)(done / MIB),
		      (unsigned long long)(all / MIB));
}

static void formats(FILE *to)
{
	const char *about;
	const char *name;

	(void)fputs("\nFormats, found out where none is named:\n", to);
	for (size_t i = 0; (name = gramme_import_format(i, &about)); i++)
		(void)fprintf(to, "  %-26s %s\n", name, about);
}

static bool is_format(const char *word)
{
	const char *name;

	for (size_t i = 0; (name = gramme_import_format(i, NULL)); i++)
		if (strcmp(name, word) == 0)
			return true;
	return false;
}

static int take_method(struct cli *cli, struct gramme_import_opts *opts)
{
	const char *method = cli_value(cli, "method");

	if (!method || strcmp(method, "ours") == 0)
		return 0;
	opts->original = strcmp(method, "original") == 0;
	return opts->original ? 0
			      : cli_misused(cli, "--method is original or ours, not '%s'",
					    method);
}

/* The first word is a format's name where it is one and more follow: ./codecarbon is a file. */
static int take_words(struct cli *cli, struct gramme_import_opts *opts)
{
	int first = cli->arg_count > 1 && is_format(cli->args[0]);

	if (first)
		opts->format = cli->args[0];
	opts->paths = (const char *const *)&cli->args[first];
	if (cli->arg_count == 1 && is_format(cli->args[0]) && access(cli->args[0], F_OK))
		return cli_misused(cli, "which files or folders of %s?", cli->args[0]);
	return cli_above_zero(cli, "pue", &opts->pue);
}

static int run(struct cli *cli)
{
	struct gramme_import_opts opts = GRAMME_IMPORT_OPTS(.format = NULL);
	size_t failed = 0;
	char *text;
	int status = take_method(cli, &opts);

	if (status == 0)
		status = take_words(cli, &opts);
	if (status != 0)
		return status;
	opts.experiment = cli_value(cli, "experiment");
	opts.project = cli_value(cli, "project");
	opts.tags = cli->tags;
	opts.zone = cli_value(cli, "zone");
	opts.region = cli_value(cli, "region");
	opts.look_only = cli_value(cli, "dry-run") != NULL;
	opts.ret_failed = &failed;
	if (isatty(STDERR_FILENO))
		opts.progress = progress;
	if (gramme_import(cli->gramme, &opts, cli_format(cli), cli_text_flags(stdout),
			  &text) < 0) {
		if (opts.progress)
			(void)fputs("\r\033[K", stderr);
		return cli_failed(cli);
	}
	status = cli_print(text);
	return status != 0 || failed > 0;
}

const struct command command_import = {
	.name = "import",
	.args = "[options] [FORMAT] FILE|FOLDER|ZIP…",
	.details =
		"What was read before is told and not taken again. The bytes are kept as they\n"
		"were read. A log that cannot be read leaves the others in; then the status is 1.",
	.more = formats,
	.example = "gramme import experiment-impact-tracker results/",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 1,
	.args_max = -1,
	.run = run,
};
