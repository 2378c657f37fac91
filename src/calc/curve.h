/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run over time out of its rows, beside the ledger and in the same two passes: curve_see()
 * each row's time in the first, curve_add() after each ledger_add() in the second. What is shared
 * out is the ledger's own increments, so the two cannot differ.
 *
 * Bins. Where the run's rows are no more than the bins, from each row's time to the next is one.
 * Else the bins are of equal time: a burst of marks, each with a row, takes no bins from the
 * rest. The joules do not mind, since each interval is spread evenly over the time it is of, and
 * so over all bins that it touches: a domain that is read every half minute is a level, no spike.
 *
 * An interval shorter than its counter's update says nothing of the power, and is joined with
 * the next. A gap is NAN, and so is the share where more than a hundredth of a bin's joules have
 * none, as in the ledger's sums.
 */
#pragma once

#include "calc/ledger.h"
#include "model/curve.h"
#include "model/intensity.h"

struct curve; /* opaque; fixed size once begun */

/* bins_max 0: CURVE_BINS_MAX. */
MUST_USE int curve_new(const struct run_domain *domains, size_t count, size_t bins_max,
		       struct curve **ret);
void curve_free(struct curve *curve); /* takes NULL */

/* First pass: times in order. */
void curve_see(struct curve *curve, int64_t t_ns);

/* Between the passes. -ENOMEM. */
MUST_USE int curve_begin(struct curve *curve);

/* Second pass, after ledger_add() of the same row. */
void curve_add(struct curve *curve, const struct sample *row,
	       const struct ledger *ledger);

/* Once, at the end. Free with run_curve_done(). -ENOMEM. */
MUST_USE int curve_end(struct curve *curve, struct run_curve *ret);

/*
 * METHOD E-10, by the clock: the series' mean over each bin; what of it has no step has the yearly
 * mean, and is left out where that is not known. A series that touches no bin leaves NULL.
 */
MUST_USE int curve_weigh(struct run_curve *curve, const struct run_info *info,
			 const struct intensity_series *series,
			 const struct quantity *yearly);
