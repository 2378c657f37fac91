/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: cloud_region.csv.
 * Gives: a cloud's region as a place: its grid's zone, its country, where it lies.
 * Needs: nothing but the tables.
 * Limits: a region that is not in the table is no place: its name does not tell its country.
 */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/place-set.h"

/* The zone of the newest row that tells one: a region does not move, but its grid's name does
 * sometimes stand in the later rows only. */
static void set_cloud_row(const struct factor_row *row, const char **zone, double *newest,
			  struct place *place)
{
	double year = 0;
	double latitude;
	double longitude;

	(void)factor_row_number(row, "year", &year);
	if (*factor_row_text(row, "zone") != '\0' && year >= *newest) {
		*zone = factor_row_text(row, "zone");
		*newest = year;
	}
	if (place->iso2[0] == '\0')
		(void)copy_text(place->iso2, sizeof place->iso2,
				factor_row_text(row, "iso2"));
	if (factor_row_number(row, "latitude", &latitude) &&
	    factor_row_number(row, "longitude", &longitude)) {
		place->has_position = true;
		place->latitude = latitude;
		place->longitude = longitude;
	}
}

static void set_cloud_zone(struct tables *tables, const char *zone, struct place *place)
{
	char iso2[sizeof place->iso2];

	(void)copy_text(iso2, sizeof iso2, place->iso2);
	(void)place_set_country(tables, "iso2", iso2, place);
	if (*zone != '\0') {
		place_set_zone(tables, zone, place);
		return;
	}
	(void)copy_text(place->zone, sizeof place->zone, place->iso2);
	place_set_note(place, place->iso2[0] != '\0'
				      ? "the region's grid is not known: its country"
				      : "the region's grid and country are not known");
}

static int set_cloud(struct tables *tables, const char *provider, const char *region,
		     struct place *place)
{
	struct factor_row row;
	bool more = factor_row_find(tables, "cloud_region", "region", region, &row);
	const char *zone = "";
	double newest = 0;
	bool found = false;

	for (; more; more = factor_row_next(&row, "region", region)) {
		if (!same_ascii(factor_row_text(&row, "provider"), provider))
			continue;
		found = true;
		(void)copy_text(place->cloud_region, sizeof place->cloud_region,
				factor_row_text(&row, "region"));
		set_cloud_row(&row, &zone, &newest, place);
	}
	if (!found)
		return PLACE_NOT_MINE;
	(void)copy_text(place->cloud, sizeof place->cloud, provider);
	set_cloud_zone(tables, zone, place);
	return 0;
}

/* "aws:us-east-1" */
int place_way_cloud(const struct place_asked *asked, struct place *place)
{
	static const struct {
		const char *typed;
		const char *name;
	} clouds[] = {
		{ "aws:", "aws" },    { "gcp:", "gcp" },    { "azure:", "azure" },
		{ "amazon:", "aws" }, { "google:", "gcp" }, { "microsoft:", "azure" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(clouds); i++) {
		const char *region = place_after(asked->text, clouds[i].typed);

		if (region)
			return set_cloud(asked->tables, clouds[i].name, region, place);
	}
	return PLACE_NOT_MINE;
}

int place_way_bare_cloud(const struct place_asked *asked, struct place *place)
{
	struct factor_row row;
	bool more = factor_row_find(asked->tables, "cloud_region", "region", asked->text,
				    &row);
	const char *provider = more ? factor_row_text(&row, "provider") : "";

	if (!more)
		return PLACE_NOT_MINE;
	for (; more; more = factor_row_next(&row, "region", asked->text)) {
		const char *other = factor_row_text(&row, "provider");

		if (same_ascii(other, provider))
			continue;
		(void)diag_say(asked->diag, -EINVAL, "'%s' is a region of %s and of %s",
			       asked->text, provider, other);
		diag_fix(asked->diag, "%s:%s", provider, asked->text);
		return -EINVAL;
	}
	return set_cloud(asked->tables, provider, asked->text, place);
}
