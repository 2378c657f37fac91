/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-15.
 * Reads: a forecast of intensity, and what such forecasts err by.
 * Gives: the best start, what it saves, how probably, and whether to wait for it.
 * Needs: a forecast over the whole of a run that starts now, and of one later.
 * Limits: power is even over the run; errors of starts that overlap correlate by the overlap.
 */
#include "calc/predict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define STEP_S     300
#define STARTS_MAX 4096
#define DAY_S      86400.0
#define GUESSES    48
/* How far a spread is doubted before it is seen: what made savings and probabilities come
 * true over simulated days (docs/METHOD.md E-15). */
#define DOUBT 1.5

static const char *const verdicts[] = { "unknown", "run-now", "wait" };

const char *predict_verdict_text(enum predict_verdict value)
{
	size_t i = (size_t)value;

	return i < ARRAY_SIZE(verdicts) ? verdicts[i] : "unknown";
}

bool predict_window(const struct intensity_series *series, int64_t from_unix_s,
		    int64_t to_unix_s, bool measured_only, double *ret_gpkwh)
{
	const struct intensity_point *step, *end;
	double sum = 0;
	int64_t at = from_unix_s;

	if (!series || series->count == 0)
		return false;
	step = intensity_series_at(series, from_unix_s);
	end = series->points + series->count;
	for (; at < to_unix_s; step++) {
		int64_t to;

		if (!step || step == end || step->from_unix_s > at ||
		    (measured_only && step->forecast))
			return false;
		to = step->to_unix_s < to_unix_s ? step->to_unix_s : to_unix_s;
		sum += step->gpkwh * (double)(to - at);
		at = to;
	}
	*ret_gpkwh = sum / (double)(to_unix_s - from_unix_s);
	return true;
}

/* The question in seconds, and what all starts together say. */
struct field {
	const struct predict_ask *ask;
	int64_t duration_s;
	int64_t step_s;
	int64_t first_unix_s; /* the first start after now */
	size_t count;         /* with now; 0: not even that is in time */
	uint32_t covered;
	uint32_t bare;
	double mean_gpkwh;  /* of all starts that are covered */
	double alike_ratio; /* mean correlation of the errors of two starts */
	/* How much the starts may truly differ (variance), and the weight of each guess. */
	double spread[GUESSES];
	double weight[GUESSES];
};

struct start {
	int64_t unix_s;
	double seen_gpkwh; /* by the forecast */
	double error_ratio;
	double gpkwh; /* expected, drawn towards the mean */
};

static void lay_out(const struct predict_ask *ask, struct field *ret)
{
	int64_t last, span, past;

	*ret = (struct field){ .ask = ask };
	ret->duration_s = (ask->duration_ns - 1) / NS_PER_S + 1;
	ret->step_s = ask->step_s > 0 ? ask->step_s : STEP_S;
	if (ask->deadline_unix_s <= ask->now_unix_s)
		return;
	last = ask->deadline_unix_s - ret->duration_s;
	if (last < ask->now_unix_s)
		return;
	span = last - ask->now_unix_s;
	while (span / ret->step_s > STARTS_MAX - 2)
		ret->step_s *= 2;
	past = ask->now_unix_s % ret->step_s;
	past += past < 0 ? ret->step_s : 0;
	ret->first_unix_s = ask->now_unix_s - past + ret->step_s;
	ret->count = 1;
	if (ret->first_unix_s <= last)
		ret->count += (size_t)((last - ret->first_unix_s) / ret->step_s) + 1;
}

/* Its error by the middle of its run. */
static bool look(const struct field *field, size_t which, struct start *ret)
{
	const struct predict_ask *ask = field->ask;
	double lead_s;
	int64_t unix_s =
		which == 0 ? ask->now_unix_s
			   : field->first_unix_s + (int64_t)(which - 1) * field->step_s;

	if (!predict_window(ask->series, unix_s, unix_s + field->duration_s, false,
			    &ret->seen_gpkwh))
		return false;
	lead_s = (double)(unix_s - ask->now_unix_s) + (double)field->duration_s / 2;
	ret->unix_s = unix_s;
	ret->error_ratio = ask->error_now_ratio +
			   (ask->error_day_ratio - ask->error_now_ratio) * lead_s / DAY_S;
	ret->error_ratio = fmax(ret->error_ratio, 0);
	return true;
}

