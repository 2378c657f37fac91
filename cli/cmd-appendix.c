/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define PATIENCE_S 2

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "output", 'o', "DIR", "the site's folder" },
	{ "spec", 0, "FILE", "what goes in and how, as JSON" },
	{ "replace", 0, NULL, "write a site that stands there anew" },
};

/* What takes less than two seconds needs no telling. */
static void progress(void *ctx, size_t done, size_t all, const char *page)
{
	const struct timespec *begun = ctx;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec - begun->tv_sec <= PATIENCE_S)
		return;
	(void)fprintf(stderr, "\r%zu of %zu %s\033[K%s", done, all, page,
		      done == all ? "\r\033[K" : "");
}

static int run(struct cli *cli)
{
	struct gramme_appendix_opts opts = GRAMME_APPENDIX_OPTS(.folder = NULL);
	struct gramme_filter filter;
	struct timespec begun;
	size_t pages;

	opts.folder = cli_value(cli, "output");
	if (!opts.folder || *opts.folder == '\0')
		return cli_misused(cli, "where to? -o DIR");
	if (cli_filter(cli, &filter))
		opts.filter = &filter;
	opts.spec = cli_value(cli, "spec");
	opts.replace = cli_value(cli, "replace") != NULL;
	(void)clock_gettime(CLOCK_MONOTONIC, &begun);
	opts.progress_ctx = &begun;
	if (isatty(STDERR_FILENO))
		opts.progress = progress;
	if (gramme_appendix(cli->gramme, &opts, &pages) < 0) {
		if (opts.progress)
			(void)fputs("\r\033[K", stderr);
		return cli_failed(cli);
	}
	(void)printf("%zu pages; begin with %s%sindex.html\n", pages, opts.folder,
		     opts.folder[strlen(opts.folder) - 1] == '/' ? "" : "/");
	return fflush(stdout) != 0;
}

const struct command command_appendix = {
	.name = "appendix",
	.args = "[options] -o DIR",
	.details =
		"Without --spec: a page a project, experiment and run. The site needs no server\n"
		"and no network. docs/APPENDIX.md has the keys of a spec; those of\n"
		"experiment-impact-tracker's create-compute-appendix are taken.",
	.example = "gramme appendix --project paper -o site/",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = 0,
	.run = run,
};
