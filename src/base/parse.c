/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static bool blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *skip_blank(const char *text)
{
	while (blank(*text))
		text++;
	return text;
}

static bool ends_here(const char *text)
{
	return *skip_blank(text) == '\0';
}

static int digit_of(char c, unsigned base)
{
	int value;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	else
		return -1;
	return value < (int)base ? value : -1;
}

/* Reads digits; *ret_end is the first character after them. */
static int digits(const char *text, unsigned base, uint64_t *ret, const char **ret_end)
{
	uint64_t value = 0;
	const char *p = text;

	for (int d; (d = digit_of(*p, base)) >= 0; p++) {
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)d, &value))
			return -ERANGE;
	}
	if (p == text)
		return -EPROTO;
	*ret = value;
	*ret_end = p;
	return 0;
}

int parse_u64(const char *text, uint64_t *ret)
{
	uint64_t value;
	const char *end;
	int r = digits(skip_blank(text), 10, &value, &end);

	if (r < 0)
		return r;
	if (!ends_here(end))
		return -EPROTO;
	*ret = value;
	return 0;
}

int parse_i64(const char *text, int64_t *ret)
{
	const char *p = skip_blank(text);
	bool negative = *p == '-';
	uint64_t limit = (uint64_t)INT64_MAX + negative;
	uint64_t value;
	int r = parse_u64(negative ? p + 1 : p, &value);

	if (r < 0)
		return r;
	if (negative && blank(p[1]))
		return -EPROTO;
	if (value > limit)
		return -ERANGE;
	*ret = negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

int parse_hex64(const char *text, uint64_t *ret)
{
	const char *p = skip_blank(text);
	const char *end;
	uint64_t value;
	int r;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	r = digits(p, 16, &value, &end);
	if (r < 0)
		return r;
	if (!ends_here(end))
		return -EPROTO;
	*ret = value;
	return 0;
}

int parse_double(const char *text, double *ret)
{
	const char *p = skip_blank(text);
	locale_t c_locale;
	char *end;
	double value;

	if (!isdigit((unsigned char)*p) && !strchr("+-.", *p))
		return -EPROTO; /* keeps out inf, nan and the empty text */
	c_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
	if (!c_locale)
		return -ENOMEM;
	value = strtod_l(p, &end, c_locale);
	freelocale(c_locale);
	if (end == p || !ends_here(end))
		return -EPROTO;
	if (!isfinite(value))
		return -ERANGE;
	*ret = value;
	return 0;
}

int parse_duration_ns(const char *text, int64_t *ret_ns)
{
	static const struct {
		const char *suffix;
		int64_t ns;
	} units[] = {
		{ "ns", 1 },
		{ "us", NS_PER_US },
		{ "ms", NS_PER_MS },
		{ "s", NS_PER_S },
		{ "m", 60 * NS_PER_S },
		{ "min", 60 * NS_PER_S },
		{ "h", 3600 * NS_PER_S },
		{ "d", 86400 * NS_PER_S },
		{ "", NS_PER_S },
	};

	size_t number_len = strspn(skip_blank(text), "0123456789.");
	char number[32];
	double value;
	int r;

	text = skip_blank(text);
	if (number_len == 0 || number_len >= sizeof number)
		return -EPROTO;
	memcpy(number, text, number_len);
	number[number_len] = '\0';
	r = parse_double(number, &value);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		double ns = value * (double)units[i].ns;

		if (strcmp(text + number_len, units[i].suffix) != 0)
			continue;
		if (ns < 1 || ns > 9e18)
			return -ERANGE;
		*ret_ns = (int64_t)(ns + 0.5);
		return 0;
	}
	return -EPROTO;
}

static int one_range(const char **text, int (*each)(void *ctx, unsigned cpu), void *ctx)
{
	uint64_t first;
	uint64_t last;
	int r = digits(*text, 10, &first, text);

	if (r < 0)
		return r;
	last = first;
	if (**text == '-') {
		r = digits(*text + 1, 10, &last, text);
		if (r < 0)
			return r;
	}
	if (last < first || last > 65535)
		return -EPROTO;
	for (uint64_t cpu = first; cpu <= last; cpu++) {
		r = each(ctx, (unsigned)cpu);
		if (r != 0)
			return r;
	}
	return 0;
}

int parse_cpu_list(const char *text, int (*each)(void *ctx, unsigned cpu), void *ctx)
{
	text = skip_blank(text);
	while (*text) {
		int r = one_range(&text, each, ctx);

		if (r != 0)
			return r;
		text = skip_blank(text);
		if (*text == ',')
			text++;
		else if (*text)
			return -EPROTO;
	}
	return 0;
}

/* The text after `key` on the line that starts with it, or NULL. */
static const char *after_key(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, key, len) == 0)
			return line + len;
	}
	return NULL;
}

int parse_keyed_u64(const char *text, const char *key, uint64_t *ret)
{
	const char *value = after_key(text, key);
	const char *end;

	if (!value)
		return -ENOENT;
	while (*value == ' ' || *value == '\t')
		value++;
	return digits(value, 10, ret, &end);
}

int parse_keyed_text(const char *text, const char *key, char *buf, size_t size)
{
	const char *value = after_key(text, key);
	size_t len;

	if (!value)
		return -ENOENT;
	while (*value == ' ' || *value == '\t' || *value == ':')
		value++;
	len = strcspn(value, "\n");
	while (len > 0 && blank(value[len - 1]))
		len--;
	if (len >= size)
		len = size - 1;
	memcpy(buf, value, len);
	buf[len] = '\0';
	return 0;
}

bool copy_text(char *buf, size_t size, const char *text)
{
	size_t len = strlen(text);
	bool fits = len < size;

	if (size == 0)
		return false;
	if (!fits)
		len = size - 1;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return fits;
}

char lower_ascii(char c)
{
	if (c < 'A' || c > 'Z')
		return c;
	return (char)(c - 'A' + 'a');
}

char upper_ascii(char c)
{
	if (c < 'a' || c > 'z')
		return c;
	return (char)(c - 'a' + 'A');
}

bool same_ascii(const char *a, const char *b)
{
	while (*a != '\0' && lower_ascii(*a) == lower_ascii(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

char *trim_text(char *text)
{
	size_t len;

	while (blank(*text))
		text++;
	len = strlen(text);
	while (len > 0 && blank(text[len - 1]))
		text[--len] = '\0';
	return text;
}
