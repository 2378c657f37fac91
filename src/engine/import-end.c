/* SPDX-License-Identifier: Apache-2.0 */
/* What a run consists of, into the ledger, and what it comes to. */
#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "engine/import-internal.h"

static int flush_rows(struct import_job *job)
{
	const struct store_block block = { .number = job->block,
					   .rows = job->rows,
					   .count = job->row_count };
	int r = store_block_put(job->door.store, job->run, &block, import_diag(job));

	job->block++;
	job->row_count = 0;
	return r;
}

int import_row(void *ctx, const struct sample *sample)
{
	struct import_job *job = ctx;

	job->rows[job->row_count++] = *sample;
	return job->row_count == STORE_BLOCK_ROWS ? import_answer(job, flush_rows(job))
						  : 0;
}

int import_original(void *ctx, const struct import_file *file)
{
	struct import_job *job = ctx;

	if (job->original_count < IMPORT_ORIGINALS_MAX)
		job->originals[job->original_count++] = (struct store_original){
			.name = file->name,
			.bytes = file->bytes,
			.size = file->size,
		};
	return 0;
}

/* What a provider said of a time, where this ledger has nothing of it: a file that may be
 * anybody's does not change how other runs weigh. */
static int put_series(struct import_job *job, const struct intensity_series *series)
{
	int64_t now_s = host_clock_ns(&job->gramme->here, HOST_REALTIME) / NS_PER_S;
	struct intensity_series own = *series;
	struct intensity_series there = { .count = 0 };
	struct store_series what = { .signal = series->signal };
	int r;

	if (series->count == 0)
		return 0;
	(void)copy_text(what.provider, sizeof what.provider, series->provider);
	(void)copy_text(what.zone, sizeof what.zone, series->zone);
	r = store_intensity_get(job->door.store, &what, series->points[0].from_unix_s,
				series->points[series->count - 1].to_unix_s,
				import_diag(job), &there);
	if (own.fetched_unix_s > now_s)
		own.fetched_unix_s = now_s;
	if (r == 0 && there.count == 0)
		r = store_intensity_put(job->door.store, &own, import_diag(job));
	intensity_series_done(&there);
	return r;
}

static int put_history(struct import_job *job, const struct import_history *history)
{
	int r = 0;

	for (size_t i = 0; i < history->series_count && r == 0; i++)
		r = put_series(job, &history->series[i]);
	for (size_t i = 0; i < history->weighing_count && r == 0; i++)
		r = store_weighing_add(job->door.store, job->run, &history->weighings[i],
				       import_diag(job));
	return r;
}

int import_history(void *ctx, const struct import_history *history)
{
	struct import_job *job = ctx;

	return import_answer(job, put_history(job, history));
}

static int put_lists(struct import_job *job, const struct run_record *record)
{
	struct store *store = job->door.store;
	struct diag *diag = import_diag(job);
	int r = record->info.inside[0] != '\0'
			? store_inside_put(store, job->run, record->info.inside, diag)
			: 0;

	for (size_t i = 0; i < record->gap_count && r == 0; i++)
		r = store_gap_add(store, job->run, &record->gaps[i], diag);
	for (size_t i = 0; i < record->mark_count && r == 0; i++)
		r = store_mark_add(store, job->run, &record->marks[i], diag);
	for (size_t i = 0; i < record->metric_count && r == 0; i++)
		r = store_metric_add(store, job->run, &record->metrics[i], diag);
	for (size_t i = 0; i < record->work_count && r == 0; i++)
		r = store_work_add(store, job->run, &record->works[i], diag);
	for (size_t i = 0; i < record->warning_count && r == 0; i++)
		r = store_warning_add(store, job->run, &record->warnings[i], diag);
	if (r == 0 && (record->hardware_json || record->software_json))
		r = store_inventory_put(store, job->run, record->hardware_json,
					record->software_json, diag);
	return r;
}

