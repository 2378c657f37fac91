/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Today's Outlook" of the California Independent System Operator, by five minutes.
 *
 * Reads: fuelsource.csv (MW by source) and co2.csv (tonnes of CO2 an hour by source, of
 *	combustion) below /current, and below /history/20260101 for days past; days and times
 *	are of the clock on the wall in California
 * Gives: gCO2/kWh of what is used there: tonnes an hour over MW of the sources that give,
 *	imports among them
 * Needs: nothing
 * Limits: a source that draws (batteries that charge, imports below 0, which are exports) is
 *	left out with its CO2, and so are batteries that give back; a source with power and no
 *	CO2 told is left out, and where that is over a tenth it is a gap. On the day in November
 *	the file shows 01:00 to 01:55 twice; where it does so once, that hour is a gap. "For
 *	information only", California ISO
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "grid/csv-read.h"
#include "grid/mix.h"
#include "grid/pacific.h"

#define BASIS  "average, direct, consumption"
#define ZONE   "US-CAL-CISO"

#define STEP_S INT64_C(300)
#define SLOTS  300          /* of the day of 25 hours */
#define HOUR   ((size_t)12) /* slots */
/* Two requests a day; a longer span is told from its start. */
#define DAYS_MAX    93
#define COLUMNS_MAX 24
#define FILE_MAX    ((size_t)1 << 20) /* 25 kB in truth */

/*
 * Assumed. A quarter and more of the power is imported, most of it counted with the one rate
 * of the state's regulator for power of unknown origin, 0.428 t/MWh.
 */
#define ERROR_RATIO 0.15

extern const struct grid grid_caiso;

/* One file: NAN is what is not told. */
struct sheet {
	const char *file;
	size_t columns;
	char name[COLUMNS_MAX][32];
	bool told[COLUMNS_MAX]; /* a value in some row */
	double value[COLUMNS_MAX][SLOTS];
};

struct day {
	int64_t day;
	int64_t start_unix_s;
	size_t slots; /* 276, 288, 300 */
	struct sheet power;
	struct sheet co2;
};

static bool zone_of(struct tables *tables, const struct place *place, char *buf,
		    size_t size)
{
	bool state = strcasecmp(place->state, "California") == 0 &&
		     (place->zone[0] == '\0' || strcasecmp(place->zone, "US-CA") == 0);

	(void)tables;
	if (!state && strcasecmp(place->zone, ZONE) != 0)
		return false;
	return copy_text(buf, size, ZONE);
}

/* "07:05"; -1 for what is no time. */
static int minute_of(const char *text)
{
	const char *colon = strchr(text, ':');
	char hours[4] = "";
	uint64_t hour;
	uint64_t minute;

	if (!colon || (size_t)(colon - text) >= sizeof hours)
		return -1;
	memcpy(hours, text, (size_t)(colon - text));
	if (parse_u64(hours, &hour) < 0 || parse_u64(colon + 1, &minute) < 0 ||
	    hour > 23 || minute > 59 || minute % 5 != 0)
		return -1;
	return (int)(hour * 60 + minute);
}

static int header(struct grid_ask *ask, struct sheet *sheet, struct csv_reader *reader)
{
	char *fields[COLUMNS_MAX];
	int count = csv_row(reader, fields, COLUMNS_MAX);

	if (count < 2 || strcasecmp(fields[0], "Time") != 0)
		return grid_bad(ask, "%s does not begin with a column Time", sheet->file);
	sheet->columns = (size_t)count;
	for (size_t i = 0; i < sheet->columns; i++) {
		(void)copy_text(sheet->name[i], sizeof sheet->name[i], fields[i]);
		for (size_t slot = 0; slot < SLOTS; slot++)
			sheet->value[i][slot] = NAN;
	}
	return 0;
}

static int read_values(struct grid_ask *ask, struct sheet *sheet, char *const *fields,
		       size_t count, size_t slot)
{
	for (size_t i = 1; i < count && i < sheet->columns; i++) {
		char quote[GRID_QUOTE_MAX];

		if (*fields[i] == '\0')
			continue;
		if (parse_double(fields[i], &sheet->value[i][slot]) < 0)
			return grid_bad(ask, "%s holds %s where a number should be",
					sheet->file, grid_quote(ask, fields[i], quote));
		sheet->told[i] = true;
	}
	return 0;
}

