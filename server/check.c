/* SPDX-License-Identifier: Apache-2.0 */
/* Strict: what is not understood is said, never left aside, and no answer is kept under two
 * addresses for the sake of an argument that means nothing. */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct param *find(const struct handler *handler, const char *name)
{
	for (const struct param *param = handler->param; param && param->name; param++)
		if (strcmp(param->name, name) == 0)
			return param;
	return NULL;
}

static bool is_count(const char *text, unsigned most)
{
	size_t len = strlen(text);

	return len < 10 && strspn(text, "0123456789") == len &&
	       strtoul(text, NULL, 10) <= most;
}

static bool is_number(const char *text)
{
	char *end = NULL;

	return strspn(text, "+-.0123456789eE") == strlen(text) && *text &&
	       isfinite(strtod(text, &end)) && *end == '\0';
}

static bool is_format(const struct handler *handler, const char *text)
{
	for (const struct format_row *row = handler->format; row && row->name; row++)
		if (strcmp(row->name, text) == 0)
			return true;
	return false;
}

static bool fits(const struct handler *handler, const struct param *param,
		 const char *value)
{
	switch (param->kind) {
	case PARAM_TEXT:
		return strlen(value) <= PARAM_TEXT_MAX;
	case PARAM_COUNT:
		return is_count(value, param->most);
	case PARAM_NUMBER:
		return *value == '\0' || is_number(value);
	case PARAM_FLAG:
		return strcmp(value, "1") == 0 || strcmp(value, "0") == 0;
	case PARAM_FORMAT:
		return is_format(handler, value);
	}
	return false;
}

static const char *const wanted[] = {
	[PARAM_TEXT] = "a text of at most 2000 bytes",
	[PARAM_COUNT] = "a whole number",
	[PARAM_NUMBER] = "a number",
	[PARAM_FLAG] = "1 or 0",
	[PARAM_FORMAT] = "one of the formats in /api/v1/openapi.json",
};

static unsigned times(const struct ask *ask, const char *name)
{
	unsigned found = 0;

	for (size_t i = 0; i < ask->arg_count; i++)
		found += strcmp(ask->arg[i].key, name) == 0;
	return found;
}

static unsigned most_times(const struct param *param)
{
	return param->kind == PARAM_TEXT && param->most ? param->most : 1;
}

bool check_args(const struct handler *handler, const struct ask *ask, char *ret_why,
		size_t size)
{
	for (size_t i = 0; i < ask->arg_count; i++) {
		const char *name = ask->arg[i].key;
		const struct param *param = find(handler, name);

		if (!param) {
			(void)snprintf(ret_why, size, "'%.40s' cannot be asked for here",
				       name);
			return false;
		}
		if (times(ask, name) > most_times(param)) {
			(void)snprintf(ret_why, size, "%s is there more than %u times",
				       param->name, most_times(param));
			return false;
		}
		if (!fits(handler, param, ask->arg[i].value)) {
			(void)snprintf(ret_why, size, "%s has to be %s%s", param->name,
				       wanted[param->kind],
				       param->kind == PARAM_COUNT ? ", not too large"
								  : "");
			return false;
		}
	}
	return true;
}
