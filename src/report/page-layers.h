/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's curve as a stack of layers: a domain each, or a family each where there are more
 * domains than colours tell apart. Thinned further for a picture that stands still.
 */
#pragma once

#include <stdlib.h>

#include "report/page-view.h"
#include "report/svg.h"

#define PAGE_LAYERS_MAX   8
#define PAGE_PICTURE_BINS 280

enum page_of { PAGE_OF_RUN, PAGE_OF_MACHINE };

struct page_layers {
	size_t bins;
	double *edge_s; /* bins + 1; with `y` in one piece of memory */
	struct svg_series series[PAGE_LAYERS_MAX + 3];
	char label[PAGE_LAYERS_MAX + 3][DOMAIN_ID_MAX + 32];
	size_t count;
	bool known; /* of some layer some bin is */
	double *memory;
};

static inline void page_layers_done(struct page_layers *layers)
{
	free(layers->memory);
}

/* 0 or -ENOMEM. Of the machine: with node meters and, where bins hold several rows, the peaks
 * as lines. */
MUST_USE int page_layers_of(const struct page_run *run, enum page_of of,
			    struct page_layers *ret);

/* One line of the curve, thinned likewise; y may be curve.intensity_gpkwh. */
MUST_USE int page_layers_line(const struct run_curve *curve, const double *y,
			      const char *label, int colour, struct page_layers *ret);
