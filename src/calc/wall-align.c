/* SPDX-License-Identifier: Apache-2.0 */
#include "calc/wall-align.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COARSE_STEP_S    2.0
#define COARSE_SPAN_S    10.0
#define COARSE_SPANS_MAX 2000
#define FINE_SPANS_MAX   6000
#define FINE_REACH_S     6.0
#define FINE_ROUNDS      14
/* Where less than this of what could be laid upon runs is, a shift is no candidate. */
#define ENOUGH_RATIO 0.6
#define SECONDS_MOST 3e7 /* of all stretches: a year */

/* --- the components ----------------------------------------------------------------------- */

void wall_stretches_done(struct wall_stretches *stretches)
{
	free(stretches->list);
	free(stretches->room);
}

static size_t stretch_end(const struct wall_power *power, size_t from)
{
	while (from < power->bins && isfinite(power->w[from]))
		from++;
	return from;
}

/* Joules from the first bin's start to each whole second of it. */
static void fill_stretch(const struct wall_power *power, size_t first,
			 struct wall_stretch *own)
{
	double done_j = 0;
	size_t bin = first;

	own->j[0] = 0;
	own->js[0] = 0;
	for (size_t k = 1; k <= own->seconds; k++) {
		double at_s = own->from_s + (double)k;

		while (power->at_s[bin + 1] < at_s) {
			done_j +=
				power->w[bin] * (power->at_s[bin + 1] - power->at_s[bin]);
			bin++;
		}
		own->j[k] = done_j + power->w[bin] * (at_s - power->at_s[bin]);
		own->js[k] = own->js[k - 1] + (own->j[k - 1] + own->j[k]) / 2;
	}
}

/* Calls itself what a stretch is: at least two whole seconds. */
static size_t seconds_of(const struct wall_power *power, size_t first, size_t end)
{
	double seconds = floor(power->at_s[end] - power->at_s[first]);

	return seconds >= 2 && seconds < SECONDS_MOST ? (size_t)seconds : 0;
}

static size_t count_room(const struct wall_power *power, size_t *ret_stretches)
{
	size_t room = 0, count = 0;

	for (size_t i = 0; i < power->bins;) {
		size_t end = stretch_end(power, i);
		size_t seconds = end > i ? seconds_of(power, i, end) : 0;

		if (seconds > 0) {
			room += 2 * (seconds + 1);
			count++;
		}
		i = end + 1;
	}
	*ret_stretches = count;
	return room;
}

int wall_stretches_make(const struct wall_power *power, struct wall_stretches *ret)
{
	struct wall_stretches made = { 0 };
	size_t room = count_room(power, &made.count);
	size_t used = 0, n = 0;

	if ((double)room > 2 * SECONDS_MOST)
		return -ENOMEM;
	made.list = calloc(made.count + 1, sizeof *made.list);
	made.room = calloc(room + 1, sizeof *made.room);
	if (!made.list || !made.room) {
		wall_stretches_done(&made);
		return -ENOMEM;
	}
	for (size_t i = 0; i < power->bins;) {
		size_t end = stretch_end(power, i);
		size_t seconds = end > i ? seconds_of(power, i, end) : 0;

		if (seconds > 0) {
			struct wall_stretch *own = &made.list[n++];

			own->from_s = power->at_s[i];
			own->seconds = seconds;
			own->j = made.room + used;
			own->js = own->j + seconds + 1;
			used += 2 * (seconds + 1);
			fill_stretch(power, i, own);
		}
		i = end + 1;
	}
	*ret = made;
	return 0;
}

static const struct wall_stretch *stretch_of(const struct wall_stretches *stretches,
					     double from_s, double to_s)
{
	size_t low = 0, high = stretches->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct wall_stretch *own = &stretches->list[mid];

		if (own->from_s + (double)own->seconds < to_s)
			low = mid + 1;
		else
			high = mid;
	}
	return low < stretches->count && stretches->list[low].from_s <= from_s
		       ? &stretches->list[low]
		       : NULL;
}

