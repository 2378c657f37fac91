/* SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The lead byte's bits, the least value that needs so many bytes. */
static const struct {
	unsigned mask;
	unsigned lead;
	unsigned least;
} forms[] = { { 0x80, 0x00, 0 },
	      { 0xe0, 0xc0, 0x80 },
	      { 0xf0, 0xe0, 0x800 },
	      { 0xf8, 0xf0, 0x10000 } };

size_t ask_utf8(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	unsigned value;
	size_t extra = 0;

	while (extra < 4 && (byte[0] & forms[extra].mask) != forms[extra].lead)
		extra++;
	if (extra == 4)
		return 0;
	value = byte[0] & ~forms[extra].mask;
	for (size_t i = 1; i <= extra; i++) {
		if ((byte[i] & 0xc0U) != 0x80)
			return 0;
		value = value << 6 | (byte[i] & 0x3fU);
	}
	if (value < forms[extra].least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	return extra + 1;
}

static bool is_text(const char *text)
{
	while (*text) {
		size_t len = ask_utf8(text);

		if (len == 0 || (unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
		text += len;
	}
	return true;
}

bool ask_decode(char *text, bool plus)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		unsigned char byte;
		int high;
		int low;

		if (*from != '%') {
			*to = *from;
			if (plus && *to == '+')
				*to = ' ';
			to++;
			continue;
		}
		high = hex_digit(from[1]);
		low = high < 0 ? -1 : hex_digit(from[2]);
		if (low < 0 || high + low == 0)
			return false;
		byte = (unsigned char)(high * 16 + low);
		memcpy(to++, &byte, 1);
		from += 2;
	}
	*to = '\0';
	return is_text(text);
}

static int take_path(char *path, struct ask *ask)
{
	char *rest = path + 1;

	while (rest) {
		char *part = strsep(&rest, "/");

		if (ask->part_count == ASK_PARTS_MAX)
			return -ENOENT;
		if (!ask_decode(part, false))
			return -EINVAL;
		ask->part[ask->part_count++] = part;
	}
	return 0;
}

static int take_args(char *query, struct ask *ask)
{
	while (query) {
		char *value = strsep(&query, "&");
		char *key = strsep(&value, "=");

		if (!value && *key == '\0')
			continue;
		if (ask->arg_count == ASK_ARGS_MAX)
			return -E2BIG;
		if (!ask_decode(key, true) || (value && !ask_decode(value, true)))
			return -EINVAL;
		ask->arg[ask->arg_count++] = (struct ask_arg){ key, value ? value : "" };
	}
	return 0;
}

static int take(struct ask *ask)
{
	char *query = ask->text;
	char *path = strsep(&query, "?");
	int r;

	if (strlen(ask->uri) > ASK_URI_MAX)
		return -ENAMETOOLONG;
	if (*path != '/' || strchr(ask->uri, '#'))
		return -EINVAL;
	r = take_path(path, ask);
	return r < 0 ? r : take_args(query, ask);
}

int ask_parse(const char *uri, struct ask *ret)
{
	struct ask ask = { .uri = strdup(uri), .text = strdup(uri) };
	int r = ask.uri && ask.text ? take(&ask) : -ENOMEM;

	if (r < 0)
		ask_done(&ask);
	else
		*ret = ask;
	return r;
}

void ask_done(struct ask *ask)
{
	free(ask->uri);
	free(ask->text);
	*ask = (struct ask){ .uri = NULL };
}

const char *ask_value(const struct ask *ask, const char *key)
{
	for (size_t i = 0; i < ask->arg_count; i++)
		if (strcmp(ask->arg[i].key, key) == 0)
			return ask->arg[i].value;
	return NULL;
}

size_t ask_values(const struct ask *ask, const char *key, const char **ret, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < ask->arg_count && count + 1 < most; i++)
		if (strcmp(ask->arg[i].key, key) == 0)
			ret[count++] = ask->arg[i].value;
	ret[count] = NULL;
	return count;
}
