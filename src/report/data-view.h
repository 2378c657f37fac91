/* SPDX-License-Identifier: Apache-2.0 */
/* The tables in force: `gramme data`. */
#pragma once

#include <stddef.h>

#include "report/report.h"

/* A table; all texts are borrowed, NULL and "" are what it does not tell. */
struct data_row {
	const char *name; /* "pue" */
	const char *what; /* its title */
	const char *year; /* "2007-2025" */
	const char *licence;
	const char *taken; /* "2026-11" */
	const char *source;
	const char *attribution;
	size_t rows;
	bool own; /* the user's own instead of the one compiled in */
};

struct data_view {
	const struct data_row *rows; /* shown as they stand: sorted by name */
	size_t count;
	const char *version; /* tables_version() */
	const char *trouble; /* tables_trouble(): an own one that was left aside; "" */
};

/* With what the licences ask for at its end. */
void data_text(const struct data_view *view, const struct report_opts *opts,
	       struct strbuf *out);

/* gramme.data/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int data_json(const struct data_view *view, char **ret);
