/* SPDX-License-Identifier: Apache-2.0 */
/* What the ways to understand a place share. */
#pragma once

#include <errno.h>
#include <stdbool.h>

#include "model/place.h"
#include "place/table.h"

/* A text, trimmed, shorter than PLACE_NAME_MAX. */
struct place_asked {
	struct tables *tables;
	const char *text;
	struct diag *diag;
};

/* A way to understand it fills a zeroed place, or says that it is not its to say, or, with a
 * sentence, that it is nobody's. */
#define PLACE_NOT_MINE (-ENOENT)

/* "aws:us-east-1"; "us-east-1". */
int place_way_cloud(const struct place_asked *asked, struct place *place);
int place_way_bare_cloud(const struct place_asked *asked, struct place *place);

void place_set_note(struct place *place, const char *note);

/* Both codes, of the row of country.csv whose column is `code`; false: there is none. The
 * second sets the zone, too: a whole country's bears its code. */
bool place_set_country(struct tables *tables, const char *column, const char *code,
		       struct place *place);
bool place_set_whole_country(struct tables *tables, const char *column, const char *code,
			     struct place *place);

/* The zone, and what follows from its name: country and state. */
void place_set_zone(struct tables *tables, const char *zone, struct place *place);

/* What of a text follows the prefix (case matters not), or NULL. */
const char *place_after(const char *text, const char *prefix);
