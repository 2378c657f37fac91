/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-filter.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

/* "((a{255}){255}){255}" is 20 letters that take gigabytes: the parts are counted first. */
#define WEIGHT_MAX  10000
#define NESTED_MAX  64
#define REPEATS_MAX 255

static const struct {
	const char *text;
	const char *why;
} foreign[] = {
	{ "(?", "POSIX expressions have no (?…)" },
	{ "\\d", "POSIX expressions have [0-9] for \\d" },
	{ "\\D", "POSIX expressions have [^0-9] for \\D" },
	{ "\\A", "POSIX expressions have ^ for \\A" },
	{ "\\Z", "POSIX expressions have $ for \\Z" },
	{ "\\x", "POSIX expressions have no \\x" },
	{ "\\u", "POSIX expressions have no \\u" },
	{ "\\p", "POSIX expressions have [[:alpha:]] and its kin for \\p" },
};

/* To the last character of a bracket expression that begins here. */
static const char *skip_bracket(const char *at)
{
	const char *first = at + 1 + (at[1] == '^');
	const char *end = strchr(*first == '\0' ? first : first + 1, ']');

	return *first == '\0' || !end ? at : end;
}

/* The most repeats that "{m,n}" asks for, and its last character. */
static unsigned int count_repeats(const char **at)
{
	unsigned int most = 0;
	unsigned int number = 0;

	for (; **at != '\0' && **at != '}'; (*at)++) {
		bool digit = **at >= '0' && **at <= '9';

		number = digit && number < 100000
				 ? 10 * number + (unsigned int)(**at - '0')
				 : (digit ? number : 0);
		most = number > most ? number : most;
	}
	if (**at == '\0')
		(*at)--;
	return most > 0 ? most : 1;
}

struct weight {
	size_t sum[NESTED_MAX]; /* of the parts so far, a level of brackets each */
	size_t level;
	size_t last; /* the part that a repeat would repeat */
};

static void add_part(struct weight *weight, size_t parts)
{
	weight->last = parts;
	weight->sum[weight->level] += parts;
}

static bool close_group(struct weight *weight)
{
	size_t inside = weight->sum[weight->level];

	if (weight->level == 0)
		return true; /* regcomp() says what it thinks of it */
	weight->level--;
	add_part(weight, inside > 0 ? inside : 1);
	return true;
}

static bool open_group(struct weight *weight)
{
	if (weight->level + 1 >= NESTED_MAX)
		return false;
	weight->sum[++weight->level] = 0;
	return true;
}

static bool repeat(struct weight *weight, unsigned int repeats)
{
	size_t parts = weight->last;

	if (repeats > REPEATS_MAX)
		return false;
	weight->sum[weight->level] += parts * (repeats - 1);
	weight->last = parts * repeats;
	return true;
}

static bool add_one(struct weight *weight, const char **at)
{
	switch (**at) {
	case '(':
		return open_group(weight);
	case ')':
		return close_group(weight);
	case '{':
		return repeat(weight, count_repeats(at));
	case '+': /* glibc makes "x+" into "xx*", and so "x++++" into much */
		return repeat(weight, 2);
	case '*':
	case '?':
		return true;
	case '[':
		*at = skip_bracket(*at);
		break;
	case '\\':
		*at += (*at)[1] != '\0';
		break;
	default:
		break;
	}
	add_part(weight, 1);
	return true;
}

static bool is_light(const char *pattern)
{
	struct weight weight = { .sum = { 0 } };

	for (const char *at = pattern; *at != '\0'; at++)
		if (!add_one(&weight, &at) || weight.sum[weight.level] > WEIGHT_MAX)
			return false;
	return true;
}

/* A backslash that is not itself behind one. */
static bool has_escape(const char *pattern, const char *escape)
{
	for (const char *at = pattern; *at != '\0'; at++) {
		if (strncmp(at, escape, strlen(escape)) == 0)
			return true;
		at += *at == '\\' && at[1] != '\0';
	}
	return false;
}

static bool has_back_reference(const char *pattern)
{
	for (const char *digit = "123456789"; *digit != '\0'; digit++) {
		const char escape[] = { '\\', *digit, '\0' };

		if (has_escape(pattern, escape))
			return true;
	}
	return false;
}

static const char *objection(const char *pattern)
{
	if (strlen(pattern) > APPENDIX_FILTER_MAX)
		return "it is longer than 500 bytes";
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		if (has_escape(pattern, foreign[i].text))
			return foreign[i].why;
	if (has_back_reference(pattern))
		return "filters have no references back, \\1";
	return is_light(pattern) ? NULL : "it repeats too much";
}

int appendix_filter_compile(const char *pattern, char *why, size_t size, regex_t *ret)
{
	const char *against = objection(pattern);
	regex_t regex;
	int r;

	if (against) {
		(void)copy_text(why, size, against);
		return -EINVAL;
	}
	r = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (r != 0) {
		(void)regerror(r, &regex, why, size);
		return r == REG_ESPACE ? -ENOMEM : -EINVAL;
	}
	*ret = regex;
	return 0;
}
