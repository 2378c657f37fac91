/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_when(): a forecast of the grid, or its last days for one, and the best start in it. */
#include "calc/when.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "calc/carbon.h"
#include "engine/fetch.h"
#include "engine/locate.h"
#include "engine/select.h"
#include "place/factor.h"
#include "report/when-view.h"

#define J_PER_KWH      3.6e6
#define DAY_S          INT64_C(86400)
#define DEADLINE_NS    (DAY_S * NS_PER_S)
#define DEADLINE_MAX_S (14 * DAY_S)
#define HISTORY_S      (7 * DAY_S)

struct asking {
	struct gramme *gramme;
	const struct gramme_when_opts *opts;
	struct quantity attributed_j;
	double pue; /* of the run it is like; 0: the place's */
	struct predict_ask ask;
	struct intensity_series series;
	struct when when;
};

static void asking_done(struct asking *asking)
{
	intensity_series_done(&asking->series);
}

/* --- how long and how much ---------------------------------------------------------------- */

static int take_like(struct asking *asking)
{
	CLEANUP(run_view_done) struct run_view view;
	int r;

	memset(&view, 0, sizeof view);
	r = select_view(asking->gramme, asking->opts->like, &view);
	if (r < 0)
		return r;
	asking->ask.duration_ns = view.record.info.duration_ns;
	asking->attributed_j = view.attributed_j;
	asking->pue = view.record.info.pue;
	return 0;
}

static int take_load(struct asking *asking)
{
	const struct gramme_when_opts *opts = asking->opts;
	struct diag *diag = &asking->gramme->diag;
	double joules = opts->energy_kwh * J_PER_KWH;
	int r = opts->like ? take_like(asking) : 0;

	if (r < 0)
		return r;
	if (opts->duration_ns > 0)
		asking->ask.duration_ns = opts->duration_ns;
	if (asking->ask.duration_ns <= 0)
		return diag_say(diag, -EINVAL, "how long it takes is not known");
	if (!isfinite(joules) || joules < 0)
		return diag_say(diag, -EINVAL, "the energy is no number of 0 or more");
	if (joules > 0)
		asking->attributed_j = (struct quantity){ .known = true,
							  .value = joules,
							  .low = joules,
							  .high = joules,
							  .kind = KIND_ASSUMED };
	return 0;
}

static int take_times(struct asking *asking)
{
	const struct gramme_when_opts *opts = asking->opts;
	int64_t deadline_ns = opts->deadline_ns > 0 ? opts->deadline_ns : DEADLINE_NS;
	struct predict_ask *ask = &asking->ask;

	if (deadline_ns / NS_PER_S > DEADLINE_MAX_S)
		return diag_say(&asking->gramme->diag, -ERANGE,
				"no forecast reaches over two weeks");
	if (deadline_ns < ask->duration_ns)
		return diag_say(&asking->gramme->diag, -ERANGE,
				"it takes longer than there is time until the deadline");
	ask->now_unix_s = host_clock_ns(&asking->gramme->here, HOST_REALTIME) / NS_PER_S;
	ask->deadline_unix_s = ask->now_unix_s + deadline_ns / NS_PER_S;
	return 0;
}

/* --- the forecast ------------------------------------------------------------------------- */

static struct fetch_plan plan_of(const struct asking *asking)
{
	return (struct fetch_plan){ .host = &asking->gramme->host,
				    .config = &asking->gramme->config,
				    .tables = asking->gramme->tables,
				    .place = asking->when.place };
}

/* The series of an answer becomes ours; what went wrong on the way is told. */
static void take_series(struct asking *asking, struct fetch_result *result)
{
	struct intensity_series *own = &result->series[SIGNAL_AVERAGE];
	struct when *when = &asking->when;

	if (result->trouble_count > 0)
		(void)copy_text(when->trouble, sizeof when->trouble,
				result->trouble[0].text);
	if (own->count == 0)
		return;
	intensity_series_done(&asking->series);
	asking->series = *own;
	memset(own, 0, sizeof *own);
	(void)copy_text(when->provider, sizeof when->provider, asking->series.provider);
	(void)copy_text(when->zone, sizeof when->zone, asking->series.zone);
	(void)copy_text(when->basis, sizeof when->basis, asking->series.basis);
	when->fetched_unix_s = asking->series.fetched_unix_s;
}

