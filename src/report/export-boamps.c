/* SPDX-License-Identifier: Apache-2.0 */
/* The statement's form boamps, of each run alone, a document a line. */
#include <errno.h>
#include <jansson.h>

#include "report/export.h"
#include "report/json-value.h"
#include "report/statement.h"

static int write_boamps(const struct export_run *run, struct export_out *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	CLEANUP(json_value_release) json_t *report = NULL;
	AUTO_FREE char *line = NULL;
	struct report_opts opts = { .width = 0 };

	statement_find("boamps")->write(run->statement, &opts, &text);
	if (text.failed)
		return -ENOMEM;
	report = json_value_parse(text.text, JSON_OBJECT);
	if (!report || json_value_compact(report, &line) < 0)
		return -ENOMEM;
	strbuf_add(&out->text, line);
	strbuf_add(&out->text, "\n");
	return export_pass(out);
}

static const struct export_what whats[] = {
	{ "runs", "a report a run", EXPORT_STATEMENT, NULL, write_boamps },
};

const struct export_format export_boamps = { .name = "boamps",
					     .whats = whats,
					     .what_count = ARRAY_SIZE(whats) };
