/* SPDX-License-Identifier: Apache-2.0 */
#include "place/place-set.h"

#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"

void place_set_note(struct place *place, const char *note)
{
	(void)copy_text(place->note, sizeof place->note, note);
}

bool place_set_country(struct tables *tables, const char *column, const char *code,
		       struct place *place)
{
	struct factor_row row;

	if (*code == '\0' || !factor_row_find(tables, "country", column, code, &row))
		return false;
	(void)copy_text(place->iso2, sizeof place->iso2, factor_row_text(&row, "iso2"));
	(void)copy_text(place->country, sizeof place->country,
			factor_row_text(&row, "iso3"));
	return true;
}

/* A whole country: its zone bears its code. */
bool place_set_whole_country(struct tables *tables, const char *column, const char *code,
			     struct place *place)
{
	if (!place_set_country(tables, column, code, place))
		return false;
	(void)copy_text(place->zone, sizeof place->zone, place->iso2);
	return true;
}

/* Alaska and Hawaii are zones and states. */
static void add_state(struct tables *tables, struct place *place)
{
	struct factor_row row;

	if (place->state[0] == '\0' && strncmp(place->zone, "US-", 3) == 0 &&
	    factor_row_find(tables, "carbon_us_state_year", "code", place->zone + 3,
			    &row))
		(void)copy_text(place->state, sizeof place->state,
				factor_row_text(&row, "state"));
}

void place_set_zone(struct tables *tables, const char *zone, struct place *place)
{
	char iso2[3];

	(void)copy_text(iso2, sizeof iso2, zone);
	(void)copy_text(place->zone, sizeof place->zone, zone);
	if (place->iso2[0] == '\0')
		(void)place_set_country(tables, "iso2", iso2, place);
	add_state(tables, place);
}

/* What follows the prefix, or NULL. */
const char *place_after(const char *text, const char *prefix)
{
	for (; *prefix != '\0'; prefix++, text++)
		if (lower_ascii(*text) != lower_ascii(*prefix))
			return NULL;
	return *text != '\0' ? text : NULL;
}
