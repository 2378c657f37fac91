/* SPDX-License-Identifier: Apache-2.0 */
/* What the services that say where a machine is have in common: small answers, from anybody. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/http.h"

/* http_get() of a JSON object of at most request->max_bytes. Its errors; -EMSGSIZE; -EPROTO
 * with "<who> answered …", without a word of the answer. The caller json_decref()s. */
MUST_USE int region_ask_json(struct http *http, const struct http_request *request,
			     const char *who, struct diag *diag, json_t **ret);

/* The same for any text; the caller frees. */
MUST_USE int region_ask_text(struct http *http, const struct http_request *request,
			     const char *who, struct diag *diag, char **ret);

/* A member that is a text of printable ASCII, not empty, and fits; else false. */
MUST_USE bool region_json_text(const json_t *object, const char *key, char *buf,
			       size_t size);

/* For CLEANUP(). */
void region_json_done(json_t **json);
