/* SPDX-License-Identifier: Apache-2.0 */
/* The times that a run's sections were open (E-20), one after another, as a page draws them. */
#pragma once

#include "report/page-view.h"

#define PAGE_SECTIONS_MAX 200

struct page_section {
	const char *name; /* borrowed */
	double from_s;
	double to_s;
	double attributed_j;   /* NAN: not known */
	double attributed_w;   /* mean over what was read */
	double machine_j;      /* NAN: nothing was read */
	double coverage_ratio; /* of the counted domains, the least */
};

/* The first PAGE_SECTIONS_MAX by their begin; returns how many. */
size_t page_sections_of(const struct page_run *run,
			struct page_section ret[PAGE_SECTIONS_MAX]);

/* Watts of so many joules in what of that time was read; NAN where nothing was. */
double page_sections_w(double joules, double length_s, double coverage_ratio);
