/* SPDX-License-Identifier: Apache-2.0 */
#include "report/html.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "report/json-value.h"
#include "report/shown.h"
#include "web-assets.h"

#define REPLACED        "\xef\xbf\xbd"
#define ELLIPSIS        "\xe2\x80\xa6"
#define TITLE_MAX       1000
#define FILE_NAME_MAX   60
#define FILE_HASH_CHARS 8

/* --- text --------------------------------------------------------------------------------- */

/* What turns the reading direction of what follows it: U+061C, U+200E and its kin. */
static bool turns_direction(uint32_t c)
{
	return c == 0x061c || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* What no HTML parser takes without an error. */
static bool is_no_character(uint32_t c)
{
	if (c == '\t' || c == '\n')
		return false;
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c & 0xfffe) == 0xfffe || c == SHOWN_BROKEN;
}

static const char *name_of(uint32_t c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Up to `most` characters; returns what is left of the text. */
static const char *add_text(struct strbuf *out, const char *text, size_t most)
{
	while (*text != '\0' && most-- > 0) {
		const char *from = text;
		uint32_t c = shown_next(&text);
		const char *name = name_of(c);

		if (turns_direction(c))
			continue;
		if (is_no_character(c))
			strbuf_add(out, REPLACED);
		else if (name)
			strbuf_add(out, name);
		else
			strbuf_add_bytes(out, from, (size_t)(text - from));
	}
	return text;
}

void html_text(struct strbuf *out, const char *text)
{
	(void)add_text(out, text, SIZE_MAX);
}

static size_t count_characters(const char *text, size_t most)
{
	size_t count = 0;

	while (*text != '\0' && count < most) {
		(void)shown_next(&text);
		count++;
	}
	return count;
}

void html_name(struct strbuf *out, const char *text)
{
	bool is_long = count_characters(text, HTML_NAME_MAX + 1) > HTML_NAME_MAX;

	strbuf_add(out, "<bdi");
	if (is_long) {
		strbuf_add(out, " title=\"");
		if (*add_text(out, text, TITLE_MAX) != '\0')
			strbuf_add(out, ELLIPSIS);
		strbuf_add(out, "\"");
	}
	strbuf_add(out, ">");
	(void)add_text(out, text, is_long ? HTML_NAME_MAX - 1 : HTML_NAME_MAX);
	if (is_long)
		strbuf_add(out, ELLIPSIS);
	strbuf_add(out, "</bdi>");
}

/* --- JSON --------------------------------------------------------------------------------- */

static bool is_line_separator(const char *at)
{
	return memcmp(at, "\xe2\x80", 2) == 0 && (at[2] == '\xa8' || at[2] == '\xa9');
}

/* These stand in strings only, where \u means the same. */
static void add_escaped_json(struct strbuf *out, const char *text)
{
	while (*text != '\0') {
		size_t plain = strcspn(text, "<>&\xe2");

		strbuf_add_bytes(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		if (*text != '\xe2') {
			strbuf_printf(out, "\\u%04x", (unsigned int)*text);
			text++;
		} else if (is_line_separator(text)) {
			strbuf_add(out, text[2] == '\xa8' ? "\\u2028" : "\\u2029");
			text += 3;
		} else {
			strbuf_add_bytes(out, text, 1);
			text++;
		}
	}
}

int html_json(struct strbuf *out, const char *id, const json_t *value)
{
	AUTO_FREE char *text = NULL;
	int r = json_value_compact(value, &text);

	if (r < 0)
		return r;
	strbuf_add(out, "<script type=\"application/json\" id=\"");
	html_text(out, id);
	strbuf_add(out, "\">");
	add_escaped_json(out, text);
	strbuf_add(out, "</script>\n");
	return 0;
}

/* --- names of files, fields of CSV -------------------------------------------------------- */

static bool is_file_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* FNV-1a: no secret, only so that two names stay two. */
static uint32_t hash_of(const char *text)
{
	uint32_t hash = 2166136261u;

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}

void html_file_name(const char *text, char *buf, size_t size)
{
	char name[FILE_NAME_MAX + 1];
	const char *at = text;
	size_t len = 0;
	bool same = *text != '\0';

	for (; *at != '\0' && len < FILE_NAME_MAX; at++) {
		bool letter = is_file_letter(*at);

		same = same && letter;
		if (letter)
			name[len++] = *at;
		else if (len == 0 || name[len - 1] != '-')
			name[len++] = '-';
	}
	name[len] = '\0';
	if (same && *at == '\0') {
		(void)snprintf(buf, size, "%s", name);
		return;
	}
	if (len > FILE_NAME_MAX - FILE_HASH_CHARS - 1)
		len = FILE_NAME_MAX - FILE_HASH_CHARS - 1;
	while (len > 0 && name[len - 1] == '-')
		len--;
	(void)snprintf(buf, size, "%.*s%s%08x", (int)len, name, len > 0 ? "-" : "",
		       hash_of(text));
}

void html_csv_text(struct strbuf *out, const char *text)
{
	bool formula = *text != '\0' && strchr("=+-@\t\r", *text);

	if (!formula && strcspn(text, ",\"\r\n") == strlen(text)) {
		strbuf_add(out, text);
		return;
	}
	strbuf_add(out, formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			strbuf_add(out, "\"");
		strbuf_add_bytes(out, text, 1);
	}
	strbuf_add(out, "\"");
}

/* --- pages -------------------------------------------------------------------------------- */

#define HAS_CHARTS (web_uplot_js_len > 0)

/* uPlot's last: a build without it has three. */
static const struct html_asset assets[] = {
	{ "page.css", web_page_css, web_page_css_len },
	{ "page.js", web_page_js, web_page_js_len },
	{ "charts.js", web_charts_js, web_charts_js_len },
	{ "uplot.css", web_uplot_css, web_uplot_css_len },
	{ "uplot.js", web_uplot_js, web_uplot_js_len },
};

const struct html_asset *html_asset(size_t i)
{
	size_t count = HAS_CHARTS ? ARRAY_SIZE(assets) : ARRAY_SIZE(assets) - 2;

	return i < count ? &assets[i] : NULL;
}

#define SHUT "base-uri 'none'; object-src 'none'; frame-src 'none'"

/* A page that stands alone runs these scripts and no other, and opens nothing. One of a folder
 * or a server takes what lies beside it. */
static void add_policy(struct strbuf *out, const struct html_page *page)
{
	strbuf_add(out, "<meta http-equiv=\"Content-Security-Policy\" content=\""
			"default-src 'none'; img-src data:; ");
	if (page->root)
		strbuf_add(out,
			   "style-src 'self'; script-src 'self'; connect-src 'self'; "
			   "form-action 'self'; ");
	else
		strbuf_printf(out,
			      "style-src '%s'%s; script-src '%s'%s; form-action 'none'; ",
			      web_page_css_hash,
			      page->charts && HAS_CHARTS ? " '" web_uplot_css_hash "'"
							 : "",
			      web_page_js_hash,
			      !page->charts ? ""
			      : HAS_CHARTS  ? " '" web_uplot_js_hash
					     "' '" web_charts_js_hash "'"
					   : " '" web_charts_js_hash "'");
	strbuf_add(out, SHUT "\">\n");
}

static void add_style(struct strbuf *out, const struct html_page *page,
		      const struct html_asset *asset)
{
	if (page->root) {
		strbuf_add(out, "<link rel=\"stylesheet\" href=\"");
		html_text(out, page->root);
		strbuf_printf(out, "assets/%s\">\n", asset->name);
		return;
	}
	strbuf_add(out, "<style>");
	strbuf_add_bytes(out, asset->text, asset->len);
	strbuf_add(out, "</style>\n");
}

static void add_script(struct strbuf *out, const struct html_page *page,
		       const struct html_asset *asset)
{
	if (page->root) {
		strbuf_add(out, "<script src=\"");
		html_text(out, page->root);
		strbuf_printf(out, "assets/%s\"></script>\n", asset->name);
		return;
	}
	strbuf_add(out, "<script>");
	strbuf_add_bytes(out, asset->text, asset->len);
	strbuf_add(out, "</script>\n");
}

enum { PAGE_CSS, PAGE_JS, CHARTS_JS, UPLOT_CSS, UPLOT_JS };

/* A dynamo's coil, in the accent's colour. */
#define ICON                                                                             \
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 "  \
	"16'%3E%3Ccircle cx='8' cy='8' r='5.5' fill='none' stroke='%230b7261' "          \
	"stroke-width='3'/%3E%3Ccircle cx='8' cy='8' r='1.6' fill='%230b7261'/%3E%3C/"   \
	"svg%3E"

void html_begin(struct strbuf *out, const struct html_page *page)
{
	strbuf_add(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
			"<meta charset=\"utf-8\">\n");
	add_policy(out, page);
	strbuf_add(out, "<meta name=\"viewport\" content=\"width=device-width, "
			"initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n"
			"<meta name=\"generator\" content=\"");
	html_text(out, page->generator ? page->generator : "gramme");
	strbuf_add(out, "\">\n<title>");
	html_text(out, page->title);
	strbuf_add(out, "</title>\n<link rel=\"icon\" href=\"" ICON "\">\n");
	if (page->charts && HAS_CHARTS)
		add_style(out, page, &assets[UPLOT_CSS]);
	add_style(out, page, &assets[PAGE_CSS]);
	strbuf_add(out, "</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the "
			"content</a>\n<main id=\"main\">\n");
}

void html_end(struct strbuf *out, const struct html_page *page)
{
	strbuf_add(out, "</main>\n");
	if (page->charts && HAS_CHARTS)
		add_script(out, page, &assets[UPLOT_JS]);
	if (page->charts)
		add_script(out, page, &assets[CHARTS_JS]);
	add_script(out, page, &assets[PAGE_JS]);
	strbuf_add(out, "</body>\n</html>\n");
}
