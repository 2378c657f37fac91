/* SPDX-License-Identifier: Apache-2.0 */
/* tools/fit-server-model does the same to the names of the table. */
#include "machine/server-key.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#include "base/macro.h"
#include "base/parse.h"
#include "data-server-pattern.h"
#include "machine/cpu-name.h"

#define VENDOR_MAX 128

static bool is_word(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

static bool is_noise(const char *word)
{
	static const char *const noise[] = { "intel", "amd",        "xeon",   "turbo",
					     "boost", "technology", "core",   "up",
					     "to",    "dual",       "quad",   "six",
					     "eight", "dell",       "twelve", "sixteen",
					     "sku",   "338-bncg",   "series" };

	return is_word(word, noise, ARRAY_SIZE(noise));
}

/* The letters and digits of a word. */
static size_t append(const char *word, char *buf, size_t len, size_t size)
{
	for (; *word && len + 1 < size; word++)
		if (isalnum((unsigned char)*word))
			buf[len++] = *word;
	buf[len] = '\0';
	return len;
}

void server_key(const char *cpu_name, char *buf, size_t size)
{
	static const char *const metals[] = { "platinum", "gold", "silver", "bronze" };
	char name[2 * CPU_NAME_MAX];
	char *rest = NULL;
	size_t len = 0;

	buf[0] = '\0';
	if (!cpu_name[0])
		return;
	cpu_name_short(cpu_name, name, sizeof name);
	for (const char *word = strtok_r(name, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		if (is_word(word, metals, ARRAY_SIZE(metals)))
			word = "sp";
		if (!is_noise(word))
			len = append(word, buf, len, size);
	}
}

static const struct data_server_pattern *find_group(const char *kind, const char *text)
{
	char lower[VENDOR_MAX];
	const char *const texts = data_server_pattern_text;

	(void)copy_text(lower, sizeof lower, text);
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (size_t i = 0; i < ARRAY_SIZE(data_server_pattern); i++) {
		const struct data_server_pattern *row = &data_server_pattern[i];

		if (strcmp(texts + row->kind, kind) == 0 &&
		    fnmatch(texts + row->pattern, lower, 0) == 0)
			return row;
	}
	return NULL;
}

const char *server_group(const char *kind, const char *text)
{
	const struct data_server_pattern *row = find_group(kind, text);

	return row ? data_server_pattern_text + row->stands_for : "other";
}

int server_generation_year(const char *key)
{
	const struct data_server_pattern *row = find_group("generation", key);

	return row ? row->since : 0;
}
