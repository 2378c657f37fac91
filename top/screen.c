/* SPDX-License-Identifier: Apache-2.0 */
#include "screen.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "crash.h"
#include "terminal.h"

#define ESCAPE_MS 25

/* --- opening ------------------------------------------------------------------------------ */

static bool likes_colours(void)
{
	const char *no = getenv("NO_COLOR");

	return !(no && *no) && has_colors();
}

static void begin_colours(struct screen *screen)
{
	static const short colours[] = { COLOR_CYAN, COLOR_MAGENTA, COLOR_GREEN,
					 COLOR_BLUE };

	screen->canvas.colour = likes_colours() && start_color() == OK;
	if (!screen->canvas.colour)
		return;
	(void)use_default_colors();
	for (short i = 0; i < 4; i++)
		(void)init_pair((short)(INK_CPU + i), colours[i], -1);
	(void)init_pair(INK_WARN, COLOR_YELLOW, -1);
}

static int watch_signals(void)
{
	static const int minded[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGWINCH };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof minded / sizeof minded[0]; i++)
		(void)sigaddset(&set, minded[i]);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void take_size(struct screen *screen)
{
	struct winsize size = { .ws_row = 0 };
	int rows = LINES;
	int columns = COLS;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0) {
		rows = (int)size.ws_row;
		columns = (int)size.ws_col;
	}
	(void)resizeterm(rows, columns);
	(void)canvas_resize(&screen->canvas, rows, columns);
}

bool screen_open(struct screen *screen, const char **ret_why)
{
	memset(screen, 0, sizeof *screen);
	crash_keep_terminal();
	screen->signal_fd = watch_signals();
	*ret_why =
		"this terminal is not known here, or has no cursor to move: TERM=vt100 "
		"gramme top, or --json";
	if (!terminal_moves_cursor() || !newterm(NULL, stdout, stdin))
		return false;
	screen->open = true;
	screen->has_keys = isatty(STDIN_FILENO);
	screen->canvas.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	crash_mind();
	(void)cbreak();
	(void)noecho();
	(void)nonl();
	(void)keypad(stdscr, TRUE);
	(void)nodelay(stdscr, TRUE);
	(void)set_escdelay(ESCAPE_MS);
	(void)curs_set(0);
	begin_colours(screen);
	take_size(screen);
	*ret_why = "memory ran out";
	if (!screen->canvas.cells) {
		screen_close(screen);
		return false;
	}
	return true;
}

void screen_close(struct screen *screen)
{
	if (screen->open)
		(void)endwin();
	/* ncurses puts back what it found; where it could not, this does. */
	if (screen->open)
		crash_put_back();
	if (screen->signal_fd >= 0)
		(void)close(screen->signal_fd);
	canvas_done(&screen->canvas);
	screen->open = false;
	screen->signal_fd = -1;
}

/* --- showing ------------------------------------------------------------------------------ */

static attr_t attribute_of(const struct screen *screen, enum ink ink)
{
	switch (ink) {
	case INK_STRONG:
		return A_BOLD;
	case INK_FAINT:
		return A_DIM;
	case INK_BAR:
		return A_REVERSE;
	case INK_WARN:
		return A_BOLD |
		       (screen->canvas.colour ? (attr_t)COLOR_PAIR(INK_WARN) : 0);
	case INK_CPU:
	case INK_MEMORY:
	case INK_GPU:
	case INK_OTHER:
		return screen->canvas.colour ? (attr_t)COLOR_PAIR((int)ink) : A_NORMAL;
	case INK_PLAIN:
	case INKS:
		break;
	}
	return A_NORMAL;
}

static void show_row(const struct screen *screen, int row)
{
	const struct canvas *canvas = &screen->canvas;

	for (int column = 0; column < canvas->columns; column++) {
		const struct canvas_cell *cell =
			&canvas->cells[(size_t)row * (size_t)canvas->columns +
				       (size_t)column];

		if (cell->glyph[0] == '\0')
			continue;
		(void)attrset((int)attribute_of(screen, (enum ink)cell->ink));
		(void)mvaddstr(row, column, cell->glyph);
	}
}

void screen_show(struct screen *screen)
{
	(void)erase();
	for (int row = 0; row < screen->canvas.rows; row++)
		show_row(screen, row);
	(void)refresh();
}

/* --- events ------------------------------------------------------------------------------- */

static int key_of(int key)
{
	switch (key) {
	case KEY_UP:
	case 'k':
		return SCREEN_KEY_UP;
	case KEY_DOWN:
	case 'j':
		return SCREEN_KEY_DOWN;
	case KEY_PPAGE:
		return SCREEN_KEY_PAGE_UP;
	case KEY_NPAGE:
		return SCREEN_KEY_PAGE_DOWN;
	case KEY_HOME:
		return SCREEN_KEY_HOME;
	case KEY_END:
		return SCREEN_KEY_END;
	default:
		return key;
	}
}

static enum event take_signal(struct screen *screen, int *ret_what)
{
	struct signalfd_siginfo info;
	bool resized = false;

	while (read(screen->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
		*ret_what = (int)info.ssi_signo;
		if (info.ssi_signo != SIGWINCH)
			return EVENT_SIGNAL;
		resized = true;
	}
	if (!resized)
		return EVENT_TIME;
	take_size(screen);
	(void)clearok(curscr, TRUE);
	return EVENT_RESIZE;
}

/* What is readable and gives no key is a terminal that is gone. */
static enum event take_key(struct screen *screen, short revents, int *ret_what)
{
	int key = getch();

	if (key != ERR) {
		*ret_what = key_of(key);
		return EVENT_KEY;
	}
	if (revents & (POLLHUP | POLLERR | POLLNVAL))
		screen->has_keys = false;
	return EVENT_TIME;
}

enum event screen_wait(struct screen *screen, int64_t wait_ms, int *ret_what)
{
	struct pollfd fds[] = { { screen->signal_fd, POLLIN, 0 },
				{ screen->has_keys ? STDIN_FILENO : -1, POLLIN, 0 } };
	int key = screen->has_keys ? getch() : ERR;

	/* One that ncurses has read already wakes no poll. */
	if (key != ERR) {
		*ret_what = key_of(key);
		return EVENT_KEY;
	}
	if (poll(fds, 2, wait_ms < 0 ? 0 : (int)wait_ms) <= 0)
		return EVENT_TIME;
	if (fds[0].revents)
		return take_signal(screen, ret_what);
	return take_key(screen, fds[1].revents, ret_what);
}
