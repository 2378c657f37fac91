/* SPDX-License-Identifier: Apache-2.0 */
/* METHOD E-21. python/gramme/_forecast.py does the same sums; tests/python holds the two together. */
#include "calc/forecast.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calc/stat.h"

/* Of the distance that would be even, so that readings a little early are still kept. */
#define APART_PART 0.9

/* At least a third of what was seen makes the rate, and five bins where there are so many. */
#define KEPT_PART     3
#define KEPT_MIN      5

#define NEIGHBOUR_MIN 5 /* bins, to say how neighbours go together */
#define NEIGHBOUR_MAX 0.9

struct bins {
	double width[FORECAST_BINS];
	double rate[FORECAST_BINS];
	uint32_t count;
};

/* What the bins from `first` on say. */
struct tail {
	uint32_t first;
	double width;    /* of all of them */
	double rate;     /* their mean */
	double variance; /* of a bin's rate */
	double alone;    /* as many bins as that, had each been by itself */
};

static void halve(struct forecast_curve *curve)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < curve->count; i += 2, kept++) {
		curve->x[kept] = curve->x[i];
		curve->y[kept] = curve->y[i];
	}
	curve->count = kept;
	curve->apart = APART_PART * (curve->x[kept - 1] - curve->x[0]) / (kept - 1);
}

void forecast_curve_add(struct forecast_curve *curve, double x, double y)
{
	if (!isfinite(x) || !isfinite(y) || (curve->count > 0 && x <= curve->last_x))
		return;
	curve->last_x = x;
	curve->last_y = y;
	if (curve->count > 0 && x - curve->x[curve->count - 1] < curve->apart)
		return;
	if (curve->count == ARRAY_SIZE(curve->x)) {
		halve(curve);
		if (x - curve->x[curve->count - 1] < curve->apart)
			return;
	}
	curve->x[curve->count] = x;
	curve->y[curve->count] = y;
	curve->count++;
}

/* The last bin goes up to the newest point, which may not be kept. */
static void bins_of(const struct forecast_curve *curve, struct bins *ret)
{
	ret->count = curve->count > 0 ? curve->count - 1 : 0;
	for (uint32_t i = 0; i < ret->count; i++) {
		bool last = i + 1 == ret->count;
		double x = last ? curve->last_x : curve->x[i + 1];
		double y = last ? curve->last_y : curve->y[i + 1];

		ret->width[i] = x - curve->x[i];
		ret->rate[i] = (y - curve->y[i]) / ret->width[i];
	}
}

static uint32_t kept_min(uint32_t count)
{
	uint32_t third = (count + KEPT_PART - 1) / KEPT_PART;
	uint32_t few = count > KEPT_MIN ? KEPT_MIN : count - 1;
	uint32_t most = third > few ? third : few;

	return most < 2 ? 2 : most;
}

static double rate_from(const struct bins *bins, uint32_t first, double *ret_width)
{
	double width = 0;
	double sum = 0;

	for (uint32_t i = first; i < bins->count; i++) {
		width += bins->width[i];
		sum += bins->width[i] * bins->rate[i];
	}
	*ret_width = width;
	return sum / width;
}

/* About `rate`, of bins as wide as they are, with the n - 1 of a sample. */
static double variance_from(const struct bins *bins, uint32_t first, double rate,
			    double width)
{
	uint32_t n = bins->count - first;
	double sum = 0;

	for (uint32_t i = first; i < bins->count; i++)
		sum += bins->width[i] * (bins->rate[i] - rate) * (bins->rate[i] - rate);
	return n > 1 ? sum / width * n / (n - 1) : 0;
}

/* By how much of it a bin is like the one before. */
static double neighbours(const struct bins *bins, const struct tail *tail)
{
	double with = 0;
	double own = 0;

	if (bins->count - tail->first < NEIGHBOUR_MIN)
		return 0;
	for (uint32_t i = tail->first; i < bins->count; i++) {
		double off = bins->rate[i] - tail->rate;

		own += off * off;
		if (i > tail->first)
			with += off * (bins->rate[i - 1] - tail->rate);
	}
	return own > 0 ? fmin(fmax(with / own, 0), NEIGHBOUR_MAX) : 0;
}

/* White's rule: the beginning is left out as far as that makes the mean of the rest surest. */
static void tail_of(const struct bins *bins, struct tail *ret)
{
	uint32_t most = bins->count >= 2 ? bins->count - kept_min(bins->count) : 0;
	double least = INFINITY;
	double like;

	for (uint32_t first = 0; first <= most; first++) {
		uint32_t n = bins->count - first;
		struct tail tail = { .first = first };
		double error;

		tail.rate = rate_from(bins, first, &tail.width);
		tail.variance = variance_from(bins, first, tail.rate, tail.width);
		error = tail.variance * (n - 1) / n / n;
		if (error >= least)
			continue;
		least = error;
		*ret = tail;
	}
	like = neighbours(bins, ret);
	ret->alone = fmax((bins->count - ret->first) * (1 - like) / (1 + like), 2);
}

