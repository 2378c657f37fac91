/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-10.
 * Reads: a curve's bins and a series of intensity.
 * Gives: the intensity that held in each bin.
 * Needs: a sorted series.
 * Limits: a bin's mean is by the clock, the run's own is by energy: where power and intensity move
 * within a bin they differ a little.
 */
#include <errno.h>

#include "calc/curve.h"

struct span {
	int64_t from_ns;
	int64_t to_ns;
};

static int64_t ns_of(int64_t unix_s)
{
	int64_t ns;

	if (__builtin_mul_overflow(unix_s, NS_PER_S, &ns))
		return unix_s < 0 ? INT64_MIN : INT64_MAX;
	return ns;
}

/* Sums of what holds in a span. */
struct holds {
	double covered_ns;
	double product;
};

/* From the step *at on, which is left at the first that may matter to the next span. */
static struct holds holds_in(const struct intensity_series *series,
			     const struct span *span, size_t *at)
{
	struct holds sum = { 0, 0 };

	while (*at < series->count &&
	       ns_of(series->points[*at].to_unix_s) <= span->from_ns)
		(*at)++;
	for (size_t i = *at; i < series->count; i++) {
		const struct intensity_point *step = &series->points[i];
		int64_t from_ns = ns_of(step->from_unix_s);
		int64_t to_ns = ns_of(step->to_unix_s);

		if (from_ns >= span->to_ns)
			break;
		from_ns = from_ns > span->from_ns ? from_ns : span->from_ns;
		to_ns = to_ns < span->to_ns ? to_ns : span->to_ns;
		if (to_ns <= from_ns)
			continue;
		sum.covered_ns += (double)(to_ns - from_ns);
		sum.product += (double)(to_ns - from_ns) * step->gpkwh;
	}
	return sum;
}

static double mean_of(struct holds sum, const struct span *span,
		      const struct quantity *yearly)
{
	double bare_ns = (double)(span->to_ns - span->from_ns) - sum.covered_ns;

	if (bare_ns > 0 && yearly->known && isfinite(yearly->value)) {
		sum.covered_ns += bare_ns;
		sum.product += bare_ns * yearly->value;
	}
	return sum.covered_ns > 0 ? sum.product / sum.covered_ns : NAN;
}

/* METHOD E-10 */
int curve_weigh(struct run_curve *curve, const struct run_info *info,
		const struct intensity_series *series, const struct quantity *yearly)
{
	AUTO_FREE double *gpkwh = NULL;
	bool any = false;
	size_t at = 0;

	if (curve->bins == 0 || series->count == 0)
		return 0;
	gpkwh = calloc(curve->bins, sizeof *gpkwh);
	if (!gpkwh)
		return -ENOMEM;
	for (size_t i = 0; i < curve->bins; i++) {
		struct span span = {
			run_time_unix_ns(info, (int64_t)(curve->edge_s[i] * 1e9)),
			run_time_unix_ns(info, (int64_t)(curve->edge_s[i + 1] * 1e9)),
		};
		struct holds sum = holds_in(series, &span, &at);

		any |= sum.covered_ns > 0;
		gpkwh[i] = mean_of(sum, &span, yearly);
	}
	if (any)
		curve->intensity_gpkwh = STEAL(gpkwh);
	return 0;
}