static int put_originals(struct import_job *job)
{
	struct run_warning warning = { .code = "original-not-kept" };
	int r = 0;

	for (size_t i = 0; i < job->original_count && r == 0; i++) {
		r = store_original_put(job->door.store, job->run, &job->originals[i],
				       import_diag(job));
		if (r != -EFBIG)
			continue;
		(void)copy_text(warning.text, sizeof warning.text,
				import_diag(job)->text);
		r = store_warning_add(job->door.store, job->run, &warning,
				      import_diag(job));
	}
	return r;
}

static int put_import(struct import_job *job, const struct run_record *record)
{
	struct run_import import = *record->import;
	int r;

	import.file = job->found->path;
	import.imported_unix_ns = host_clock_ns(&job->gramme->here, HOST_REALTIME);
	r = store_import_put(job->door.store, job->run, &import, import_diag(job));
	return r < 0 || job->opts->look_only ? r : put_originals(job);
}

static int put_domains(struct import_job *job, const struct run_record *record)
{
	struct run_domain domains[DOMAINS_MAX];
	size_t count =
		record->domain_count < DOMAINS_MAX ? record->domain_count : DOMAINS_MAX;

	if (count > 0)
		memcpy(domains, record->domains, count * sizeof domains[0]);
	if (!import_is_own(job))
		ledger_decide(domains, count);
	return store_domains_put(job->door.store, job->run, domains, count,
				 import_diag(job));
}

/* The sums go into the run's row, so that a list of many needs no rows. */
static int keep_sums(struct import_job *job, struct run_view *view)
{
	struct run_info *info = &view->record.info;
	struct diag ignored = { 0 };
	struct weighing weighing;
	int r;

	info->attributed_j = view->attributed_j.known ? view->attributed_j.value : -1;
	info->machine_j = view->machine_j.known ? view->machine_j.value : -1;
	info->energy_kind = view->machine_j.kind;
	r = store_run_update(job->door.store, info, import_diag(job));
	if (r < 0)
		return r;
	view_weighing(view, host_clock_ns(&job->gramme->here, HOST_REALTIME), &weighing);
	(void)!store_weighing_add(job->door.store, job->run, &weighing, &ignored);
	return 0;
}

static int weigh_run(struct import_job *job, const struct run_record *record)
{
	CLEANUP(run_view_done) struct run_view view;
	struct import_line *line;
	int r;

	memset(&view, 0, sizeof view);
	(void)record;
	r = view_make(&job->door, job->run, import_diag(job), &view);
	if (r < 0)
		return r;
	r = import_is_own(job) ? 0 : keep_sums(job, &view);
	if (r < 0)
		return r;
	line = import_view_line(&job->view);
	if (!line)
		return diag_fail(import_diag(job), -ENOMEM, "cannot tell what was read");
	line->state = job->opts->look_only ? IMPORT_WOULD : IMPORT_NEW;
	return import_line_fill(line, &view);
}

/* The fields that change, with what the caller said instead of the log. */
static int update_info(struct import_job *job, const struct run_record *record)
{
	const struct run_info *begun = &job->info;
	struct run_info info = record->info;

	info.key = job->run;
	(void)copy_text(info.region, sizeof info.region, begun->region);
	(void)copy_text(info.region_how, sizeof info.region_how, begun->region_how);
	(void)copy_text(info.region_from, sizeof info.region_from, begun->region_from);
	(void)copy_text(info.pue_source, sizeof info.pue_source, begun->pue_source);
	info.pue = begun->pue;
	info.attributed_j = info.machine_j = -1;
	return store_run_update(job->door.store, &info, import_diag(job));
}

static int end(struct import_job *job, const struct run_record *record)
{
	int r = job->row_count > 0 ? flush_rows(job) : 0;

	if (r == 0 && !import_is_own(job))
		r = update_info(job, record);
	if (r == 0)
		r = put_domains(job, record);
	if (r == 0)
		r = put_lists(job, record);
	if (r == 0)
		r = put_import(job, record);
	if (r == 0)
		r = weigh_run(job, record);
	return r < 0 ? r : import_batch_add(job);
}

int import_end(void *ctx, const struct run_record *record)
{
	struct import_job *job = ctx;

	return import_answer(job, end(job, record));
}
