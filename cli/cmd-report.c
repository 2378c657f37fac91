/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define REPORT_FILE "report.html"
#define PATIENCE_S  2

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "output", 'o', "FILE",
	  "where the page goes (default: report.html; - for stdout)" },
	{ "title", 0, "TEXT", "its heading (default: the runs' names)" },
	{ "json", 0, NULL, "gramme.report/1, the figures behind it, on stdout" },
};

/* --- progress, where it takes long -------------------------------------------------------- */

struct watch {
	struct timespec began;
	int shown;
};

static void show_progress(void *ctx, size_t done, size_t all, const char *id)
{
	struct watch *watch = ctx;
	struct timespec now;

	(void)id;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (done < all && now.tv_sec - watch->began.tv_sec >= PATIENCE_S) {
		(void)fprintf(stderr, "\r%zu of %zu runs", done, all);
		watch->shown = 1;
	} else if (done == all && watch->shown) {
		(void)fputs("\r\033[K", stderr);
	}
}

static int save_page(const char *path, const char *text)
{
	if (cli_save_page(path, text) != 0)
		return 1;
	(void)printf("%s: %zu kB, open it in a browser\n", path,
		     (strlen(text) + 999) / 1000);
	if (fflush(stdout) == 0)
		return 0;
	(void)fprintf(stderr, "gramme: cannot write to stdout: %s\n", strerror(errno));
	return 1;
}

/* --- the command -------------------------------------------------------------------------- */

static int run(struct cli *cli)
{
	const char *path = cli_value(cli, "output");
	int json = cli_value(cli, "json") != NULL;
	struct watch watch = { .shown = 0 };
	struct gramme_filter filter;
	struct gramme_report_opts opts =
		GRAMME_REPORT_OPTS(.title = cli_value(cli, "title"));
	char *text;
	int status;

	if (cli->arg_count > 0)
		opts.runs = (const char *const *)cli->args;
	if (cli_filter(cli, &filter))
		opts.filter = &filter;
	if (opts.runs && opts.filter)
		return cli_misused(cli, "either runs or --project, --experiment, --name, "
					"--since and --until, not both");
	(void)clock_gettime(CLOCK_MONOTONIC, &watch.began);
	if (isatty(STDERR_FILENO)) {
		opts.progress = show_progress;
		opts.progress_ctx = &watch;
	}
	if (gramme_report(cli->gramme, &opts, json ? "json" : "html", 0, &text) < 0)
		return cli_failed(cli);
	path = path ? path : REPORT_FILE;
	if (json || strcmp(path, "-") == 0)
		return cli_print(text);
	status = save_page(path, text);
	free(text);
	return status;
}

const struct command command_report = {
	.name = "report",
	.args = "[options] [RUN…]",
	.details =
		"One file with everything inside: it opens in any browser, needs no network, and\n"
		"prints. Without RUN: the newest. A file of that name is replaced where it ends in\n"
		".html or is a report.",
	.example = "gramme report last -o report.html",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
