/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line of --live, on the standard error where that is a terminal, and nowhere else.
 *
 * The terminal is the command's: it is never waited for. The line goes through a descriptor of
 * its own that does not block (a flag set on the shared one would be the command's, too), and is
 * left out where the terminal is held (^S), belongs to another job, or cannot be opened.
 * Its width is asked for each time, so that a window may change.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "cli.h"

#define BLANKS    "                                                                "
#define GAP       2     /* to what the command prints after it on the same line */
#define FIELD     "   " /* between two figures of the line */
#define LINE_ROOM 1024

struct live_line {
	int fd;
	bool erases; /* the terminal knows how to erase to the line's end */
	bool drawn;
	size_t columns; /* of what was drawn last */
};

static struct live_line own = { .fd = -1 };

static size_t width_of(int fd)
{
	struct winsize size = { .ws_col = 0 };

	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/*
 * Bytes of the text that fit into so many columns. A figure that does not is left out: half of
 * one would be another number.
 */
static size_t fitting(const char *text, size_t columns, size_t *ret_columns)
{
	mbstate_t state = { 0 };
	size_t all = strlen(text);
	size_t used = 0;
	size_t whole = 0; /* and the columns of that */
	size_t whole_columns = 0;
	wchar_t wide;
	size_t n;

	*ret_columns = 0;
	while (used < all && (n = mbrtowc(&wide, text + used, all - used, &state)) > 0 &&
	       n <= all - used) {
		int width = wcwidth(wide);

		if (strncmp(&text[used], FIELD, sizeof FIELD - 1) == 0) {
			whole = used;
			whole_columns = *ret_columns;
		}
		if (width < 0)
			break;
		if (*ret_columns + (size_t)width > columns) {
			*ret_columns = whole > 0 ? whole_columns : *ret_columns;
			return whole > 0 ? whole : used;
		}
		*ret_columns += (size_t)width;
		used += n;
	}
	return used;
}

/* A job in the background keeps quiet; a terminal that is nobody's has no foreground. */
static bool is_ours(int fd)
{
	pid_t group = tcgetpgrp(fd);

	return group < 0 || group == getpgrp();
}

static const char *rest(size_t columns)
{
	size_t all = sizeof BLANKS - 1;

	if (own.erases)
		return "\033[K";
	return &BLANKS[columns < all ? all - columns : 0];
}

static void draw(void *ctx, const char *line)
{
	size_t width = width_of(own.fd);
	char text[LINE_ROOM];
	size_t columns;
	size_t bytes;
	int n;

	(void)ctx;
	if (width <= GAP + 1 || !is_ours(own.fd))
		return;
	bytes = fitting(line, width - GAP - 1, &columns);
	n = snprintf(text, sizeof text, "\r%.*s%s%*s", (int)bytes, line,
		     rest(own.columns > columns ? own.columns - columns : 0),
		     own.erases ? GAP : 0, "");
	if (n < 0 || (size_t)n >= sizeof text)
		return;
	own.drawn = write(own.fd, text, (size_t)n) > 0 || own.drawn;
	own.columns = columns;
}

static bool knows_erasing(void)
{
	const char *term = getenv("TERM");

	return term && *term && strcmp(term, "dumb") != 0;
}

void cli_live_begin(struct gramme_run_opts *opts)
{
	if (!isatty(STDERR_FILENO))
		return;
	own.fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	own.erases = knows_erasing();
	if (own.fd >= 0)
		opts->live = draw;
}

void cli_live_clear(void)
{
	char text[LINE_ROOM];
	int n = snprintf(text, sizeof text, "\r%s\r", rest(own.columns));

	if (own.drawn && n > 0 && is_ours(own.fd))
		(void)!write(own.fd, text, (size_t)n);
}

void cli_live_end(void)
{
	cli_live_clear();
	if (own.fd >= 0)
		(void)close(own.fd);
	own = (struct live_line){ .fd = -1 };
}
