/* SPDX-License-Identifier: Apache-2.0 */
/* What a run logged, a metric at a time, thinned so that no extreme is lost. */
#pragma once

#include "report/page-view.h"

#define PAGE_METRICS_MAX 32
#define PAGE_POINTS_MAX  400

struct page_metric {
	const char *name; /* borrowed */
	size_t count;
	double last; /* NAN: it was no number */
	double least;
	double most;
};

/* In the order of their first value; *ret_left: how many names had no room. */
size_t page_metrics_of(const struct run_record *record,
		       struct page_metric ret[PAGE_METRICS_MAX], size_t *ret_left);

struct page_points {
	size_t count;
	double t_s[PAGE_POINTS_MAX];
	double value[PAGE_POINTS_MAX];
};

/* All of them, or of each stretch of the series the least and the most. */
void page_points_of(const struct run_record *record, const struct page_metric *metric,
		    struct page_points *ret);
