/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-21, judged: the total of runs whose whole curve is known, forecast from what was seen of
 * them first. The run's end is known, as it is from epochs.
 *
 * "gramme" has the constant it ships with, which was chosen with these runs in sight. "gramme, fit
 * elsewhere" has, for each run, one for which 90 % of the other benchmarks' runs were inside:
 * that and no more is what such a constant is worth on a kind of job never seen.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "calc/forecast.h"
#include "engine/validate.h"
#include "place/table.h"

#define WATTS_MAX 4096

struct trace {
	char benchmark[ACCURACY_NAME_MAX];
	char group[ACCURACY_NAME_MAX];
	double duration_s;
	double step_s;
	double total_j;
	size_t count;
	float *watts;
};

struct traces {
	struct trace *all;
	size_t count;
};

/* After how much of the time. */
static const double points[] = { 0.05, 0.10, 0.20 };

static void traces_done(struct traces *traces)
{
	for (size_t i = 0; i < traces->count; i++)
		free(traces->all[i].watts);
	free(traces->all);
}

static double step_of(const struct trace *trace, size_t i)
{
	return fmin(trace->step_s, trace->duration_s - (double)i * trace->step_s);
}

static bool read_watts(const char *text, struct trace *trace)
{
	const char *next = text;

	trace->watts = calloc(WATTS_MAX, sizeof *trace->watts);
	if (!trace->watts)
		return false;
	for (; *next && trace->count < WATTS_MAX; trace->count++) {
		char *end;
		double watts = strtod(next, &end);

		if (end == next || !(watts >= 0) || step_of(trace, trace->count) <= 0)
			return false;
		trace->watts[trace->count] = (float)watts;
		trace->total_j += watts * step_of(trace, trace->count);
		next = end + strspn(end, " ");
	}
	return *next == '\0' && trace->count > 0;
}

static bool read_trace(const struct table *table, size_t row, struct trace *trace)
{
	const char *benchmark = table_text(table, row, table_column(table, "benchmark"));
	const char *meter = table_text(table, row, table_column(table, "meter"));

	(void)copy_text(trace->benchmark, sizeof trace->benchmark, benchmark);
	(void)snprintf(trace->group, sizeof trace->group, "%.20s, %.20s", benchmark,
		       meter);
	return table_number(table, row, table_column(table, "step_s"), &trace->step_s) &&
	       table_number(table, row, table_column(table, "duration_s"),
			    &trace->duration_s) &&
	       trace->step_s > 0 && trace->duration_s > 0 &&
	       read_watts(table_text(table, row, table_column(table, "watts")), trace) &&
	       trace->total_j > 0;
}

static int read_traces(struct validate *v, struct traces *ret)
{
	const struct table *table = tables_get(v->tables, "validation_mlperf_trace");

	if (!table)
		return diag_say(v->diag, -ENOENT,
				"there is no table validation_mlperf_trace");
	ret->all = calloc(table_rows(table) + 1, sizeof *ret->all);
	if (!ret->all)
		return -ENOMEM;
	for (size_t row = 0; row < table_rows(table); row++) {
		ret->count++;
		if (!read_trace(table, row, &ret->all[row]))
			return diag_say(v->diag, -EPROTO,
					"validation_mlperf_trace: row %zu is no trace",
					row + 1);
	}
	return 0;
}

/* As a sampler would have told it, up to there. */
static void see(const struct trace *trace, double until_s, struct forecast_curve *ret)
{
	double j = 0;

	*ret = (struct forecast_curve){ .count = 0 };
	forecast_curve_add(ret, 0, 0);
	for (size_t i = 0; i < trace->count && ret->last_x < until_s; i++) {
		double begin_s = (double)i * trace->step_s;
		double end_s = fmin(begin_s + step_of(trace, i), until_s);

		j += (double)trace->watts[i] * (end_s - begin_s);
		forecast_curve_add(ret, end_s, j);
	}
}

