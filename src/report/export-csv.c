/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tidy tables: a row an observation, the run's id first, units in the columns' names, one order
 * of columns for ever; new ones come last. docs/EXPORT.md has them.
 */
#include "report/export-csv.h"

static const struct export_what whats[] = {
	{ "runs", "a row a run, with all its figures", EXPORT_VIEW, export_csv_runs_head,
	  export_csv_runs },
	{ "components", "a row a run and component", EXPORT_VIEW,
	  export_csv_components_head, export_csv_components },
	{ "rows", "a row a sample and component: joules since the start", 0,
	  export_csv_rows_head, export_csv_rows },
	{ "metrics", "a row a number that a run logged", 0, export_csv_metrics_head,
	  export_csv_metrics },
	{ "sections", "a row a run and section, by its marks", EXPORT_VIEW,
	  export_csv_sections_head, export_csv_sections },
	{ "work", "a row a run and unit of what it got done", 0, export_csv_work_head,
	  export_csv_work },
};

const struct export_format export_csv = { .name = "csv",
					  .whats = whats,
					  .what_count = ARRAY_SIZE(whats) };
