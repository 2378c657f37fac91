/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme_import(): other trackers' runs into the ledger. A format reads bytes and gives runs
 * (import/import.h); here they become rows of the store, and are weighed as any run is.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "calc/ledger.h"
#include "engine/context.h"
#include "engine/select.h"
#include "engine/weigh.h"
#include "import/find.h"
#include "place/factor.h"
#include "report/import-view.h"

#define TAGS_MAX 64
/* A transaction waits for the disk: so much goes into one. */
#define BATCH_RUNS    64
#define BATCH_BYTES   (UINT64_C(64) << 20)
#define ORIGINALS_MAX IMPORT_FILES_MAX
#define LONGEST_RUN_S (100LL * 366 * 86400) /* what no log can be about */
#define TELL_EVERY_NS (100 * NS_PER_MS)

struct import_job {
	struct gramme *gramme;
	const struct gramme_import_opts *opts;
	struct import_find find;
	struct import_view view;
	struct view_door door; /* where runs are put; with look_only a store in memory */
	struct store *ledger;  /* where they may be already; NULL: there is none */
	struct run_tag tags[TAGS_MAX];
	size_t tag_count;
	const struct import_found *found; /* what is read now */
	/* The run that is read now. */
	int64_t run;          /* 0: none */
	struct run_info info; /* as it was begun; what it points to is not ours */
	struct sample *rows;
	size_t row_count;
	uint32_t block;
	struct store_original originals[ORIGINALS_MAX];
	size_t original_count;
	/* The open transaction. */
	bool open;
	size_t batch_runs;
	uint64_t batch_bytes;
	int64_t told_ns;
	uint64_t all_bytes;
};

static struct diag *diag_of(const struct import_job *job)
{
	return &job->gramme->diag;
}

static void job_done(struct import_job *job)
{
	if (job->open)
		store_rollback(job->door.store);
	if (job->ledger != job->door.store)
		store_close(job->ledger);
	store_close(job->door.store);
	import_find_done(&job->find);
	import_view_done(&job->view);
	free(job->rows);
}

/* --- what the caller told ----------------------------------------------------------------- */

static int take_tags(struct import_job *job)
{
	const char *const *tags = job->opts->tags;

	for (; tags && *tags; tags++) {
		struct run_tag *tag = &job->tags[job->tag_count];
		const char *equals = strchr(*tags, '=');

		if (!equals || equals == *tags ||
		    (size_t)(equals - *tags) >= sizeof tag->key)
			return diag_say(diag_of(job), -EINVAL,
					"the tag '%.60s' is not key=value", *tags);
		if (job->tag_count == TAGS_MAX)
			return diag_say(diag_of(job), -EINVAL, "more than %d tags",
					TAGS_MAX);
		memcpy(tag->key, *tags, (size_t)(equals - *tags));
		(void)copy_text(tag->value, sizeof tag->value, equals + 1);
		job->tag_count++;
	}
	return 0;
}

static int take_opts(struct import_job *job)
{
	const struct gramme_import_opts *opts = job->opts;
	struct place place;
	int r = take_tags(job);

	if (r == 0 && opts->region)
		r = place_of_text(job->door.tables, opts->region, diag_of(job), &place);
	if (r < 0)
		return r;
	if (opts->pue != 0 && !(opts->pue >= 1 && opts->pue < 100))
		return diag_say(diag_of(job), -EINVAL, "the PUE is not 1 or more");
	if (!opts->paths || !opts->paths[0])
		return diag_say(diag_of(job), -EINVAL, "there is nothing to import");
	if (!opts->format)
		return 0;
	job->find.only = import_find_format(opts->format);
	return job->find.only ? 0
			      : diag_say(diag_of(job), -EINVAL,
					 "there is no format '%.40s'", opts->format);
}

/* --- transactions -------------------------------------------------------------------------- */

static int batch_begin(struct import_job *job)
{
	int r = job->open ? 0 : store_begin(job->door.store, diag_of(job));

	if (r == 0)
		job->open = true;
	return r;
}

static int batch_commit(struct import_job *job)
{
	int r = job->open ? store_commit(job->door.store, diag_of(job)) : 0;

	job->open = false;
	job->batch_runs = 0;
	job->batch_bytes = 0;
	return r;
}

/* --- a run -------------------------------------------------------------------------------- */

