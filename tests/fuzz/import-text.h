/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a format's log: they end in runs that hold together, or in a sentence. */
#pragma once

#include <errno.h>
#include <string.h>

#include "files.h"
#include "import/import.h"

struct import_seen {
	bool open;
	struct sample last;
	uint32_t domain_count;
};

static inline int import_seen_begin(void *ctx, const struct run_record *record)
{
	struct import_seen *seen = ctx;

	PROMISE(!seen->open && record->import && record->import->digest[0] != '\0');
	PROMISE(record->domain_count <= DOMAINS_MAX && record->info.duration_ns >= 0);
	memset(seen, 0, sizeof *seen);
	seen->open = true;
	seen->domain_count = (uint32_t)record->domain_count;
	return 0;
}

/* Neither time nor a counter goes back: the equations take that for granted. */
static inline int import_seen_row(void *ctx, const struct sample *row)
{
	struct import_seen *seen = ctx;

	PROMISE(seen->open && row->t_ns >= seen->last.t_ns);
	PROMISE(row->domain_count <= seen->domain_count && row->gpu_count <= GPUS_MAX);
	for (uint32_t i = 0; i < row->domain_count; i++) {
		PROMISE(row->state[i] <= SAMPLE_RESTART);
		if (row->state[i] == SAMPLE_NONE)
			continue;
		PROMISE(row->energy_uj[i] >= seen->last.energy_uj[i]);
		seen->last.energy_uj[i] = row->energy_uj[i];
	}
	seen->last.t_ns = row->t_ns;
	return 0;
}

static inline int import_seen_end(void *ctx, const struct run_record *record)
{
	struct import_seen *seen = ctx;

	PROMISE(seen->open);
	for (size_t i = 0; i < record->gap_count; i++)
		PROMISE(record->gaps[i].domain < record->domain_count &&
			record->gaps[i].from_ns <= record->gaps[i].to_ns);
	seen->open = false;
	return 0;
}

static inline int import_seen_failed(void *ctx, const char *where, int err,
				     const struct diag *diag)
{
	struct import_seen *seen = ctx;

	PROMISE(where[0] != '\0' && err < 0 && diag->text[0] != '\0');
	seen->open = false;
	return 0;
}

static inline void import_text_fuzz(const struct import_format *format, const char *name,
				    const uint8_t *data, size_t size)
{
	struct import_seen seen = { .open = false };
	const struct import_sink sink = { .ctx = &seen,
					  .begin = import_seen_begin,
					  .row = import_seen_row,
					  .end = import_seen_end,
					  .failed = import_seen_failed };
	/* The second file of a pair is the same bytes. */
	const struct import_file files[] = {
		{ name, (const char *)data, size },
		{ "x_carbontracker_output.log", (const char *)data, size },
		{ "server.json", (const char *)data, size },
		{ "mlperf_log_detail.txt", (const char *)data, size },
		{ "ptd_logs.txt", (const char *)data, size },
	};
	const struct import_log log = { .path = name,
					.base = "log",
					.files = files,
					.file_count = ARRAY_SIZE(files),
					.zone = size % 2 ? "Europe/Berlin" : "UTC" };
	struct diag diag = { 0 };
	int known = format->knows(name, (const char *)data,
				  size < IMPORT_HEAD ? size : IMPORT_HEAD);
	int r = format->read(&log, &sink, &diag);

	PROMISE(known >= 0 && known <= 2);
	PROMISE(r <= 0 && (r == 0 || r == -ENOMEM || diag.text[0] != '\0'));
}
