/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON values out of what a run is made of, with the house's rules in one place: text from
 * outside is made valid UTF-8 (a broken byte becomes U+FFFD), a number that is not known or
 * not finite is null, and reals have nine digits and a point whatever the locale.
 *
 * Every function returns a new reference that the caller owns, or NULL when memory ran out;
 * json_object_set_new() and its kin take NULL and report it, json_value_set() remembers it.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/macro.h"
#include "model/factor.h"

json_t *json_value_text(const char *text);         /* NULL gives null */
json_t *json_value_text_or_null(const char *text); /* "" gives null as well */
json_t *json_value_real(double value);
json_t *json_value_count(uint64_t value);
json_t *json_value_seconds(int64_t ns);
json_t *json_value_time(int64_t unix_ns); /* RFC 3339, UTC */

/* Q: { "value", "low", "high", "kind", "source" }, or null. */
json_t *json_value_quantity(const struct quantity *quantity);

/* { "given", "how", "zone", "country" } of a place. */
json_t *json_value_region(const struct place *place);

/* The object or array a text holds; an empty one of that type for NULL or anything else. */
json_t *json_value_parse(const char *text, json_type type);

/*
 * Takes the value. Returns it, borrowed, to be filled further; NULL when it could not be taken
 * and is gone, which *failed then tells as -ENOMEM. A NULL object or array takes nothing.
 */
json_t *json_value_set(json_t *object, const char *key, json_t *value, int *failed);
json_t *json_value_append(json_t *array, json_t *value, int *failed);

/* The whole text with a new line at its end; the caller frees. 0 or -ENOMEM. */
MUST_USE int json_value_dump(const json_t *value, char **ret_text);

/* The same without blanks and new lines, for what is kept. */
MUST_USE int json_value_compact(const json_t *value, char **ret_text);

/* A Q with "zone", "basis", "year_or_time" and "why" of its factor, or null. */
json_t *json_value_factor(const struct factor *factor, int *failed);

static inline void json_value_release(json_t **value)
{
	json_decref(*value);
}
