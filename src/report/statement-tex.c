/* SPDX-License-Identifier: Apache-2.0 */
#include "report/statement-tex.h"

#include <stdbool.h>
#include <string.h>

#include "report/shown.h"
#include "report/statement-words.h"

#define LINE_WIDTH 90

static const char *escape_of(char c)
{
	static const struct {
		char c;
		const char *tex;
	} rows[] = {
		{ '\\', "\\textbackslash{}" },
		{ '{', "\\{" },
		{ '}', "\\}" },
		{ '$', "\\$" },
		{ '&', "\\&" },
		{ '#', "\\#" },
		{ '_', "\\_" },
		{ '%', "\\%" },
		{ '~', "\\textasciitilde{}" },
		{ '^', "\\textasciicircum{}" },
		{ '<', "\\textless{}" },
		{ '>', "\\textgreater{}" },
		{ '|', "\\textbar{}" },
		{ '`', "\\textasciigrave{}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].c == c)
			return rows[i].tex;
	return NULL;
}

/* -- and ,, and '' would become one character: an empty group keeps them apart. */
static bool is_ligature(const char *p, const char *text)
{
	return p > text && *p == p[-1] && strchr("-,'", *p) != NULL;
}

/* A quotation mark opens after a blank or a bracket, else it closes. */
static const char *quote_of(const char *p, const char *text)
{
	return p == text || strchr(" ([", p[-1]) ? "``" : "''";
}

static void add_safe(struct strbuf *out, const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		const char *escape = escape_of(*p);

		if (strncmp(p, "CO2e", 4) == 0) {
			strbuf_add(out, "CO\\textsubscript{2}");
			p += 2;
		} else if (strncmp(p, STATEMENT_TIE, strlen(STATEMENT_TIE)) == 0) {
			strbuf_add(out, "~");
			p += strlen(STATEMENT_TIE) - 1;
		} else if (*p == '"') {
			strbuf_add(out, quote_of(p, text));
		} else if (escape) {
			strbuf_add(out, escape);
		} else {
			strbuf_add(out, is_ligature(p, text) ? "{}" : "");
			strbuf_add_bytes(out, p, 1);
		}
	}
}

void tex_add(struct strbuf *out, const char *text)
{
	CLEANUP(strbuf_done) struct strbuf tied = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf seen = STRBUF_INIT;

	statement_tie(&tied, text);
	shown_add(&seen, strbuf_part(out, &tied));
	add_safe(out, strbuf_part(out, &seen));
}

void tex_wrap(struct strbuf *out, const char *tex)
{
	shown_wrap(out, tex, 0, LINE_WIDTH);
}

void tex_comment(struct strbuf *out, const char *lines)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		strbuf_add(out, "% ");
		strbuf_add_bytes(out, lines, len);
		strbuf_add(out, "\n");
		lines += len + (lines[len] == '\n');
	}
}
