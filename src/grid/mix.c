/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: what each fuel gave, step by step, as a provider tells it.
 * Gives: the grid's intensity of each step, lifecycle and direct.
 * Needs: the table fuel_factor.
 * Limits: imports are not in it; one factor a fuel, whatever the plant; 8 bytes a fuel and step.
 */
#include "grid/mix.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor.h"

#define LEFT_OUT_MAX 0.1
#define HOUR_S       INT64_C(3600)
#define DAY_S        INT64_C(86400)

/*
 * A sign bit says that a step was not told: before mix_close() it is the bit alone, after it
 * the magnitude is what the step's neighbours were.
 */
struct fuel {
	char name[24];
	bool known;
	double lifecycle_gpkwh;
	double direct_gpkwh;
	double *mw;
};

struct mix {
	struct tables *tables;
	const char *scheme;
	struct mix_span span;
	size_t steps;
	size_t fuels;
	struct fuel fuel[MIX_FUELS_MAX];
};

bool mix_sum_value(const struct mix_sum *sum, struct mix_value *ret)
{
	double told_mw = sum->known_mw + sum->unknown_mw;

	if (!(sum->known_mw > 0) || sum->unknown_mw > LEFT_OUT_MAX * told_mw)
		return false;
	if (sum->missing_mw > LEFT_OUT_MAX * (told_mw + sum->missing_mw))
		return false;
	*ret = (struct mix_value){
		.lifecycle_gpkwh = sum->lifecycle / sum->known_mw,
		.direct_gpkwh = sum->direct / sum->known_mw,
		.estimated = sum->missing_mw > 0,
	};
	return isfinite(ret->lifecycle_gpkwh) && isfinite(ret->direct_gpkwh);
}

int mix_new(struct tables *tables, const char *scheme, const struct mix_span *span,
	    struct mix **ret)
{
	int64_t steps = (span->to_unix_s - span->from_unix_s) / span->step_s;
	struct mix *mix;

	assert(span->from_unix_s % span->step_s == 0 &&
	       span->to_unix_s % span->step_s == 0);
	if (steps < 0 || steps > (int64_t)MIX_STEPS_MAX)
		return -E2BIG;
	mix = calloc(1, sizeof *mix);
	if (!mix)
		return -ENOMEM;
	mix->tables = tables;
	mix->scheme = scheme;
	mix->span = *span;
	mix->steps = (size_t)steps;
	*ret = mix;
	return 0;
}

void mix_free(struct mix *mix)
{
	if (!mix)
		return;
	for (size_t i = 0; i < mix->fuels; i++)
		free(mix->fuel[i].mw);
	free(mix);
}

/* Without a direct factor of its own a fuel says nothing of how the two differ. */
static void set_factor(const struct mix *mix, struct fuel *fuel)
{
	char name[sizeof fuel->name];
	double lifecycle = NAN;
	double direct = NAN;

	(void)copy_text(name, sizeof name, fuel->name);
	name[strcspn(name, "/")] = '\0';
	fuel->known = factor_fuel(mix->tables, mix->scheme, name, &lifecycle, &direct) &&
		      isfinite(lifecycle);
	fuel->lifecycle_gpkwh = lifecycle;
	fuel->direct_gpkwh = isfinite(direct) ? direct : lifecycle;
}

static int new_fuel(struct mix *mix, const char *name, struct fuel **ret)
{
	struct fuel *fuel = &mix->fuel[mix->fuels];

	if (mix->fuels >= MIX_FUELS_MAX)
		return -E2BIG;
	fuel->mw = malloc((mix->steps ? mix->steps : 1) * sizeof *fuel->mw);
	if (!fuel->mw)
		return -ENOMEM;
	for (size_t i = 0; i < mix->steps; i++)
		fuel->mw[i] = -0.0;
	(void)copy_text(fuel->name, sizeof fuel->name, name);
	set_factor(mix, fuel);
	mix->fuels++;
	*ret = fuel;
	return 0;
}

