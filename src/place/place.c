/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the tables that name places: countries, states, zones, subregions, cloud regions.
 * Gives: what a person typed as a place: exact codes go before names, countries before their
 * parts, and a bare cloud region comes last.
 * Needs: nothing but the tables.
 * Limits: ASCII case only; one name a place and language, as the tables have it.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/factor.h"
#include "place/place-near.h"
#include "place/place-set.h"

/* A table whose column, behind a prefix, is what people type. */
struct zone_row {
	const char *table;
	const char *column;
	const char *prefix;      /* of what is typed */
	const char *zone_prefix; /* of place.zone, before */
	const char *id;          /* this column */
	const char *iso2;        /* "" : the zone begins with it */
	const char *state;       /* the column of the state's name; NULL: none */
	const char *note;        /* a column that says what it is; NULL: none */
};

#define EM    "carbon_electricitymaps_zone_year"
#define US    "carbon_us_state_year"
#define INDIA "carbon_india_state_year"
#define UK    "carbon_uk_region"
#define NGA   "carbon_australia"
#define EGRID "carbon_egrid_subregion"

static const struct zone_row zone_codes[] = {
	{ EM, "zone", "", "", "zone", "", NULL, NULL },
	{ US, "code", "US-", "US-", "code", "US", "state", NULL },
	{ INDIA, "state", "IN-", "IN-", "state", "IN", "state", NULL },
	{ UK, "region_id", "GB-", "GB-", "region_id", "GB", NULL, "name" },
	{ NGA, "zone", "", "", "zone", "AU", NULL, NULL },
	{ EGRID, "subregion", "EGRID-", "EGRID-", "subregion", "US", NULL, "name" },
	{ EGRID, "subregion", "", "EGRID-", "subregion", "US", NULL, "name" },
};

static const struct zone_row zone_names[] = {
	{ US, "state", "", "US-", "code", "US", "state", NULL },
	{ INDIA, "state", "", "IN-", "state", "IN", "state", NULL },
	{ UK, "name", "", "GB-", "region_id", "GB", NULL, "name" },
	{ EM, "name", "", "", "zone", "", NULL, NULL },
	{ NGA, "name", "", "", "zone", "AU", NULL, NULL },
};

/* "IN-Andhra-Pradesh", "new_york": a blank is a nuisance to type. */
static bool find_spaced(struct tables *tables, const struct zone_row *way,
			const char *name, struct factor_row *ret)
{
	char spaced[PLACE_NAME_MAX];
	bool any = false;

	if (strcmp(way->column, "state") != 0 && strcmp(way->column, "name") != 0)
		return false;
	(void)copy_text(spaced, sizeof spaced, name);
	for (char *c = spaced; *c != '\0'; c++)
		if (*c == '-' || *c == '_') {
			*c = ' ';
			any = true;
		}
	return any && factor_row_find(tables, way->table, way->column, spaced, ret);
}

static bool try_zone(struct tables *tables, const struct zone_row *way, const char *text,
		     struct place *place)
{
	const char *rest = place_after(text, way->prefix);
	char zone[PLACE_NAME_MAX];
	struct factor_row row;

	if (!rest || (!factor_row_find(tables, way->table, way->column, rest, &row) &&
		      !find_spaced(tables, way, rest, &row)))
		return false;
	(void)snprintf(zone, sizeof zone, "%s%s", way->zone_prefix,
		       factor_row_text(&row, way->id));
	if (*way->iso2 != '\0')
		(void)place_set_country(tables, "iso2", way->iso2, place);
	if (way->state)
		(void)copy_text(place->state, sizeof place->state,
				factor_row_text(&row, way->state));
	place_set_zone(tables, zone, place);
	if (way->note)
		place_set_note(place, factor_row_text(&row, way->note));
	return true;
}