static double j_at(const struct wall_stretch *own, double at_s)
{
	double since = at_s - own->from_s;
	size_t k = (size_t)since;
	double part = since - (double)k;

	if (k >= own->seconds)
		return own->j[own->seconds];
	return own->j[k] + part * (own->j[k + 1] - own->j[k]);
}

static double js_at(const struct wall_stretch *own, double at_s)
{
	double since = at_s - own->from_s;
	size_t k = (size_t)since;
	double part = since - (double)k;

	if (k >= own->seconds)
		return own->js[own->seconds];
	return own->js[k] + own->j[k] * part +
	       (own->j[k + 1] - own->j[k]) * part * part / 2;
}

double wall_mean(const struct wall_stretches *stretches, const struct wall_span *span,
		 const struct wall_shift *shift)
{
	double from_s = span->from_s - shift->offset_s;
	double to_s = span->to_s - shift->offset_s;
	double w = shift->width_s;
	const struct wall_stretch *own = stretch_of(stretches, from_s - w, to_s);

	if (!own)
		return NAN;
	if (w <= 0)
		return (j_at(own, to_s) - j_at(own, from_s)) / (to_s - from_s);
	return (js_at(own, to_s) - js_at(own, to_s - w) - js_at(own, from_s) +
		js_at(own, from_s - w)) /
	       w / (to_s - from_s);
}

/* --- spans -------------------------------------------------------------------------------- */

int wall_merge(const struct wall_span *spans, size_t count, double least_s,
	       struct wall_span **ret, size_t *ret_count)
{
	struct wall_span *merged = calloc(count + 1, sizeof *merged);
	size_t n = 0;
	bool open = false;

	if (!merged)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct wall_span *last = n > 0 ? &merged[n - 1] : NULL;
		double length = spans[i].to_s - spans[i].from_s;

		if (open && last->to_s == spans[i].from_s) {
			double before = last->to_s - last->from_s;

			last->w = (last->w * before + spans[i].w * length) /
				  (before + length);
			last->to_s = spans[i].to_s;
		} else {
			merged[n++] = spans[i];
		}
		open = merged[n - 1].to_s - merged[n - 1].from_s < least_s;
	}
	*ret = merged;
	*ret_count = n;
	return 0;
}

/* --- how well they go together ------------------------------------------------------------ */

struct moments {
	double s, x, y, xx, xy, yy;
};

static struct moments moments_of(const struct wall_stretches *stretches,
				 const struct wall_span *spans, size_t count,
				 const struct wall_shift *shift)
{
	struct moments m = { 0 };

	for (size_t i = 0; i < count; i++) {
		double x = wall_mean(stretches, &spans[i], shift);
		double s = spans[i].to_s - spans[i].from_s;

		if (isnan(x))
			continue;
		m.s += s;
		m.x += s * x;
		m.y += s * spans[i].w;
		m.xx += s * x * x;
		m.xy += s * x * spans[i].w;
		m.yy += s * spans[i].w * spans[i].w;
	}
	return m;
}

static double correlation_of(const struct moments *m)
{
	double xx = m->xx - m->x * m->x / m->s;
	double yy = m->yy - m->y * m->y / m->s;

	if (!(m->s > 0) || !(xx > 1e-9 * m->xx) || !(yy > 1e-9 * m->yy))
		return NAN;
	return (m->xy - m->x * m->y / m->s) / sqrt(xx * yy);
}

struct search {
	const struct wall_stretches *stretches;
	struct wall_span *spans;
	size_t count;
};

static void search_done(struct search *search)
{
	free(search->spans);
}

static int search_of(const struct wall_stretches *stretches,
		     const struct wall_fit_ask *ask, double least_s, size_t most,
		     struct search *ret)
{
	const struct wall_span *spans = ask->spans;
	size_t count = ask->span_count;
	double all_s = spans[count - 1].to_s - spans[0].from_s;

