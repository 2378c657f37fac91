/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-13, social cost, and E-14, embodied carbon. Each is a number of its own: neither
 * enters the headline.
 */
#pragma once

#include <stdint.h>

#include "model/quantity.h"

/*
 * E-13: dollars = kg / 1000 * $/t. The paper's interval is that of the study alone: low and
 * high are kg's value times the study's percentiles, so that its figures come out.
 */
struct quantity cost_usd(const struct quantity *carbon_kg,
			 const struct quantity *usd_per_t);

/* E-14, ISO/IEC 21031: M = TE * TiR / EL * RR / ToR. */
struct embodied {
	struct quantity making_kg; /* TE: cradle to gate, of the whole machine */
	double lifespan_years;     /* EL */
	int64_t reserved_ns;       /* TiR: the run's time */
	double share_ratio;        /* RR / ToR, 0 to 1 */
};

struct quantity embodied_kg(const struct embodied *embodied);