/* Where a row is on the clock, which may show an hour twice. */
struct wall_clock {
	int64_t day;
	int last_minute;
	int second_time;
	bool over; /* the next day's first row ends some files */
};

/* The row's slot; -1: of no time of this day. */
static int slot_of(struct wall_clock *wall, int minute)
{
	int64_t second;

	if (minute <= wall->last_minute) {
		wall->over = minute == 0;
		wall->second_time = 1;
	}
	if (minute >= 120)
		wall->second_time = 0;
	wall->last_minute = minute;
	second = pacific_second_of(wall->day, minute, wall->second_time);
	return wall->over || second < 0 ? -1 : (int)(second / STEP_S);
}

/* The hour that comes twice and was shown once: nobody knows which it was. */
static void forget_doubtful(struct sheet *sheet, const struct wall_clock *wall,
			    bool repeated)
{
	if (repeated || pacific_second_of(wall->day, 60, 1) < 0)
		return;
	for (size_t i = 0; i < sheet->columns; i++)
		for (size_t slot = HOUR; slot < 2 * HOUR; slot++)
			sheet->value[i][slot] = NAN;
}

static int read_sheet(struct grid_ask *ask, int64_t day, struct http_response *response,
		      struct sheet *sheet)
{
	struct wall_clock wall = { .day = day, .last_minute = -1 };
	struct csv_reader reader;
	char *fields[COLUMNS_MAX];
	bool repeated = false;
	int count = 0;
	int r;

	if (!response->body)
		return -ENODATA;
	csv_begin(&reader, response->body, response->size);
	r = header(ask, sheet, &reader);
	while (r == 0 && (count = csv_row(&reader, fields, COLUMNS_MAX)) > 0) {
		int minute = minute_of(fields[0]);
		int slot = minute < 0 ? -1 : slot_of(&wall, minute);

		if (minute < 0)
			return grid_bad(ask, "%s, line %zu: no time of day", sheet->file,
					reader.line);
		if (wall.over)
			break;
		repeated |= wall.second_time && slot >= 0;
		if (slot >= 0)
			r = read_values(ask, sheet, fields, (size_t)count, (size_t)slot);
	}
	if (r == 0 && count < 0)
		r = grid_bad(ask, "%s, line %zu: no row", sheet->file, reader.line);
	forget_doubtful(sheet, &wall, repeated);
	return r;
}

static int ask_sheet(struct grid_ask *ask, int64_t day, struct sheet *sheet)
{
	CLEANUP(http_response_done) struct http_response response = { 0 };
	struct http_request request = { .headers = { "Accept: text/csv" },
					.max_bytes = FILE_MAX };
	char url[GRID_URL_MAX];
	int r;

	if (day == pacific_day(ask->now_unix_s))
		r = grid_ask_url(ask, url, "/current/%s", sheet->file);
	else
		r = grid_ask_url(ask, url, "/history/%d/%s", pacific_day_number(day),
				 sheet->file);
	request.url = url;
	if (r == 0)
		r = http_get(ask->door->http, &request, &response, ask->diag);
	if (r < 0)
		return r == -ENOENT ? -ENODATA : r;
	if (response.date_unix_s > 0)
		ask->now_unix_s = response.date_unix_s;
	return read_sheet(ask, day, &response, sheet);
}

/* Counted with none by the operator, and so without a column in co2.csv. */
static bool burns_nothing(const char *source)
{
	static const char *const sources[] = { "Solar", "Wind", "Small hydro",
					       "Large Hydro", "Nuclear" };

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
		if (strcasecmp(source, sources[i]) == 0)
			return true;
	return false;
}

