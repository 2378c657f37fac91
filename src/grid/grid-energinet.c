/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Energinet's Energi Data Service: Denmark's two price areas, by five minutes.
 *
 * Reads:  /dataset/CO2Emis, and CO2EmisProg for the time to come
 * Gives:  gCO2/kWh of what is used, combustion alone, exchange with the neighbours included;
 *	   of heat and power made together, heat bears fuel at 125 % efficiency
 * Needs:  nothing
 * Limits: 40 requests in 10 s from one address, else 429 and 5 minutes' wait; the forecast
 *	   reaches 9 hours or more; CC BY 4.0, Energinet
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "grid/grid-json.h"

#define STEP_S    300
#define REQUEST_S (INT64_C(14) * 86400)
#define BASIS     "average, direct, consumption"

/* Assumed: nobody has published one. Whether heat bears fuel at 125 or at 200 % alone moves it
 * by some per cent; the forecast knows the plants' schedules but not the wind. */
#define ERROR_PAST     0.10
#define ERROR_FORECAST 0.20

/* The Great Belt lies between Nyborg (10.8 E) and Korsoer (11.1 E). */
#define GREAT_BELT_E 11.0

extern const struct grid grid_energinet;

/* Bornholm is of DK2. A Denmark of which no more is known is neither. */
static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	(void)tables;
	if (strcasecmp(place->zone, "DK-DK1") == 0)
		return copy_text(buf, size, "DK1");
	if (strcasecmp(place->zone, "DK-DK2") == 0 ||
	    strcasecmp(place->zone, "DK-BHM") == 0)
		return copy_text(buf, size, "DK2");
	if (strcasecmp(place->iso2, "DK") != 0 || !place->has_position)
		return false;
	return copy_text(buf, size, place->longitude < GREAT_BELT_E ? "DK1" : "DK2");
}

static int add_point(struct grid_ask *ask, const json_t *row)
{
	const char *area = grid_json_text(row, "PriceArea");
	struct intensity_point point = { 0 };
	int r = grid_json_time(ask, row, "Minutes5UTC", &point.from_unix_s);

	if (r < 0)
		return r;
	if (!area || strcmp(area, ask->series->zone) != 0)
		return grid_bad(ask, "a row that is not of %s", ask->series->zone);
	point.to_unix_s = point.from_unix_s + STEP_S;
	r = grid_json_number(ask, row, "CO2Emission", &point.gpkwh);
	if (r == -ENODATA)
		return 0;
	return r < 0 ? r : grid_ask_point(ask, &point);
}

static int add_points(struct grid_ask *ask, const json_t *root)
{
	const json_t *total = json_object_get(root, "total");
	json_t *rows = NULL;
	int r;

	if (json_is_integer(total) && json_integer_value(total) == 0)
		return -ENODATA;
	r = grid_json_array(ask, root, "records", &rows);
	return r < 0 ? r : grid_json_each(ask, rows, add_point);
}

/* "2026-01-01T00:00": its times have no zone, and are Danish unless UTC is asked for. */
static void local_text(int64_t unix_s, char buf[GRID_TIME_MAX])
{
	grid_time_text(unix_s, buf);
	buf[strcspn(buf, "Z")] = '\0';
}

static int ask_span(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s)
{
	CLEANUP(grid_json_done) json_t *root = NULL;
	struct http_request request = { 0 };
	char from[GRID_TIME_MAX];
	char to[GRID_TIME_MAX];
	char url[GRID_URL_MAX];
	int r;

	local_text(from_unix_s, from);
	local_text(to_unix_s, to);
	/* limit=0 is all of the span: there is no second page. */
	r = grid_ask_url(ask, url,
			 "/dataset/%s?start=%s&end=%s&timezone=UTC"
			 "&columns=Minutes5UTC,PriceArea,CO2Emission"
			 "&filter=%%7B%%22PriceArea%%22%%3A%%5B%%22%s%%22%%5D%%7D"
			 "&sort=Minutes5UTC%%20asc&limit=0",
			 ask->query->forecast ? "CO2EmisProg" : "CO2Emis", from, to,
			 ask->series->zone);
	request.url = url;
	if (r == 0)
		r = grid_ask_json(ask, &request, &root);
	return r < 0 ? r : add_points(ask, root);
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	struct grid_ask ask;

	grid_ask_begin(&ask, &grid_energinet, door, query, ret);
	ask.diag = diag;
	if (!zone_of(door->tables, query->place, ret->zone, sizeof ret->zone))
		return grid_ask_end(&ask, -ENODATA);
	(void)copy_text(ret->basis, sizeof ret->basis, BASIS);
	ret->error_ratio = query->forecast ? ERROR_FORECAST : ERROR_PAST;
	return grid_ask_end(&ask, grid_ask_spans(&ask, STEP_S, REQUEST_S, ask_span));
}

const struct grid grid_energinet = {
	.name = "energinet",
	.base_url = "https://api.energidataservice.dk",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_HAS_FORECAST,
	.zone_of = zone_of,
	.fetch = fetch,
};
