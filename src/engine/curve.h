/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's view and its power over time, made together: what both need is read once for both.
 */
#pragma once

#include "engine/view.h"
#include "model/curve.h"

/*
 * bins_max 0: CURVE_BINS_MAX. A run without two rows has a curve of no bins. Free with
 * run_view_done() and run_curve_done(). -ENOENT: no such run.
 */
MUST_USE int view_make_curve(const struct view_door *door, int64_t run, size_t bins_max,
			     struct diag *diag, struct run_view *ret_view,
			     struct run_curve *ret_curve);
