/* SPDX-License-Identifier: Apache-2.0 */
/* Runs weighed again, old beside new: `gramme regrid`. */
#pragma once

#include "model/run.h"
#include "report/report.h"

/* One answer to "how much", with the words for where it is from. */
struct regrid_answer {
	struct quantity carbon_kg;
	struct quantity intensity_gpkwh;
	char from[QUANTITY_SOURCE_MAX + 64]; /* "Ember 2024, Germany; year" */
	char zone[PLACE_NAME_MAX];
	double covered_ratio; /* of the energy by a series in time */
};

struct regrid_row {
	char id[RUN_ID_MAX];
	char name[RUN_NAME_MAX];
	struct regrid_answer before;
	struct regrid_answer after;
	char note[256];             /* what could not be had; "" */
	struct weighing *weighings; /* with `old`: all that were given, oldest first */
	size_t weighing_count;
};

struct regrid_view {
	struct regrid_row *rows;
	size_t count;
	bool old;
	bool look_only;
};

void regrid_view_done(struct regrid_view *view);

/* Takes over what the view says now: as it was before, and after. */
void regrid_row_begin(struct regrid_row *row, const struct run_view *before);
void regrid_row_end(struct regrid_row *row, const struct run_view *after);

void regrid_text(const struct regrid_view *view, const struct report_opts *opts,
		 struct strbuf *out);

/* gramme.regrid/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int regrid_json(const struct regrid_view *view, char **ret);
