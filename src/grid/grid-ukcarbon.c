/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Carbon Intensity API of Great Britain (NESO), by half hours.
 *
 * Reads: /intensity/{from}/{to}, /intensity/{from}/fw48h, and the same of one of 17 regions
 *	below /regional/…/regionid/{id}
 * Gives: gCO2/kWh of what is used: combustion alone, interconnectors and losses included.
 *	Nationally what was (`actual`), where that is null the forecast as an estimate; of a
 *	region only ever the forecast
 * Needs: nothing
 * Limits: 14 days a request; Great Britain without Northern Ireland; CC BY 4.0, NESO
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "grid/grid-json.h"

#define STEP_S    1800
#define REQUEST_S (INT64_C(14) * 86400)
#define REGIONS   17
#define BASIS     "average, direct, consumption"

/*
 * Assumed. The actual figure is itself an estimate, from metered output and one factor a fuel;
 * for a region only a forecast stands, with a model of the flows; a forecast of two days adds
 * the weather's error.
 */
#define ERROR_ACTUAL   0.10
#define ERROR_REGION   0.20
#define ERROR_FORECAST 0.25

extern const struct grid grid_ukcarbon;

/* 13 of "GB-13"; 0 of "GB"; -1: not of this service. */
static int region_of_zone(const char *zone)
{
	uint64_t id;

	if (strcasecmp(zone, "GB") == 0)
		return 0;
	if (strncasecmp(zone, "GB-", 3) != 0 || parse_u64(zone + 3, &id) < 0 || id < 1 ||
	    id > REGIONS)
		return -1;
	return (int)id;
}

static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	int region = region_of_zone(place->zone);
	int len;

	(void)tables;
	/* A zone of the country that is not the service's: Northern Ireland, an island. */
	if (region < 0 && (place->zone[0] != '\0' || strcasecmp(place->iso2, "GB") != 0))
		return false;
	if (region > 0)
		len = snprintf(buf, size, "GB-%d", region);
	else
		len = snprintf(buf, size, "GB");
	return len > 0 && (size_t)len < size;
}

static int add_point(struct grid_ask *ask, const json_t *row)
{
	struct intensity_point point = { 0 };
	json_t *intensity = NULL;
	int r = grid_json_time(ask, row, "from", &point.from_unix_s);

	if (r == 0)
		r = grid_json_time(ask, row, "to", &point.to_unix_s);
	if (r == 0)
		r = grid_json_object(ask, row, "intensity", &intensity);
	if (r < 0)
		return r;
	if (point.to_unix_s - point.from_unix_s != STEP_S)
		return grid_bad(ask, "a step that is no half hour");
	r = grid_json_number(ask, intensity, "actual", &point.gpkwh);
	if (r == -ENODATA) {
		point.estimated = true;
		r = grid_json_number(ask, intensity, "forecast", &point.gpkwh);
	}
	if (r == -ENODATA)
		return 0;
	return r < 0 ? r : grid_ask_point(ask, &point);
}

/* A region's rows are one level deeper. */
static int add_points(struct grid_ask *ask, const json_t *root, bool region)
{
	json_t *holder = NULL;
	json_t *rows = NULL;
	int r = 0;

	if (region)
		r = grid_json_object(ask, root, "data", &holder);
	if (r == 0)
		r = grid_json_array(ask, region ? holder : root, "data", &rows);
	return r < 0 ? r : grid_json_each(ask, rows, add_point);
}

static int ask_span(struct grid_ask *ask, int64_t from_unix_s, int64_t to_unix_s)
{
	CLEANUP(grid_json_done) json_t *root = NULL;
	struct http_request request = { .headers = { "Accept: application/json" } };
	int region = region_of_zone(ask->series->zone);
	char from[GRID_TIME_MAX];
	char to[GRID_TIME_MAX] = "fw48h";
	char of_region[24] = "";
	char url[GRID_URL_MAX];
	int r;

	grid_time_text(from_unix_s, from);
	if (!ask->query->forecast)
		grid_time_text(to_unix_s, to);
	if (region > 0)
		(void)snprintf(of_region, sizeof of_region, "/regionid/%d", region);
	r = grid_ask_url(ask, url, "%s/intensity/%s/%s%s", region > 0 ? "/regional" : "",
			 from, to, of_region);
	request.url = url;
	if (r == 0)
		r = grid_ask_json(ask, &request, &root);
	return r < 0 ? r : add_points(ask, root, region > 0);
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	struct grid_ask ask;

	grid_ask_begin(&ask, &grid_ukcarbon, door, query, ret);
	ask.diag = diag;
	if (!zone_of(door->tables, query->place, ret->zone, sizeof ret->zone))
		return grid_ask_end(&ask, -ENODATA);
	(void)copy_text(ret->basis, sizeof ret->basis, BASIS);
	ret->error_ratio = ret->zone[2] != '\0' ? ERROR_REGION : ERROR_ACTUAL;
	if (query->forecast)
		ret->error_ratio = ERROR_FORECAST;
	/* A forecast is told from one time on, and no further than 48 hours. */
	return grid_ask_end(&ask, grid_ask_spans(&ask, STEP_S,
						 query->forecast ? INT64_MAX : REQUEST_S,
						 ask_span));
}

const struct grid grid_ukcarbon = {
	.name = "ukcarbon",
	.base_url = "https://api.carbonintensity.org.uk",
	.signal = SIGNAL_AVERAGE,
	.flags = GRID_HAS_FORECAST,
	.zone_of = zone_of,
	.fetch = fetch,
};
