/* SPDX-License-Identifier: Apache-2.0 */
#include "places.h"

int open_tables(void **state)
{
	struct tables *tables;

	if (tables_new(NULL, &tables) < 0)
		return -1;
	*state = tables;
	return 0;
}

int close_tables(void **state)
{
	tables_free(*state);
	return 0;
}

struct place place_of(struct tables *tables, const char *text)
{
	struct place place;
	struct diag diag = { 0 };

	if (place_of_text(tables, text, &diag, &place) < 0)
		fail_msg("%s: %s", text, diag.text);
	return place;
}
