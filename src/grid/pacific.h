/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock on the wall in California, by the rule in force since 2007 (Energy Policy Act of
 * 2005): an hour ahead of UTC-8 from the second Sunday of March, 02:00, to the first Sunday of
 * November, 02:00. Written out, as the process may live in any time zone, or in none.
 */
#pragma once

#include <stdint.h>

#define PACIFIC_DAY_S   INT64_C(86400)
#define PACIFIC_NO_SUCH (-1)

/* Seconds to add to UTC: -28800 or -25200. */
int64_t pacific_offset_s(int64_t unix_s);

/* The day on the calendar there, counted from 1970-01-01; and when it begins. */
int64_t pacific_day(int64_t unix_s);
int64_t pacific_day_start(int64_t day);

/* 20260101. */
int pacific_day_number(int64_t day);

/* Seconds into the day of a minute on its clock, the second time that clock shows it or the
 * first. PACIFIC_NO_SUCH: the hour that is skipped in March. */
int64_t pacific_second_of(int64_t day, int minute, int second_time);
