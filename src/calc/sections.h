/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-20. What a run used in its sections: between marks "load:begin" and "load:end", over
 * all the times it was there. Beside the ledger and in its second pass: sections_add() after each
 * ledger_add(). What is shared out is the ledger's own increments, so the two cannot differ.
 *
 * Marks. A section is begun by "NAME:begin" or "NAME:start" and ended by "NAME:end" or
 * "NAME:stop"; where the run has an end of that name too, any of . - _ / and a blank stand for the
 * colon. One that is never ended lasts to the run's end, an end without its begin is counted
 * and else ignored. Where no mark begins a section, each of 2 to SECTIONS_PLAIN_MAX marks begins
 * one that lasts until the next mark, or the end.
 *
 * Costs a comparison a row and counted domain, and a step or two a mark and counted domain.
 */
#pragma once

#include "calc/ledger.h"

#define SECTIONS_MAX       1000 /* names; of more the marks are counted as left out */
#define SECTION_TIMES_MAX  1000 /* times of one name that are told each by itself */
#define SECTIONS_PLAIN_MAX 200

struct sections; /* opaque; nothing is allocated after sections_new() but for the result */

/* The record outlives it. *ret is NULL where the marks make no section. -ENOMEM. */
MUST_USE int sections_new(const struct run_record *record, struct sections **ret);
void sections_free(struct sections *sections); /* takes NULL */

/* Marks that belong to no section: ends without a begin; of names for which there is no room. */
size_t sections_lost_ends(const struct sections *sections);
size_t sections_left_out(const struct sections *sections);

void sections_add(struct sections *sections, const struct sample *row,
		  const struct ledger *ledger);

/* Once, at the end, with the whole run's joules, whose kind and interval the sections have. Free
 * with section_views_free(). -ENOMEM. */
MUST_USE int sections_end(struct sections *sections, const struct quantity *attributed_j,
			  const struct quantity *machine_j, struct section_view **ret,
			  size_t *ret_count);
