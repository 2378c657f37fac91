/* SPDX-License-Identifier: Apache-2.0 */
/* Which of all regions stand on the page: the six best by the average, five across the rest
 * with the worst, and the run's own place. */
#pragma once

#include "report/page-view.h"

#define PAGE_REGIONS_MAX 13

struct page_region_rows {
	size_t i[PAGE_REGIONS_MAX]; /* rising, into the list's rows */
	size_t count;
};

void page_region_rows_of(const struct region_list *list, struct page_region_rows *ret);