static void forecast_at(const struct trace *trace, double part, double unseen_ratio,
			struct forecast *ret)
{
	struct forecast_curve curve;
	const struct forecast_ask ask = { .curve = &curve,
					  .end = trace->duration_s,
					  .unseen_ratio = unseen_ratio };

	see(trace, part * trace->duration_s, &curve);
	forecast_over_time(&ask, ret);
}

/* --- the constant, as the other benchmarks would have it --- */

static bool holds(const struct trace *trace, double part, double unseen_ratio)
{
	struct forecast forecast;

	forecast_at(trace, part, unseen_ratio, &forecast);
	return forecast.known && trace->total_j >= forecast.low90 &&
	       trace->total_j <= forecast.high90;
}

static double held_ratio(const struct traces *traces, const char *without,
			 double unseen_ratio)
{
	size_t cases = 0;
	size_t held = 0;

	for (size_t i = 0; i < traces->count; i++)
		for (size_t p = 0; p < ARRAY_SIZE(points); p++) {
			const struct trace *trace = &traces->all[i];

			if (strcmp(trace->benchmark, without) == 0)
				continue;
			cases++;
			held += holds(trace, points[p], unseen_ratio);
		}
	return cases > 0 ? (double)held / (double)cases : 1;
}

static double fit_without(const struct traces *traces, const char *without)
{
	for (int i = 0; i < 40; i++) {
		double unseen_ratio = 0.0025 * i;

		if (held_ratio(traces, without, unseen_ratio) >= 0.9)
			return unseen_ratio;
	}
	return 0.1;
}

/* --- the cases --- */

static int add(struct validate *v, const char *method, double part,
	       const struct accuracy_case *one)
{
	char name[ACCURACY_NAME_MAX];

	(void)snprintf(name, sizeof name, "%s, first %.0f %%", method, 100 * part);
	return accuracy_add(v->accuracy, "forecast", name, one);
}

static int add_forecast(struct validate *v, const char *method, const struct trace *trace,
			const double how[2])
{
	struct forecast forecast;
	struct accuracy_case one = { .truth = trace->total_j, .group = trace->group };

	forecast_at(trace, how[0], how[1], &forecast);
	one.guess = forecast.value;
	one.low90 = forecast.low90;
	one.high90 = forecast.high90;
	one.low95 = forecast.low95;
	one.high95 = forecast.high95;
	return add(v, method, how[0], &one);
}

static int add_mean(struct validate *v, const struct trace *trace, double part)
{
	struct forecast_curve curve;

	see(trace, part * trace->duration_s, &curve);
	return add(v, "mean power so far", part,
		   &(struct accuracy_case){ .truth = trace->total_j,
					    .guess = curve.last_y / curve.last_x *
						     trace->duration_s,
					    .low90 = NAN,
					    .high90 = NAN,
					    .low95 = NAN,
					    .high95 = NAN,
					    .group = trace->group });
}

static int judge_trace(struct validate *v, const struct trace *trace, double part,
		       double fit)
{
	int r = add_forecast(v, "gramme", trace,
			     (double[2]){ part, FORECAST_UNSEEN_RATIO });

	if (r == 0)
		r = add_forecast(v, "gramme, fit elsewhere", trace,
				 (double[2]){ part, fit });
	return r < 0 ? r : add_mean(v, trace, part);
}

int validate_forecast(struct validate *v)
{
	CLEANUP(traces_done) struct traces traces = { .count = 0 };
	const char *fit_for = "";
	double fit = 0;
	int r = read_traces(v, &traces);

	for (size_t i = 0; r == 0 && i < traces.count; i++) {
		const struct trace *trace = &traces.all[i];

		if (strcmp(fit_for, trace->benchmark) != 0)
			fit = fit_without(&traces, trace->benchmark);
		fit_for = trace->benchmark;
		for (size_t p = 0; r == 0 && p < ARRAY_SIZE(points); p++)
			r = judge_trace(v, trace, points[p], fit);
		if (v->progress)
			v->progress(v->progress_data, "forecast",
				    (double)(i + 1) / (double)traces.count);
	}
	return r;
}