/* --- the answer --- */

struct part {
	double random_sd; /* of what is to come, as the bins vary */
	double df;
	double unseen_sd;
};

static double half_of(const struct part *part, double level, double meter)
{
	double z = stat_normal_quantile((1 + level) / 2);
	double random = stat_t_quantile((1 + level) / 2, part->df) * part->random_sd;
	double unseen = z * part->unseen_sd;

	meter *= z / stat_normal_quantile(0.975);
	return sqrt(random * random + unseen * unseen + meter * meter);
}

static void fill_bounds(const struct forecast_ask *ask, const struct tail *tail,
			struct forecast *ret)
{
	double left = ask->end - ask->curve->last_x;
	double used = ask->curve->last_y;
	double down = ask->meter_down_ratio * ret->value;
	double up = ask->meter_up_ratio * ret->value;
	/* Their common mean is known so well only, and those to come vary like those that were. */
	double spread = left * left + left * tail->width;
	struct part part = { .random_sd = sqrt(tail->variance / tail->alone * spread),
			     .df = floor(tail->alone) - 1,
			     .unseen_sd = ask->unseen_ratio * fabs(tail->rate) * left };
	/* What is used stays used, as far as the meter is right. */
	double least = used * (1 - ask->meter_down_ratio);

	ret->low90 = fmax(ret->value - half_of(&part, 0.90, down), least);
	ret->high90 = ret->value + half_of(&part, 0.90, up);
	ret->low95 = fmax(ret->value - half_of(&part, 0.95, down), least);
	ret->high95 = ret->value + half_of(&part, 0.95, up);
}

static void answer(const struct forecast_ask *ask, const struct bins *bins,
		   struct forecast *ret)
{
	struct tail tail = { .first = 0 };

	tail_of(bins, &tail);
	ret->known = true;
	ret->rate = tail.rate;
	ret->begin = ask->curve->x[tail.first];
	ret->value = ask->curve->last_y + tail.rate * (ask->end - ask->curve->last_x);
	if (bins->count > 1)
		fill_bounds(ask, &tail, ret);
}

static void begin_answer(const struct forecast_ask *ask, struct bins *ret_bins,
			 struct forecast *ret)
{
	assert(ask->curve->count <= ARRAY_SIZE(ask->curve->x));
	*ret = (struct forecast){ .value = NAN,
				  .low90 = NAN,
				  .high90 = NAN,
				  .low95 = NAN,
				  .high95 = NAN,
				  .rate = NAN,
				  .begin = NAN };
	bins_of(ask->curve, ret_bins);
}

static double seen_min_s(double end)
{
	double least = fmin(FORECAST_SEEN_MIN_S, end / 2);

	return fmax(least, end * FORECAST_SEEN_MIN_PART);
}

/* METHOD E-21 */
void forecast_over_time(const struct forecast_ask *ask, struct forecast *ret)
{
	const struct forecast_curve *curve = ask->curve;
	double seen = curve->count > 0 ? curve->last_x - curve->x[0] : 0;
	struct bins bins;
	char *why = ret->why_not;

	begin_answer(ask, &bins, ret);
	if (!(ask->end > 0 && isfinite(ask->end)))
		(void)snprintf(why, sizeof ret->why_not,
			       "when it ends is not known: no progress is told, and no "
			       "time was expected");
	else if (ask->end < curve->last_x)
		(void)snprintf(why, sizeof ret->why_not,
			       "it has lasted longer than was expected");
	else if (seen < seen_min_s(ask->end))
		(void)snprintf(why, sizeof ret->why_not,
			       "too early: %.0f s seen, %.0f s are needed", seen,
			       ceil(seen_min_s(ask->end)));
	else if (bins.count < FORECAST_BINS_MIN)
		(void)snprintf(why, sizeof ret->why_not,
			       "too few readings: %u, and %d are needed", bins.count,
			       FORECAST_BINS_MIN);
	else
		answer(ask, &bins, ret);
}

/* METHOD E-21 */
void forecast_over_work(const struct forecast_ask *ask, struct forecast *ret)
{
	struct bins bins;

	begin_answer(ask, &bins, ret);
	if (bins.count == 0)
		(void)snprintf(ret->why_not, sizeof ret->why_not,
			       "too early: no progress is told yet");
	else if (!(ask->end > 0 && isfinite(ask->end)))
		(void)snprintf(ret->why_not, sizeof ret->why_not,
			       "how much there is to do is not known");
	else if (ask->end < ask->curve->last_x) {
		struct forecast_ask done = *ask;

		done.end = ask->curve->last_x;
		answer(&done, &bins, ret);
	} else {
		answer(ask, &bins, ret);
	}
}