/* The same run has the same id in every ledger, unless another one has it there. */
static void make_id(const struct run_import *import, int64_t started_unix_ns, char *buf,
		    size_t size)
{
	time_t at = (time_t)(started_unix_ns / NS_PER_S);
	struct tm tm;
	char date[24] = "";

	if (gmtime_r(&at, &tm))
		(void)strftime(date, sizeof date, "%Y%m%dT%H%M%S", &tm);
	(void)snprintf(buf, size, "%s-%.8s", date, import->digest);
}

/* A run of ours stays as it was. */
static bool is_own(const struct import_job *job)
{
	return job->found->format->own;
}

static int fill_region(struct import_job *job, struct run_info *info,
		       struct run_warning *warning)
{
	struct diag diag = { 0 };
	struct place place;

	if (job->opts->region) {
		(void)copy_text(info->region, sizeof info->region, job->opts->region);
		(void)copy_text(info->region_how, sizeof info->region_how, "option");
		(void)copy_text(info->region_from, sizeof info->region_from, "import");
		return 0;
	}
	if (*info->region == '\0' || is_own(job) ||
	    place_of_text(job->door.tables, info->region, &diag, &place) == 0)
		return 0;
	(void)copy_text(warning->code, sizeof warning->code, "region-unknown");
	(void)snprintf(warning->text, sizeof warning->text,
		       "the log says that it ran in '%.60s', which no table knows",
		       info->region);
	*info->region = *info->region_how = *info->region_from = '\0';
	return 1;
}

static void fill_pue(const struct import_job *job, struct run_info *info)
{
	struct diag ignored = { 0 };
	const struct config *config = &job->gramme->config;

	if (job->opts->pue > 0) {
		info->pue = job->opts->pue;
		(void)copy_text(info->pue_source, sizeof info->pue_source, "option");
	} else if (!(info->pue > 0) && config_pue(config, &info->pue, &ignored) == 0 &&
		   info->pue > 0) {
		(void)copy_text(info->pue_source, sizeof info->pue_source,
				config->value[CONFIG_PUE].from);
	}
}

/* What the caller says goes before what the log does. */
static void fill_info(struct import_job *job, const struct run_record *record,
		      struct run_info *info)
{
	const struct gramme_import_opts *opts = job->opts;

	if (opts->experiment)
		(void)copy_text(info->experiment, sizeof info->experiment,
				opts->experiment);
	if (opts->project)
		(void)copy_text(info->project, sizeof info->project, opts->project);
	if (is_own(job)) {
		if (opts->pue > 0)
			fill_pue(job, info);
		return;
	}
	(void)copy_text(info->how, sizeof info->how, "import");
	if (*info->version == '\0')
		(void)copy_text(info->version, sizeof info->version, GRAMME_VERSION);
	if (*info->id == '\0')
		make_id(record->import, info->started_unix_ns, info->id, sizeof info->id);
	info->attributed_j = -1;
	info->machine_j = -1;
	fill_pue(job, info);
}

static int insert(struct import_job *job, const struct run_record *record,
		  struct run_info *info)
{
	struct store *store = job->door.store;
	struct diag ignored = { 0 };
	int r = store_run_insert(store, info, &ignored);

	for (unsigned i = 1; r == -EEXIST && i < 100; i++) {
		make_id(record->import, info->started_unix_ns, info->id, sizeof info->id);
		(void)snprintf(info->id + strlen(info->id),
			       sizeof info->id - strlen(info->id), "-%u", i);
		r = store_run_insert(store, info, &ignored);
	}
	if (r < 0)
		return diag_say(diag_of(job), r, "%s", ignored.text);
	return 0;
}

static int put_tags(struct import_job *job, const struct run_record *record)
{
	int r = 0;

	for (size_t i = 0; i < record->tag_count && r == 0; i++)
		r = store_tag_put(job->door.store, job->run, &record->tags[i],
				  diag_of(job));
	for (size_t i = 0; i < job->tag_count && r == 0; i++)
		r = store_tag_put(job->door.store, job->run, &job->tags[i], diag_of(job));
	return r;
}

static int add_line(struct import_job *job, struct store *store, int64_t run,
		    enum import_state state)
{
	CLEANUP(run_view_done) struct run_view view;
	struct view_door door = { .store = store, .tables = job->door.tables };
	struct import_line *line = import_view_line(&job->view);
	int r;

