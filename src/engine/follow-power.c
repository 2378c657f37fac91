/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/follow-power.h"

#include <math.h>

#define POINT_NS NS_PER_S
/* After that what a domain drew says nothing of now. */
#define STALE_NS (60 * NS_PER_S)
/* As in the ledger's sums: up to a hundredth may be nobody's. */
#define UNKNOWN_PART 100

static const struct follow_point *point_at(const struct follow_window *window, size_t i)
{
	return &window->points[i % FOLLOW_POINTS];
}

static void window_add(struct follow_window *window, const struct follow_point *point)
{
	size_t count = window->count;

	window->last = *point;
	if (count > 0 && point->t_ns - point_at(window, count - 1)->t_ns < POINT_NS)
		return;
	window->points[count % FOLLOW_POINTS] = *point;
	window->count++;
}

void follow_power_add(struct follow_power *power, const struct sample *row,
		      const struct ledger *ledger, size_t domains)
{
	for (size_t i = 0; i < domains && i < row->domain_count; i++) {
		struct follow_point point = { .t_ns = row->t_ns };

		if (row->state[i] == SAMPLE_NONE)
			continue;
		ledger_so_far_get(ledger, i, &point.sums);
		/* Whose they are comes with a later row, for all of them. */
		if (point.sums.owed_uj == 0)
			window_add(&power->windows[i], &point);
	}
}

/* The youngest that is a window's length back, else the oldest there is. */
static const struct follow_point *window_begin(const struct follow_window *window)
{
	size_t oldest = window->count > FOLLOW_POINTS ? window->count - FOLLOW_POINTS : 0;
	size_t i = window->count - 1;

	while (i > oldest &&
	       window->last.t_ns - point_at(window, i)->t_ns < FOLLOW_WINDOW_NS)
		i--;
	return point_at(window, i);
}

static double window_w(const struct follow_window *window, int64_t now_ns)
{
	const struct ledger_so_far *from = &window_begin(window)->sums;
	const struct ledger_so_far *to = &window->last.sums;
	int64_t covered_ns = to->covered_ns - from->covered_ns;

	if (now_ns - window->last.t_ns > STALE_NS || covered_ns <= 0 ||
	    to->unknown_uj - from->unknown_uj >
		    (to->machine_uj - from->machine_uj) / UNKNOWN_PART)
		return NAN;
	return (double)(to->active_uj - from->active_uj) * 1e3 / (double)covered_ns;
}

double follow_power_w(const struct follow_power *power, const struct run_domain *domains,
		      size_t count, int64_t now_ns)
{
	double sum_w = 0;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (!domains[i].counted || power->windows[i].count == 0)
			continue;
		sum_w += window_w(&power->windows[i], now_ns);
		any = true;
	}
	return any ? sum_w : NAN;
}
