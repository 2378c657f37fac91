/* SPDX-License-Identifier: Apache-2.0 */
/* What a pickle holds, by name. */
#include <string.h>

#include "import/pickle.h"
#include "import/zone.h"

#define DATETIME_SIZE 10

static bool is_text(const struct pickle_value *value)
{
	return value->kind == PICKLE_TEXT || value->kind == PICKLE_BYTES;
}

static bool same(const char *at, size_t size, const char *text)
{
	return size == strlen(text) && memcmp(at, text, size) == 0;
}

const struct pickle_value *pickle_get(const struct pickle_value *value, const char *key)
{
	if (!value || (value->kind != PICKLE_DICT && value->kind != PICKLE_RECORD))
		return NULL;
	for (size_t i = value->count & ~(size_t)1; i >= 2; i -= 2) {
		const struct pickle_value *name = value->items[i - 2];

		if (is_text(name) && same(name->at, name->size, key))
			return value->items[i - 1];
	}
	return NULL;
}

const struct pickle_value *pickle_attribute(const struct pickle_value *value,
					    const char *name)
{
	const struct pickle_value *state =
		value && value->kind == PICKLE_RECORD ? value->state : NULL;

	/* (dict, slots) where a class has both */
	if (state && state->kind == PICKLE_TUPLE && state->count > 0)
		state = state->items[0];
	return pickle_get(state, name);
}

const struct pickle_value *pickle_item(const struct pickle_value *value, size_t i)
{
	if (!value || (value->kind != PICKLE_LIST && value->kind != PICKLE_TUPLE) ||
	    i >= value->count)
		return NULL;
	return value->items[i];
}

bool pickle_text(const struct pickle_value *value, char *buf, size_t size)
{
	size_t len;

	if (!value || !is_text(value))
		return false;
	len = strnlen(value->at, value->size);
	len = len < size ? len : size - 1;
	memcpy(buf, value->at, len);
	buf[len] = '\0';
	return true;
}

bool pickle_number(const struct pickle_value *value, double *ret)
{
	if (!value || value->wide ||
	    (value->kind != PICKLE_INT && value->kind != PICKLE_FLOAT))
		return false;
	*ret = value->kind == PICKLE_INT ? (double)value->i : value->f;
	return true;
}

bool pickle_is_record(const struct pickle_value *value, const char *module,
		      const char *name)
{
	return value && value->kind == PICKLE_RECORD &&
	       value->class->kind == PICKLE_CLASS &&
	       same(value->class->at, value->class->size, module) &&
	       same(value->class->name, value->class->name_size, name);
}

/* UTF-8 of characters up to 255 back to the bytes they stand for: protocols up to 2 have no other
 * way to write bytes. */
static size_t latin1(const struct pickle_value *text, unsigned char *buf, size_t size)
{
	size_t len = 0;

	for (size_t i = 0; i < text->size && len < size; i++) {
		unsigned char c = (unsigned char)text->at[i];

		if (c < 0x80)
			buf[len++] = c;
		else if ((c & 0xfe) == 0xc2 && i + 1 < text->size)
			buf[len++] = (unsigned char)(c << 6 |
						     ((unsigned char)text->at[++i] & 63));
		else
			return 0;
	}
	return len;
}

static size_t bytes_of(const struct pickle_value *value, unsigned char *buf, size_t size)
{
	if (pickle_is_record(value, "_codecs", "encode"))
		value = pickle_item(value->args, 0);
	if (!value)
		return 0;
	if (value->kind == PICKLE_TEXT)
		return latin1(value, buf, size);
	if (value->kind != PICKLE_BYTES || value->size > size)
		return 0;
	memcpy(buf, value->at, value->size);
	return value->size;
}

bool pickle_datetime(const struct pickle_value *value, int64_t *ret_local_ns)
{
	unsigned char b[DATETIME_SIZE];
	unsigned year, month;
	int64_t us;

	if (!pickle_is_record(value, "datetime", "datetime") ||
	    bytes_of(pickle_item(value->args, 0), b, sizeof b) != sizeof b)
		return false;
	year = (unsigned)b[0] << 8 | b[1];
	month = b[2] & 0x7f; /* its top bit is the fold of a clock that was moved back */
	us = b[7] << 16 | b[8] << 8 | b[9];
	if (year < 1970 || year >= 2262 || month < 1 || month > 12 || b[3] < 1 ||
	    b[3] > 31 || b[4] > 23 || b[5] > 59 || b[6] > 59 || us > 999999)
		return false;
	*ret_local_ns = ((zone_days(year, month, b[3]) * 24 + b[4]) * 60 + b[5]) * 60;
	*ret_local_ns = (*ret_local_ns + b[6]) * NS_PER_S + us * NS_PER_US;
	return true;
}
