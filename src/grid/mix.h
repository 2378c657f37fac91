/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A grid's intensity from what its plants gave: sum of MWh * factor over sum of MWh, step by
 * step. A plant that draws (pumping, station service) counts as none; storage that gives back
 * what was counted before is not to be added at all.
 *
 * What is not known is not filled:
 * - a fuel without a factor is left out of both sums, and where it is more than a tenth of the
 *   step, the step is a gap;
 * - a fuel that is told for other steps but not for this one was, as far as can be told, what
 *   it was before or after, the larger of the two. Where that is nothing, nothing is missing
 *   (the sun at night); up to a tenth of the step, the step stands without it and is called
 *   estimated; over that it is a gap. The latest hours, of which not all plants have told yet,
 *   end so: providers ask for a day more at the front so that there is a before.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "grid/grid-json.h"

#define MIX_FUELS_MAX 40
#define MIX_STEPS_MAX ((size_t)1 << 18) /* seven years of quarters of an hour */

/*
 * Half-width of 95 % of an intensity from medians by fuel, at the least. IPCC AR5 WG3, annex
 * III, table A.III.2 gives 740 to 910 around 820 g/kWh for coal and 410 to 650 around 490 for
 * gas, minimum to maximum; a grid's plants are many, so 0.2 is assumed.
 */
#define MIX_ERROR_RATIO 0.2

/* One step's sums; what a provider that tells grammes itself fills. */
struct mix_sum {
	double known_mw;
	double unknown_mw; /* gave, and has no factor */
	double missing_mw; /* not told, and was this much before or after */
	double lifecycle;  /* of what is known: g/kWh times MW */
	double direct;
};

struct mix_value {
	double lifecycle_gpkwh;
	double direct_gpkwh;
	bool estimated;
};

/* False: a gap. */
bool mix_sum_value(const struct mix_sum *sum, struct mix_value *ret);

struct mix;

struct mix_span {
	int64_t from_unix_s; /* all three a multiple of step_s */
	int64_t to_unix_s;
	int64_t step_s;
};

/* scheme: of factor_fuel(). -E2BIG: over MIX_STEPS_MAX. -ENOMEM. */
MUST_USE int mix_new(struct tables *tables, const char *scheme,
		     const struct mix_span *span, struct mix **ret);
void mix_free(struct mix *mix);

static inline void mix_free_ptr(struct mix **mix)
{
	mix_free(*mix);
}

/* A fuel's mean power over these seconds, told; the last told holds. "SUN/SNB" is a fuel beside
 * "SUN" that has its factor. What lies outside the span, or fills no whole step, is let go. -E2BIG: over MIX_FUELS_MAX fuels. -ENOMEM. */
MUST_USE int mix_add(struct mix *mix, const char *fuel,
		     const struct intensity_point *told);

/* No mix_add() after it. */
void mix_close(struct mix *mix);

/* After mix_close(). False: a gap. */
bool mix_at(const struct mix *mix, int64_t unix_s, struct mix_value *ret);

/* All steps as points of the lifecycle intensity, equal neighbours in one hour as one, and
 * error_ratio: MIX_ERROR_RATIO, or what direct and lifecycle differ by where that is more.
 * Closes the mix. grid_ask_point()'s errors. */
MUST_USE int mix_points(struct mix *mix, struct grid_ask *ask);

/*
 * A whole fetch: grid_ask_spans() of the query and a day before it, with the mix to add to in
 * ask->own; mix_points(); grid_ask_end(). The series' zone and basis are set already.
 */
MUST_USE int mix_ask(struct grid_ask *ask, const char *scheme, int64_t step_s,
		     int64_t max_s, grid_span_fn one);
