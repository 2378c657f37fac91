/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-15.
 * Reads: a forecast, and what predict_start() made of it.
 * Gives: kg now and then, and a table of starts.
 * Needs: nothing; what the forecast does not cover is an unknown row.
 * Limits: rows tell the forecast as it is; only the verdict takes its errors into account.
 */
#include "calc/when.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/carbon.h"

#define HALF_HOUR_S 1800
#define HOUR_S      3600
#define DAY_S       86400.0

static enum when_verdict verdict_of(enum predict_verdict verdict)
{
	switch (verdict) {
	case PREDICT_RUN_NOW:
		return WHEN_RUN_NOW;
	case PREDICT_WAIT:
		return WHEN_WAIT;
	case PREDICT_UNKNOWN:
		break;
	}
	return WHEN_UNKNOWN;
}

static int64_t seconds_of(int64_t ns)
{
	return ns > 0 ? (ns - 1) / NS_PER_S + 1 : 0;
}

static struct quantity mean_at(const struct predict_ask *ask, int64_t start_unix_s)
{
	int64_t length_s = seconds_of(ask->duration_ns);
	double lead_s = (double)(start_unix_s - ask->now_unix_s) + (double)length_s / 2;
	double error = ask->error_now_ratio +
		       (ask->error_day_ratio - ask->error_now_ratio) * lead_s / DAY_S;
	struct quantity q = { .kind = KIND_MODELLED };
	double half;

	q.known =
		length_s > 0 && predict_window(ask->series, start_unix_s,
					       start_unix_s + length_s, false, &q.value);
	if (!q.known)
		return (struct quantity){ .kind = KIND_MODELLED };
	half = 1.96 * fmax(error, 0) * fabs(q.value);
	q.low = q.value >= 0 ? fmax(0, q.value - half) : q.value - half;
	q.high = q.value + half;
	(void)snprintf(q.source, sizeof q.source, "forecast, %s %s",
		       ask->series->provider, ask->series->zone);
	return q;
}

static void add_row(const struct predict_ask *ask, int64_t start_unix_s, struct when *ret)
{
	struct when_row *row = &ret->row[ret->row_count++];

	*row = (struct when_row){ .start_unix_s = start_unix_s, .change_ratio = NAN };
	row->gpkwh = mean_at(ask, start_unix_s);
	row->now = start_unix_s == ask->now_unix_s;
	row->best = start_unix_s == ret->best_unix_s;
	if (row->gpkwh.known && (row->now || row->best))
		row->gpkwh = row->now ? ret->now_gpkwh : ret->best_gpkwh;
	row->carbon_kg = carbon_kg(&ret->facility_kwh, &row->gpkwh);
	if (row->gpkwh.known && ret->now_gpkwh.known && ret->now_gpkwh.value > 0)
		row->change_ratio = row->gpkwh.value / ret->now_gpkwh.value - 1;
}

/* Two rows are kept for now and the best. */
static int64_t step_for(int64_t span_s)
{
	int64_t step_s = HALF_HOUR_S;

	while (span_s / step_s > WHEN_ROWS_MAX - 3)
		step_s += step_s < HOUR_S ? HALF_HOUR_S : HOUR_S;
	return step_s;
}

static void add_rows(const struct predict_ask *ask, struct when *ret)
{
	int64_t last = ask->deadline_unix_s - seconds_of(ask->duration_ns);
	bool best_is_in = ret->best_unix_s <= ask->now_unix_s || ret->best_unix_s > last;
	int64_t step_s, at;

	if (!ask->series || ask->series->count == 0 || ask->duration_ns <= 0 ||
	    last < ask->now_unix_s)
		return;
	step_s = step_for(last - ask->now_unix_s);
	add_row(ask, ask->now_unix_s, ret);
	at = ask->now_unix_s - ask->now_unix_s % step_s + step_s;
	for (; at <= last && ret->row_count < WHEN_ROWS_MAX - 1; at += step_s) {
		if (!best_is_in && ret->best_unix_s <= at) {
			if (ret->best_unix_s < at)
				add_row(ask, ret->best_unix_s, ret);
			best_is_in = true;
		}
		add_row(ask, at, ret);
	}
	if (!best_is_in)
		add_row(ask, ret->best_unix_s, ret);
}

void when_of(const struct predict_ask *ask, const struct predict *predict,
	     const struct quantity *facility_kwh, struct when *ret)
{
	ret->verdict = verdict_of(predict->verdict);
	(void)copy_text(ret->reason, sizeof ret->reason, predict->reason);
	ret->now_unix_s = ask->now_unix_s;
	ret->deadline_unix_s = ask->deadline_unix_s;
	ret->duration_ns = ask->duration_ns;
	ret->best_unix_s = predict->best_unix_s;
	ret->saving_ratio = predict->saving_ratio;
	ret->saving_low_ratio = predict->saving_low_ratio;
	ret->saving_high_ratio = predict->saving_high_ratio;
	ret->probability = predict->probability;
	ret->seen_ratio = predict->seen_ratio;
	ret->starts = predict->starts;
	ret->starts_bare = predict->starts_bare;
	ret->now_gpkwh = predict->now_gpkwh;
	ret->best_gpkwh = predict->best_gpkwh;
	ret->facility_kwh = *facility_kwh;
	ret->now_kg = carbon_kg(facility_kwh, &predict->now_gpkwh);
	ret->best_kg = carbon_kg(facility_kwh, &predict->best_gpkwh);
	ret->error_now_ratio = ask->error_now_ratio;
	ret->error_day_ratio = ask->error_day_ratio;
	ret->row_count = 0;
	add_rows(ask, ret);
}
