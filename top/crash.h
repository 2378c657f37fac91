/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal is put back even where a vendor's library takes the program down. */
#pragma once

/* Keeps what the terminal is like: before ncurses changes it. */
void crash_keep_terminal(void);
void crash_put_back(void);

/* From now on a deadly signal of the program's own leaves the terminal first. After newterm(). */
void crash_mind(void);
