/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme export. A file is written beside its place and renamed when it is whole; what is no
 * plain file (a pipe, /dev/stdout) is written as it is. A folder is made for the files of one run.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

#define PATIENCE_S 2
#define PATH_BYTES 4096

static const struct option_row options[] = {
	CLI_FILTER_OPTIONS,
	{ "format", 'f', "FORMAT", "csv (default), jsonl, codecarbon, …: listed below" },
	{ "what", 'w', "WHAT", "of csv: a row a what" },
	{ "output", 'o', "FILE", "write it there (default: stdout)" },
};

/* --- progress, where it takes long -------------------------------------------------------- */

struct watch {
	struct timespec began;
	struct timespec told;
	int shown;
};

static void show_progress(void *ctx, size_t done, size_t all, const char *id)
{
	struct watch *watch = ctx;
	struct timespec now;

	(void)id;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (done == all && watch->shown) {
		(void)fputs("\r\033[K", stderr);
	} else if (done < all && now.tv_sec - watch->began.tv_sec >= PATIENCE_S &&
		   now.tv_sec != watch->told.tv_sec) {
		(void)fprintf(stderr, "\r%zu of %zu runs", done, all);
		watch->told = now;
		watch->shown = 1;
	}
}

/* --- where the bytes go ------------------------------------------------------------------- */

struct sink {
	const char *path;           /* NULL: stdout */
	int folder;                 /* path is one, for several files */
	int fd;                     /* -1: none is open */
	int err;                    /* what went wrong here, and not in the library */
	char at[PATH_BYTES];        /* the file that is written now */
	char temporary[PATH_BYTES]; /* "" : it is written where it is to be */
};

static int failed(struct sink *sink, int err)
{
	sink->err = err;
	(void)fprintf(stderr, "gramme export: cannot write %s: %s\n",
		      sink->path ? sink->at : "to stdout", strerror(err));
	return -err;
}

