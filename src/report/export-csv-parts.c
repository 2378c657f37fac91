/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of what a run told of itself: its sections, and what it got done. */
#include <stddef.h>

#include "report/export-cells.h"
#include "report/export-csv.h"

static void count_cell(struct strbuf *out, const void *item)
{
	cell_count(out, ((const struct section_view *)item)->count);
}

static void duration_cell(struct strbuf *out, const void *item)
{
	cell_seconds(out, ((const struct section_view *)item)->duration_ns);
}

static void paired_cell(struct strbuf *out, const void *item)
{
	strbuf_add(out, ((const struct section_view *)item)->paired ? "true" : "false");
}

/* NOLINTNEXTLINE(bugprone-macro-parentheses) */
#define SECTION(member) offsetof(struct section_view, member)

static const struct cell_column section_columns[] = {
	{ "section", CELL_TEXT, SECTION(name), NULL },
	{ "paired", CELL_OWN, 0, paired_cell },
	{ "count", CELL_OWN, 0, count_cell },
	{ "duration_s", CELL_OWN, 0, duration_cell },
	{ "attributed_j", CELL_QUANTITY, SECTION(attributed_j), NULL },
	{ "machine_j", CELL_QUANTITY, SECTION(machine_j), NULL },
	{ "coverage_ratio", CELL_REAL, SECTION(coverage_ratio), NULL },
};

static const struct cell_table sections_table = { section_columns,
						  ARRAY_SIZE(section_columns) };

void export_csv_sections_head(struct export_out *out)
{
	strbuf_add(&out->text, EXPORT_CSV_RUN_HEAD);
	cell_head(&out->text, &sections_table);
}

int export_csv_sections(const struct export_run *run, struct export_out *out)
{
	const struct run_view *view = run->view;
	int err = 0;

	for (size_t i = 0; i < view->section_count && err == 0; i++) {
		export_csv_run_cells(&out->text, &view->record.info);
		cell_row(&out->text, &sections_table, &view->sections[i]);
		err = export_pass(out);
	}
	return err;
}

/* --- work --------------------------------------------------------------------------------- */

static void amount_cell(struct strbuf *out, const void *item)
{
	cell_exact(out, ((const struct run_work *)item)->amount);
}

static void told_cell(struct strbuf *out, const void *item)
{
	cell_count(out, ((const struct run_work *)item)->count);
}

static const struct cell_column work_columns[] = {
	{ "unit", CELL_TEXT, offsetof(struct run_work, unit), NULL },
	{ "amount", CELL_OWN, 0, amount_cell },
	{ "count", CELL_OWN, 0, told_cell },
};

static const struct cell_table work_table = { work_columns, ARRAY_SIZE(work_columns) };

void export_csv_work_head(struct export_out *out)
{
	strbuf_add(&out->text, EXPORT_CSV_RUN_HEAD);
	cell_head(&out->text, &work_table);
}

int export_csv_work(const struct export_run *run, struct export_out *out)
{
	const struct run_record *record = &run->view->record;

	for (size_t i = 0; i < record->work_count; i++) {
		export_csv_run_cells(&out->text, &record->info);
		cell_row(&out->text, &work_table, &record->works[i]);
	}
	return export_pass(out);
}
