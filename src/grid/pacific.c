/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/pacific.h"

#include <stdbool.h>
#include <time.h>

#define HOUR_S        INT64_C(3600)
#define STANDARD_S    (-8 * HOUR_S)
#define CHANGE_HOUR   2 /* on the clock that ends then */
#define EPOCH_WEEKDAY 4 /* 1970-01-01 was a Thursday */
#define DAYS_TO(y, m) days_to((struct tm){ .tm_year = (y), .tm_mon = (m), .tm_mday = 1 })

static int64_t days_to(struct tm date)
{
	return timegm(&date) / PACIFIC_DAY_S;
}

static int64_t floor_day(int64_t s)
{
	return s / PACIFIC_DAY_S - (s % PACIFIC_DAY_S < 0);
}

/* The n-th Sunday of the month that begins on that day. */
static int64_t sunday(int64_t first_day, int n)
{
	int64_t weekday = (first_day + EPOCH_WEEKDAY) % 7;

	return first_day + (7 - weekday) % 7 + INT64_C(7) * (n - 1);
}

static int year_of(int64_t day)
{
	time_t t = (time_t)(day * PACIFIC_DAY_S);
	struct tm tm = { 0 };

	(void)gmtime_r(&t, &tm);
	return tm.tm_year;
}

static int64_t spring_day(int year)
{
	return sunday(DAYS_TO(year, 2), 2);
}

static int64_t autumn_day(int year)
{
	return sunday(DAYS_TO(year, 10), 1);
}

int64_t pacific_offset_s(int64_t unix_s)
{
	int year = year_of(floor_day(unix_s + STANDARD_S));
	int64_t from =
		spring_day(year) * PACIFIC_DAY_S + CHANGE_HOUR * HOUR_S - STANDARD_S;
	int64_t to = autumn_day(year) * PACIFIC_DAY_S + (CHANGE_HOUR - 1) * HOUR_S -
		     STANDARD_S;

	return STANDARD_S + (unix_s >= from && unix_s < to ? HOUR_S : 0);
}

int64_t pacific_day(int64_t unix_s)
{
	return floor_day(unix_s + pacific_offset_s(unix_s));
}

/* Both changes come after both midnights, so that one look is enough. */
int64_t pacific_day_start(int64_t day)
{
	int64_t standard = day * PACIFIC_DAY_S - STANDARD_S;

	return standard - (pacific_offset_s(standard) - STANDARD_S);
}

int pacific_day_number(int64_t day)
{
	time_t t = (time_t)(day * PACIFIC_DAY_S);
	struct tm tm = { 0 };

	(void)gmtime_r(&t, &tm);
	return (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

int64_t pacific_second_of(int64_t day, int minute, int second_time)
{
	int year = year_of(day);
	int hour = minute / 60;
	bool spring = day == spring_day(year);
	bool autumn = day == autumn_day(year);

	if (spring && hour == CHANGE_HOUR)
		return PACIFIC_NO_SUCH;
	if (second_time && !(autumn && hour == CHANGE_HOUR - 1))
		return PACIFIC_NO_SUCH;
	if (spring && hour > CHANGE_HOUR)
		return minute * INT64_C(60) - HOUR_S;
	if (autumn && (second_time || hour >= CHANGE_HOUR))
		return minute * INT64_C(60) + HOUR_S;
	return minute * INT64_C(60);
}
