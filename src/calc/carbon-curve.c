/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-10, in time.
 * Reads: a run's joules so far at points in time, and a series of intensity.
 * Gives: the mean intensity that their product over time amounts to, with its interval.
 * Needs: a sorted series, or a yearly mean, or both.
 * Limits: between two points energy flows evenly; the series' error is one gain for all steps.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/carbon.h"

enum by { BY_ENERGY, BY_TIME };

/* What is summed: weights in uJ or ns, and weight times g/kWh. BARE has no step. */
enum { BARE, COVERED, ESTIMATED, FORECAST, PRODUCT, PRODUCT_SIZE };

void carbon_curve_begin(struct carbon_curve *curve, const struct intensity_series *series,
			const struct quantity *yearly)
{
	_Static_assert(PRODUCT_SIZE + 1 == CARBON_CURVE_SUMS, "one place a sum");
	memset(curve, 0, sizeof *curve);
	curve->series = series && series->count > 0 ? series : NULL;
	curve->yearly = *yearly;
}

static void add(struct carbon_curve *curve, enum by by, size_t which, double value)
{
	double *sum = &curve->sum[by][which];
	double next = *sum + value;

	if (fabs(*sum) >= fabs(value))
		curve->lost[by][which] += (*sum - next) + value;
	else
		curve->lost[by][which] += (value - next) + *sum;
	*sum = next;
}

static double sum_of(const struct carbon_curve *curve, enum by by, size_t which)
{
	return curve->sum[by][which] + curve->lost[by][which];
}

/* NULL: no step holds there. */
static void add_part(struct carbon_curve *curve, enum by by,
		     const struct intensity_point *step, double weight)
{
	if (weight <= 0)
		return;
	if (!step) {
		add(curve, by, BARE, weight);
		return;
	}
	add(curve, by, COVERED, weight);
	if (step->estimated)
		add(curve, by, ESTIMATED, weight);
	if (step->forecast)
		add(curve, by, FORECAST, weight);
	add(curve, by, PRODUCT, weight * step->gpkwh);
	add(curve, by, PRODUCT_SIZE, weight * fabs(step->gpkwh));
}

