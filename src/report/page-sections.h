/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections of a run by its marks: "load:begin" and "load:end" are a pair (also "load begin",
 * "load-begin" and with start and stop); where no mark is one of a pair, two or more marks each
 * begin a section that lasts until the next one, or the end.
 */
#pragma once

#include "report/page-view.h"

#define PAGE_SECTIONS_MAX 200

struct page_section {
	char name[RUN_NAME_MAX];
	double from_s;
	double to_s;
	double attributed_j; /* by the curve, of what was read; NAN: nothing was, or whose
			      * it is of a counted domain is not known */
	double attributed_w; /* mean over what was read */
	double machine_j;
	double coverage_ratio; /* of the machine's, the least of the counted domains' */
};

/* Writes up to PAGE_SECTIONS_MAX; returns how many. */
size_t page_sections_of(const struct page_run *run,
			struct page_section ret[PAGE_SECTIONS_MAX]);
