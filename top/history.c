/* SPDX-License-Identifier: Apache-2.0 */
#include "history.h"

#include <math.h>

void history_add(struct history *history, const struct reading *reading)
{
	struct history_point *point = &history->points[history->count % HISTORY_MAX];

	if (!(reading->window_s > 0) || !isfinite(reading->watched_s))
		return;
	point->to_s = reading->watched_s;
	point->from_s = reading->watched_s - reading->window_s;
	for (int i = 0; i < TOP_FAMILIES; i++)
		point->family_w[i] = reading->family_w[i];
	history->count++;
}

static double overlap_s(const struct history_point *point, double from_s, double to_s)
{
	double from = point->from_s > from_s ? point->from_s : from_s;
	double to = point->to_s < to_s ? point->to_s : to_s;

	return to > from ? to - from : 0;
}

bool history_mean(const struct history *history, double from_s, double to_s,
		  double ret_w[TOP_FAMILIES])
{
	size_t kept = history->count < HISTORY_MAX ? history->count : HISTORY_MAX;
	double joules[TOP_FAMILIES] = { 0 };
	double seconds[TOP_FAMILIES] = { 0 };
	bool any = false;

	/* The newest first: what ended before the column has no more to give. */
	for (size_t k = 1; k <= kept; k++) {
		const struct history_point *point =
			&history->points[(history->count - k) % HISTORY_MAX];
		double s = overlap_s(point, from_s, to_s);

		if (point->to_s <= from_s)
			break;
		for (int i = 0; i < TOP_FAMILIES && s > 0; i++) {
			if (!isfinite(point->family_w[i]))
				continue;
			joules[i] += point->family_w[i] * s;
			seconds[i] += s;
		}
	}
	for (int i = 0; i < TOP_FAMILIES; i++) {
		ret_w[i] = seconds[i] > 0 ? joules[i] / seconds[i] : NAN;
		any = any || seconds[i] > 0;
	}
	return any;
}
