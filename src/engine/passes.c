/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/passes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ENOUGH 1 /* no row after this one is wanted */

static int begin_outlook(struct passes *passes)
{
	const struct run_record *record = passes->record;

	if (record->info.state != RUN_RUNNING)
		return 0;
	passes->outlook = calloc(1, sizeof *passes->outlook);
	if (!passes->outlook)
		return -ENOMEM;
	outlook_init(passes->outlook,
		     outlook_expected_s(record->tags, record->tag_count));
	return 0;
}

int passes_begin(struct passes *passes, const struct run_record *record,
		 const size_t *bins_max)
{
	int r = idle_finder_new(record->domains, record->domain_count, &passes->finder);

	passes->record = record;
	if (r == 0)
		r = ledger_new(record->domains, record->domain_count,
			       &record->info.reserve, &passes->ledger);
	if (r == 0)
		r = sections_new(record, &passes->sections);
	if (r == 0)
		r = begin_outlook(passes);
	if (r == 0 && bins_max)
		r = curve_new(record->domains, record->domain_count, *bins_max,
			      &passes->curve);
	return r;
}

void passes_done(struct passes *passes)
{
	idle_finder_free(passes->finder);
	ledger_free(passes->ledger);
	curve_free(passes->curve);
	sections_free(passes->sections);
	free(passes->outlook);
}

static void feed_outlook(struct passes *passes, int64_t t_ns)
{
	const struct run_record *record = passes->record;

	for (; passes->told < record->metric_count; passes->told++) {
		const struct run_metric *metric = &record->metrics[passes->told];

		if (metric->t_ns > t_ns)
			break;
		if (strcmp(metric->name, OUTLOOK_METRIC) == 0)
			outlook_tell(passes->outlook, (double)metric->t_ns / 1e9,
				     metric->value);
	}
	outlook_see(passes->outlook, (double)t_ns / 1e9,
		    (double)ledger_active_uj(passes->ledger) / 1e6);
}

static int first_row(void *ctx, const struct sample *row)
{
	struct passes *passes = ctx;

	idle_finder_add(passes->finder, row);
	if (passes->curve)
		curve_see(passes->curve, row->t_ns);
	passes->rows++;
	return 0;
}

static int second_row(void *ctx, const struct sample *row)
{
	struct passes *passes = ctx;

	if (passes->rows_left-- == 0)
		return ENOUGH;
	ledger_add(passes->ledger, row);
	weigh_point(passes->weigh, row->t_ns, ledger_active_uj(passes->ledger));
	gpu_use_add(&passes->gpus, row);
	if (passes->sections)
		sections_add(passes->sections, row, passes->ledger);
	if (passes->curve)
		curve_add(passes->curve, row, passes->ledger);
	if (passes->outlook)
		feed_outlook(passes, row->t_ns);
	return 0;
}

int passes_run(struct passes *passes, struct store *store, struct diag *diag)
{
	const struct run_record *record = passes->record;
	int r = store_energies(store, record->info.key, first_row, passes, diag);

	if (r < 0)
		return r;
	for (size_t i = 0; i < record->domain_count; i++)
		idle_finder_get(passes->finder, i, &passes->idle[i]);
	ledger_set_idle(passes->ledger, passes->idle);
	r = passes->curve ? curve_begin(passes->curve) : 0;
	if (r < 0)
		return r;
	passes->rows_left = passes->rows;
	r = store_rows(store, record->info.key, second_row, passes, diag);
	return r < 0 ? r : 0;
}
