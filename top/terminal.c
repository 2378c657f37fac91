/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal.h"

#include <curses.h>
#include <term.h>
#include <unistd.h>

bool terminal_moves_cursor(void)
{
	bool moves;
	int err;

	if (setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return false;
	moves = cursor_address != NULL;
	(void)del_curterm(set_curterm(NULL));
	return moves;
}
