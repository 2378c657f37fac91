/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal: a canvas put on it, keys and signals taken from it. All that ncurses does is
 * here. However the program ends, but by SIGKILL, the terminal is as it was: signals that end it
 * are events, and those of a crash put it back first.
 */
#pragma once

#include <stdint.h>

#include "canvas.h"

struct screen {
	struct canvas canvas; /* as large as the terminal */
	int signal_fd;
	bool open;
	bool has_keys; /* false: nobody types (any more) */
};

/* False: this terminal cannot be used, *ret_why says why. */
bool screen_open(struct screen *screen, const char **ret_why);
void screen_close(struct screen *screen);

void screen_show(struct screen *screen);

enum event { EVENT_TIME, EVENT_KEY, EVENT_RESIZE, EVENT_SIGNAL };

/* Waits for something at most so long. *ret_what is the key or the signal. */
enum event screen_wait(struct screen *screen, int64_t wait_ms, int *ret_what);

/* Keys by what they are for, as terminals differ in what they send. */
enum key {
	SCREEN_KEY_UP = 0x10000,
	SCREEN_KEY_DOWN,
	SCREEN_KEY_PAGE_UP,
	SCREEN_KEY_PAGE_DOWN,
	SCREEN_KEY_HOME,
	SCREEN_KEY_END,
};
