/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run told of itself, and where it came from: its sections, the work it did, the run it
 * ran inside of, the log it was read from.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"
#include "model/run.h"
#include "report/report.h"

/* Attributed joules a unit; not known where nothing was done, or the joules are not. */
void told_j_per_unit(const struct run_view *view, const struct run_work *work,
		     struct quantity *ret);

/* "1.21 mJ a token (1.1 to 1.3)", raw; what is done is named by the run, in the plural. */
void told_per_unit(const struct run_view *view, const struct run_work *work,
		   struct strbuf *out);

/* "4 096 tokens". */
void told_amount(const struct run_work *work, struct strbuf *out);

/* "experiment-impact-tracker 0.1.8, from runs/a on 2026-11-23". */
void told_import(const struct run_import *import, struct strbuf *out);

/* "total_power: 0.0118 kWh" */
void told_figure(const struct run_figure *figure, struct strbuf *out);

/* The blocks of gramme show: each begins with an empty line and a heading. */
void told_text(const struct run_view *view, const struct report_opts *opts,
	       struct strbuf *out);

/* The values of gramme.run/1; a new reference, NULL without memory. */
json_t *told_sections_json(const struct run_view *view);
json_t *told_work_json(const struct run_view *view);
json_t *told_import_json(const struct run_import *import); /* NULL: null */
