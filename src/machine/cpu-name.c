/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: a processor's name as /proc/cpuinfo has it.
 * Gives: the short form that the tables in data/ use.
 * Needs: nothing.
 * Limits: knows the words of Intel's and AMD's names; another maker's pass as they are.
 */
#include "machine/cpu-name.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/macro.h"
#include "base/parse.h"

static bool one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* A word that says nothing of which part it is: a filler, 2.40ghz, 2.40, 12th, 95w, 8-core; the
 * "0" of "E5-2650 0" is the part's first version. */
static bool is_filler(const char *word)
{
	static const char *const fillers[] = { "cpu",          "processor", "apu",
					       "gen",          "genuine",   "ghz",
					       "technologies", "oem",       "only",
					       "extreme",      "edition",   "x-series",
					       "version",      "0" };
	static const char *const tails[] = { "ghz", "st", "nd", "rd", "th", "w" };
	size_t digits = strspn(word, "0123456789");
	size_t number = digits;
	size_t len = strlen(word);

	if (one_of(word, fillers, ARRAY_SIZE(fillers)))
		return true;
	if (len > 5 && strcmp(word + len - 5, "-core") == 0)
		return true;
	if (digits == 0)
		return false;
	if (word[number] == '.')
		number += 1 + strspn(word + number + 1, "0123456789");
	if (number > digits + 1 && word[number] == '\0')
		return true;
	return one_of(word + number, tails, ARRAY_SIZE(tails));
}

static char plain_char(char c)
{
	unsigned char byte = (unsigned char)c;

	return (char)(byte >= 0x80 ? ' ' : tolower(byte));
}

/* Lower case; (R) and (TM) are a space, or nothing before a hyphen; cut where extras begin. */
static void plain_name(const char *name, char *buf, size_t size)
{
	static const char *const marks[] = { "(r)", "(tm)", "(c)" };
	static const char *const ends[] = { " with ", " w/ ", "@" };

	(void)copy_text(buf, size, name);
	for (char *c = buf; *c; c++)
		*c = plain_char(*c);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		size_t len = strlen(marks[i]);

		for (char *at = strstr(buf, marks[i]); at; at = strstr(at, marks[i])) {
			if (at[len] == '-')
				memmove(at, at + len, strlen(at + len) + 1);
			else
				memset(at, ' ', len);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		char *at = strstr(buf, ends[i]);

		if (at)
			*at = '\0';
	}
}

void cpu_name_short(const char *name, char *buf, size_t size)
{
	char plain[2 * CPU_NAME_MAX];
	char *rest = NULL;
	size_t len = 0;

	assert(size > 0);
	plain_name(name, plain, sizeof plain);
	buf[0] = '\0';
	for (char *word = strtok_r(plain, " \t(),[]", &rest); word;
	     word = strtok_r(NULL, " \t(),[]", &rest)) {
		if (is_filler(word) || len + strlen(word) + 2 > size)
			continue;
		if (len > 0)
			buf[len++] = ' ';
		memcpy(buf + len, word, strlen(word) + 1);
		len += strlen(word);
	}
}
