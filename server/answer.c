/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out: the headers that all answers have, errors as JSON or as a page, and tags. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server.h"
#include "web-assets.h"

/* Pages of a report hold their style and scripts, which are named by their hashes. */
const char policy_report[] =
	"default-src 'none'; img-src data:; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'; style-src '" web_page_css_hash
	"' '" web_uplot_css_hash "'; script-src '" web_page_js_hash
	"' '" web_charts_js_hash "' '" web_uplot_js_hash "'";

static const char policy_nothing[] =
	"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

void answer_dress(struct MHD_Response *response, const char *type, const char *policy)
{
	const char *const headers[][2] = {
		{ "Content-Type", type },
		{ "Content-Security-Policy", policy ? policy : policy_nothing },
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
	};

	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		(void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

enum MHD_Result answer_send(struct request *request, unsigned status,
			    struct MHD_Response *response)
{
	enum MHD_Result done;

	if (!response)
		return MHD_NO;
	done = MHD_queue_response(request->mhd, status, response);
	MHD_destroy_response(response);
	return done;
}

static struct MHD_Response *copied(const char *text, const char *type, const char *policy)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), unconst(text),
						MHD_RESPMEM_MUST_COPY);

	if (!response)
		return NULL;
	answer_dress(response, type, policy);
	(void)MHD_add_response_header(response, "Cache-Control", "no-store");
	return response;
}

enum MHD_Result answer_text(struct request *request, unsigned status, const char *type,
			    const char *text)
{
	return answer_send(request, status, copied(text, type, NULL));
}

/* One character of anybody's text, as JSON or HTML; what is broken becomes U+FFFD. */
static const char *put_character(FILE *to, const char *at, bool html)
{
	size_t len = ask_utf8(at);
	unsigned char first = (unsigned char)*at;

	if (len == 0)
		(void)fputs("\xef\xbf\xbd", to);
	else if (html ? strchr("<>&\"'", first) != NULL : strchr("\"\\", first) != NULL)
		(void)fprintf(to, html ? "&#%u;" : "\\u%04x", first);
	else if (first < 0x20)
		(void)fprintf(to, html ? " " : "\\u%04x", first);
	else
		(void)fwrite(at, 1, len, to);
	return at + (len ? len : 1);
}

static void put_text(FILE *to, const char *text, bool html)
{
	while (*text)
		text = put_character(to, text, html);
}

static void put_problem(FILE *to, unsigned status, const char *error, const char *fix)
{
	(void)fprintf(to,
		      "{ \"schema\": \"gramme.problem/1\", \"status\": %u, \"error\": \"",
		      status);
	put_text(to, error, false);
	(void)fputs("\", \"fix\": ", to);
	if (*fix)
		(void)fputc('"', to);
	put_text(to, *fix ? fix : "null", false);
	(void)fputs(*fix ? "\" }\n" : " }\n", to);
}

static void put_page(FILE *to, unsigned status, const char *error, const char *fix)
{
	(void)fprintf(to,
		      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
		      "<meta name=\"viewport\" content=\"width=device-width\">"
		      "<title>gramme: %u</title>"
		      "<link rel=\"stylesheet\" href=\"/assets/page.css\">"
		      "<link rel=\"stylesheet\" href=\"/assets/dashboard.css\"></head>"
		      "<body><main><h1>That cannot be shown</h1><p>",
		      status);
	put_text(to, error, true);
	(void)fputs("</p>", to);
	if (*fix) {
		(void)fputs("<p>Try: <code>", to);
		put_text(to, fix, true);
		(void)fputs("</code></p>", to);
	}
	(void)fputs("<p><a href=\"/\">All runs</a></p></main></body></html>\n", to);
}

static bool wants_page(const struct request *request)
{
	const char *accept = request_header(request, "Accept");

	return request->route && request->route->handler->page && accept &&
	       strstr(accept, "text/html");
}

static void add_hints(struct MHD_Response *response, unsigned status)
{
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE ||
	    status == MHD_HTTP_TOO_MANY_REQUESTS)
		(void)MHD_add_response_header(response, "Retry-After", "2");
	if (status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(response, "WWW-Authenticate",
					      "Bearer realm=\"gramme\"");
}

enum MHD_Result answer_problem(struct request *request, unsigned status,
			       const char *error, const char *fix)
{
	bool page = wants_page(request);
	struct MHD_Response *response;
	const char *allow = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (!to)
		return MHD_NO;
	(page ? put_page : put_problem)(to, status, error, fix);
	if (fclose(to) != 0) {
		free(text);
		return MHD_NO;
	}
	response = copied(text, page ? "text/html; charset=utf-8" : "application/json",
			  page ? POLICY_PAGE : NULL);
	free(text);
	if (!response)
		return MHD_NO;
	add_hints(response, status);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED && request->ask_err == 0) {
		(void)route_find("", &request->ask, &allow);
		(void)MHD_add_response_header(response, "Allow",
					      allow ? allow : "GET, HEAD");
	}
	return answer_send(request, status, response);
}

/* If-None-Match: a list of tags, weak ones too, or "*". */
static bool has_it(const struct request *request, const char *etag)
{
	const char *tags = request_header(request, "If-None-Match");

	return tags && (strcmp(tags, "*") == 0 || strstr(tags, etag));
}

static enum MHD_Result answer_same(struct request *request, const char *etag)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	(void)MHD_add_response_header(response, "ETag", etag);
	(void)MHD_add_response_header(response, "Cache-Control", "private, no-cache");
	return answer_send(request, MHD_HTTP_NOT_MODIFIED, response);
}

enum MHD_Result answer_dish(struct request *request, struct dish *dish)
{
	if (!dish->response)
		return answer_problem(request, dish->status,
				      dish->error ? dish->error : "",
				      dish->fix ? dish->fix : "");
	if (has_it(request, dish->etag))
		return answer_same(request, dish->etag);
	return MHD_queue_response(request->mhd, dish->status, dish->response);
}

unsigned answer_status(int err)
{
	switch (err) {
	case -ENOENT:
		return MHD_HTTP_NOT_FOUND;
	case -EINVAL:
		return MHD_HTTP_BAD_REQUEST;
	case -EEXIST:
		return MHD_HTTP_CONFLICT;
	case -ENOSYS:
		return MHD_HTTP_NOT_IMPLEMENTED;
	default:
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	}
}

/* FNV-1a: tells one content from another; nobody's secret hangs on it. */
void answer_etag(const char *text, size_t len, char etag[24])
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	(void)snprintf(etag, 24, "\"%016llx\"", (unsigned long long)hash);
}
