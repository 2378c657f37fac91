/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-2 beside E-1, as a check.
 * Reads: readings of a counter that also tell the power.
 * Gives: the ratio of the two.
 * Needs: power at least every CHECK_STEP_NS, 5 s of it.
 * Limits: a doubt, not a correction: nothing is scaled by it.
 */
#include "calc/series-check.h"

#include <errno.h>

#include "calc/wide.h"

#define CHECK_LEAST_NS    (5 * NS_PER_S)
#define CHECK_LEAST_COUNT 10

static void integrate(struct series_check *check, const struct reading *reading)
{
	struct power_interval step;

	if (reading->t_ns - check->power.t_ns > CHECK_STEP_NS) {
		check->marked = false;
		return;
	}
	interval_of_power(&check->power, reading, &check->rest, &step);
	check->open_uj = wide_add(check->open_uj, step.step_uj);
	check->open_count++;
}

static void close_piece(struct series_check *check, const struct series_domain *domain)
{
	check->power_uj = wide_add(check->power_uj, check->open_uj);
	check->counter_uj += domain->energy_uj - check->mark_uj;
	check->covered_ns += domain->last.t_ns - check->mark_ns;
	check->count += check->open_count;
}

static void open_piece(struct series_check *check, const struct series_domain *domain)
{
	check->marked = true;
	check->mark_ns = domain->last.t_ns;
	check->mark_uj = domain->energy_uj;
	check->open_uj = 0;
	check->open_count = 0;
}

void series_check_add(struct series_domain *domain, const struct reading *reading,
		      bool base, bool moved)
{
	struct series_check *check = &domain->check;

	if (base)
		check->marked = false;
	if (!(reading->has & READING_POWER))
		return;
	if (check->marked)
		integrate(check, reading);
	check->power = *reading;
	if (!base && !moved)
		return;
	if (check->marked)
		close_piece(check, domain);
	open_piece(check, domain);
}

int series_cross_check(const struct series_domain *domain, uint32_t *ret_permille)
{
	const struct series_check *check = &domain->check;
	uint64_t permille;

	if (check->covered_ns < CHECK_LEAST_NS || check->count < CHECK_LEAST_COUNT ||
	    check->power_uj == 0)
		return -EAGAIN;
	permille = wide_muldiv(check->counter_uj, 1000, check->power_uj);
	*ret_permille = permille > UINT32_MAX ? UINT32_MAX : (uint32_t)permille;
	return 0;
}
