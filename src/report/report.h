/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a format: one file report-<name>.c with one constant report_<name>, and one
 * row in formats.def. A format takes a run's view and writes text; it never sees the store.
 * Runs' names and all other text come from outside: each format escapes them for its own kind
 * of reader (control characters never reach a terminal).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "model/run.h"

struct report_opts {
	bool unkept; /* the run is not in a ledger: nothing points there */
	bool wordy;  /* a statement: all that is known, not what fits a paper */
	bool colour; /* the reader is a terminal that wants it */
	int width;   /* columns; 0: no terminal */
};

struct report {
	const char *name;
	void (*run)(const struct run_view *view, const struct report_opts *opts,
		    struct strbuf *out);
};

struct report_row {
	const struct report *report;
	const char *about;
};

extern const struct report_row report_rows[];
extern const size_t report_row_count;

/* NULL when there is no such format. */
const struct report *report_find(const char *name);
