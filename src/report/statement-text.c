/* SPDX-License-Identifier: Apache-2.0 */
/* The statement as plain text, by paragraphs; the long one has references. */
#include <string.h>

#include "report/shown.h"
#include "report/statement-words.h"

/* A line does not end between a number and its unit; the reader gets plain blanks. */
static void add_paragraph(struct strbuf *out, const struct strbuf *text, size_t width)
{
	CLEANUP(strbuf_done) struct strbuf tied = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf lines = STRBUF_INIT;

	if (strbuf_part(out, text)[0] == '\0')
		return;
	statement_tie(&tied, text->text);
	shown_wrap(&lines, strbuf_part(out, &tied), 0, width);
	strbuf_add(out, out->len > 0 ? "\n" : "");
	for (const char *p = strbuf_part(out, &lines); *p != '\0';) {
		bool is_tie = strncmp(p, STATEMENT_TIE, strlen(STATEMENT_TIE)) == 0;

		strbuf_add_bytes(out, is_tie ? " " : p, 1);
		p += is_tie ? strlen(STATEMENT_TIE) : 1;
	}
}

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
	struct statement_parts parts = statement_parts(opts);
	size_t width = opts->width > 0 ? shown_columns(opts) : 0;

	(void)locale;
	statement_say_headline(s, &text);
	for (size_t i = 0; i < parts.count; i++) {
		if (parts.list[i].begins && i > 0) {
			add_paragraph(out, &text, width);
			strbuf_done(&text);
		}
		parts.list[i].say(s, &text);
	}
	add_paragraph(out, &text, width);
	if (opts->wordy)
		add_references(s, width, out);
}

const struct statement_form statement_text = { .name = "text", .write = write_text };
