/* SPDX-License-Identifier: Apache-2.0 */
/* gramme-top: `gramme top` itself, apart from the program because of ncurses. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "draw.h"
#include "feed.h"
#include "screen.h"

/* Those that draw most; sorting by something else is among them. */
#define LISTED_ON_SCREEN 256
#define LISTED_AS_JSON   64

#define FIRST_S          0.3 /* from the first reading to the one that has powers */
#define LEAST_S          0.2
#define MOST_S           60.0

extern const struct command command_top;

struct top {
	struct cli *cli;
	struct feed feed;
	struct screen screen;
	struct reading reading;
	struct history history;
	struct view view;
	bool has_reading;
	bool over;
	bool failed;
	bool ended;     /* the recording has */
	int signal;     /* that ends us; 0: none */
	int page;       /* processes on the screen */
	long count;     /* readings to go; -1: for ever */
	double next_s;  /* when the next one is due, of now_s() */
	char note[160]; /* view.note, where there is one */
};

static double now_s(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* --- readings ----------------------------------------------------------------------------- */

static double first_s(const struct top *top)
{
	return fmin(FIRST_S, top->view.interval_s);
}

static void count_down(struct top *top)
{
	if (top->count > 0 && --top->count == 0)
		top->over = true;
}

static void note(struct top *top, const char *text)
{
	(void)snprintf(top->note, sizeof top->note, "%s", text);
	top->view.note = top->note;
}

/* A line that is none is said at the foot, and the last reading stays. */
static void take_line(struct top *top, const char *line)
{
	struct reading reading;
	const char *why;
	char text[sizeof top->note];

	if (reading_parse(line, &why, &reading) < 0) {
		(void)snprintf(text, sizeof text, "line %zu was left out: %s",
			       top->feed.line_number, why);
		note(top, text);
		return;
	}
	reading_done(&top->reading);
	top->reading = reading;
	top->has_reading = true;
	reading_sort(&top->reading, top->view.sort);
	history_add(&top->history, &top->reading);
}

static void take_reading(struct top *top)
{
	char *line = NULL;

	switch (feed_read(&top->feed, &line)) {
	case FEED_LINE:
		take_line(top, line);
		count_down(top);
		break;
	case FEED_END:
		top->ended = true;
		note(top, "the recording has ended");
		break;
	case FEED_FAILED:
		top->failed = true;
		top->over = true;
		break;
	}
	free(line);
}

/* Late by more than one, none is made up for. */
static void read_if_due(struct top *top)
{
	double now = now_s();

	if (top->view.paused || top->ended || top->over || now < top->next_s)
		return;
	take_reading(top);
	top->next_s += top->view.interval_s;
	if (top->next_s < now)
		top->next_s = now + top->view.interval_s;
}

/* --- keys --------------------------------------------------------------------------------- */

static void scroll_by(struct top *top, int by)
{
	int most = (int)top->reading.listed - top->page;
	int to = top->view.scroll + by;

	to = to > most ? most : to;
	top->view.scroll = to < 0 ? 0 : to;
}

static void change_interval(struct top *top, int direction)
{
	static const double steps[] = { 0.2, 0.5, 1, 2, 5, 10, 30, 60 };
	int count = (int)(sizeof steps / sizeof steps[0]);
	double now = top->view.interval_s;
	double to = now;

	for (int i = 0; i < count; i++) {
		int at = direction > 0 ? i : count - 1 - i;

		if ((steps[at] - now) * direction > 1e-9) {
			to = steps[at];
			break;
		}
	}
	top->view.interval_s = to;
	top->next_s = fmin(top->next_s, now_s() + to);
}

static void pause_or_go_on(struct top *top)
{
	top->view.paused = !top->view.paused;
	if (!top->view.paused)
		top->next_s = now_s();
}

static void sort_next(struct top *top)
{
	top->view.sort = (enum top_sort)(((int)top->view.sort + 1) % SORT_COUNT);
	top->view.scroll = 0;
	reading_sort(&top->reading, top->view.sort);
}

static void move(struct top *top, int key)
{
	int page = top->page > 1 ? top->page - 1 : 1;

	if (key == SCREEN_KEY_UP)
		scroll_by(top, -1);
	else if (key == SCREEN_KEY_DOWN)
		scroll_by(top, 1);
	else if (key == SCREEN_KEY_PAGE_UP)
		scroll_by(top, -page);
	else if (key == SCREEN_KEY_PAGE_DOWN)
		scroll_by(top, page);
	else if (key == SCREEN_KEY_HOME)
		scroll_by(top, -TOP_ROWS_MAX);
	else if (key == SCREEN_KEY_END)
		scroll_by(top, TOP_ROWS_MAX);
}

static void take_key(struct top *top, int key)
{
	if (top->view.help && key != 'q') {
		top->view.help = false;
		return;
	}
	switch (key) {
	case 'q':
	case 'Q':
		top->over = true;
		break;
	case 'p':
	case ' ':
		pause_or_go_on(top);
		break;
	case 's':
		sort_next(top);
		break;
	case 'c':
		top->view.show =
			(enum layout_show)(((int)top->view.show + 1) % SHOW_COUNT);
		break;
	case 'h':
	case '?':
		top->view.help = true;
		break;
	case '+':
	case '=':
		change_interval(top, -1);
		break;
	case '-':
		change_interval(top, 1);
		break;
	default:
		move(top, key);
		break;
	}
}

/* --- the screen --------------------------------------------------------------------------- */

static void show(struct top *top)
{
	struct scene scene = { .reading = top->has_reading ? &top->reading : NULL,
			       .history = &top->history,
			       .view = &top->view };

	top->page = draw_screen(&top->screen.canvas, &scene);
	if (top->has_reading && top->view.scroll > 0) {
		int before = top->view.scroll;

		scroll_by(top, 0);
		if (top->view.scroll != before)
			top->page = draw_screen(&top->screen.canvas, &scene);
	}
	screen_show(&top->screen);
}

static int64_t wait_ms(const struct top *top)
{
	double left = top->next_s - now_s();

	if (top->view.paused || top->ended)
		return INT64_C(3600000);
	return left > 0 ? (int64_t)ceil(left * 1e3) : 0;
}

static void take_event(struct top *top)
{
	int what = 0;

	switch (screen_wait(&top->screen, wait_ms(top), &what)) {
	case EVENT_KEY:
		take_key(top, what);
		break;
	case EVENT_SIGNAL:
		top->signal = what;
		top->over = true;
		break;
	case EVENT_RESIZE:
	case EVENT_TIME:
		break;
	}
}

/* Who sent the signal sees that it was by it that we ended. */
static void end_by(int number)
{
	sigset_t set;

	(void)signal(number, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, number);
	(void)raise(number);
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int run_screen(struct top *top)
{
	const char *why;

	if (!isatty(STDOUT_FILENO))
		return cli_misused(top->cli, "the standard output is no terminal: "
					     "--json is for programs");
	if (!screen_open(&top->screen, &why)) {
		(void)fprintf(stderr, "gramme top: %s\n", why);
		return 1;
	}
	while (!top->over) {
		read_if_due(top);
		if (!top->over)
			show(top);
		if (!top->over)
			take_event(top);
	}
	screen_close(&top->screen);
	if (top->failed)
		return feed_say(&top->feed);
	if (top->signal)
		end_by(top->signal);
	return 0;
}

/* --- for programs ------------------------------------------------------------------------- */

static void sleep_s(double seconds)
{
	struct timespec wait = { (time_t)seconds,
				 (long)((seconds - floor(seconds)) * 1e9) };

	while (seconds > 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, &wait) == EINTR)
		;
}

static int run_json(struct top *top)
{
	while (!top->over) {
		char *line = NULL;

		sleep_s(top->next_s - now_s());
		if (feed_read(&top->feed, &line) != FEED_LINE)
			return feed_say(&top->feed);
		if (printf("%s\n", line) < 0 || fflush(stdout) != 0)
			top->failed = true;
		free(line);
		if (top->failed)
			return 1;
		count_down(top);
		top->next_s = fmax(top->next_s + top->view.interval_s, now_s());
	}
	return 0;
}

/* --- the whole ---------------------------------------------------------------------------- */

/* The first reading is where the counters stand; the second, a moment later, has watts. */
static int begin(struct top *top, bool json)
{
	char *line = NULL;
	int r = feed_open(&top->feed, top->cli, json ? LISTED_AS_JSON : LISTED_ON_SCREEN);

	top->next_s = now_s();
	if (r != 0 || !feed_needs_two(&top->feed))
		return r;
	if (feed_read(&top->feed, &line) != FEED_LINE)
		return feed_say(&top->feed);
	free(line);
	top->next_s = now_s() + first_s(top);
	return 0;
}

static int take_options(struct top *top)
{
	const struct cli *cli = top->cli;
	int64_t interval_ns = (int64_t)(top->view.interval_s * 1e9);
	double count = -1;

	if (cli_duration(cli, "interval", (int64_t)1e9, &interval_ns) != 0 ||
	    cli_above_zero(cli, "count", &count) != 0)
		return 2;
	top->view.interval_s = (double)interval_ns / 1e9;
	if (top->view.interval_s < LEAST_S || top->view.interval_s > MOST_S)
		return cli_misused(cli, "'%s' is not from 200ms to 1m",
				   cli_value(cli, "interval"));
	if (cli_value(cli, "count") && (count != floor(count) || count > 1e9))
		return cli_misused(cli, "'%s' is no number of readings",
				   cli_value(cli, "count"));
	top->count = (long)count;
	if (cli_value(cli, "from") && cli_value(cli, "json"))
		return cli_misused(cli, "--from shows what --json has written: not both");
	return 0;
}

static int run(struct cli *cli)
{
	struct top *top = calloc(1, sizeof *top);
	bool json = cli_value(cli, "json") != NULL;
	int r = top ? 0 : 1;

	if (!top)
		return r;
	top->cli = cli;
	top->view.interval_s = 2;
	r = take_options(top);
	if (r == 0)
		r = begin(top, json);
	if (r == 0)
		r = json ? run_json(top) : run_screen(top);
	feed_close(&top->feed);
	reading_done(&top->reading);
	free(top);
	return r;
}

int main(int argc, char **argv)
{
	struct command command = command_top;

	command.helper = NULL;
	command.run = run;
	cli_begin();
	return cli_command(&command, "live, in the terminal", argc, argv);
}