static int try_zones(const struct place_asked *asked, const struct zone_row *ways,
		     size_t count, struct place *place)
{
	for (size_t i = 0; i < count; i++)
		if (try_zone(asked->tables, &ways[i], asked->text, place))
			return 0;
	return PLACE_NOT_MINE;
}

static int way_world(const struct place_asked *asked, struct place *place)
{
	if (!same_ascii(asked->text, "WORLD"))
		return PLACE_NOT_MINE;
	(void)copy_text(place->zone, sizeof place->zone, "WORLD");
	return 0;
}

static int way_country_code(const struct place_asked *asked, struct place *place)
{
	const char *code = same_ascii(asked->text, "UK") ? "GB" : asked->text;
	const char *column = strlen(code) == 2 ? "iso2" : "iso3";

	return place_set_whole_country(asked->tables, column, code, place)
		       ? 0
		       : PLACE_NOT_MINE;
}

static int way_zone_code(const struct place_asked *asked, struct place *place)
{
	return try_zones(asked, zone_codes, ARRAY_SIZE(zone_codes), place);
}

static int way_zone_name(const struct place_asked *asked, struct place *place)
{
	return try_zones(asked, zone_names, ARRAY_SIZE(zone_names), place);
}

/* Two letters that are a state's and no country's: half of the states' codes are a country's,
 * so that a bare one would mean now this and now that. */
static int way_bare_state(const struct place_asked *asked, struct place *place)
{
	struct factor_row row;

	(void)place;
	if (strlen(asked->text) != 2 ||
	    !factor_row_find(asked->tables, US, "code", asked->text, &row))
		return PLACE_NOT_MINE;
	(void)diag_say(asked->diag, -EINVAL, "'%s' is no country; %s is US-%s",
		       asked->text, factor_row_text(&row, "state"),
		       factor_row_text(&row, "code"));
	diag_fix(asked->diag, "US-%s", factor_row_text(&row, "code"));
	return -EINVAL;
}

/* A state of the same name as a country: Georgia. */
static void note_state(struct tables *tables, const char *name, struct place *place)
{
	struct factor_row row;

	if (factor_row_find(tables, US, "state", name, &row))
		(void)snprintf(place->note, sizeof place->note,
			       "the country; the state is US-%s",
			       factor_row_text(&row, "code"));
}

