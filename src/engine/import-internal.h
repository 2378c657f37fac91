/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of gramme_import() share: import*.c beside this. Nobody else includes it. */
#pragma once

#include "engine/context.h"
#include "engine/weigh.h"
#include "import/find.h"
#include "report/import-view.h"

#define IMPORT_TAGS_MAX      64
#define IMPORT_ORIGINALS_MAX IMPORT_FILES_MAX

struct import_job {
	struct gramme *gramme;
	const struct gramme_import_opts *opts;
	struct import_find find;
	struct import_view view;
	struct view_door door; /* where runs are put; with look_only a store in memory */
	struct store *ledger;  /* where they may be already; NULL: there is none */
	struct run_tag tags[IMPORT_TAGS_MAX];
	size_t tag_count;
	const struct import_found *found; /* what is read now */
	/* The run that is read now. */
	int64_t run;          /* 0: none */
	struct run_info info; /* as it was begun; what it points to is not ours */
	struct sample *rows;
	size_t row_count;
	uint32_t block;
	struct store_original originals[IMPORT_ORIGINALS_MAX];
	size_t original_count;
	int sink_err; /* what a call of the sink answered last: not the log's own fault */
	/* The open transaction. */
	bool open;
	size_t batch_runs;
	uint64_t batch_bytes;
	int64_t told_ns;
	uint64_t all_bytes;
};

static inline struct diag *import_diag(const struct import_job *job)
{
	return &job->gramme->diag;
}

/* A run of ours stays as it was. */
static inline bool import_is_own(const struct import_job *job)
{
	return job->found->format->own;
}

/* --- import-opts.c: what the caller told --- */

MUST_USE int import_take_opts(struct import_job *job);

/* --- import-batch.c: several runs are one transaction --- */

MUST_USE int import_batch_begin(struct import_job *job);
MUST_USE int import_batch_commit(struct import_job *job);

/* One more run is whole. */
MUST_USE int import_batch_add(struct import_job *job);

/* A run that was begun and cannot be ended is as if it had never been. */
void import_forget_run(struct import_job *job);

/* Notes what a call of the sink answers. */
static inline int import_answer(struct import_job *job, int r)
{
	job->sink_err = r;
	return r;
}

/* --- import-begin.c, import-end.c: calls of struct import_sink --- */

int import_begin(void *ctx, const struct run_record *record);
int import_row(void *ctx, const struct sample *sample);
int import_original(void *ctx, const struct import_file *file);
int import_history(void *ctx, const struct import_history *history);
int import_end(void *ctx, const struct run_record *record);
