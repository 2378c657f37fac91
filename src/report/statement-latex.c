/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statement for LaTeX: a paragraph with its citations, and the BibTeX entries of those in
 * comments below, to be moved into a .bib file. It compiles with the bare classes, no package
 * is needed.
 *
 * The first sentence is that of Henderson et al. 2020. The script that came with that paper
 * (generate-carbon-impact-statement of experiment-impact-tracker) has two bugs in what it
 * prints, which are not in here: it cites \citep{henderson2019climate}, a key that its own
 * BibTeX does not have (henderson2020systematic stands there), so that the paper shows "?";
 * and it leaves \url{<TODO: ...>} in the sentence, which goes to print where nobody looks.
 * (Its \text besides needs amsmath, and \citep natbib.)
 */
#include <string.h>

#include "report/shown.h"
#include "report/statement-tex.h"
#include "report/statement-words.h"

static void add_cites(const struct statement *s, enum statement_topic topic,
		      struct strbuf *out)
{
	struct statement_cite cites[STATEMENT_CITES_MAX];
	size_t count = topic == TOPIC_ALL ? 0 : statement_cites(s, topic, cites);

	for (size_t i = 0; i < count; i++)
		strbuf_printf(out, "%s%s", i == 0 ? "~\\cite{" : ",", cites[i].key);
	strbuf_add(out, count > 0 ? "}" : "");
}

/* The sentences of one part; what they cite stands before the last one's full stop. */
static void add_part(const struct statement *s, const struct statement_part *part,
		     struct strbuf *out)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	CLEANUP(strbuf_done) struct strbuf tex = STRBUF_INIT;

	part->say(s, &text);
	if (strbuf_part(out, &text)[0] == '\0')
		return;
	if (part->begins && part->say != statement_say_runs &&
	    part->say != statement_say_headline)
		strbuf_add(out, "\n");
	if (text.text[text.len - 1] == '.')
		text.text[--text.len] = '\0';
	tex_add(&tex, text.text);
	add_cites(s, (enum statement_topic)part->topic, &tex);
	strbuf_add(&tex, ".");
	tex_wrap(out, strbuf_part(out, &tex));
}

static bool is_cited(const struct statement *s, struct statement_parts parts,
		     const char *key)
{
	struct statement_cite cites[STATEMENT_CITES_MAX];

	for (size_t i = 0; i < parts.count; i++) {
		enum statement_topic topic = (enum statement_topic)parts.list[i].topic;
		size_t count = topic == TOPIC_ALL ? 0 : statement_cites(s, topic, cites);

		for (size_t k = 0; k < count; k++)
			if (strcmp(cites[k].key, key) == 0)
				return true;
	}
	return false;
}

static void add_bibtex(const struct statement *s, struct statement_parts parts,
		       struct strbuf *out)
{
	struct statement_cite cites[STATEMENT_CITES_MAX];
	size_t count = statement_cites(s, TOPIC_ALL, cites);

	strbuf_add(out, "\n% For the .bib file:\n");
	for (size_t i = 0; i < count; i++) {
		if (!is_cited(s, parts, cites[i].key))
			continue;
		strbuf_add(out, "%\n");
		tex_comment(out, cites[i].bibtex);
	}
}

static const struct statement_part headline = { statement_say_headline, TOPIC_ALL, true };

static void write_latex(const struct statement *s, const struct report_opts *opts,
			struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	struct statement_parts parts = statement_parts(opts);

	(void)locale;
	strbuf_add(out, "\\paragraph{Carbon impact statement.}\n");
	add_part(s, &headline, out);
	for (size_t i = 0; i < parts.count; i++)
		add_part(s, &parts.list[i], out);
	add_bibtex(s, parts, out);
}

const struct statement_form statement_latex = { .name = "latex", .write = write_latex };