static int write_bytes(void *ctx, const char *bytes, size_t size)
{
	struct sink *sink = ctx;

	while (size > 0) {
		ssize_t n = write(sink->fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(sink, errno);
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

static int is_plain(const char *path)
{
	struct stat st;

	return stat(path, &st) < 0 || S_ISREG(st.st_mode);
}

/* The file sink->at. */
static int open_file(struct sink *sink)
{
	int n;

	sink->temporary[0] = '\0';
	if (!is_plain(sink->at)) {
		sink->fd = open(sink->at, O_WRONLY | O_CLOEXEC);
		return sink->fd < 0 ? failed(sink, errno) : 0;
	}
	n = snprintf(sink->temporary, sizeof sink->temporary, "%s.%ld.part", sink->at,
		     (long)getpid());
	if (n < 0 || (size_t)n >= sizeof sink->temporary) {
		sink->temporary[0] = '\0';
		return failed(sink, ENAMETOOLONG);
	}
	sink->fd = open(sink->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (sink->fd >= 0)
		return 0;
	sink->temporary[0] = '\0';
	return failed(sink, errno);
}

/* What is whole takes its place; what is not goes. */
static int close_file(struct sink *sink, int keep)
{
	int bad = 0;

	if (sink->fd >= 0 && sink->fd != STDOUT_FILENO)
		bad = close(sink->fd) < 0;
	sink->fd = -1;
	if (sink->temporary[0] == '\0')
		return bad ? failed(sink, errno) : 0;
	if (keep && !bad)
		bad = rename(sink->temporary, sink->at) < 0;
	if (bad)
		(void)failed(sink, errno);
	if (bad || !keep)
		(void)unlink(sink->temporary);
	sink->temporary[0] = '\0';
	return bad ? -sink->err : 0;
}

/* The folders on the way to sink->at, below sink->path. */
static int make_folders(struct sink *sink)
{
	size_t from = strlen(sink->path);

	for (char *slash = sink->at + from; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		int bad;

		*slash = '\0';
		bad = slash > sink->at && mkdir(sink->at, 0777) < 0 && errno != EEXIST;
		if (bad)
			return failed(sink, errno);
		*slash = '/';
	}
	return 0;
}

/* A file of that name that is there already is somebody's: it is left as it is. */
static int next_file(void *ctx, const char *name)
{
	struct sink *sink = ctx;
	int r = close_file(sink, 1);
	int n;

	if (r < 0)
		return r;
	n = snprintf(sink->at, sizeof sink->at, "%s/%s", sink->path, name);
	if (n < 0 || (size_t)n >= sizeof sink->at)
		return failed(sink, ENAMETOOLONG);
	r = make_folders(sink);
	if (r < 0)
		return r;
	if (access(sink->at, F_OK) == 0)
		return failed(sink, EEXIST);
	return open_file(sink);
}

static int is_folder(const char *path)
{
	size_t len = strlen(path);
	struct stat st;

	if (len > 0 && path[len - 1] == '/')
		return 1;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int open_sink(struct sink *sink, const char *path, const char *format)
{
	sink->fd = STDOUT_FILENO;
	if (!path || strcmp(path, "-") == 0)
		return 0;
	sink->path = path;
	sink->folder = strcmp(format, "original") == 0 && is_folder(path);
	sink->fd = -1;
	if (sink->folder)
		return 0;
	if (snprintf(sink->at, sizeof sink->at, "%s", path) >= (int)sizeof sink->at)
		return failed(sink, ENAMETOOLONG);
	return open_file(sink);
}

/* --- the command -------------------------------------------------------------------------- */

static int export(struct cli *cli, struct gramme_export_opts *opts, const char *format)
{
	struct sink sink = { .fd = -1 };
	size_t written = 0;
	int r;

	if (open_sink(&sink, cli_value(cli, "output"), format) < 0)
		return 1;
	opts->write = write_bytes;
	opts->write_ctx = &sink;
	opts->ret_written = &written;
	if (sink.folder)
		opts->file = next_file;
	r = gramme_export(cli->gramme, opts, format, 0);
	/* One run that cannot be read does not take the others away. */
	if (close_file(&sink, r == 0 || written > 0) < 0 || sink.err != 0)
		return 1;
	return r < 0 ? cli_failed(cli) : 0;
}

static int run(struct cli *cli)
{
	const char *format = cli_value(cli, "format");
	struct gramme_export_opts opts =
		GRAMME_EXPORT_OPTS(.what = cli_value(cli, "what"));
	struct watch watch = { .shown = 0 };
	struct gramme_filter filter;

	if (cli->arg_count > 0)
		opts.runs = (const char *const *)cli->args;
	if (cli_filter(cli, &filter))
		opts.filter = &filter;
	if (opts.runs && opts.filter)
		return cli_misused(
			cli, "either runs by name, or --project and the like, not both");
	(void)clock_gettime(CLOCK_MONOTONIC, &watch.began);
	if (isatty(STDERR_FILENO)) {
		opts.progress = show_progress;
		opts.progress_ctx = &watch;
	}
	return export(cli, &opts, format ? format : "csv");
}

static void list_formats(FILE *to)
{
	const char *about;
	const char *name;

	(void)fprintf(to, "\nformats:\n");
	for (size_t i = 0; (name = gramme_export_format(i, &about)) != NULL; i++)
		(void)fprintf(to, "  %-12s %s\n", name, about);
	(void)fprintf(to, "\nwhat, of csv:\n");
	for (size_t i = 0; (name = gramme_export_what("csv", i, &about)) != NULL; i++)
		(void)fprintf(to, "  %-12s %s\n", name, about);
}

const struct command command_export = {
	.name = "export",
	.args = "[options] [RUN…]",
	.details =
		"RUN is as for `gramme show`; without any, and without --project and the like,\n"
		"every run. docs/EXPORT.md has the columns. --format original is of one run; of\n"
		"several files -o names a folder: -o DIR/.",
	.more = list_formats,
	.example = "gramme export --project paper --format jsonl -o paper.jsonl",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.args_min = 0,
	.args_max = -1,
	.run = run,
};
