/* SPDX-License-Identifier: Apache-2.0 */
/* What protocol 0 writes as lines of text: numbers, and letters with escapes. */
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "import/pickle-internal.h"

#define LINE_SIZE_MAX (1 << 20) /* of a number or name that stands as a line of text */

bool pickle_line(struct pickle *p, const char **ret, size_t *ret_size)
{
	const unsigned char *stop = memchr(p->at, '\n', (size_t)(p->end - p->at));

	if (!stop || stop - p->at > LINE_SIZE_MAX)
		return false;
	*ret = (const char *)p->at;
	*ret_size = (size_t)(stop - p->at);
	p->at = stop + 1;
	return true;
}

bool pickle_number_line(struct pickle *p, char buf[PICKLE_NUMBER_MAX])
{
	const char *line;
	size_t size;

	if (!pickle_line(p, &line, &size) || size >= PICKLE_NUMBER_MAX)
		return false;
	memcpy(buf, line, size);
	buf[size] = '\0';
	return true;
}

bool pickle_op_int_line(struct pickle *p, const struct op *op)
{
	char text[PICKLE_NUMBER_MAX];
	int64_t value = 0;
	size_t len;

	(void)op;
	if (!pickle_number_line(p, text))
		return false;
	if (strcmp(text, "00") == 0 || strcmp(text, "01") == 0)
		return pickle_push_int(p, PICKLE_BOOL, text[1] - '0');
	len = strlen(text);
	if (len > 0 && text[len - 1] == 'L')
		text[len - 1] = '\0';
	return parse_i64(text, &value) == 0 && pickle_push_int(p, PICKLE_INT, value);
}

bool pickle_op_float_line(struct pickle *p, const struct op *op)
{
	char text[PICKLE_NUMBER_MAX];
	double value = NAN;

	(void)op;
	if (!pickle_number_line(p, text))
		return false;
	(void)!parse_double(text, &value); /* nan and inf are no numbers here */
	return pickle_push_float(p, value);
}

static unsigned hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = lower_ascii(c);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* False where there are not so many digits. */
static bool take_hex(const char **at, const char *end, int digits, uint32_t *ret)
{
	uint32_t value = 0;

	if (end - *at < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		unsigned digit = hex_of((*at)[i]);

		if (digit > 15)
			return false;
		value = value << 4 | digit;
	}
	*at += digits;
	*ret = value;
	return true;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 63));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 63));
		*to++ = (char)(0x80 | (c & 63));
	} else {
		*to++ = (char)(0xf0 | (c >> 18 & 7));
		*to++ = (char)(0x80 | (c >> 12 & 63));
		*to++ = (char)(0x80 | (c >> 6 & 63));
		*to++ = (char)(0x80 | (c & 63));
	}
	return to;
}

/* What follows a backslash; the backslash itself where nothing is known of it. */
static uint32_t take_escape(const char **at, const char *end)
{
	static const struct {
		char c;
		int digits;
		uint32_t value;
	} all[] = { { 'u', 4, 0 },     { 'U', 8, 0 },    { 'x', 2, 0 },
		    { 'n', 0, '\n' },  { 'r', 0, '\r' }, { 't', 0, '\t' },
		    { '\\', 0, '\\' }, { '\'', 0, '\'' } };

	const char *from = *at + 1;
	uint32_t value = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all) && *at < end; i++) {
		if (**at != all[i].c)
			continue;
		if (all[i].digits && !take_hex(&from, end, all[i].digits, &value))
			break;
		*at = from;
		return all[i].digits ? value : all[i].value;
	}
	return '\\';
}

/* Protocol 0: a line of letters up to 255, with escapes for the others. As UTF-8 it has at most
 * twice as many bytes. */
bool pickle_op_text_line(struct pickle *p, const struct op *op)
{
	const char *line, *end;
	size_t size;
	char *text, *to;

	if (!pickle_line(p, &line, &size))
		return false;
	if (op->value && size >= 2) {
		line++;
		size -= 2;
	}
	text = to = pickle_take(p, 2 * size + 1);
	if (!text)
		return false;
	for (end = line + size; line < end;) {
		uint32_t c = (unsigned char)*line++;

		to = put_utf8(to, c == '\\' ? take_escape(&line, end) : c);
	}
	return pickle_push_bytes(p, PICKLE_TEXT, text, (size_t)(to - text));
}
