/* SPDX-License-Identifier: Apache-2.0 */
/* Runs added up for a statement: what gramme_statement() and the pages over many runs share. */
#pragma once

#include "engine/context.h"
#include "model/statement.h"

/*
 * Fills all that follows from s->views and s->count (one or more): states, times, machines, what
 * lies in what (the views' nesting), the sums by E-12 with each joule once, costs, country. Of the views' records only info and software_json are read.
 */
MUST_USE int statement_add_up(struct tables *tables, struct diag *diag,
			      struct statement *s);

/* What the total's carbon costs the place's country, and all. */
void statement_cost(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		    struct statement *s);

/* When and by which version, method and tables. */
void statement_sign(const struct gramme *gramme, struct tables *tables,
		    struct statement *s);
