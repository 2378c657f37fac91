/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a form of the statement: one file statement-<name>.c with one constant
 * statement_<name>, and one row in statements.def. A name with hyphens ("eu-ai-act") has
 * underscores in C. Texts from outside are escaped for the form's own kind of reader; the
 * numbers' locale is C; what is not known is said to be so in words, or left out where the
 * form has a way to leave it out, and is never 0.
 */
#pragma once

#include "model/statement.h"
#include "report/report.h"

struct statement_form {
	const char *name; /* as typed: --format eu-ai-act */
	void (*write)(const struct statement *statement, const struct report_opts *opts,
		      struct strbuf *out);
};

struct statement_row {
	const struct statement_form *form;
	const char *about;
};

extern const struct statement_row statement_rows[];
extern const size_t statement_row_count;

/* NULL when there is no such form. */
const struct statement_form *statement_find(const char *name);
