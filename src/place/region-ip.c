/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  what an ipinfo-shaped service says of the address that asks.
 * Gives:  the country; in the USA, India and Australia the state; the position to 0.1 degree.
 * Needs:  the network. Nothing is sent but the request; the address is not kept.
 * Limits: A proxy's or a VPN's place is taken for the machine's. Where only the address is
 *	   told, the packed table's limits hold (ip-country.c).
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/region-json.h"
#include "place/region.h"

#define IP_URL     "https://ipinfo.io/json"
#define TIMEOUT_NS (5 * NS_PER_S)
#define MAX_BYTES  ((size_t)64 << 10)

/* The name that a URL's answer is credited to: without user, port and what follows. */
static void host_of_url(const char *url, char *buf, size_t size)
{
	const char *slashes = strstr(url, "://");
	const char *host = slashes ? slashes + 3 : url;
	const char *end = host + strcspn(host, "/?#");
	const char *at = memrchr(host, '@', (size_t)(end - host));
	const char *stop;

	host = at ? at + 1 : host;
	stop = memchr(host, *host == '[' ? ']' : ':', (size_t)(end - host));
	if (stop)
		end = stop + (*host == '[');
	(void)snprintf(buf, size, "%.*s", (int)(end - host), host);
}

/* Names that the services write otherwise than the tables. */
static const struct {
	const char *iso2;
	const char *told;
	const char *meant;
} aliases[] = {
	{ "US", "Washington, D.C.", "District of Columbia" },
	{ "US", "Washington D.C.", "District of Columbia" },
	{ "IN", "National Capital Territory of Delhi", "Delhi" },
	{ "IN", "Andaman and Nicobar Islands", "Andaman and Nicobar" },
	{ "IN", "Jammu & Kashmir", "Jammu and Kashmir" },
	{ "IN", "Orissa", "Odisha" },
	{ "IN", "Pondicherry", "Puducherry" },
};

static const char *meant_by(const char *iso2, const char *told)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (strcmp(iso2, aliases[i].iso2) == 0 &&
		    same_ascii(told, aliases[i].told))
			return aliases[i].meant;
	return told;
}

/* By its code, as Georgia is a country's name too. */
static void name_us_state(struct tables *tables, const char *state, char *buf,
			  size_t size)
{
	struct factor_row row;

	if (factor_row_find(tables, "carbon_us_state_year", "state", state, &row))
		(void)snprintf(buf, size, "US-%s", factor_row_text(&row, "code"));
}

/* A part of the country, if the tables know it by that name; else the country stays. */
static void take_state(struct tables *tables, const char *region, struct place *place)
{
	const char *state = meant_by(place->iso2, region);
	char text[2 * PLACE_NAME_MAX] = "";
	struct place part;

	if (strcmp(place->iso2, "US") == 0)
		name_us_state(tables, state, text, sizeof text);
	else if (strcmp(place->iso2, "IN") == 0)
		(void)snprintf(text, sizeof text, "IN-%s", state);
	else if (strcmp(place->iso2, "AU") == 0)
		(void)snprintf(text, sizeof text, "%s", state);
	if (text[0] == '\0' || place_of_text(tables, text, NULL, &part) < 0)
		return;
	/* The name may be another country's, or of a form that stands for the country. */
	if (strcmp(part.iso2, place->iso2) == 0 && part.note[0] == '\0')
		*place = part;
}

static double rounded(double degrees)
{
	return round(degrees * 10) / 10 + 0.0; /* not -0 */
}

/* "37.4,-122.1" */
static void take_position(char *loc, struct place *place)
{
	char *comma = strchr(loc, ',');
	double latitude;
	double longitude;

	if (!comma)
		return;
	*comma = '\0';
	if (parse_double(loc, &latitude) < 0 || parse_double(comma + 1, &longitude) < 0 ||
	    fabs(latitude) > 90 || fabs(longitude) > 180)
		return;
	place->has_position = true;
	place->latitude = rounded(latitude);
	place->longitude = rounded(longitude);
}

/* What the answer says of the country, else what its address does. */
static int take_country(struct tables *tables, const json_t *json, struct place *place)
{
	char text[64];
	char iso2[3];
	int r;

	if (region_json_text(json, "country", text, sizeof text) &&
	    place_of_iso2(tables, text, place) == 0)
		return 0;
	if (!region_json_text(json, "ip", text, sizeof text))
		return -ENODATA;
	r = ip_country(text, iso2);
	if (r < 0 || place_of_iso2(tables, iso2, place) < 0)
		return -ENODATA;
	(void)copy_text(place->note, sizeof place->note,
			"the country of the address's network, by the packed table");
	return 0;
}

int region_of_ip(const struct region_door *door, struct diag *diag, struct place *ret)
{
	const struct http_request request = {
		.url = door->ip_url ? door->ip_url : IP_URL,
		.timeout_ns = TIMEOUT_NS,
		.max_bytes = MAX_BYTES,
	};

	CLEANUP(region_json_done) json_t *json = NULL;
	char from[PLACE_NAME_MAX];
	char text[PLACE_NAME_MAX];
	struct place place;
	int r;

	host_of_url(request.url, from, sizeof from);
	r = region_ask_json(door->http, &request, from, diag, &json);
	if (r < 0)
		return r;
	r = take_country(door->tables, json, &place);
	if (r < 0)
		return diag_say(diag, r, "%s did not tell a country", from);
	if (region_json_text(json, "region", text, sizeof text))
		take_state(door->tables, text, &place);
	if (region_json_text(json, "loc", text, sizeof text))
		take_position(text, &place);
	(void)copy_text(place.how, sizeof place.how, "ip");
	(void)copy_text(place.from, sizeof place.from, from);
	*ret = place;
	return 0;
}
