/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_when(): a forecast of the grid, or its last days for one, and the best start in it. */
#include "calc/when.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "calc/carbon.h"
#include "engine/fetch.h"
#include "engine/locate.h"
#include "engine/select.h"
#include "place/factor.h"
#include "report/when-view.h"

#define J_PER_KWH 3.6e6
/* Somebody sits and waits: for the forecast, and once more for the days past. */
#define ASK_NS         (8 * NS_PER_S)
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

/* A run like another that takes twice as long uses twice as much. */
static void take_duration(struct asking *asking, int64_t duration_ns)
{
	int64_t *like_ns = &asking->ask.duration_ns;
	double ratio = *like_ns > 0 ? (double)duration_ns / (double)*like_ns : 1;

	asking->attributed_j.value *= ratio;
	asking->attributed_j.low *= ratio;
	asking->attributed_j.high *= ratio;
	*like_ns = duration_ns;
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
		take_duration(asking, opts->duration_ns);
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
	char takes[TIME_TEXT_MAX];
	char left[TIME_TEXT_MAX];

	if (deadline_ns / NS_PER_S > DEADLINE_MAX_S)
		return diag_say(&asking->gramme->diag, -ERANGE,
				"no forecast reaches over two weeks");
	if (deadline_ns < ask->duration_ns) {
		duration_text(ask->duration_ns, takes, sizeof takes);
		duration_text(deadline_ns, left, sizeof left);
		(void)diag_say(&asking->gramme->diag, -ERANGE,
			       "it takes %s, and the deadline is in %s", takes, left);
		diag_fix(&asking->gramme->diag, "--deadline 2d, or some such");
		return -ERANGE;
	}
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
				    .place = asking->when.place,
				    .budget_ns = ASK_NS };
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

static void free_keys(struct keys **keys)
{
	keys_free(*keys);
}

/* Why there is neither a forecast nor a past to take for one. */
static void say_nobody(struct asking *asking)
{
	CLEANUP(free_keys) struct keys *keys = NULL;
	struct fetch_candidate candidates[FETCH_CANDIDATES_MAX];
	struct fetch_plan plan = plan_of(asking);
	struct when *when = &asking->when;
	struct diag ignored = { 0 };
	const char *why = "nobody forecasts the grid there";
	size_t count;

	(void)!keys_open(NULL, &ignored, &keys);
	count = fetch_candidates(&plan, keys, candidates);
	for (size_t i = 0; i < count; i++) {
		if (candidates[i].grid->signal != SIGNAL_AVERAGE)
			continue;
		if (candidates[i].may == FETCH_NO_KEY)
			why = "who forecasts the grid there wants a key (gramme doctor)";
		if (candidates[i].may != FETCH_MAY)
			continue;
		why = "who was asked had none";
		break;
	}
	if (fetch_is_offline(&asking->gramme->config))
		why = "offline, nobody is asked";
	else if (strcmp(when->place.how, "world") == 0)
		why = "it is not known where this is (--region)";
	(void)copy_text(when->reason, sizeof when->reason, why);
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
	if (asking->series.count == 0)
		say_nobody(asking);
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
