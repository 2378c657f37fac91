/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme report: the page goes to a temporary file beside its place, which is renamed when it is
 * whole. A file of that name is replaced when it is a report, or ends in .html.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define REPORT_FILE "report.html"
#define HEAD_MAX    4096
#define PATH_BYTES  4096
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

/* --- the file ----------------------------------------------------------------------------- */

static int ends_in_html(const char *path)
{
	size_t len = strlen(path);

	return len > 5 && strcmp(path + len - 5, ".html") == 0;
}

/* A page says in its head who made it. */
static int is_report(const char *path)
{
	char head[HEAD_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return 0;
	len = read(fd, head, HEAD_MAX);
	(void)close(fd);
	if (len <= 0)
		return len == 0; /* an empty file holds nothing to lose: mktemp's */
	head[len] = '\0';
	return strstr(head, "name=\"generator\" content=\"gramme ") != NULL;
}

static int may_replace(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return 1;
	return S_ISREG(st.st_mode) && (ends_in_html(path) || is_report(path));
}

static int failed_at(const char *what, const char *path)
{
	(void)fprintf(stderr, "gramme: cannot %s %s: %s\n", what, path, strerror(errno));
	return 1;
}

static int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* As open() would make it: mkstemp() leaves out everybody else. */
static int open_beside(const char *path, char temporary[PATH_BYTES])
{
	int n = snprintf(temporary, PATH_BYTES, "%s.%ld.part", path, (long)getpid());

	if (n < 0 || n >= PATH_BYTES) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int save(const char *path, const char *text, size_t len)
{
	char temporary[PATH_BYTES];
	int fd = open_beside(path, temporary);
	int bad;

	if (fd < 0)
		return failed_at("write", path);
	bad = write_all(fd, text, len);
	bad |= close(fd);
	if (bad == 0)
		bad = rename(temporary, path);
	if (bad == 0)
		return 0;
	bad = failed_at("write", path);
	(void)unlink(temporary);
	return bad;
}

static int save_page(const char *path, const char *text)
{
	size_t len = strlen(text);

	if (!may_replace(path)) {
		(void)fprintf(
			stderr,
			"gramme: %s is there and is no report: it is left as it is\n"
			"  try: another name with -o\n",
			path);
		return 1;
	}
	if (save(path, text, len) != 0)
		return 1;
	(void)printf("%s: %zu kB, open it in a browser\n", path, (len + 999) / 1000);
	return fflush(stdout) == 0 ? 0 : failed_at("write to", "stdout");
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
