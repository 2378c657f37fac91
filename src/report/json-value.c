/* SPDX-License-Identifier: Apache-2.0 */
#include "report/json-value.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/time-text.h"
#include "report/shown.h"

#define REAL_DIGITS 9

/* jansson refuses a text with one bad byte altogether: a run would lose its name for it. */
static int make_valid(const char *text, char **ret)
{
	CLEANUP(strbuf_done) struct strbuf clean = STRBUF_INIT;

	for (const char *from = text; *from != '\0';) {
		const char *to = from;

		if (shown_next(&to) == SHOWN_BROKEN)
			strbuf_add(&clean, "\xef\xbf\xbd");
		else
			strbuf_add_bytes(&clean, from, (size_t)(to - from));
		from = to;
	}
	return strbuf_steal(&clean, ret);
}

json_t *json_value_text(const char *text)
{
	AUTO_FREE char *clean = NULL;

	if (!text)
		return json_null();
	if (make_valid(text, &clean) < 0)
		return NULL;
	return json_string(clean);
}

json_t *json_value_text_or_null(const char *text)
{
	return json_value_text(text && text[0] != '\0' ? text : NULL);
}

json_t *json_value_real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_value_count(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *json_value_seconds(int64_t ns)
{
	return json_real((double)ns / (double)NS_PER_S);
}

json_t *json_value_time(int64_t unix_ns)
{
	char text[TIME_TEXT_MAX];

	time_text(unix_ns, text, sizeof text);
	return json_string(text);
}

json_t *json_value_quantity(const struct quantity *quantity)
{
	int failed = 0;
	json_t *q;

	if (!quantity->known || !isfinite(quantity->value))
		return json_null();
	q = json_object();
	json_value_set(q, "value", json_value_real(quantity->value), &failed);
	json_value_set(q, "low", json_value_real(quantity->low), &failed);
	json_value_set(q, "high", json_value_real(quantity->high), &failed);
	json_value_set(q, "kind", json_value_text(kind_text(quantity->kind)), &failed);
	json_value_set(q, "source", json_value_text(quantity->source), &failed);
	if (failed == 0)
		return q;
	json_decref(q);
	return NULL;
}

json_t *json_value_region(const struct place *place)
{
	json_t *object = json_object();
	int failed = 0;

	(void)json_value_set(object, "given", json_value_text_or_null(place->text),
			     &failed);
	(void)json_value_set(object, "how", json_value_text_or_null(place->how), &failed);
	(void)json_value_set(object, "zone", json_value_text_or_null(place->zone),
			     &failed);
	(void)json_value_set(object, "country", json_value_text_or_null(place->country),
			     &failed);
	if (failed < 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *json_value_parse(const char *text, json_type type)
{
	AUTO_FREE char *clean = NULL;
	json_t *value = NULL;

	if (text && make_valid(text, &clean) < 0)
		return NULL;
	if (clean)
		value = json_loads(clean, 0, NULL);
	if (value && json_typeof(value) == type)
		return value;
	json_decref(value);
	return type == JSON_ARRAY ? json_array() : json_object();
}

json_t *json_value_set(json_t *object, const char *key, json_t *value, int *failed)
{
	if (json_object_set_new(object, key, value) == 0)
		return value;
	*failed = -ENOMEM;
	return NULL;
}

json_t *json_value_append(json_t *array, json_t *value, int *failed)
{
	if (json_array_append_new(array, value) == 0)
		return value;
	*failed = -ENOMEM;
	return NULL;
}

static int take_bytes(const char *bytes, size_t len, void *ctx)
{
	struct strbuf *text = ctx;

	strbuf_add_bytes(text, bytes, len);
	return text->failed ? -1 : 0;
}

json_t *json_value_factor(const struct factor *factor, int *failed)
{
	json_t *object = json_value_quantity(&factor->value);

	if (!json_is_object(object))
		return object;

	const struct {
		const char *key;
		const char *text;
	} rows[] = {
		{ "zone", factor->zone },
		{ "basis", factor->basis },
		{ "year_or_time", factor->year_or_time },
		{ "why", factor->why },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key,
				     json_value_text_or_null(rows[i].text), failed);
	return object;
}

/*
 * jansson's own json_dumps() does not look at each of its allocations: without memory it may
 * give a text with a hole. Our buffer remembers.
 */
static int dump(const json_t *value, size_t flags, const char *end, char **ret_text)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	(void)locale;
	if (!value || json_dump_callback(value, take_bytes, &text,
					 flags | JSON_REAL_PRECISION(REAL_DIGITS)) < 0)
		return -ENOMEM;
	strbuf_add(&text, end);
	return strbuf_steal(&text, ret_text);
}

int json_value_dump(const json_t *value, char **ret_text)
{
	return dump(value, JSON_INDENT(2), "\n", ret_text);
}

int json_value_compact(const json_t *value, char **ret_text)
{
	return dump(value, JSON_COMPACT, "", ret_text);
}
