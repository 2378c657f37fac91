/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what the store holds of a run to what people are shown: two passes over the rows
 * (METHOD E-3 to E-8), then facility energy and carbon (E-9, E-10). Carbon is computed here,
 * each time, and never stored.
 */
#pragma once

#include "model/run.h"
#include "store/store.h"

MUST_USE int view_make(struct store *store, int64_t run, struct diag *diag,
		       struct run_view *ret);

/* Facility energy, carbon and what they rest on, from view->attributed_j and the record's
 * info: the end of view_make(), for one who has the sums already. */
void view_facility(struct run_view *view);
