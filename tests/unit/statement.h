/* SPDX-License-Identifier: Apache-2.0 */
/* Statements made up for the tests of the forms, by name. */
#pragma once

#include "model/statement.h"
#include "view.h"

/*
 * "hourly"	one measured run in Germany, the intensity hour by hour for most of it
 * "experiment"	three runs on two machines in two countries; one failed; facts told
 * "modelled"	one run without a meter: every joule is a model's
 * "unknown"	an interrupted run of which no energy is known
 * "partly"	two runs; of one the energy is not known
 * "no-carbon"	a run whose energy is known and whose intensity is not
 * "given"	the paper's own figures, given by hand
 * "hostile"	names with everything that any form has to escape
 * "negative"	a run in a country whose own cost is below 0
 */
void statement_case(const char *name, struct statement *ret);

/* Of one run, whose view stays the caller's: not for statement_done(). */
void statement_of_view(struct run_view *view, struct statement *ret);

/* What a form writes of such a case; the caller frees. */
char *statement_write(const char *form, const struct statement *statement, int width);
char *statement_write_long(const char *form, const struct statement *statement);
char *statement_written(const char *form, const char *name);
char *statement_written_long(const char *form, const char *name);

/* Fails unless the form's text of the case is tests/golden/statement-<form>-<case>.<ext>. */
void assert_statement(const char *form, const char *name, const char *ext);

/* The same of all these cases, "hourly experiment". */
void assert_statements(const char *form, const char *ext, const char *names);

/* And of the long form, statement-<form>-long-<case>.<ext>. */
void assert_long_statements(const char *form, const char *ext, const char *names);