	memset(&view, 0, sizeof view);
	if (!line)
		return diag_fail(diag_of(job), -ENOMEM, "cannot tell what was read");
	r = view_make(&door, run, diag_of(job), &view);
	if (r < 0)
		return r;
	line->state = state;
	return import_line_fill(line, &view);
}

/* A run of ours is also there where it was recorded itself: the same id, from the same start. */
static int find_own(struct import_job *job, struct store *store,
		    const struct run_info *info, int64_t *ret_run)
{
	struct run_record there = { .domain_count = 0 };
	struct diag ignored = { 0 };
	int64_t run;
	bool same;
	int r = store_find(store, info->id, &ignored, &run);

	if (r == -ENOENT || r == -EEXIST)
		return 0;
	if (r == 0)
		r = store_load(store, run, diag_of(job), &there);
	if (r < 0)
		return r;
	same = strcmp(there.info.id, info->id) == 0 &&
	       there.info.started_unix_ns == info->started_unix_ns &&
	       strcmp(there.info.boot_id, info->boot_id) == 0;
	run_record_done(&there);
	if (same)
		*ret_run = run;
	return 0;
}

/* 1: it is there, and is told so. */
static int look_for(struct import_job *job, const struct run_record *record)
{
	struct store *stores[] = { job->ledger, job->door.store };
	int64_t run = 0;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(stores) && r == 0 && run == 0; i++) {
		if (!stores[i])
			continue;
		r = store_import_find(stores[i], record->import->digest, diag_of(job),
				      &run);
		if (r == 0 && run == 0 && is_own(job))
			r = find_own(job, stores[i], &record->info, &run);
		if (r == 0 && run != 0)
			r = add_line(job, stores[i], run, IMPORT_THERE);
	}
	return r < 0 ? r : run != 0;
}

static int begin(void *ctx, const struct run_record *record)
{
	struct import_job *job = ctx;
	struct run_info info = record->info;
	struct run_warning warning;
	int unknown_region;
	int r = look_for(job, record);

	if (r != 0)
		return r < 0 ? r : -EEXIST;
	if (info.started_unix_ns <= 0 || info.duration_ns < 0 ||
	    info.duration_ns / NS_PER_S > LONGEST_RUN_S)
		return diag_say(diag_of(job), -EPROTO, "it has no time that can be");
	r = batch_begin(job);
	if (r < 0)
		return r;
	fill_info(job, record, &info);
	unknown_region = fill_region(job, &info, &warning);
	r = insert(job, record, &info);
	if (r < 0)
		return r;
	job->run = info.key;
	job->info = info;
	job->row_count = 0;
	job->block = 0;
	job->original_count = 0;
	if (unknown_region)
		r = store_warning_add(job->door.store, job->run, &warning, diag_of(job));
	return r < 0 ? r : put_tags(job, record);
}

static int flush_rows(struct import_job *job)
{
	const struct store_block block = { .number = job->block,
					   .rows = job->rows,
					   .count = job->row_count };
	int r = store_block_put(job->door.store, job->run, &block, diag_of(job));

	job->block++;
	job->row_count = 0;
	return r;
}

static int row(void *ctx, const struct sample *sample)
{
	struct import_job *job = ctx;

	job->rows[job->row_count++] = *sample;
	return job->row_count == STORE_BLOCK_ROWS ? flush_rows(job) : 0;
}

static int original(void *ctx, const struct import_file *file)
{
	struct import_job *job = ctx;

	if (job->original_count < ORIGINALS_MAX)
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
				series->points[series->count - 1].to_unix_s, diag_of(job),
				&there);
	if (own.fetched_unix_s > now_s)
		own.fetched_unix_s = now_s;
	if (r == 0 && there.count == 0)
		r = store_intensity_put(job->door.store, &own, diag_of(job));
	intensity_series_done(&there);
	return r;
}

static int history(void *ctx, const struct import_history *history)
{
	struct import_job *job = ctx;
	int r = 0;

	for (size_t i = 0; i < history->series_count && r == 0; i++)
		r = put_series(job, &history->series[i]);
	for (size_t i = 0; i < history->weighing_count && r == 0; i++)
		r = store_weighing_add(job->door.store, job->run, &history->weighings[i],
				       diag_of(job));
	return r;
}

