/* SPDX-License-Identifier: Apache-2.0 */
/* The statement as plain text: a paragraph of what came out, one of how, and references. */
#include <stdio.h>

#include "report/shown.h"
#include "report/statement-words.h"

typedef void (*sentence)(const struct statement *s, struct strbuf *out);

static const sentence paragraph[] = {
	statement_say_headline, statement_say_runs,     statement_say_basis,
	statement_say_boundary, statement_say_place,    statement_say_intensity,
	statement_say_marginal, statement_say_cost,     statement_say_water,
	statement_say_embodied, statement_say_hardware, statement_say_method,
	statement_say_left_out,
};

static void add_references(const struct statement *s, size_t width, struct strbuf *out)
{
	struct statement_cite cites[STATEMENT_CITES_MAX];
	size_t count = statement_cites(s, TOPIC_ALL, cites);

	for (size_t i = 0; i < count; i++) {
		strbuf_add(out, i == 0 ? "\n- " : "- ");
		shown_wrap(out, cites[i].plain, 2, width);
	}
}

static void write_text(const struct statement *s, const struct report_opts *opts,
		       struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	size_t width = opts->width > 0 ? shown_columns(opts) : 0;

	(void)locale;
	for (size_t i = 0; i < ARRAY_SIZE(paragraph); i++)
		paragraph[i](s, &text);
	shown_wrap(out, strbuf_part(out, &text), 0, width);
	add_references(s, width, out);
}

const struct statement_form statement_text = { .name = "text", .write = write_text };
