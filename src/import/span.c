/* SPDX-License-Identifier: Apache-2.0 */
#include "import/span.h"

#include <errno.h>
#include <string.h>

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n'))
		at++;
	return at;
}

/* at is behind the first quote; NULL: it never ends. Behind the last one. */
static const char *skip_string(const char *at, const char *end)
{
	for (;;) {
		const char *quote = memchr(at, '"', (size_t)(end - at));
		const char *back = quote;

		if (!quote)
			return NULL;
		while (back > at && back[-1] == '\\')
			back--;
		if ((quote - back) % 2 == 0)
			return quote + 1;
		at = quote + 1;
	}
}

/* Behind what closes the first bracket. Which bracket closes which is the parser's to say. */
static const char *skip_nested(const char *at, const char *end)
{
	size_t depth = 0;

	while (at && at < end) {
		char c = *at++;

		if (c == '"')
			at = skip_string(at, end);
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return at;
	}
	return NULL;
}

static const char *skip_plain(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && *at != ',' && *at != '}' && *at != ']' && *at != ' ' &&
	       *at != '\t' && *at != '\r' && *at != '\n')
		at++;
	return at > from ? at : NULL;
}

static const char *skip_value(const char *at, const char *end)
{
	if (at >= end)
		return NULL;
	if (*at == '"')
		return skip_string(at + 1, end);
	return *at == '{' || *at == '[' ? skip_nested(at, end) : skip_plain(at, end);
}

int span_walk_begin(const struct span *value, char open, struct span_walk *ret)
{
	const char *end = value->at + value->size;
	const char *at = skip_blanks(value->at, end);

	if (at >= end || *at != open)
		return -EPROTO;
	*ret = (struct span_walk){ .at = at + 1, .end = end, .object = open == '{' };
	return 0;
}

static int take_key(struct span_walk *walk, struct span *ret)
{
	const char *from = walk->at;
	const char *to;

	if (from >= walk->end || *from != '"')
		return -EPROTO;
	to = skip_string(from + 1, walk->end);
	if (!to)
		return -EPROTO;
	*ret = (struct span){ from + 1, (size_t)(to - from) - 2 };
	to = skip_blanks(to, walk->end);
	if (to >= walk->end || *to != ':')
		return -EPROTO;
	walk->at = skip_blanks(to + 1, walk->end);
	return 0;
}

int span_walk_next(struct span_walk *walk, struct span *ret_key, struct span *ret_value)
{
	const char *at = skip_blanks(walk->at, walk->end);
	struct span key = { NULL, 0 };
	const char *to;

	if (at < walk->end && *at == (walk->object ? '}' : ']'))
		return 0;
	if (walk->begun && (at >= walk->end || *at++ != ','))
		return -EPROTO;
	walk->at = skip_blanks(at, walk->end);
	if (walk->object && take_key(walk, &key) < 0)
		return -EPROTO;
	to = skip_value(walk->at, walk->end);
	if (!to)
		return -EPROTO;
	*ret_value = (struct span){ walk->at, (size_t)(to - walk->at) };
	if (ret_key)
		*ret_key = key;
	walk->at = to;
	walk->begun = true;
	return 1;
}

bool span_is(const struct span *span, const char *text)
{
	return span->size == strlen(text) && memcmp(span->at, text, span->size) == 0;
}