	least_s = fmax(least_s, all_s / (double)most);
	ret->stretches = stretches;
	return wall_merge(spans, count, least_s, &ret->spans, &ret->count);
}

/* NAN: less lies upon runs than could. */
static double correlation_at(const struct search *search, const struct wall_shift *shift,
			     double least_s)
{
	struct moments m =
		moments_of(search->stretches, search->spans, search->count, shift);

	return m.s < least_s ? NAN : correlation_of(&m);
}

static double most_seconds(const struct search *search, double reach_s)
{
	double most = 0;
	int steps = (int)(2 * reach_s / COARSE_STEP_S);

	for (int i = 0; i <= steps; i++) {
		struct wall_shift shift = { i * COARSE_STEP_S - reach_s, 0 };
		struct moments m = moments_of(search->stretches, search->spans,
					      search->count, &shift);

		most = fmax(most, m.s);
	}
	return most;
}

/* Of equals the one with the least offset. */
static double look_coarsely(const struct search *search, double reach_s, double least_s,
			    struct wall_shift *ret)
{
	double best = NAN;
	int steps = (int)(reach_s / COARSE_STEP_S);

	for (int i = 0; i <= steps; i++) {
		for (int side = -1; side <= 1; side += 2) {
			struct wall_shift shift = { side * i * COARSE_STEP_S, 0 };
			double r = correlation_at(search, &shift, least_s);

			if (!isnan(r) && (isnan(best) || r > best + 1e-9)) {
				best = r;
				*ret = shift;
			}
		}
	}
	return best;
}

static double worth(const struct search *search, double offset_s, double width_s,
		    double least_s)
{
	struct wall_shift shift = { offset_s, width_s };
	double r = correlation_at(search, &shift, least_s);

	return isnan(r) ? -2 : r;
}

/* Golden section; a shift that cannot be told is the worst. */
static double look_finely(const struct search *search, double least_s,
			  struct wall_shift *shift)
{
	const double part = 0.6180339887498949;
	double width_s = shift->width_s;
	double low = shift->offset_s - FINE_REACH_S,
	       high = shift->offset_s + FINE_REACH_S;
	double a = high - part * (high - low), b = low + part * (high - low);
	double at_a = worth(search, a, width_s, least_s);
	double at_b = worth(search, b, width_s, least_s);

	for (int i = 0; i < FINE_ROUNDS; i++) {
		if (at_a >= at_b) {
			high = b;
			b = a;
			at_b = at_a;
			a = high - part * (high - low);
			at_a = worth(search, a, width_s, least_s);
		} else {
			low = a;
			a = b;
			at_a = at_b;
			b = low + part * (high - low);
			at_b = worth(search, b, width_s, least_s);
		}
	}
	shift->offset_s = (low + high) / 2;
	return worth(search, shift->offset_s, width_s, least_s);
}

int wall_align(const struct wall_stretches *stretches, const struct wall_fit_ask *ask,
	       struct wall_shift *ret, double *ret_correlation)
{
	static const double widths[] = { 0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 60 };
	CLEANUP(search_done) struct search coarse = { 0 };
	CLEANUP(search_done) struct search fine = { 0 };
	struct wall_shift first = { 0, 0 };
	double best, least_s;
	int r = search_of(stretches, ask, COARSE_SPAN_S, COARSE_SPANS_MAX, &coarse);

	if (r == 0)
		r = search_of(stretches, ask, 0, FINE_SPANS_MAX, &fine);
	if (r < 0)
		return r;
	least_s = ENOUGH_RATIO * most_seconds(&coarse, ask->offset_max_s);
	best = look_coarsely(&coarse, ask->offset_max_s, least_s, &first);
	*ret = first;
	*ret_correlation = best;
	if (isnan(best))
		return 0;
	best = -2;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct wall_shift shift = { first.offset_s - widths[i] / 2, widths[i] };
		double found = look_finely(&fine, 0.8 * least_s, &shift);

		if (found > best) {
			best = found;
			*ret = shift;
		}
	}
	*ret_correlation = best;
	return 0;
}