static int put_lists(struct import_job *job, const struct run_record *record)
{
	struct store *store = job->door.store;
	struct diag *diag = diag_of(job);
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
				       diag_of(job));
		if (r != -EFBIG)
			continue;
		(void)copy_text(warning.text, sizeof warning.text, diag_of(job)->text);
		r = store_warning_add(job->door.store, job->run, &warning, diag_of(job));
	}
	return r;
}

static int put_import(struct import_job *job, const struct run_record *record)
{
	struct run_import import = *record->import;
	int r;

	import.file = job->found->path;
	import.imported_unix_ns = host_clock_ns(&job->gramme->here, HOST_REALTIME);
	r = store_import_put(job->door.store, job->run, &import, diag_of(job));
	return r < 0 || job->opts->look_only ? r : put_originals(job);
}

static int put_domains(struct import_job *job, const struct run_record *record)
{
	struct run_domain domains[DOMAINS_MAX];
	size_t count =
		record->domain_count < DOMAINS_MAX ? record->domain_count : DOMAINS_MAX;

	if (count > 0)
		memcpy(domains, record->domains, count * sizeof domains[0]);
	if (!is_own(job))
		ledger_decide(domains, count);
	return store_domains_put(job->door.store, job->run, domains, count, diag_of(job));
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
	r = store_run_update(job->door.store, info, diag_of(job));
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
	r = view_make(&job->door, job->run, diag_of(job), &view);
	if (r < 0)
		return r;
	r = is_own(job) ? 0 : keep_sums(job, &view);
	if (r < 0)
		return r;
	line = import_view_line(&job->view);
	if (!line)
		return diag_fail(diag_of(job), -ENOMEM, "cannot tell what was read");
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
	return store_run_update(job->door.store, &info, diag_of(job));
}

static int end(void *ctx, const struct run_record *record)
{
	struct import_job *job = ctx;
	int r = job->row_count > 0 ? flush_rows(job) : 0;

	if (r == 0 && !is_own(job))
		r = update_info(job, record);
	if (r == 0)
		r = put_domains(job, record);
	if (r == 0)
		r = put_lists(job, record);
	if (r == 0)
		r = put_import(job, record);
	if (r == 0)
		r = weigh_run(job, record);
	if (r < 0)
		return r;
	job->run = 0;
	job->batch_runs++;
	if (job->batch_runs < BATCH_RUNS && job->batch_bytes < BATCH_BYTES)
		return 0;
	return batch_commit(job);
}

/* A run that was begun and cannot be ended is as if it had never been. */
static void forget_run(struct import_job *job)
{
	struct diag ignored = { 0 };

	if (job->run != 0)
		(void)!store_run_remove(job->door.store, job->run, &ignored);
	job->run = 0;
}

static void failed(void *ctx, const char *where, const struct diag *diag)
{
	struct import_job *job = ctx;
	AUTO_FREE char *file = NULL;

	forget_run(job);
	if (asprintf(&file, "%s: %s", job->found->path, where) >= 0)
		(void)!import_view_fail(&job->view, file, diag->text);
}

/* --- all of it ---------------------------------------------------------------------------- */

static void tell(struct import_job *job, bool now)
{
	const struct gramme_import_opts *opts = job->opts;
	int64_t now_ns = host_now_ns(&job->gramme->here);
	bool done = !job->found;

	if (!opts->progress || (!now && now_ns - job->told_ns < TELL_EVERY_NS))
		return;
	job->told_ns = now_ns;
	opts->progress(opts->progress_ctx, done ? job->all_bytes : job->view.bytes,
		       job->all_bytes, done ? "" : job->found->path);
}

/* What is the ledger's fault ends the import; what is the log's does not. */
static bool is_fatal(int err)
{
	switch (err) {
	case -ENOMEM:
	case -ENOSPC:
	case -EROFS:
	case -EBUSY:
	case -EIO:
	case -ESTALE:
		return true;
	default:
		return false;
	}
}