/* Two starts err alike as far as their runs overlap. */
static double overlap(const struct field *field, double apart_s)
{
	return fmax(0, 1 - apart_s / (double)field->duration_s);
}

static double mean_overlap(const struct field *field)
{
	double sum = 0, n = (double)field->count;

	for (size_t lag = 1; lag < field->count; lag++) {
		double alike = overlap(field, (double)lag * (double)field->step_s);

		if (alike <= 0)
			break;
		sum += (n - (double)lag) * alike;
	}
	return n > 1 ? sum / (n * (n - 1) / 2) : 0;
}

/*
 * Each guess is a part of the variance that is no error, the less likely before the greater;
 * what the starts show, as so many that do not overlap, makes some likelier (chi-square).
 */
static void guess_spread(struct field *field, double seen, double error)
{
	double span_s = (double)(field->count - 1) * (double)field->step_s;
	double apart = fmin(field->covered, 1 + span_s / (double)field->duration_s);
	double most = -INFINITY, sum = 0;

	for (int i = 0; i < GUESSES; i++) {
		double rest = 1 - (i + 0.5) / GUESSES;

		field->spread[i] = error > 0 ? error * (1 - rest) / rest : 1;
		field->weight[i] = DOUBT * log(rest);
		if (error > 0)
			field->weight[i] +=
				(apart - 1) / 2 * (log(rest) - seen / error * rest);
		most = fmax(most, field->weight[i]);
	}
	for (int i = 0; i < GUESSES; i++) {
		field->weight[i] = exp(field->weight[i] - most);
		sum += field->weight[i];
	}
	for (int i = 0; i < GUESSES; i++)
		field->weight[i] /= sum;
}

/* The mean and the variance of all starts (Welford), and how much of that is error. */
static void survey(struct field *field)
{
	double squares = 0, errors = 0, error;
	struct start start;

	for (size_t i = 0; i < field->count; i++) {
		double off;

		if (!look(field, i, &start)) {
			field->bare++;
			continue;
		}
		field->covered++;
		off = start.seen_gpkwh - field->mean_gpkwh;
		field->mean_gpkwh += off / field->covered;
		squares += off * (start.seen_gpkwh - field->mean_gpkwh);
		errors += start.error_ratio * start.error_ratio;
	}
	if (field->covered < 2)
		return;
	field->alike_ratio = mean_overlap(field);
	error = errors / field->covered * field->mean_gpkwh * field->mean_gpkwh;
	guess_spread(field, squares / (field->covered - 1),
		     error * (1 - field->alike_ratio));
}

/* What a start is expected to be, and its variance, if the starts differ as that guess says. */
static double expected(const struct field *field, const struct start *start, int guess,
		       double *ret_variance)
{
	double error = start->error_ratio * field->mean_gpkwh;
	double own = error * error * (1 - field->alike_ratio);
	double keep = own > 0 ? field->spread[guess] / (field->spread[guess] + own) : 1;

	*ret_variance = keep * error * error;
	return field->mean_gpkwh + keep * (start->seen_gpkwh - field->mean_gpkwh);
}

/*
 * METHOD E-15: towards the mean by the part of the spread that is error, so that the best of
 * many is not the luckiest.
 */
static void draw_in(const struct field *field, struct start *start)
{
	double variance;

	start->gpkwh = 0;
	for (int i = 0; i < GUESSES; i++)
		start->gpkwh += field->weight[i] * expected(field, start, i, &variance);
}

static bool find_best(const struct field *field, struct start *ret_now,
		      struct start *ret_best)
{
	if (field->count == 0 || !look(field, 0, ret_now))
		return false;
	draw_in(field, ret_now);
	*ret_best = *ret_now;
	for (size_t i = 1; i < field->count; i++) {
		struct start start;

		if (!look(field, i, &start))
			continue;
		draw_in(field, &start);
		if (start.gpkwh < ret_best->gpkwh)
			*ret_best = start;
	}
	return true;
}

static struct quantity told(const struct field *field, const struct start *start)
{
	const struct intensity_series *series = field->ask->series;
	double half = 1.96 * start->error_ratio * fabs(field->mean_gpkwh);
	struct quantity q = { .known = true,
			      .value = start->seen_gpkwh,
			      .low = start->seen_gpkwh - half,
			      .high = start->seen_gpkwh + half,
			      .kind = KIND_MODELLED };

