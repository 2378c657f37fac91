/* SPDX-License-Identifier: Apache-2.0 */
#include "grid/grid-json.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/parse.h"
#include "base/time-text.h"

/* Any six characters of it, as a quote may be cut anywhere. */
static bool holds_piece(const char *text, const char *secret)
{
	enum { PIECE = 6 };

	size_t len = strlen(secret);
	char piece[PIECE + 1];

	for (size_t i = 0; i < len && (i == 0 || i + PIECE <= len); i++) {
		(void)copy_text(piece, sizeof piece, secret + i);
		if (strstr(text, piece))
			return true;
	}
	return false;
}

const char *grid_quote(const struct grid_ask *ask, const char *text,
		       char buf[GRID_QUOTE_MAX])
{
	const char *key =
		ask->grid->key ? keys_get(ask->door->keys, ask->grid->key) : NULL;
	const char *secret = ask->secret;

	if ((key && holds_piece(text, key)) ||
	    (secret && (!*secret || holds_piece(text, secret))))
		text = "(a text that is not for the eye)";
	(void)copy_text(buf, GRID_QUOTE_MAX, text);
	for (char *p = buf; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return buf;
}

int grid_bad(const struct grid_ask *ask, const char *fmt, ...)
{
	char text[DIAG_TEXT_MAX / 2];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return diag_say(ask->diag, -EPROTO, "%s: %s", ask->grid->name, text);
}

/*
 * Counts before jansson allocates: depth, and values by their separators. Brackets in a text
 * do not count; a text that never ends is left to jansson.
 */
static bool is_bounded(const char *text, size_t size)
{
	size_t depth = 0;
	size_t values = 0;
	bool quoted = false;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && depth > 0)
			depth--;
		values += !quoted && (c == ',' || c == '[' || c == '{');
		if (depth > GRID_JSON_DEPTH_MAX || values > GRID_JSON_VALUES_MAX)
			return false;
	}
	return true;
}

int grid_json_load(const struct grid_ask *ask, const char *text, size_t size,
		   json_t **ret)
{
	char quote[GRID_QUOTE_MAX];
	json_error_t error;
	json_t *root;

	if (!is_bounded(text, size))
		return grid_bad(ask, "an answer too large or too deep to be honest");
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!root && json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	if (!root) {
		/* The whole text is looked at for the key before it is cut. */
		return grid_bad(ask, "no JSON (at byte %d): \"%s\"", error.position,
				grid_quote(ask, text, quote));
	}
	*ret = root;
	return 0;
}

/* What an answer says went wrong: "error" or "message", or the message in an "error". */
static const char *complaint(const json_t *object)
{
	const json_t *error = json_object_get(object, "error");
	const char *text = grid_json_text(object, "error");

	if (!text && json_is_object(error))
		text = grid_json_text(error, "message");
	if (!text)
		text = grid_json_text(object, "message");
	return text;
}

static int bad_member(const struct grid_ask *ask, const json_t *object, const char *key,
		      const char *wanted)
{
	const char *text = complaint(object);
	char quote[GRID_QUOTE_MAX];

	if (text && !json_object_get(object, key))
		return grid_bad(ask, "it says \"%s\"", grid_quote(ask, text, quote));
	return grid_bad(ask, "an answer in which \"%s\" is not %s", key, wanted);
}

int grid_json_array(const struct grid_ask *ask, const json_t *object, const char *key,
		    json_t **ret)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_array(value))
		return bad_member(ask, object, key, "a list");
	*ret = value;
	return 0;
}

int grid_json_object(const struct grid_ask *ask, const json_t *object, const char *key,
		     json_t **ret)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_object(value))
		return bad_member(ask, object, key, "an object");
	*ret = value;
	return 0;
}

const char *grid_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int grid_json_each(struct grid_ask *ask, const json_t *array,
		   int (*each)(struct grid_ask *ask, const json_t *row))
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < json_array_size(array); i++)
		r = each(ask, json_array_get(array, i));
	return r < 0 ? r : 0;
}

int grid_json_time(const struct grid_ask *ask, const json_t *object, const char *key,
		   int64_t *ret_unix_s)
{
	const char *text = grid_json_text(object, key);
	char quote[GRID_QUOTE_MAX];

	if (!text)
		return bad_member(ask, object, key, "a time");
	if (grid_time_of_text(text, ret_unix_s) < 0)
		return grid_bad(ask, "\"%s\" is no time", grid_quote(ask, text, quote));
	return 0;
}

int grid_json_number(const struct grid_ask *ask, const json_t *object, const char *key,
		     double *ret)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_null(value))
		return -ENODATA;
	if (!json_is_number(value))
		return bad_member(ask, object, key, "a number");
	*ret = json_number_value(value);
	return 0;
}

int grid_json_number_text(const struct grid_ask *ask, const json_t *object,
			  const char *key, double *ret)
{
	const char *text = grid_json_text(object, key);

	if (!text)
		return grid_json_number(ask, object, key, ret);
	if (parse_double(text, ret) < 0)
		return bad_member(ask, object, key, "a number");
	return 0;
}

int grid_time_of_text(const char *text, int64_t *ret_unix_s)
{
	enum { DATE_AND_HOUR = 13, TO_SECONDS = 6, LONGEST = 35 };

	static const char rest[] = ":00:00";
	size_t len = strlen(text);
	char full[LONGEST + TO_SECONDS + 2];
	const char *zone;
	size_t after;
	int64_t ns;

	if (len < DATE_AND_HOUR || len > LONGEST)
		return -EPROTO;
	after = strspn(text + DATE_AND_HOUR, "0123456789:.");
	if (after != 0 && after != 3 && after < TO_SECONDS)
		return -EPROTO;
	zone = text + DATE_AND_HOUR + after;
	(void)snprintf(full, sizeof full, "%.*s%s%s", (int)(DATE_AND_HOUR + after), text,
		       after < TO_SECONDS ? rest + after : "", *zone ? zone : "Z");
	if (time_of_text(full, &ns) < 0)
		return -EPROTO;
	*ret_unix_s = ns / NS_PER_S - (ns % NS_PER_S < 0);
	return 0;
}

void grid_time_text(int64_t unix_s, char buf[GRID_TIME_MAX])
{
	time_t s = (time_t)unix_s;
	struct tm tm;

	if (!gmtime_r(&s, &tm) ||
	    strftime(buf, GRID_TIME_MAX, "%Y-%m-%dT%H:%MZ", &tm) == 0)
		buf[0] = '\0';
}
