/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run as people and programs are shown it: the rows read back, shared out, summed, weighed.
 */
#pragma once

#include "base/diag.h"
#include "model/curve.h"
#include "model/run.h"
#include "place/table.h"
#include "store/store.h"

#define METHOD_VERSION "gramme-2"

/* Where a view is made from. Both are needed. */
struct view_door {
	struct store *store;
	struct tables *tables;
};

/* Free with run_view_done(). -ENOENT: no such run. */
MUST_USE int view_make(const struct view_door *door, int64_t run, struct diag *diag,
		       struct run_view *ret);

/* What else can be made of the same two passes over the rows. */
struct view_more {
	size_t bins_max;        /* 0: CURVE_BINS_MAX */
	struct run_curve curve; /* untouched on failure; free with run_curve_done() */
};

/* more may be NULL. */
MUST_USE int view_make_more(const struct view_door *door, int64_t run,
			    struct view_more *more, struct diag *diag,
			    struct run_view *ret);

/*
 * Fills the facility's part (place, PUE, intensity, kWh, kg, cost) from view->attributed_j and
 * the run's info, with the yearly mean: for one who has the sums already and no series in time.
 */
void view_facility(struct tables *tables, struct run_view *view);

/* A warning with that code, to be filled: beside the run's own ones, and not stored. NULL: no
 * memory. */
struct run_warning *view_warn(struct run_record *record, const char *code);

/* What the view says the run weighs, to be kept. */
void view_weighing(const struct run_view *view, int64_t at_unix_ns, struct weighing *ret);