	if (q.value >= 0)
		q.low = fmax(q.low, 0);
	(void)snprintf(q.source, sizeof q.source, "forecast, %s %s", series->provider,
		       series->zone);
	return q;
}

static double normal(double z)
{
	return 0.5 * erfc(-z / sqrt(2));
}

/* Each guess has its saving, its variance and its probability: their weighted mean. */
static void weigh(const struct field *field, const struct start *now,
		  const struct start *best, struct predict *ret)
{
	double alike = overlap(field, (double)(best->unix_s - now->unix_s));
	double saving = 1 - best->gpkwh / now->gpkwh, variance = 0, half;

	ret->probability = 0;
	for (int i = 0; i < GUESSES; i++) {
		double vn, vb, n = expected(field, now, i, &vn);
		double b = expected(field, best, i, &vb), r = b / n;
		double both = 2 * alike * sqrt(vn * vb), apart = sqrt(vn + vb - both);
		double own = (vb + r * r * vn - r * both) / (n * n);

		variance += field->weight[i] * (own + pow(1 - r - saving, 2));
		ret->probability +=
			field->weight[i] *
			(apart > 0 ? normal((n - b) / apart) : (double)(n > b));
	}
	half = 1.96 * sqrt(variance);
	ret->saving_ratio = saving;
	ret->saving_low_ratio = saving - half;
	ret->saving_high_ratio = saving + half;
	ret->seen_ratio = 1 - best->seen_gpkwh / now->seen_gpkwh;
}

static void judge(struct predict *ret)
{
	double saving = 100 * ret->saving_ratio, probability = 100 * ret->probability;

	ret->verdict = PREDICT_RUN_NOW;
	if (ret->saving_ratio < PREDICT_SAVING_RATIO)
		(void)snprintf(ret->reason, sizeof ret->reason,
			       "waiting is expected to save %.1f %%: under %.0f %%",
			       saving, 100 * PREDICT_SAVING_RATIO);
	else if (ret->probability < PREDICT_PROBABILITY)
		(void)snprintf(ret->reason, sizeof ret->reason,
			       "waiting may save %.1f %%, but with a probability of "
			       "%.0f %%: under %.0f %%",
			       saving, probability, 100 * PREDICT_PROBABILITY);
	else {
		ret->verdict = PREDICT_WAIT;
		(void)snprintf(ret->reason, sizeof ret->reason,
			       "waiting is expected to save %.1f %%, with a probability "
			       "of %.0f %% that it saves at all",
			       saving, probability);
	}
}

static void say(struct predict *ret, enum predict_verdict verdict, const char *reason)
{
	ret->verdict = verdict;
	(void)copy_text(ret->reason, sizeof ret->reason, reason);
}

static void choose(const struct field *field, struct predict *ret)
{
	struct start now, best;

	if (!find_best(field, &now, &best)) {
		say(ret, PREDICT_UNKNOWN,
		    "the forecast does not cover a run from now on");
		return;
	}
	ret->now_gpkwh = told(field, &now);
	ret->best_gpkwh = told(field, &best);
	ret->best_unix_s = best.unix_s;
	if (field->count > 1 && field->covered < 2)
		say(ret, PREDICT_UNKNOWN, "the forecast ends before a later run would");
	else if (field->count == 1)
		say(ret, PREDICT_RUN_NOW, "the deadline leaves no time to wait");
	else if (best.unix_s == now.unix_s)
		say(ret, PREDICT_RUN_NOW, "no later start is expected to be better");
	else if (now.gpkwh <= 0 || now.seen_gpkwh <= 0)
		say(ret, PREDICT_RUN_NOW,
		    "the intensity now is not above 0: nothing to save");
	else {
		weigh(field, &now, &best, ret);
		judge(ret);
	}
}

void predict_start(const struct predict_ask *ask, struct predict *ret)
{
	struct field field;

	*ret = (struct predict){ .best_unix_s = ask->now_unix_s };
	if (ask->duration_ns <= 0) {
		say(ret, PREDICT_UNKNOWN, "a run takes more than no time");
		return;
	}
	lay_out(ask, &field);
	survey(&field);
	ret->starts = field.covered;
	ret->starts_bare = field.bare;
	if (field.count == 0)
		say(ret, PREDICT_RUN_NOW,
		    "it would not end before the deadline even if it began now");
	else
		choose(&field, ret);
}
