/* SPDX-License-Identifier: Apache-2.0 */
#include "report/shown.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct range {
	uint32_t first;
	uint32_t last;
};

/* What draws nothing, or changes how its neighbours are drawn: Unicode's Cc, Cf, Zl, Zp. */
static const struct range hidden[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x009f }, { 0x00ad, 0x00ad },   { 0x061c, 0x061c },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },
	{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

static const struct range combining[] = {
	{ 0x0300, 0x036f }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

static const struct range wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0xa4cf },   { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
};

struct plain_locale plain_locale_enter(void)
{
	struct plain_locale locale = { newlocale(LC_ALL_MASK, "C", (locale_t)0),
				       (locale_t)0 };

	if (locale.plain)
		locale.before = uselocale(locale.plain);
	return locale;
}

void plain_locale_leave(struct plain_locale *locale)
{
	if (!locale->plain)
		return;
	(void)uselocale(locale->before);
	freelocale(locale->plain);
}

static bool is_in(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* How many bytes follow a first byte, and the bits it carries itself; -1: not a first byte. */
static int tail_of(unsigned char first, uint32_t *ret_bits)
{
	if (first < 0x80) {
		*ret_bits = first;
		return 0;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		*ret_bits = first & 0x1fu;
		return 1;
	}
	if ((first & 0xf0) == 0xe0) {
		*ret_bits = first & 0x0fu;
		return 2;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*ret_bits = first & 0x07u;
		return 3;
	}
	return -1;
}

static bool is_well_formed(uint32_t c, int tail)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };

	return c >= least[tail] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

uint32_t shown_next(const char **text)
{
	const char *p = *text;
	uint32_t c;
	int tail;

	if (*p == '\0')
		return 0;
	(*text)++;
	tail = tail_of((unsigned char)*p, &c);
	if (tail < 0)
		return SHOWN_BROKEN;
	for (int i = 1; i <= tail; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return SHOWN_BROKEN;
		c = c << 6 | ((unsigned char)p[i] & 0x3fu);
	}
	if (!is_well_formed(c, tail))
		return SHOWN_BROKEN;
	*text = p + 1 + tail;
	return c;
}

/* One character as a terminal gets it; terminated. Returns its columns. */
struct glyph {
	char text[8];
	size_t len;
	size_t columns;
};

static void glyph_of(uint32_t c, const char *from, const char *to, struct glyph *ret)
{
	if (c == SHOWN_BROKEN || (c > 0x9f && is_in(c, hidden, ARRAY_SIZE(hidden)))) {
		*ret = (struct glyph){ "?", 1, 1 };
	} else if (is_in(c, hidden, ARRAY_SIZE(hidden))) {
		(void)snprintf(ret->text, sizeof ret->text, "\\x%02x",
			       (unsigned)c & 0xff);
		ret->len = ret->columns = 4;
	} else {
		ret->len = (size_t)(to - from);
		assert(ret->len < sizeof ret->text);
		memcpy(ret->text, from, ret->len);
		ret->text[ret->len] = '\0';
		ret->columns = 1;
		if (is_in(c, combining, ARRAY_SIZE(combining)))
			ret->columns = 0;
		else if (is_in(c, wide, ARRAY_SIZE(wide)))
			ret->columns = 2;
	}
}

static bool next_glyph(const char **text, struct glyph *ret)
{
	const char *from = *text;
	uint32_t c = shown_next(text);

	if (c == 0)
		return false;
	glyph_of(c, from, *text, ret);
	return true;
}

/* Plain letters, nearly all there is, are drawn as they are: how many from here on. */
static size_t plain_letters(const char *text)
{
	size_t count = 0;

	while (text[count] >= ' ' && text[count] <= '~')
		count++;
	return count;
}

void shown_add(struct strbuf *out, const char *text)
{
	struct glyph glyph;

	do {
		size_t plain = plain_letters(text);

		strbuf_add_bytes(out, text, plain);
		text += plain;
		glyph.len = 0;
		if (next_glyph(&text, &glyph))
			strbuf_add_bytes(out, glyph.text, glyph.len);
	} while (glyph.len > 0);
}

size_t shown_width(const char *text)
{
	struct glyph glyph;
	size_t columns = 0;

	do {
		size_t plain = plain_letters(text);

		columns += plain;
		text += plain;
		glyph = (struct glyph){ .len = 0 };
		if (next_glyph(&text, &glyph))
			columns += glyph.columns;
	} while (glyph.len > 0);
	return columns;
}

void shown_cut(struct strbuf *out, const char *text, size_t width)
{
	struct glyph glyph;
	size_t columns = 0;
	size_t dots = width < 3 ? width : 3;

	if (shown_width(text) <= width) {
		shown_add(out, text);
		return;
	}
	while (next_glyph(&text, &glyph) && columns + glyph.columns <= width - dots) {
		strbuf_add_bytes(out, glyph.text, glyph.len);
		columns += glyph.columns;
	}
	strbuf_add_bytes(out, "...", dots);
}

void shown_cell(struct strbuf *out, const char *text, size_t width, enum shown_side side)
{
	size_t columns = shown_width(text);
	int blank = columns < width ? (int)(width - columns) : 0;

	if (side == SHOWN_RIGHT)
		strbuf_printf(out, "%*s", blank, "");
	shown_cut(out, text, width);
	if (side == SHOWN_LEFT)
		strbuf_printf(out, "%*s", blank, "");
}

static void add_word(struct strbuf *out, const char *word, size_t len)
{
	AUTO_FREE char *copy = strndup(word, len);

	if (copy)
		shown_add(out, copy);
	else
		out->failed = true;
}

static size_t word_width(const char *word, size_t len)
{
	AUTO_FREE char *copy = strndup(word, len);

	return copy ? shown_width(copy) : len;
}

void shown_wrap(struct strbuf *out, const char *text, size_t indent, size_t width)
{
	size_t column = indent;
	const char *word = text + strspn(text, " ");

	while (*word != '\0') {
		size_t len = strcspn(word, " ");
		size_t columns = word_width(word, len);

		if (column > indent && width > 0 && column + 1 + columns > width) {
			strbuf_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			strbuf_add(out, " ");
			column++;
		}
		add_word(out, word, len);
		column += columns;
		word += len;
		word += strspn(word, " ");
	}
	strbuf_add(out, "\n");
}

void ink_add(struct strbuf *out, const struct report_opts *opts, enum ink ink,
	     const char *text)
{
	static const char *const code[] = {
		[INK_STRONG] = "1",  [INK_FAINT] = "2",  [INK_GOOD] = "32",
		[INK_WARN] = "1;33", [INK_BAD] = "1;31",
	};

	if (!opts->colour || ink == INK_NONE)
		strbuf_add(out, text);
	else
		strbuf_printf(out, "\x1b[%sm%s\x1b[0m", code[ink], text);
}

size_t shown_columns(const struct report_opts *opts)
{
	if (opts->width <= 0)
		return 80;
	return opts->width < 40 ? 40 : (size_t)opts->width;
}
