/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "calc/ledger.h"
#include "engine/board.h"

struct until {
	struct ledger *ledger;
	int64_t t_ns;
	int64_t before_ns; /* the last row that is not after it, and the joules then */
	double before_j;
	int64_t last_ns;
	double last_j;
	bool passed;
};

static void free_ledger(struct ledger **ledger)
{
	ledger_free(*ledger);
}

static int until_row(void *ctx, const struct sample *row)
{
	struct until *until = ctx;

	until->before_ns = until->last_ns;
	until->before_j = until->last_j;
	ledger_add(until->ledger, row);
	until->last_ns = row->t_ns;
	until->last_j = (double)ledger_active_uj(until->ledger) / 1e6;
	until->passed = row->t_ns >= until->t_ns;
	return until->passed;
}

/* After the last row nothing is known to have been used. */
static double joules_of(const struct until *until)
{
	double span_ns = (double)(until->last_ns - until->before_ns);
	double part;

	if (!until->passed || span_ns <= 0)
		return until->last_j;
	part = (double)(until->t_ns - until->before_ns) / span_ns;
	return until->before_j + (until->last_j - until->before_j) * part;
}

double board_joules_until(const struct view_door *door, const struct run_info *info,
			  int64_t t_ns)
{
	CLEANUP(run_record_done) struct run_record record;
	CLEANUP(free_ledger) struct ledger *ledger = NULL;
	struct until until = { .t_ns = t_ns };
	struct ledger_total total;
	struct diag ignored = { 0 };

	memset(&record, 0, sizeof record);
	if (store_load(door->store, info->key, &ignored, &record) < 0 ||
	    record.domain_count > DOMAINS_MAX ||
	    ledger_new(record.domains, record.domain_count, &info->reserve, &ledger) < 0)
		return NAN;
	until.ledger = ledger;
	if (store_rows(door->store, info->key, until_row, &until, &ignored) < 0)
		return NAN;
	ledger_total_get(ledger, &total);
	return total.counted > 0 && total.sum.has_share ? joules_of(&until) : NAN;
}
