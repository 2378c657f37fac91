/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two passes over a run's rows (calc/ledger.h), and all that is fed in them. Both see the
 * same rows: what a run that goes on was given between them waits for the next time.
 */
#pragma once

#include "calc/curve.h"
#include "calc/ledger.h"
#include "calc/sections.h"
#include "engine/gpu-use.h"
#include "engine/outlook.h"
#include "engine/weigh.h"

struct passes {
	const struct run_record *record;
	struct weigh *weigh;
	struct idle_finder *finder;
	struct ledger *ledger;
	struct curve *curve;       /* NULL: none is wanted */
	struct sections *sections; /* NULL: its marks make none */
	struct gpu_use_sums gpus;
	struct idle idle[DOMAINS_MAX];
	struct outlook *outlook; /* NULL: the run has ended */
	size_t told;             /* metrics that the outlook has seen */
	size_t rows;
	size_t rows_left; /* of the second pass */
};

/* weigh is set and begun, all else zero. bins_max NULL: no curve. What record and weigh are of
 * stays the caller's. -ENOMEM, -EINVAL. */
MUST_USE int passes_begin(struct passes *passes, const struct run_record *record,
			  const size_t *bins_max);
MUST_USE int passes_run(struct passes *passes, struct store *store, struct diag *diag);
void passes_done(struct passes *passes);
