/* SPDX-License-Identifier: Apache-2.0 */
#include "place/region-json.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/parse.h"

int region_ask_text(struct http *http, const struct http_request *request,
		    const char *who, struct diag *diag, char **ret)
{
	CLEANUP(http_response_done) struct http_response response = { 0 };
	int r = http_get(http, request, &response, diag);

	assert(request->max_bytes > 0);
	if (r < 0)
		return r;
	if (response.size > request->max_bytes)
		return diag_say(diag, -EMSGSIZE, "%s answered more than %zu bytes", who,
				request->max_bytes);
	if (!response.body || memchr(response.body, '\0', response.size))
		return diag_say(diag, -EPROTO, "%s answered no text", who);
	*ret = STEAL(response.body);
	return 0;
}

int region_ask_json(struct http *http, const struct http_request *request,
		    const char *who, struct diag *diag, json_t **ret)
{
	AUTO_FREE char *text = NULL;
	CLEANUP(region_json_done) json_t *json = NULL;
	int r = region_ask_text(http, request, who, diag, &text);

	if (r < 0)
		return r;
	json = json_loads(text, 0, NULL);
	if (!json_is_object(json))
		return diag_say(diag, -EPROTO, "%s answered something else than JSON",
				who);
	*ret = STEAL(json);
	return 0;
}

bool region_json_text(const json_t *object, const char *key, char *buf, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	if (!text || *text == '\0' || strlen(text) >= size)
		return false;
	for (const char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return copy_text(buf, size, text);
}

void region_json_done(json_t **json)
{
	json_decref(*json);
}