static int way_country_name(const struct place_asked *asked, struct place *place)
{
	static const struct {
		const char *table;
		const char *name;
		const char *code;
	} names[] = {
		{ "country", "name", "iso2" },
		{ "carbon_country_year", "entity", "iso3" },
		{ "scc_country", "country", "iso3" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct factor_row row;

		if (!factor_row_find(asked->tables, names[i].table, names[i].name,
				     asked->text, &row) ||
		    !place_set_whole_country(asked->tables, names[i].code,
					     factor_row_text(&row, names[i].code), place))
			continue;
		note_state(asked->tables, asked->text, place);
		return 0;
	}
	return PLACE_NOT_MINE;
}

/* "EU", "Asia", "G20": means of many grids, of which a run was on one. */
static int way_group(const struct place_asked *asked, struct place *place)
{
	struct factor_row row;

	(void)place;
	if (!factor_row_find(asked->tables, "carbon_country_year", "entity", asked->text,
			     &row) ||
	    *factor_row_text(&row, "iso3") != '\0')
		return PLACE_NOT_MINE;
	(void)diag_say(asked->diag, -EINVAL,
		       "'%s' is many grids, and a run was on one: name a country",
		       asked->text);
	diag_fix(asked->diag, "DE, Germany, US-CA, DK-DK1");
	return -EINVAL;
}

/* "me-south-7" is a cloud's new region in Bahrain, not a part of Montenegro. */
static bool is_like_cloud(const char *rest)
{
	static const char *const words[] = { "central", "north", "south", "east",
					     "west" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (place_after(rest, words[i]))
			return true;
	return false;
}

static bool is_code(const char *text)
{
	for (; *text != '\0'; text++) {
		char c = lower_ascii(*text);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

/* "US-XX-YYY": a zone that no table has, of a country that one has. */
static int way_form(const struct place_asked *asked, struct place *place)
{
	char iso2[3] = { asked->text[0], '\0', '\0' };
	char near[PLACE_NAME_MAX];
	size_t i = 0;

	if (strlen(asked->text) < 4 || asked->text[2] != '-' || !is_code(asked->text) ||
	    is_like_cloud(asked->text + 3))
		return PLACE_NOT_MINE;
	iso2[1] = asked->text[1];
	if (!place_set_whole_country(asked->tables, "iso2", iso2, place))
		return PLACE_NOT_MINE;
	for (; asked->text[i] != '\0'; i++) {
		place->zone[i] = upper_ascii(asked->text[i]);
	}
	assert(i < sizeof place->zone);
	place->zone[i] = '\0';
	place_nearest(asked->tables, place->zone, near, sizeof near);
	(void)snprintf(place->note, sizeof place->note,
		       "no table has this zone%s%s: its country", *near ? "; near: " : "",
		       near);
	return 0;
}

static int (*const ways[])(const struct place_asked *asked, struct place *place) = {
	way_world,        way_country_code, place_way_cloud,
	way_zone_code,    way_group,        way_bare_state,
	way_country_name, way_zone_name,    place_way_bare_cloud,
	way_form,
};

/* For a message: what a terminal would obey is not repeated. */
static void printable(const char *text, char *buf, size_t size)
{
	(void)copy_text(buf, size, text);
	for (; *buf != '\0'; buf++)
		if ((unsigned char)*buf < 0x20 || *buf == 0x7f)
			*buf = '?';
}

static int say_none(struct tables *tables, const char *text, struct diag *diag)
{
	char shown[PLACE_NAME_MAX];
	char near[DIAG_TEXT_MAX / 2];

	printable(text, shown, sizeof shown);
	place_nearest(tables, text, near, sizeof near);
	(void)diag_say(diag, -ENOENT, "there is no place '%s'%s%s", shown,
		       near[0] != '\0' ? "; nearest: " : "", near);
	diag_fix(diag,
		 "a country (DE, Germany), a part of one (US-CA, DK-DK1), or a "
		 "cloud's region (aws:us-east-1; gramme regions --limit 0 has all)");
	return -ENOENT;
}

static void trimmed(const char *text, char *buf, size_t size)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strlen(text);
	while (len > 0 && strchr(" \t\r\n", text[len - 1]))
		len--;
	(void)snprintf(buf, size, "%.*s", len < size ? (int)len : (int)size - 1, text);
}

int place_of_text(struct tables *tables, const char *text, struct diag *diag,
		  struct place *ret)
{
	char asked_text[PLACE_NAME_MAX + 1];
	struct place_asked asked = { tables, asked_text, diag };

	trimmed(text, asked_text, sizeof asked_text);
	/* Longer than any name: not to be taken for its beginning. */
	if (strlen(asked_text) >= PLACE_NAME_MAX || asked_text[0] == '\0')
		return say_none(tables, asked_text, diag);
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct place place = { 0 };
		int r = ways[i](&asked, &place);

		if (r == PLACE_NOT_MINE)
			continue;
		if (r < 0)
			return r;
		(void)copy_text(place.text, sizeof place.text, asked_text);
		*ret = place;
		return 0;
	}
	return say_none(tables, asked_text, diag);
}

int place_of_iso2(struct tables *tables, const char *iso2, struct place *ret)
{
	struct place place = { 0 };

	if (strlen(iso2) != 2 || !place_set_whole_country(tables, "iso2", iso2, &place))
		return -ENOENT;
	(void)copy_text(place.text, sizeof place.text, place.iso2);
	*ret = place;
	return 0;
}

void place_world(struct place *ret)
{
	*ret = (struct place){ .text = "WORLD", .how = "world", .zone = "WORLD" };
}