/* "Natural Gas" has its tonnes in "Natural Gas CO2". NAN: not told. */
static double tonnes_of(const struct sheet *co2, const char *source, size_t slot)
{
	size_t len = strlen(source);

	for (size_t i = 1; i < co2->columns; i++)
		if (strncasecmp(co2->name[i], source, len) == 0 &&
		    strcasecmp(co2->name[i] + len, " CO2") == 0)
			return co2->value[i][slot];
	return NAN;
}

/* False: the source is in the file and not told of this time. */
static bool add_source(const struct day *day, size_t column, size_t slot,
		       struct mix_sum *sum)
{
	const struct sheet *power = &day->power;
	const char *name = power->name[column];
	double mw = power->value[column][slot];
	double tonnes;

	if (!power->told[column] || *name == '\0' || strcasecmp(name, "Batteries") == 0)
		return true;
	if (isnan(mw))
		return false;
	if (mw <= 0)
		return true;
	tonnes = burns_nothing(name) ? 0.0 : tonnes_of(&day->co2, name, slot);
	if (tonnes >= 0) {
		sum->known_mw += mw;
		sum->direct += 1000.0 * tonnes; /* kg/h: of MW, g/kWh */
	} else {
		sum->unknown_mw += mw;
	}
	return true;
}

static int add_point(struct grid_ask *ask, const struct day *day, size_t slot)
{
	struct intensity_point point = { .from_unix_s = day->start_unix_s +
							(int64_t)slot * STEP_S };
	struct mix_sum sum = { 0 };
	struct mix_value value;
	bool told = true;

	/* A file of another day than is thought would be of a time to come. */
	if (point.from_unix_s > ask->now_unix_s)
		return 0;
	for (size_t i = 1; i < day->power.columns && told; i++)
		told = add_source(day, i, slot, &sum);
	sum.lifecycle = sum.direct;
	if (!told || !mix_sum_value(&sum, &value))
		return 0;
	point.to_unix_s = point.from_unix_s + STEP_S;
	point.gpkwh = value.direct_gpkwh;
	return grid_ask_point(ask, &point);
}

static int ask_day(struct grid_ask *ask, int64_t number)
{
	AUTO_FREE struct day *day = calloc(1, sizeof *day);
	int64_t length_s = pacific_day_start(number + 1) - pacific_day_start(number);
	int r;

	if (!day)
		return -ENOMEM;
	day->day = number;
	day->start_unix_s = pacific_day_start(number);
	day->slots = (size_t)(length_s / STEP_S);
	day->power.file = "fuelsource.csv";
	day->co2.file = "co2.csv";
	r = ask_sheet(ask, number, &day->power);
	if (r == 0)
		r = ask_sheet(ask, number, &day->co2);
	for (size_t slot = 0; slot < day->slots && r == 0; slot++)
		r = add_point(ask, day, slot);
	return r;
}

static int ask_days(struct grid_ask *ask)
{
	const struct grid_query *query = ask->query;
	int64_t day = pacific_day(query->from_unix_s);
	int64_t last =
		pacific_day(query->to_unix_s > query->from_unix_s ? query->to_unix_s - 1
								  : query->from_unix_s);
	int r = 0;

	for (int i = 0; i < DAYS_MAX && day <= last && r == 0; i++, day++) {
		if (day > pacific_day(ask->now_unix_s))
			break;
		r = ask_day(ask, day);
		if (r == -ENODATA)
			r = 0;
	}
	return r;
}

static int fetch(const struct grid_door *door, const struct grid_query *query,
		 struct intensity_series *ret, struct diag *diag)
{
	struct grid_ask ask;

	grid_ask_begin(&ask, &grid_caiso, door, query, ret);
	ask.diag = diag;
	if (query->forecast ||
	    !zone_of(door->tables, query->place, ret->zone, sizeof ret->zone))
		return grid_ask_end(&ask, 0);
	(void)copy_text(ret->basis, sizeof ret->basis, BASIS);
	ret->error_ratio = ERROR_RATIO;
	return grid_ask_end(&ask, ask_days(&ask));
}

const struct grid grid_caiso = {
	.name = "caiso",
	.base_url = "https://www.caiso.com/outlook",
	.signal = SIGNAL_AVERAGE,
	.zone_of = zone_of,
	.fetch = fetch,
};