static int read_log(struct import_job *job, struct diag *diag)
{
	CLEANUP(import_close) struct import_opened opened;
	const struct import_sink sink = { .ctx = job,
					  .begin = begin,
					  .row = row,
					  .original = original,
					  .history = history,
					  .end = end,
					  .failed = failed };
	int r = import_open(&job->find, job->found, diag, &opened);

	opened.log.zone = job->opts->zone;
	if (r == 0) {
		for (size_t i = 0; i < opened.log.file_count; i++)
			job->batch_bytes += opened.log.files[i].size;
		r = job->found->format->read(&opened.log, &sink, diag);
	}
	return r;
}

static int each_log(struct import_job *job)
{
	for (size_t i = 0; i < job->find.found_count; i++) {
		struct diag diag = { 0 };
		int r;

		job->found = &job->find.found[i];
		tell(job, i == 0);
		r = read_log(job, &diag);
		job->view.bytes += job->found->size;
		if (r >= 0)
			continue;
		forget_run(job);
		if (diag.text[0] == '\0')
			diag = *diag_of(job);
		if (diag.text[0] == '\0')
			(void)diag_fail(&diag, r, "cannot read it");
		*diag_of(job) = diag;
		if (is_fatal(r))
			return r;
		r = import_view_fail(&job->view, job->found->path, diag.text);
		if (r < 0)
			return r;
	}
	job->found = NULL;
	tell(job, true);
	return batch_commit(job);
}

static int find_logs(struct import_job *job)
{
	int r = import_find(&job->find, job->opts->paths);

	for (size_t i = 0; i < job->find.trouble_count && r == 0; i++)
		r = import_view_fail(&job->view, job->find.troubles[i].path,
				     job->find.troubles[i].diag.text);
	if (r < 0)
		return diag_fail(diag_of(job), r, "cannot look for logs");
	for (size_t i = 0; i < job->find.found_count; i++)
		job->all_bytes += job->find.found[i].size;
	return 0;
}

static int open_stores(struct import_job *job)
{
	const char *path = job->gramme->config.value[CONFIG_DB].text;
	struct diag ignored = { 0 };

	if (!job->opts->look_only)
		return store_open(path, STORE_WRITE, diag_of(job), &job->door.store);
	(void)!store_open(path, STORE_READ, &ignored, &job->ledger);
	return store_open(":memory:", STORE_WRITE, diag_of(job), &job->door.store);
}

static int answer(const struct import_job *job, const char *format, uint32_t flags,
		  char **ret)
{
	const struct report_opts report = { .colour = flags & GRAMME_TEXT_COLOUR,
					    .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	int r;

	if (strcmp(format, "json") == 0) {
		r = import_json(&job->view, ret);
	} else {
		import_text(&job->view, &report, &out);
		r = strbuf_steal(&out, ret);
	}
	return r < 0 ? diag_fail(diag_of(job), r, "cannot tell what was read") : 0;
}

static int import_all(struct import_job *job)
{
	int r = take_opts(job);

	if (r == 0)
		r = find_logs(job);
	if (r == 0)
		r = open_stores(job);
	if (r == 0)
		r = each_log(job);
	return r;
}

int gramme_import(struct gramme *gramme, const struct gramme_import_opts *given,
		  const char *format, uint32_t flags, char **ret)
{
	CLEANUP(job_done) struct import_job job = { .gramme = gramme };
	struct gramme_import_opts opts;
	int r = context_format(gramme, format, ret);

	if (r < 0)
		return r;
	context_opts(&opts, sizeof opts, given, given ? given->size : 0);
	job.opts = &opts;
	job.door.tables = context_tables(gramme);
	job.rows = calloc(STORE_BLOCK_ROWS, sizeof *job.rows);
	if (!job.door.tables || !job.rows)
		return diag_fail(&gramme->diag, -ENOMEM, "cannot import");
	job.view.original = opts.original;
	job.view.look_only = opts.look_only;
	r = import_all(&job);
	if (r < 0)
		return r;
	if (job.view.count == 0 && job.view.failure_count > 0)
		return diag_say(&gramme->diag, -ENODATA,
				"nothing could be read: %.120s: %.220s",
				job.view.failures[0].file, job.view.failures[0].text);
	r = answer(&job, format, flags, ret);
	if (r == 0 && opts.ret_failed)
		*opts.ret_failed = job.view.failure_count;
	return r;
}

const char *gramme_import_format(size_t i, const char **ret_about)
{
	if (i >= import_row_count)
		return NULL;
	if (ret_about)
		*ret_about = import_rows[i].about;
	return import_rows[i].format->name;
}
