/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page-series.h"

#include <math.h>
#include <string.h>

static struct page_metric *find(struct page_metric *metrics, size_t count,
				const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(metrics[i].name, name) == 0)
			return &metrics[i];
	return NULL;
}

static void take(struct page_metric *metric, double value)
{
	metric->count++;
	metric->last = value;
	metric->least = fmin(metric->least, value);
	metric->most = fmax(metric->most, value);
}

size_t page_metrics_of(const struct run_record *record,
		       struct page_metric ret[PAGE_METRICS_MAX], size_t *ret_left)
{
	size_t count = 0;
	size_t left = 0;

	for (size_t i = 0; i < record->metric_count; i++) {
		const struct run_metric *row = &record->metrics[i];
		struct page_metric *metric = find(ret, count, row->name);

		if (!metric && count == PAGE_METRICS_MAX) {
			left++;
			continue;
		}
		if (!metric) {
			metric = &ret[count++];
			*metric = (struct page_metric){ .name = row->name,
							.least = NAN,
							.most = NAN };
		}
		take(metric, row->value);
	}
	*ret_left = left;
	return count;
}

/* --- thinning ----------------------------------------------------------------------------- */

/* One stretch of the series: its extremes, by their rows. */
struct stretch {
	const struct run_metric *least;
	const struct run_metric *most;
};

static void add_point(struct page_points *points, const struct run_metric *row)
{
	if (!row || points->count >= PAGE_POINTS_MAX)
		return;
	points->t_s[points->count] = (double)row->t_ns / (double)NS_PER_S;
	points->value[points->count++] = row->value;
}

static void end_stretch(struct page_points *points, struct stretch *stretch)
{
	const struct run_metric *first = stretch->least;
	const struct run_metric *second = stretch->most;

	if (first && second && second->t_ns < first->t_ns) {
		first = stretch->most;
		second = stretch->least;
	}
	add_point(points, first);
	if (second != first)
		add_point(points, second);
	*stretch = (struct stretch){ NULL, NULL };
}

static void widen(struct stretch *stretch, const struct run_metric *row)
{
	if (!isfinite(row->value))
		return;
	if (!stretch->least || row->value < stretch->least->value)
		stretch->least = row;
	if (!stretch->most || row->value > stretch->most->value)
		stretch->most = row;
}

void page_points_of(const struct run_record *record, const struct page_metric *metric,
		    struct page_points *ret)
{
	size_t each =
		metric->count <= PAGE_POINTS_MAX
			? 1
			: (2 * metric->count + PAGE_POINTS_MAX - 1) / PAGE_POINTS_MAX;
	struct stretch stretch = { NULL, NULL };
	size_t in = 0;

	ret->count = 0;
	for (size_t i = 0; i < record->metric_count; i++) {
		const struct run_metric *row = &record->metrics[i];

		if (strcmp(row->name, metric->name) != 0)
			continue;
		widen(&stretch, row);
		if (++in % each == 0)
			end_stretch(ret, &stretch);
	}
	end_stretch(ret, &stretch);
}
