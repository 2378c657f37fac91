/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that holds a format of logs to what it promises of the runs it gives. */
#pragma once

#include <errno.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "import/import.h"

struct import_body {
	bool begun;
	bool rows;
	uint32_t domains;
	int64_t last_ns;
	uint64_t last_uj[DOMAINS_MAX];
};

static int import_body_begin(void *ctx, const struct run_record *record)
{
	struct import_body *body = ctx;

	PROMISE(!body->begun);
	PROMISE(record->import && strlen(record->import->digest) == 64);
	PROMISE(record->info.started_unix_ns > 0 && record->info.duration_ns >= 0);
	PROMISE(record->domain_count <= DOMAINS_MAX);
	*body = (struct import_body){ .begun = true,
				      .domains = (uint32_t)record->domain_count };
	return 0;
}

static int import_body_row(void *ctx, const struct sample *row)
{
	struct import_body *body = ctx;

	PROMISE(body->begun && row->domain_count == body->domains);
	PROMISE(row->t_ns >= body->last_ns && row->gpu_count <= GPUS_MAX);
	for (uint32_t i = 0; i < row->domain_count; i++) {
		PROMISE(row->state[i] <= SAMPLE_RESTART);
		PROMISE(row->energy_uj[i] >= body->last_uj[i]);
		body->last_uj[i] = row->energy_uj[i];
	}
	body->last_ns = row->t_ns;
	body->rows = true;
	return 0;
}

static int import_body_original(void *ctx, const struct import_file *file)
{
	PROMISE(((struct import_body *)ctx)->begun && file->name && file->bytes);
	return 0;
}

static int import_body_end(void *ctx, const struct run_record *record)
{
	struct import_body *body = ctx;

	PROMISE(body->begun && body->rows);
	PROMISE(body->last_ns <= record->info.duration_ns);
	for (size_t i = 0; i < record->gap_count; i++) {
		const struct gap *gap = &record->gaps[i];

		PROMISE(gap->domain < record->domain_count);
		PROMISE(gap->from_ns >= 0 && gap->from_ns < gap->to_ns);
		PROMISE(gap->to_ns <= record->info.duration_ns);
	}
	for (size_t i = 0; i < record->import->figure_count; i++)
		PROMISE(isfinite(record->import->figures[i].value));
	body->begun = false;
	return 0;
}

static int import_body_failed(void *ctx, const char *where, int err,
			      const struct diag *diag)
{
	PROMISE(where && err < 0 && diag->text[0] != '\0');
	((struct import_body *)ctx)->begun = false;
	return 0;
}

static void import_body_read(const struct import_format *format,
			     const struct import_log *log)
{
	struct import_body body = { .begun = false };
	const struct import_sink sink = { .ctx = &body,
					  .begin = import_body_begin,
					  .row = import_body_row,
					  .original = import_body_original,
					  .end = import_body_end,
					  .failed = import_body_failed };
	struct diag diag = { 0 };
	int r = format->read(log, &sink, &diag);

	PROMISE(r <= 0 && (r == 0 || diag.text[0] != '\0'));
	PROMISE(r != 0 || !body.begun);
	PROMISE(format->knows(log->files[0].name, NULL, 0) >= 0);
	PROMISE(format->knows(log->files[0].name, log->files[0].bytes,
			      log->files[0].size < IMPORT_HEAD ? log->files[0].size
							       : IMPORT_HEAD) <= 2);
}
