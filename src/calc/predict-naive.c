/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-15, where no provider has a forecast.
 * Reads: the intensity of the 7 days before now.
 * Gives: a forecast from the habit of the hour, and what it errs by.
 * Needs: at least 3 whole days.
 * Limits: knows no weekday, weather or season.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "calc/predict.h"

#define DAYS_MAX   7
#define DAYS_LEAST 3
#define HOURS      24
#define HOUR_S     3600
#define WEEK_HOURS (DAYS_MAX * HOURS)

/* What each whole hour was; NAN: not known. The last one ends at end_unix_s. */
struct week {
	int64_t end_unix_s;
	double gpkwh[WEEK_HOURS];
};

static int64_t whole_hour(int64_t unix_s)
{
	int64_t past = unix_s % HOUR_S;

	return unix_s - past - (past < 0 ? HOUR_S : 0);
}

static void read_week(const struct intensity_series *history, int64_t now_unix_s,
		      struct week *ret)
{
	ret->end_unix_s = whole_hour(now_unix_s);
	for (int i = 0; i < WEEK_HOURS; i++) {
		int64_t from = ret->end_unix_s - (int64_t)(WEEK_HOURS - i) * HOUR_S;

		if (!predict_window(history, from, from + HOUR_S, true, &ret->gpkwh[i]))
			ret->gpkwh[i] = NAN;
	}
}

/* The mean of an hour of the day over the days but one; NAN: too few. */
static double habit(const struct week *week, int hour, int but_day, int least)
{
	double sum = 0;
	int days = 0;

	for (int day = 0; day < DAYS_MAX; day++) {
		double gpkwh = week->gpkwh[day * HOURS + hour];

		if (day == but_day || isnan(gpkwh))
			continue;
		sum += gpkwh;
		days++;
	}
	return days >= least ? sum / days : (double)NAN;
}

static void take_names(struct intensity_series *to, const struct intensity_series *from)
{
	*to = *from;
	to->points = NULL;
	to->count = 0;
	to->room = 0;
}

int predict_naive(const struct intensity_series *history, int64_t now_unix_s,
		  int64_t to_unix_s, struct intensity_series *ret)
{
	CLEANUP(intensity_series_done) struct intensity_series series;
	struct week week;

	take_names(&series, history);
	read_week(history, now_unix_s, &week);
	for (int64_t s = week.end_unix_s; s < to_unix_s; s += HOUR_S) {
		int hour = (int)((s - week.end_unix_s) / HOUR_S % HOURS);
		struct intensity_point point = {
			.from_unix_s = s,
			.to_unix_s = s + HOUR_S,
			.gpkwh = habit(&week, hour, -1, DAYS_LEAST),
			.estimated = true,
			.forecast = true,
		};
		int r = isnan(point.gpkwh) ? 0 : intensity_series_add(&series, &point);

		if (r < 0)
			return r;
	}
	if (series.count == 0)
		return -ENODATA;
	*ret = series;
	series.points = NULL;
	return 0;
}

/* A run from that hour on, against the habit of the other days; NAN: not all is known. */
static double window_error(const struct week *week, int from, int hours)
{
	double was = 0, foretold = 0;

	for (int i = from; i < from + hours; i++) {
		was += week->gpkwh[i];
		foretold += habit(week, i % HOURS, i / HOURS, DAYS_LEAST - 1);
	}
	return foretold > 0 ? was / foretold - 1 : (double)NAN;
}

/* A day's starts, with their own mean taken off: squares, and how many more than the mean. */
static void add_day(const struct week *week, int day, int hours, double *squares,
		    int *count)
{
	double mean = 0;
	int seen = 0;

	for (int hour = 0; hour < HOURS; hour++) {
		int from = day * HOURS + hour;
		double error, off;

		if (from + hours > WEEK_HOURS)
			break;
		error = window_error(week, from, hours);
		if (isnan(error))
			continue;
		off = error - mean;
		mean += off / ++seen;
		*squares += off * (error - mean);
	}
	*count += seen > 0 ? seen - 1 : 0;
}

int predict_backtest_ratio(const struct intensity_series *history, int64_t now_unix_s,
			   int64_t duration_ns, double *ret)
{
	int64_t hours = (duration_ns - 1) / (HOUR_S * NS_PER_S) + 1;
	struct week week;
	double squares = 0;
	int count = 0;

	if (duration_ns <= 0 || hours > WEEK_HOURS - HOURS)
		return -ENODATA;
	read_week(history, now_unix_s, &week);
	for (int day = 0; day < DAYS_MAX; day++)
		add_day(&week, day, (int)hours, &squares, &count);
	if (count < HOURS)
		return -ENODATA;
	*ret = sqrt(squares / count);
	return 0;
}
