/* SPDX-License-Identifier: Apache-2.0 */
/* Where a run would weigh less: `gramme regions`. */
#pragma once

#include "model/regions.h"
#include "report/report.h"

struct regions_view {
	const struct region_list *list; /* after region_rank() */
	size_t limit; /* this many of the best by average, and the own place; 0: all */
	char of[96];  /* what is weighed: "the run train.py"; "" : just so many kWh */
};

/* "unknown", "both-low", "average-only", "marginal-only", "neither": for programs. */
const char *region_agree_text(enum region_agree value);

/* Whether the i-th row is within the limit, or the own place. */
bool regions_view_shows(const struct regions_view *view, size_t i);

void regions_text(const struct regions_view *view, const struct report_opts *opts,
		  struct strbuf *out);

/* gramme.regions/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int regions_json(const struct regions_view *view, char **ret);
