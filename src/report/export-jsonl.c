/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line a run: a gramme.run/1, and in it `record` and `rows`, of which another ledger is made.
 * The figures before are there to be read, and are worked out anew where they are taken in.
 */
#include <errno.h>
#include <jansson.h>

#include "report/export-record.h"
#include "report/json-value.h"
#include "report/report.h"

#define EXACT_DIGITS 17

/* gramme.run/1 on one line, less the brace that ends it. */
static int put_view(const struct export_run *run, struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	CLEANUP(json_value_release) json_t *root = NULL;
	AUTO_FREE char *line = NULL;
	struct report_opts opts = { .width = 0 };

	report_find("json")->run(run->view, &opts, &text);
	if (text.failed)
		return -ENOMEM;
	root = json_value_parse(text.text, JSON_OBJECT);
	if (!root || json_value_compact(root, &line) < 0)
		return -ENOMEM;
	strbuf_add(out, line);
	out->len--;
	return 0;
}

static int take_bytes(const char *bytes, size_t len, void *ctx)
{
	struct strbuf *out = ctx;

	strbuf_add_bytes(out, bytes, len);
	return out->failed ? -1 : 0;
}

static int put_record(const struct export_run *run, struct strbuf *out)
{
	CLEANUP(json_value_release) json_t *record = export_record(run);

	if (!record)
		return -ENOMEM;
	strbuf_add(out, ",\"record\":");
	return json_dump_callback(record, take_bytes, out,
				  JSON_COMPACT | JSON_REAL_PRECISION(EXACT_DIGITS)) < 0
		       ? -ENOMEM
		       : 0;
}

struct rows_ctx {
	struct export_out *out;
	const char *comma;
};

static int put_rows(void *each_ctx, const struct sample *rows, size_t count)
{
	struct rows_ctx *ctx = each_ctx;

	if (count == 0)
		return 0;
	strbuf_add(&ctx->out->text, ctx->comma);
	ctx->comma = ",";
	export_rows_pack(&ctx->out->text, rows, count);
	return export_pass(ctx->out);
}

static int write_line(const struct export_run *run, struct export_out *out)
{
	struct rows_ctx ctx = { out, "" };
	int err = put_view(run, &out->text);

	if (err == 0)
		err = put_record(run, &out->text);
	if (err < 0)
		return err;
	strbuf_add(&out->text, ",\"rows\":[");
	err = run->door.rows(run->door.ctx, put_rows, &ctx);
	strbuf_add(&out->text, err == 0 ? "]}\n" : "\n");
	return err != 0 ? err : export_pass(out);
}

static const struct export_what whats[] = {
	{ "runs", "whole runs", EXPORT_VIEW | EXPORT_HISTORY, NULL, write_line },
};

const struct export_format export_jsonl = { .name = "jsonl",
					    .whats = whats,
					    .what_count = ARRAY_SIZE(whats) };
