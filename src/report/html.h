/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML from texts that may be anything. Everything from outside goes through html_text() or
 * html_name(); a page is closed to the network by its own policy, which names its scripts by
 * their hashes, so that nothing that slipped through would run.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/strbuf.h"

/* For an element's content or a quoted attribute: & < > " ' are named, control characters and
 * broken UTF-8 become U+FFFD, bidirectional overrides are left out. */
void html_text(struct strbuf *out, const char *text);

/* Somebody's name for a thing: in <bdi>, so that its direction stays its own; cut after
 * HTML_NAME_MAX characters with the whole (up to 1000) in its title. */
#define HTML_NAME_MAX 60
void html_name(struct strbuf *out, const char *text);

/* Markup of our own. */
static inline void html_raw(struct strbuf *out, const char *markup)
{
	strbuf_add(out, markup);
}

/* A JSON value inside <script type="application/json" id="…">: < > & and the line separators
 * are escaped, so that no text ends the element. 0 or -ENOMEM. */
MUST_USE int html_json(struct strbuf *out, const char *id, const json_t *value);

/* A file's name out of anything: letters, digits, - and _ are kept, the rest becomes one -, at
 * most 60, never empty, never a dot first; what was changed or cut gets 8 hex digits of a hash,
 * so that two names stay two. */
void html_file_name(const char *text, char *buf, size_t size);

/* A field of CSV (RFC 4180), quoted where needed; a text that a spreadsheet would take for a
 * formula (= + - @, tab, return first) gets a ' in front. Numbers do not go through this. */
void html_csv_text(struct strbuf *out, const char *text);

/* How a page is put together. */
struct html_page {
	const char *title; /* raw; escaped here */
	const char *
		root; /* NULL: style and scripts inside; else the way to assets/, "../" */
	const char *generator; /* "gramme 0.1.0" */
	bool charts; /* uPlot and what drives it go in, where this build has it */
};

/* From <!doctype> to <main>, and from </main> to the end with the scripts. */
void html_begin(struct strbuf *out, const struct html_page *page);
void html_end(struct strbuf *out, const struct html_page *page);

/* The files that pages with a root need, "page.css" …; NULL after the last. */
struct html_asset {
	const char *name;
	const char *text;
	size_t len;
};
const struct html_asset *html_asset(size_t i);
