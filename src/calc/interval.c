/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-1, E-2.
 * Reads: two raw readings of one domain.
 * Gives: the joules between them, or the reason why there are none.
 * Needs: a counter's range and the most its part can draw, where they are known.
 * Limits: sees at most one wrap; a reset that lands above the old value looks like use.
 */
#include "calc/interval.h"

#include <assert.h>

#include "calc/wide.h"

uint64_t interval_max_uw(const struct domain *domain)
{
	if (domain->max_uw)
		return domain->max_uw;
	return domain->boundary == BOUNDARY_COMPONENT ? PLAUSIBLE_UW : PLAUSIBLE_NODE_UW;
}

static bool plausible(const struct domain *domain, uint64_t step_uj, int64_t ns)
{
	uint64_t uw = domain->max_uw ? wide_add(domain->max_uw, domain->max_uw)
				     : interval_max_uw(domain);

	ns += STILL_NS + 2 * domain->update_ns;
	return step_uj <= wide_add(wide_uj(uw, ns), domain->step_uj);
}

static uint64_t lost_uj(const struct domain *domain, int64_t ns)
{
	uint64_t k;

	if (domain->range_uj == 0)
		return 0;
	k = wide_uj(interval_max_uw(domain), ns) / domain->range_uj;
	return wide_muldiv(k, domain->range_uj, 1);
}

static enum interval_end step_back(const struct domain *domain, const struct reading *a,
				   const struct reading *b, int64_t ns,
				   struct interval *ret)
{
	uint64_t range = domain->range_uj;
	uint64_t step;

	if (range == 0 || a->energy_uj >= range)
		return INTERVAL_WENT_BACK;
	step = range - a->energy_uj + b->energy_uj;
	if (!plausible(domain, step, ns))
		return INTERVAL_WENT_BACK;
	ret->step_uj = step;
	ret->wrapped = true;
	return INTERVAL_OK;
}

/* METHOD E-1 */
void interval_of_counter(const struct domain *domain, const struct reading *a,
			 const struct reading *b, int64_t slept_ns, struct interval *ret)
{
	int64_t ns = b->t_ns > a->t_ns ? b->t_ns - a->t_ns : 0;
	bool slept = slept_ns > SLEPT_NS;
	bool anew = b->epoch != a->epoch;

	assert((a->has & b->has) & READING_ENERGY);
	*ret = (struct interval){ .end = INTERVAL_STILL };
	if (b->energy_uj == a->energy_uj)
		return;
	if (b->energy_uj > a->energy_uj) {
		uint64_t step = b->energy_uj - a->energy_uj;

		if (plausible(domain, step, ns + (slept ? slept_ns : 0))) {
			ret->end = INTERVAL_OK;
			ret->step_uj = step;
		} else {
			ret->end = anew ? INTERVAL_RESET : INTERVAL_IMPLAUSIBLE;
		}
	} else if (anew || slept) {
		ret->end = INTERVAL_RESET;
	} else {
		ret->end = step_back(domain, a, b, ns, ret);
	}
	if (ret->end == INTERVAL_OK)
		ret->maybe_lost_uj = lost_uj(domain, ns);
}

/* METHOD E-2 */
void interval_of_power(const struct reading *a, const struct reading *b, uint64_t *rest,
		       struct power_interval *ret)
{
	uint64_t ns = b->t_ns > a->t_ns ? (uint64_t)(b->t_ns - a->t_ns) : 0;
	uint64_t low = a->power_uw < b->power_uw ? a->power_uw : b->power_uw;
	uint64_t high = a->power_uw < b->power_uw ? b->power_uw : a->power_uw;
	const uint64_t two_s = 2 * (uint64_t)NS_PER_S;
	wide_uint twice = ((wide_uint)low + high) * ns + *rest;

	assert((a->has & b->has) & READING_POWER);
	assert(*rest < two_s);
	ret->step_uj = wide_clamp(twice / two_s);
	*rest = (uint64_t)(twice % two_s);
	ret->ripple_uj = wide_clamp(((wide_uint)(high - low) * ns + two_s - 1) / two_s);
}