/* A year too far for nanoseconds is the end of time. */
static int64_t ns_of(int64_t unix_s)
{
	int64_t ns;

	if (__builtin_mul_overflow(unix_s, NS_PER_S, &ns))
		return unix_s < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

/* The first step that is not over at that time. Points come in order, so each is passed once. */
static void advance(struct carbon_curve *curve, int64_t unix_ns)
{
	while (curve->series && curve->at < curve->series->count &&
	       ns_of(curve->series->points[curve->at].to_unix_s) <= unix_ns)
		curve->at++;
}

/* What has no step is what is left of the nanoseconds, which is exact: a covered interval
 * leaves none, however it was rounded. */
static void spread(struct carbon_curve *curve, int64_t to_ns, uint64_t uj)
{
	uint64_t whole_ns = (uint64_t)to_ns - (uint64_t)curve->last_unix_ns;
	uint64_t bare_ns = whole_ns;

	for (size_t i = curve->at; curve->series && i < curve->series->count; i++) {
		const struct intensity_point *step = &curve->series->points[i];
		int64_t from = ns_of(step->from_unix_s), to = ns_of(step->to_unix_s);
		uint64_t part_ns;

		if (from >= to_ns)
			break;
		from = from > curve->last_unix_ns ? from : curve->last_unix_ns;
		to = to < to_ns ? to : to_ns;
		if (to <= from)
			continue;
		part_ns = (uint64_t)to - (uint64_t)from;
		bare_ns -= part_ns;
		add_part(curve, BY_ENERGY, step,
			 (double)uj * ((double)part_ns / (double)whole_ns));
		add_part(curve, BY_TIME, step, (double)part_ns);
	}
	add_part(curve, BY_ENERGY, NULL,
		 (double)uj * ((double)bare_ns / (double)whole_ns));
	add_part(curve, BY_TIME, NULL, (double)bare_ns);
}

/* The step of this moment; curve->at is not past it. */
static const struct intensity_point *step_now(const struct carbon_curve *curve)
{
	const struct intensity_point *step;

	if (!curve->series || curve->at >= curve->series->count)
		return NULL;
	step = &curve->series->points[curve->at];
	return ns_of(step->from_unix_s) <= curve->last_unix_ns ? step : NULL;
}

void carbon_curve_point(struct carbon_curve *curve, int64_t unix_ns, uint64_t sum_uj)
{
	uint64_t uj = sum_uj > curve->last_uj ? sum_uj - curve->last_uj : 0;

	if (!curve->begun) {
		curve->last_unix_ns = unix_ns;
		curve->last_uj = sum_uj;
		curve->begun = true;
		advance(curve, unix_ns);
		return;
	}
	if (unix_ns > curve->last_unix_ns) {
		spread(curve, unix_ns, uj);
		curve->last_unix_ns = unix_ns;
		advance(curve, unix_ns);
	} else {
		add_part(curve, BY_ENERGY, step_now(curve), (double)uj);
	}
	if (sum_uj > curve->last_uj)
		curve->last_uj = sum_uj;
}

static bool usable(const struct quantity *q)
{
	return q->known && isfinite(q->value) && isfinite(q->low) && isfinite(q->high);
}

/* By energy; by time where there is none; and a moment's run by that moment. */
static enum by how_weighed(struct carbon_curve *curve)
{
	if (sum_of(curve, BY_ENERGY, BARE) + sum_of(curve, BY_ENERGY, COVERED) > 0)
		return BY_ENERGY;
	if (sum_of(curve, BY_TIME, BARE) + sum_of(curve, BY_TIME, COVERED) <= 0)
		add_part(curve, BY_TIME, curve->begun ? step_now(curve) : NULL, 1);
	return BY_TIME;
}

static void percent(double ratio, char *buf, size_t size)
{
	if (ratio < 0.001)
		(void)snprintf(buf, size, "under 0.1 %%");
	else
		(void)snprintf(buf, size, "%.1f %%", 100 * fmin(ratio, 1));
}

static void say_source(const struct carbon_curve *curve, enum by by, double bare_ratio,
		       struct quantity *ret)
{
	const char *of = by == BY_ENERGY ? "energy" : "time";
	char part[16];

	percent(bare_ratio, part, sizeof part);
	if (!ret->known)
		(void)snprintf(ret->source, sizeof ret->source,
			       "no intensity is known for %s of the %s", part, of);
	else if (bare_ratio > 0)
		(void)snprintf(ret->source, sizeof ret->source,
			       "%s %.48s; %s of the %s by the yearly mean",
			       curve->series->provider, curve->series->zone, part, of);
	else
		(void)snprintf(ret->source, sizeof ret->source, "%s %s",
			       curve->series->provider, curve->series->zone);
}

/* METHOD E-10 */
static struct quantity mean_of(const struct carbon_curve *curve, enum by by)
{
	double bare = sum_of(curve, by, BARE), covered = sum_of(curve, by, COVERED);
	double product = sum_of(curve, by, PRODUCT);
	double size = sum_of(curve, by, PRODUCT_SIZE), whole = bare + covered;
	struct quantity q = { .known = true, .kind = KIND_DERIVED };
	double half = curve->series->error_ratio * size / whole;
	const struct quantity *yearly = &curve->yearly;

	q.value = product / whole;
	q.low = q.value - half;
	q.high = q.value + half;
	if (bare > 0) {
		q.kind = kind_worse(q.kind, yearly->kind);
		q.value += yearly->value * (bare / whole);
		q.low += yearly->low * (bare / whole);
		q.high += yearly->high * (bare / whole);
	}
	/* Only a marginal intensity goes below 0. */
	if (product >= size && (bare <= 0 || yearly->low >= 0))
		q.low = fmax(q.low, 0);
	return q;
}

void carbon_curve_end(const struct carbon_curve *curve, struct quantity *ret_gpkwh,
		      struct in_time *ret_parts)
{
	struct carbon_curve end = *curve;
	enum by by = how_weighed(&end);
	double bare = sum_of(&end, by, BARE), covered = sum_of(&end, by, COVERED);
	struct quantity mean = { .kind = end.yearly.kind };
	struct in_time parts = { .covered_ratio = 0 };

	if (covered > 0) {
		parts.covered_ratio = covered / (bare + covered);
		parts.estimated_ratio = sum_of(&end, by, ESTIMATED) / (bare + covered);
		parts.forecast_ratio = sum_of(&end, by, FORECAST) / (bare + covered);
		parts.fetched_unix_s = end.series->fetched_unix_s;
	}
	*ret_parts = parts;
	if (covered <= 0 && usable(&end.yearly)) {
		*ret_gpkwh = end.yearly;
		return;
	}
	if (bare <= 0 || usable(&end.yearly))
		mean = mean_of(&end, by);
	say_source(&end, by, bare / (bare + covered), &mean);
	*ret_gpkwh = mean;
}
