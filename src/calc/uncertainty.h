/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-12 for joules. A number's width comes in four parts that add in different ways:
 * what the meter's gain and the share may be wrong by (systematic; linear within a family,
 * in quadrature across families), and bounds (linear always).
 */
#pragma once

#include "calc/ledger.h"

/* Half-widths of 95 %, in uj, but for the bounds, which hold all. */
struct part {
	uint64_t value_uj;
	uint64_t meter_uj;
	uint64_t share_uj;
	uint64_t down_uj;
	uint64_t up_uj;
};

struct part_sum {
	uint64_t value_uj;
	uint64_t meter_uj[FAMILIES];
	uint64_t share_uj[FAMILIES];
	uint64_t down_uj;
	uint64_t up_uj;
};

void part_add(struct part_sum *sum, const struct part *part, enum family family);
void part_bounds(const struct part_sum *sum, struct bounded_uj *ret);

/* A standard uncertainty to a half-width of 95 %: k = 1.96. */
uint64_t uncertainty_95(uint64_t standard);

/* The meter's half-width over ns: 1.96 sqrt((gain E)^2 + (offset T)^2). */
uint64_t uncertainty_meter_uj(const struct domain *domain, uint64_t energy_uj,
			      int64_t ns);

/* Both ends of a window: one step, and the mean power for one update at each end. */
uint64_t uncertainty_edges_uj(const struct domain *domain, uint64_t energy_uj,
			      int64_t ns);
