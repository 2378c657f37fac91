/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run that a format has found: whether it is in the ledger already, and its row there, with
 * what the caller said before what the log does.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "engine/import-internal.h"
#include "place/factor.h"

#define LONGEST_RUN_S (100LL * 366 * 86400) /* what no log can be about */

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
	if (*info->region == '\0' || import_is_own(job) ||
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
	if (import_is_own(job)) {
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
	/* -EEXIST would say that this very run is there. */
	if (r < 0)
		return diag_say(import_diag(job), r == -EEXIST ? -EPROTO : r, "%s",
				ignored.text);
	return 0;
}

static int put_tags(struct import_job *job, const struct run_record *record)
{
	int r = 0;

	for (size_t i = 0; i < record->tag_count && r == 0; i++)
		r = store_tag_put(job->door.store, job->run, &record->tags[i],
				  import_diag(job));
	for (size_t i = 0; i < job->tag_count && r == 0; i++)
		r = store_tag_put(job->door.store, job->run, &job->tags[i],
				  import_diag(job));
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
		return diag_fail(import_diag(job), -ENOMEM, "cannot tell what was read");
	r = view_make(&door, run, import_diag(job), &view);
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
		r = store_load(store, run, import_diag(job), &there);
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
		r = store_import_find(stores[i], record->import->digest, import_diag(job),
				      &run);
		if (r == 0 && run == 0 && import_is_own(job))
			r = find_own(job, stores[i], &record->info, &run);
		if (r == 0 && run != 0)
			r = add_line(job, stores[i], run, IMPORT_THERE);
	}
	return r < 0 ? r : run != 0;
}

static int begin(struct import_job *job, const struct run_record *record)
{
	struct run_info info = record->info;
	struct run_warning warning;
	int unknown_region;
	int r = look_for(job, record);

	if (r != 0)
		return r < 0 ? r : -EEXIST;
	if (info.started_unix_ns <= 0 || info.duration_ns < 0 ||
	    info.duration_ns / NS_PER_S > LONGEST_RUN_S)
		return diag_say(import_diag(job), -EPROTO, "it has no time that can be");
	r = import_batch_begin(job);
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
		r = store_warning_add(job->door.store, job->run, &warning,
				      import_diag(job));
	return r < 0 ? r : put_tags(job, record);
}

int import_begin(void *ctx, const struct run_record *record)
{
	struct import_job *job = ctx;

	return import_answer(job, begin(job, record));
}
