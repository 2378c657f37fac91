/* SPDX-License-Identifier: Apache-2.0 */
/* A run made up for the tests of the formats, and the comparison with a golden file. */
#pragma once

#include "fixture.h"
#include "model/run.h"
#include "report/report.h"

/* Two packages' worth of everything: measured, with a gap, marks, metrics, names to escape. */
void view_measured(struct run_view *view);

/* The same with a grid in time, a marginal intensity, costs and water. */
void view_weighed(struct run_view *view);

/* The same, read from another tracker's log, inside another run, with sections and work. */
void view_told(struct run_view *view);

/* The same machine without a meter: every joule is a model's. */
void view_modelled(struct run_view *view);

/* A GPU that was measured beside a CPU that was not. */
void view_in_part(struct run_view *view);

/* A run that was killed before anything could be read: nothing is known. */
void view_unknown(struct run_view *view);

/* What a format writes; the caller frees. */
char *view_report(const char *format, const struct run_view *view, int width);

/*
 * Fails unless text is tests/golden/<name>, byte for byte. With GRAMME_GOLDEN_UPDATE=1 in the
 * environment it writes the file instead.
 */
void assert_golden(const char *name, const char *text);
