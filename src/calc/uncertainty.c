/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-12.
 * Reads: what a meter's maker and the literature say of its error; an interval's length.
 * Gives: half-widths in uj.
 * Needs: gain and offset as standard uncertainties (k = 1).
 * Limits: random error is left out: over a run's many readings it is lost in the systematic.
 */
#include "calc/uncertainty.h"

#include <assert.h>

#include "calc/wide.h"

/* Of an unknown update: the slowest counter in use. */
#define UPDATE_UNKNOWN_NS INT64_C(100000000)

uint64_t uncertainty_95(uint64_t standard)
{
	return wide_muldiv(standard, 196, 100);
}

/* The largest r with r * r <= value. */
static uint64_t root(wide_uint value)
{
	uint64_t r = 0;

	for (int bit = 63; bit >= 0; bit--) {
		uint64_t next = r | UINT64_C(1) << bit;

		if ((wide_uint)next * next <= value)
			r = next;
	}
	return r;
}

/* Of more than 2^62 the square root is not worth the trouble: the linear sum holds. */
static uint64_t quadrature(uint64_t a, uint64_t b)
{
	if ((a | b) >> 62)
		return wide_add(a, b);
	return root((wide_uint)a * a + (wide_uint)b * b);
}

/* METHOD E-12 */
uint64_t uncertainty_meter_uj(const struct domain *domain, uint64_t energy_uj, int64_t ns)
{
	uint64_t gain = wide_muldiv(energy_uj, domain->gain_u_permille, 1000);

	return uncertainty_95(quadrature(gain, wide_uj(domain->offset_u_uw, ns)));
}

/* METHOD E-12 */
uint64_t uncertainty_edges_uj(const struct domain *domain, uint64_t energy_uj, int64_t ns)
{
	int64_t update_ns = domain->update_ns;

	if (update_ns == 0 && domain->measure == MEASURE_ENERGY &&
	    domain->kind <= KIND_DERIVED)
		update_ns = UPDATE_UNKNOWN_NS;
	if (ns <= 0)
		return domain->step_uj;
	return wide_add(domain->step_uj,
			wide_muldiv(energy_uj, 2 * (uint64_t)update_ns, (uint64_t)ns));
}

void part_add(struct part_sum *sum, const struct part *part, enum family family)
{
	size_t f = (size_t)family;

	assert(f < FAMILIES);
	sum->value_uj = wide_add(sum->value_uj, part->value_uj);
	sum->meter_uj[f] = wide_add(sum->meter_uj[f], part->meter_uj);
	sum->share_uj[f] = wide_add(sum->share_uj[f], part->share_uj);
	sum->down_uj = wide_add(sum->down_uj, part->down_uj);
	sum->up_uj = wide_add(sum->up_uj, part->up_uj);
}

/* METHOD E-12 */
void part_bounds(const struct part_sum *sum, struct bounded_uj *ret)
{
	uint64_t half = 0;
	uint64_t down;

	for (size_t f = 0; f < FAMILIES; f++)
		half = quadrature(half, quadrature(sum->meter_uj[f], sum->share_uj[f]));
	down = wide_add(half, sum->down_uj);
	ret->value = sum->value_uj;
	ret->low = sum->value_uj > down ? sum->value_uj - down : 0;
	ret->high = wide_add(sum->value_uj, wide_add(half, sum->up_uj));
}