static int fuel_of(struct mix *mix, const char *name, struct fuel **ret)
{
	char cut[sizeof mix->fuel[0].name];

	(void)copy_text(cut, sizeof cut, name);
	for (size_t i = 0; i < mix->fuels; i++) {
		if (strcmp(mix->fuel[i].name, cut) == 0) {
			*ret = &mix->fuel[i];
			return 0;
		}
	}
	return new_fuel(mix, cut, ret);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

int mix_add(struct mix *mix, const char *fuel, const struct intensity_point *told)
{
	const struct mix_span *span = &mix->span;
	int64_t from = clamp(told->from_unix_s, span->from_unix_s, span->to_unix_s);
	int64_t to = clamp(told->to_unix_s, span->from_unix_s, span->to_unix_s);
	struct fuel *row;
	int r = fuel_of(mix, fuel, &row);

	if (r < 0)
		return r;
	if (!isfinite(told->gpkwh))
		return 0;
	from = (from - span->from_unix_s + span->step_s - 1) / span->step_s;
	to = (to - span->from_unix_s) / span->step_s;
	for (int64_t i = from; i < to; i++)
		row->mw[i] = told->gpkwh > 0 ? told->gpkwh : 0.0;
	return 0;
}

/* What was told last before each gap, then the larger of that and of what comes after. */
static void close_fuel(double *mw, size_t steps)
{
	double near = 0;

	for (size_t i = 0; i < steps; i++) {
		if (signbit(mw[i]))
			mw[i] = -near;
		else
			near = mw[i];
	}
	near = 0;
	for (size_t i = steps; i-- > 0;) {
		if (signbit(mw[i]))
			mw[i] = -fmax(near, -mw[i]);
		else
			near = mw[i];
	}
}

void mix_close(struct mix *mix)
{
	for (size_t i = 0; i < mix->fuels; i++)
		close_fuel(mix->fuel[i].mw, mix->steps);
}

static void add_fuel(const struct fuel *fuel, size_t step, struct mix_sum *sum)
{
	double mw = fuel->mw[step];

	if (signbit(mw)) {
		sum->missing_mw += -mw;
	} else if (!fuel->known) {
		sum->unknown_mw += mw;
	} else {
		sum->known_mw += mw;
		sum->lifecycle += mw * fuel->lifecycle_gpkwh;
		sum->direct += mw * fuel->direct_gpkwh;
	}
}

bool mix_at(const struct mix *mix, int64_t unix_s, struct mix_value *ret)
{
	struct mix_sum sum = { 0 };
	size_t step;

	if (unix_s < mix->span.from_unix_s || unix_s >= mix->span.to_unix_s)
		return false;
	step = (size_t)((unix_s - mix->span.from_unix_s) / mix->span.step_s);
	for (size_t i = 0; i < mix->fuels; i++)
		add_fuel(&mix->fuel[i], step, &sum);
	return mix_sum_value(&sum, ret);
}

/* Equal neighbours within an hour: what was told by the hour comes out by the hour. */
static bool joins(const struct intensity_point *point, const struct mix_value *value,
		  int64_t at)
{
	return point->to_unix_s == at && at % HOUR_S != 0 &&
	       point->gpkwh == value->lifecycle_gpkwh &&
	       point->estimated == value->estimated;
}

static int put(struct grid_ask *ask, const struct intensity_point *point)
{
	return point->to_unix_s > point->from_unix_s ? grid_ask_point(ask, point) : 0;
}

static double error_ratio(const struct mix_value *sum)
{
	double apart = fabs(sum->lifecycle_gpkwh - sum->direct_gpkwh);

	if (!(apart > MIX_ERROR_RATIO * sum->lifecycle_gpkwh))
		return MIX_ERROR_RATIO;
	return fmin(apart / sum->lifecycle_gpkwh, 1.0);
}

int mix_points(struct mix *mix, struct grid_ask *ask)
{
	struct intensity_point point = { 0 };
	struct mix_value sum = { 0 };
	struct mix_value value;
	int64_t step_s = mix->span.step_s;
	int r = 0;

	mix_close(mix);
	for (int64_t at = mix->span.from_unix_s; at < mix->span.to_unix_s && r == 0;
	     at += step_s) {
		if (!mix_at(mix, at, &value))
			continue;
		sum.lifecycle_gpkwh += value.lifecycle_gpkwh;
		sum.direct_gpkwh += value.direct_gpkwh;
		if (joins(&point, &value, at)) {
			point.to_unix_s += step_s;
			continue;
		}
		r = put(ask, &point);
		point = (struct intensity_point){ .from_unix_s = at,
						  .to_unix_s = at + step_s,
						  .gpkwh = value.lifecycle_gpkwh,
						  .estimated = value.estimated };
	}
	if (r == 0)
		r = put(ask, &point);
	ask->series->error_ratio = error_ratio(&sum);
	return r;
}

static int64_t floor_to(int64_t value, int64_t step)
{
	int64_t rest = value % step;

	return value - (rest < 0 ? rest + step : rest);
}

/* Of a span that is too long, its beginning. */
static struct mix_span span_of(const struct grid_query *query, int64_t step_s)
{
	struct mix_span span = { .step_s = step_s };
	int64_t length = query->to_unix_s - query->from_unix_s;

	span.from_unix_s = floor_to(query->from_unix_s, step_s);
	length = clamp(length, 0, ((int64_t)MIX_STEPS_MAX - 2) * step_s);
	span.to_unix_s = floor_to(query->from_unix_s + length, step_s) + step_s;
	return span;
}

int mix_ask(struct grid_ask *ask, const char *scheme, int64_t step_s, int64_t max_s,
	    grid_span_fn one)
{
	CLEANUP(mix_free_ptr) struct mix *mix = NULL;
	const struct grid_query *query = ask->query;
	struct grid_query wide = *query;
	struct mix_span span;
	int asked;
	int r;

	wide.from_unix_s -= DAY_S;
	span = span_of(&wide, step_s);
	r = mix_new(ask->door->tables, scheme, &span, &mix);
	if (r < 0)
		return grid_ask_end(ask, r);
	ask->own = mix;
	ask->query = &wide;
	asked = grid_ask_spans(ask, step_s, max_s, one);
	ask->query = query;
	ask->own = NULL;
	r = mix_points(mix, ask);
	return grid_ask_end(ask, r < 0 ? r : asked);
}
