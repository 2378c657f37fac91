/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  $TZ, /etc/timezone, where /etc/localtime leads; the first that names a country wins.
 * Gives:  the country of the time zone.
 * Needs:  nothing.
 * Limits: A server may be set to its owner's time. A zone that is a rule ("CET-1CEST"), UTC,
 *	   or a copy instead of a link, tells nothing. One zone may serve several countries;
 *	   its name is of one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/region.h"

#define ZONE_MAX        128
#define FAR_APART_GPKWH 100 /* between a country's grids: then the country says little */

/* "…/zoneinfo/posix/Europe/Berlin" is Europe/Berlin; a bare name is itself. */
static const char *zone_name(const char *text)
{
	static const char *const before[] = { "zoneinfo/", "posix/", "right/" };

	if (*text == ':')
		text++;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		const char *found = strstr(text, before[i]);

		if (found)
			text = found + strlen(before[i]);
	}
	return text;
}

static bool zone_of_tz(const struct host *host, char *buf, size_t size)
{
	const char *text = getenv("TZ");

	(void)host;
	return text && copy_text(buf, size, text);
}

static bool zone_of_file(const struct host *host, char *buf, size_t size)
{
	return host_read_line(host, "etc/timezone", buf, size) == 0;
}

static bool zone_of_link(const struct host *host, char *buf, size_t size)
{
	return host_read_link(host, "etc/localtime", buf, size) == 0;
}

static const struct {
	const char *from;
	bool (*zone)(const struct host *host, char *buf, size_t size);
} ways[] = {
	{ "TZ", zone_of_tz },
	{ "/etc/timezone", zone_of_file },
	{ "/etc/localtime", zone_of_link },
};

static bool country_of_zone(struct tables *tables, const char *zone, struct place *ret)
{
	struct factor_row row;

	return *zone != '\0' &&
	       factor_row_find(tables, "timezone_country", "zone", zone, &row) &&
	       place_of_iso2(tables, factor_row_text(&row, "iso2"), ret) == 0;
}

/* How far the grids inside a country lay apart in the newest year. */
struct spread {
	double year;
	double least_gpkwh;
	double most_gpkwh;
};

static void widen(struct spread *spread, double year, double gpkwh)
{
	bool first = year > spread->year;

	if (year < spread->year)
		return;
	spread->year = year;
	if (first || gpkwh < spread->least_gpkwh)
		spread->least_gpkwh = gpkwh;
	if (first || gpkwh > spread->most_gpkwh)
		spread->most_gpkwh = gpkwh;
}

static bool grids_differ(struct tables *tables, const char *iso2)
{
	const struct table *table =
		tables_get(tables, "carbon_electricitymaps_zone_year");
	struct factor_row row = { table, 0 };
	struct spread spread = { 0 };

	for (; table && row.row < table_rows(table); row.row++) {
		const char *zone = factor_row_text(&row, "zone");
		double year;
		double gpkwh;

		if (strncmp(zone, iso2, 2) == 0 && zone[2] == '-' &&
		    factor_row_number(&row, "year", &year) &&
		    factor_row_number(&row, "gco2e_per_kwh", &gpkwh))
			widen(&spread, year, gpkwh);
	}
	return spread.most_gpkwh - spread.least_gpkwh > FAR_APART_GPKWH;
}

int region_of_timezone(const struct host *host, struct tables *tables, struct diag *diag,
		       struct place *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		char zone[ZONE_MAX];
		struct place place;

		if (!ways[i].zone(host, zone, sizeof zone) ||
		    !country_of_zone(tables, zone_name(trim_text(zone)), &place))
			continue;
		(void)copy_text(place.how, sizeof place.how, "timezone");
		(void)copy_text(place.from, sizeof place.from, ways[i].from);
		if (grids_differ(tables, place.iso2))
			(void)copy_text(place.note, sizeof place.note,
					"the time zone alone says so, and the country's "
					"grids differ widely");
		*ret = place;
		return 0;
	}
	return diag_say(diag, -ENODATA, "the time zone names no country");
}
