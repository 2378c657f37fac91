/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme_import(): other trackers' runs into the ledger. A format reads bytes and gives runs
 * (import/import.h); here they become rows of the store, and are weighed as any run is.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/import-internal.h"
#include "engine/select.h"

#define TELL_EVERY_NS (100 * NS_PER_MS)

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

/* --- what goes wrong ----------------------------------------------------------------------- */

/* What is the ledger's fault ends the import; what is the log's does not, the same errno or not:
 * a log that may not be read is none of the ledger's. */
static bool is_fatal(const struct import_job *job, int err)
{
	switch (err) {
	case -ENOMEM:
		return true;
	case -ENOSPC:
	case -EROFS:
	case -EACCES:
	case -EBUSY:
	case -EIO:
	case -ESTALE:
		return job->sink_err == err;
	default:
		return false;
	}
}

/* What could not be read, in the words of who could not. */
static int tell_failure(struct import_job *job, const char *file, int err,
			const struct diag *said)
{
	struct diag diag = *said;
	int r;

	if (diag.text[0] == '\0')
		diag = *import_diag(job);
	if (diag.text[0] == '\0')
		(void)diag_fail(&diag, err, "cannot read it");
	*import_diag(job) = diag;
	r = is_fatal(job, err) ? err : import_view_fail(&job->view, file, diag.text);
	if (r == 0)
		diag_clear(import_diag(job));
	return r;
}

/* A run of a log of several. */
static int failed(void *ctx, const char *where, int err, const struct diag *diag)
{
	struct import_job *job = ctx;
	AUTO_FREE char *file = NULL;

	import_forget_run(job);
	if (asprintf(&file, "%s: %s", job->found->path, where) < 0)
		return -ENOMEM;
	return tell_failure(job, file, err, diag);
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

static int read_log(struct import_job *job, struct diag *diag)
{
	CLEANUP(import_close) struct import_opened opened;
	const struct import_sink sink = { .ctx = job,
					  .begin = import_begin,
					  .row = import_row,
					  .original = import_original,
					  .history = import_history,
					  .end = import_end,
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
		job->sink_err = 0;
		tell(job, i == 0);
		r = read_log(job, &diag);
		job->view.bytes += job->found->size;
		if (r >= 0)
			continue;
		import_forget_run(job);
		r = tell_failure(job, job->found->path, r, &diag);
		if (r < 0)
			return r;
	}
	job->found = NULL;
	tell(job, true);
	return import_batch_commit(job);
}

static int find_logs(struct import_job *job)
{
	int r = import_find(&job->find, job->opts->paths);

	for (size_t i = 0; i < job->find.trouble_count && r == 0; i++)
		r = import_view_fail(&job->view, job->find.troubles[i].path,
				     job->find.troubles[i].diag.text);
	if (r < 0)
		return diag_fail(import_diag(job), r, "cannot look for logs");
	for (size_t i = 0; i < job->find.found_count; i++)
		job->all_bytes += job->find.found[i].size;
	return 0;
}

static int open_stores(struct import_job *job)
{
	const char *path = job->gramme->config.value[CONFIG_DB].text;
	struct diag ignored = { 0 };

	if (!job->opts->look_only)
		return store_open(path, STORE_WRITE, import_diag(job), &job->door.store);
	(void)!store_open(path, STORE_READ, &ignored, &job->ledger);
	return store_open(":memory:", STORE_WRITE, import_diag(job), &job->door.store);
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
	return r < 0 ? diag_fail(import_diag(job), r, "cannot tell what was read") : 0;
}

static int import_all(struct import_job *job)
{
	int r = import_take_opts(job);

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
