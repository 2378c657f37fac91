/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-9, E-10 and the product rule of E-12. Floating point begins here.
 * Unknown in, unknown out: never a zero.
 */
#pragma once

#include "model/factor.h"
#include "model/intensity.h"
#include "model/run.h"

/* a * b * scale with E-12's rule for products; unknown when either is. source is empty. */
struct quantity carbon_product(const struct quantity *a, const struct quantity *b,
			       double scale);

/* facility kWh = PUE * attributed J / 3.6e6 */
struct quantity carbon_facility_kwh(const struct quantity *attributed_j,
				    const struct quantity *pue);

/* kg = kWh * g/kWh / 1000, with the run's mean intensity */
struct quantity carbon_kg(const struct quantity *facility_kwh,
			  const struct quantity *intensity_gpkwh);

#define CARBON_CURVE_SUMS 6

/*
 * METHOD E-10: the sum over time of energy times intensity, told as the mean intensity that
 * gives it: I = sum of (E(t_k+1) - E(t_k)) I_k / E. Fed with the run's joules so far at points
 * in time; between two points its energy flows evenly. Steps and points may be of any length,
 * in any ratio; time without a step has the yearly mean. Streaming: nothing is allocated.
 */
struct carbon_curve {
	const struct intensity_series *series; /* sorted; NULL or empty: the mean alone */
	struct quantity yearly; /* may be unknown: then the part without a step is */
	size_t at;              /* the first step that can still matter */
	int64_t last_unix_ns;
	uint64_t last_uj;
	bool begun;
	/* Sums by energy and, for a run without any, by time; each compensated (Neumaier),
	 * since runs are long. */
	double sum[2][CARBON_CURVE_SUMS];
	double lost[2][CARBON_CURVE_SUMS];
};

void carbon_curve_begin(struct carbon_curve *curve, const struct intensity_series *series,
			const struct quantity *yearly);

/* Times never go back; a clock that was set is the caller's to straighten. sum_uj never falls. */
void carbon_curve_point(struct carbon_curve *curve, int64_t unix_ns, uint64_t sum_uj);

/*
 * The mean with its interval: the series' error_ratio where it covers, the yearly mean's own
 * interval where not; both systematic, added linearly. A run without any energy has the mean
 * over its time. kind is derived where a series covers all, else the worse of that and the
 * yearly's. Unknown, with a reason in source, where any energy has neither.
 */
void carbon_curve_end(const struct carbon_curve *curve, struct quantity *ret_gpkwh,
		      struct in_time *ret_parts);
