/* SPDX-License-Identifier: Apache-2.0 */
/* What the tables of CSV are made of; each `what` of export-csv.c is one of these. */
#pragma once

#include "report/export.h"

/* What tables of parts of a run begin with. */
#define EXPORT_CSV_RUN_HEAD "id,name,experiment,"
void export_csv_run_cells(struct strbuf *out, const struct run_info *info);

int export_csv_runs(const struct export_run *run, struct export_out *out);
void export_csv_runs_head(struct export_out *out);
int export_csv_components(const struct export_run *run, struct export_out *out);
void export_csv_components_head(struct export_out *out);
int export_csv_rows(const struct export_run *run, struct export_out *out);
void export_csv_rows_head(struct export_out *out);
int export_csv_metrics(const struct export_run *run, struct export_out *out);
void export_csv_metrics_head(struct export_out *out);
int export_csv_sections(const struct export_run *run, struct export_out *out);
void export_csv_sections_head(struct export_out *out);
int export_csv_work(const struct export_run *run, struct export_out *out);
void export_csv_work_head(struct export_out *out);
