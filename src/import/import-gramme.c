/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `gramme export --format jsonl` wrote, into another ledger.
 *
 * Reads:  of each line `record` and `rows`; the figures before them are worked out anew.
 * Gives:  the run as it was: id, rows to the microjoule, all lists, what weighed it.
 * Needs:  nothing.
 * Limits: what the run was read from, if from another tool's log, is not in the line.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "import/gramme-record.h"

struct reading {
	const struct import_sink *sink;
	struct diag *diag;
	struct sample *rows;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int knows(const char *name, const char *head, size_t size)
{
	const char *dot = strrchr(name, '.');
	bool named = dot && (strcmp(dot, ".jsonl") == 0 || strcmp(dot, ".ndjson") == 0 ||
			     strcmp(dot, ".json") == 0);

	if (!head)
		return named ? 2 : 0;
	while (size > 0 && is_space(*head)) {
		head++;
		size--;
	}
	if (size == 0 || *head != '{')
		return 0;
	return memmem(head, size < 64 ? size : 64, "\"gramme.run/1\"", 14) ? 2 : 0;
}

/* --- a line ------------------------------------------------------------------------------- */

struct parts {
	struct span record;
	struct span rows;
};

static int find_parts(const struct span *line, struct diag *diag, struct parts *ret)
{
	struct span_walk walk;
	struct span key;
	struct span value;
	int r = span_walk_begin(line, '{', &walk);

	while (r == 0 && (r = span_walk_next(&walk, &key, &value)) > 0) {
		if (span_is(&key, "record"))
			ret->record = value;
		else if (span_is(&key, "rows"))
			ret->rows = value;
		r = 0;
	}
	if (r < 0)
		return diag_say(diag, r, "it is no JSON, or torn");
	if (ret->record.size > 0 && ret->rows.size > 0)
		return 0;
	(void)diag_say(diag, -EPROTO, "it holds no run to be taken back whole");
	diag_fix(diag, "gramme export RUN --format jsonl -o FILE.jsonl");
	return -EPROTO;
}

static int give_rows(struct reading *reading, const struct span *rows,
		     uint32_t domain_count)
{
	const struct import_sink *sink = reading->sink;
	struct gramme_rows checks = { .domain_count = domain_count };
	struct span_walk walk;
	struct span value;
	int r = span_walk_begin(rows, '[', &walk);

	while (r == 0 && (r = span_walk_next(&walk, NULL, &value)) > 0) {
		size_t count = 0;

		r = gramme_rows_read(&value, &checks, reading->diag, reading->rows,
				     &count);
		for (size_t i = 0; i < count && r == 0; i++)
			r = sink->row(sink->ctx, &reading->rows[i]);
		if (r != 0)
			return r;
	}
	return r < 0 ? diag_say(reading->diag, r, "its rows are torn") : 0;
}

static int give(struct reading *reading, const struct gramme_record *record,
		const struct span *rows)
{
	const struct import_sink *sink = reading->sink;
	const struct run_record *run = &record->records.record;
	int r = sink->begin(sink->ctx, run);

	if (r == -EEXIST)
		return 0;
	if (r == 0 && sink->history)
		r = sink->history(sink->ctx, &record->history);
	if (r == 0)
		r = give_rows(reading, rows, (uint32_t)run->domain_count);
	return r == 0 ? sink->end(sink->ctx, run) : r;
}

static int take_line(struct reading *reading, const struct span *line)
{
	CLEANUP(gramme_record_done) struct gramme_record record = { 0 };
	struct parts parts = { { NULL, 0 }, { NULL, 0 } };
	int r = find_parts(line, reading->diag, &parts);

	if (r == 0)
		r = gramme_record_read(&parts.record, reading->diag, &record);
	return r < 0 ? r : give(reading, &record, &parts.rows);
}

/* --- all of them -------------------------------------------------------------------------- */

static bool is_blank(const struct span *line)
{
	for (size_t i = 0; i < line->size; i++)
		if (!is_space(line->at[i]))
			return false;
	return true;
}

/* One bad line leaves the others in, and so does one that the ledger refuses. */
static int fail_line(struct reading *reading, size_t number, int err)
{
	char where[32];
	int r;

	(void)snprintf(where, sizeof where, "line %zu", number);
	r = reading->sink->failed(reading->sink->ctx, where, err, reading->diag);
	if (r == 0)
		diag_clear(reading->diag);
	return r;
}

static int each_line(struct reading *reading, const struct import_file *file)
{
	const char *at = file->bytes;
	const char *end = at + file->size;
	size_t number = 0;
	size_t seen = 0;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct span line = { at, (size_t)((stop ? stop : end) - at) };
		int r;

		at = stop ? stop + 1 : end;
		number++;
		if (is_blank(&line))
			continue;
		seen++;
		r = take_line(reading, &line);
		if (r != 0)
			r = fail_line(reading, number, r);
		if (r != 0)
			return r;
	}
	return seen > 0 ? 0 : diag_say(reading->diag, -ENODATA, "the file is empty");
}

static int read_log(const struct import_log *log, const struct import_sink *sink,
		    struct diag *diag)
{
	AUTO_FREE struct sample *rows = calloc(GRAMME_ROWS_MAX, sizeof *rows);
	struct reading reading = { .sink = sink, .diag = diag, .rows = rows };

	return rows ? each_line(&reading, &log->files[0]) : -ENOMEM;
}

const struct import_format import_gramme = {
	.name = "gramme",
	.knows = knows,
	.read = read_log,
	.own = true,
};
