/* SPDX-License-Identifier: Apache-2.0 */
#include "crash.h"

#include <curses.h>
#include <signal.h>
#include <stdint.h>
#include <term.h> /* its macros have common words: no header of ours beside it */
#include <termios.h>
#include <unistd.h>

/* What a crash's handler needs; it may call nothing that allocates or locks. */
static struct {
	struct termios terminal;
	bool has_terminal;
	char leave[128]; /* what the terminal is told at the end */
	size_t leave_len;
} before;

static int keep_byte(int byte)
{
	if (before.leave_len < sizeof before.leave)
		before.leave[before.leave_len++] = (char)byte;
	return byte;
}

static void keep_capability(const char *name)
{
	const char *text = tigetstr(name);

	if (text && (intptr_t)text != -1)
		(void)tputs(text, 1, keep_byte);
}

static void on_crash(int number)
{
	(void)!write(STDOUT_FILENO, before.leave, before.leave_len);
	if (before.has_terminal)
		(void)tcsetattr(STDOUT_FILENO, TCSANOW, &before.terminal);
	/* The action is the default again: SA_RESETHAND. */
	(void)raise(number);
}

void crash_keep_terminal(void)
{
	before.has_terminal = tcgetattr(STDOUT_FILENO, &before.terminal) == 0;
}

void crash_put_back(void)
{
	if (before.has_terminal)
		(void)tcsetattr(STDOUT_FILENO, TCSADRAIN, &before.terminal);
}

void crash_mind(void)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_handler = on_crash };

	action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
	keep_capability("sgr0");
	keep_capability("rmkx");
	keep_capability("rmcup");
	keep_capability("cnorm");
	for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
		(void)sigaction(crashes[i], &action, NULL);
}
