/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many runs, a line each: `gramme list`. Both forms put the newest first, whatever order they
 * are given in. What is not known is "-" for people and null for programs, never 0.
 */
#pragma once

#include <stddef.h>

#include "base/macro.h"
#include "base/strbuf.h"
#include "model/run.h"
#include "report/report.h"

/* What a run's row alone does not say; the caller computes it. Set all three. */
struct list_extra {
	double facility_kwh; /* < 0: not known */
	double carbon_kg;    /* < 0: not known */
	const char
		*source_file; /* the log a run was imported from; NULL: none. Borrowed */
};

/* A table. Names are cut to fit the terminal; with width 0 nothing is. The start has a column
 * where there is room for it: the id begins with it. */
void list_text(const struct run_info *infos, size_t count, const struct report_opts *opts,
	       struct strbuf *out);

struct list_runs {
	const struct run_info *infos;
	size_t count;
	const struct list_extra *extra; /* one a run, or NULL */
	size_t total; /* how many there are, of which these are a part */
};

/*
 * gramme.list/1. Without extra facility_kwh is PUE times attributed_j where the run has a PUE of
 * its own, the rest null. 0 or -ENOMEM; the caller frees.
 */
MUST_USE int list_json(const struct list_runs *list, char **ret);