static void ask_forecast(struct asking *asking)
{
	CLEANUP(fetch_result_done) struct fetch_result result;
	struct fetch_plan plan = plan_of(asking);

	memset(&result, 0, sizeof result);
	plan.forecast = true;
	plan.from_unix_s = asking->ask.now_unix_s;
	plan.to_unix_s = asking->ask.deadline_unix_s;
	if (fetch_do(&plan, &result) == 0)
		take_series(asking, &result);
	asking->ask.error_now_ratio = PREDICT_ERROR_NOW_RATIO;
	asking->ask.error_day_ratio = PREDICT_ERROR_DAY_RATIO;
	(void)copy_text(asking->when.error_from, sizeof asking->when.error_from,
			"assumed");
}

/* Nobody foretells it: each hour as it was on the days before. */
static void ask_habit(struct asking *asking)
{
	CLEANUP(fetch_result_done) struct fetch_result result;
	struct intensity_series naive = { .count = 0 };
	struct fetch_plan plan = plan_of(asking);
	struct predict_ask *ask = &asking->ask;
	double error;

	memset(&result, 0, sizeof result);
	plan.from_unix_s = ask->now_unix_s - HISTORY_S;
	plan.to_unix_s = ask->now_unix_s;
	if (fetch_do(&plan, &result) < 0)
		return;
	take_series(asking, &result);
	if (asking->series.count == 0 ||
	    predict_naive(&asking->series, ask->now_unix_s, ask->deadline_unix_s,
			  &naive) < 0 ||
	    predict_backtest_ratio(&asking->series, ask->now_unix_s, ask->duration_ns,
				   &error) < 0) {
		intensity_series_done(&naive);
		intensity_series_done(&asking->series);
		asking->when.provider[0] = '\0';
		return;
	}
	intensity_series_done(&asking->series);
	asking->series = naive;
	ask->error_now_ratio = error;
	ask->error_day_ratio = error;
	(void)copy_text(asking->when.provider, sizeof asking->when.provider, "naive");
	(void)copy_text(asking->when.error_from, sizeof asking->when.error_from,
			"found on the last 7 days");
}

/* --- the answer --------------------------------------------------------------------------- */

static int32_t offset_at(int64_t unix_s)
{
	time_t at = (time_t)unix_s;
	struct tm tm;

	return localtime_r(&at, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

static void fill_offsets(struct when *when)
{
	tzset();
	when->now_offset_s = offset_at(when->now_unix_s);
	when->best_offset_s = offset_at(when->best_unix_s);
	when->deadline_offset_s = offset_at(when->deadline_unix_s);
	for (size_t i = 0; i < when->row_count; i++)
		when->row[i].utc_offset_s = offset_at(when->row[i].start_unix_s);
}

static struct quantity facility_of(const struct asking *asking)
{
	struct factor pue;

	factor_pue(asking->gramme->tables, &asking->when.place,
		   asking->ask.now_unix_s * NS_PER_S, &pue);
	if (asking->pue > 0)
		pue.value.value = pue.value.low = pue.value.high = asking->pue;
	return carbon_facility_kwh(&asking->attributed_j, &pue.value);
}

static int answer(struct asking *asking)
{
	struct gramme *gramme = asking->gramme;
	struct predict predict;
	struct quantity facility;
	int r = take_load(asking);

	if (r == 0)
		r = take_times(asking);
	if (r == 0)
		r = locate(gramme, asking->opts->region, true, &asking->when.place);
	if (r < 0)
		return r;
	ask_forecast(asking);
	if (asking->series.count == 0)
		ask_habit(asking);
	asking->ask.series = &asking->series;
	predict_start(&asking->ask, &predict);
	facility = facility_of(asking);
	when_of(&asking->ask, &predict, &facility, &asking->when);
	fill_offsets(&asking->when);
	return 0;
}

int gramme_when(struct gramme *gramme, const struct gramme_when_opts *given,
		const char *format, uint32_t flags, char **ret)
{
	CLEANUP(asking_done) struct asking asking = { .gramme = gramme };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct report_opts how = { .colour = flags & GRAMME_TEXT_COLOUR, .width = 80 };
	struct gramme_when_opts opts;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	asking.opts = &opts;
	r = answer(&asking);
	if (r < 0)
		return r;
	if (strcmp(format, "json") == 0)
		return when_json(&asking.when, ret);
	when_text(&asking.when, &how, &out);
	return strbuf_steal(&out, ret);
}
