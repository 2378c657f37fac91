/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  an answer over HTTP or HTTPS, through libcurl, loaded at the first request
 * Gives:  the body, bounded after it was unpacked, and the server's clock
 * Needs:  libcurl.so.4; older than 7.87 it may wait past the time-out for a name that does not
 *         resolve
 * Limits: redirects are followed here and not by libcurl, which takes custom headers, where keys
 *         are, along to other hosts
 */
#include "base/http-curl.h"

#include <errno.h>
#include <string.h>

#define TIMEOUT_NS       (10 * NS_PER_S)
#define REDIRECTS_MAX    3
#define SLOW_BYTES_PER_S 64L
#define SLOW_S           20L

/* Younger than the headers of some distributions; an older library says that it cannot. */
#define OPTION_HTTP09_ALLOWED ((CURLoption)285)
#define OPTION_QUICK_EXIT     ((CURLoption)322)

/* --- the question ------------------------------------------------------------------------ */

static bool set_fixed(const struct door *door)
{
	static const struct {
		long value;
		CURLoption option;
		bool vital;
	} rows[] = {
		{ 1, CURLOPT_NOSIGNAL, true },
		{ 1, CURLOPT_SSL_VERIFYPEER, true },
		{ 2, CURLOPT_SSL_VERIFYHOST, true },
		{ CURL_SSLVERSION_TLSv1_2, CURLOPT_SSLVERSION, true },
		{ 0, CURLOPT_FOLLOWLOCATION, true },
		{ (long)CURLAUTH_BASIC, CURLOPT_HTTPAUTH, true },
		{ SLOW_BYTES_PER_S, CURLOPT_LOW_SPEED_LIMIT, false },
		{ SLOW_S, CURLOPT_LOW_SPEED_TIME, false },
		{ 1, CURLOPT_SUPPRESS_CONNECT_HEADERS, false },
		{ 0, OPTION_HTTP09_ALLOWED, false },
		{ 1, OPTION_QUICK_EXIT, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CURLcode code =
			door->api.setopt(door->easy, rows[i].option, rows[i].value);

		if (code != CURLE_OK && rows[i].vital)
			return false;
	}
	return true;
}

static bool set_long(const struct door *door, CURLoption option, int64_t value)
{
	return door->api.setopt(door->easy, option, (long)value) == CURLE_OK;
}

static bool set_text(const struct door *door, CURLoption option, const char *text)
{
	return !text || door->api.setopt(door->easy, option, text) == CURLE_OK;
}

static bool set_times(const struct question *question)
{
	const struct door *door = question->door;
	int64_t left_ms = (question->end_ns - http_now_ns()) / NS_PER_MS;

	if (left_ms < 1)
		left_ms = 1;
	return set_long(door, CURLOPT_TIMEOUT_MS, left_ms) &&
	       set_long(door, CURLOPT_CONNECTTIMEOUT_MS, left_ms / 3 + 1);
}

/* The user's certificates instead of the system's, not besides: a folder would be added. */
static bool set_trust(const struct door *door)
{
	const char *file = secure_getenv("SSL_CERT_FILE");

	if (!file || !*file)
		return true;
	(void)door->api.setopt(door->easy, CURLOPT_CAPATH, (char *)NULL);
	return set_text(door, CURLOPT_CAINFO, file);
}

static bool set_address(const struct question *question, const char *url)
{
	const struct door *door = question->door;
	bool link_local = question->request->link_local;

	return set_text(door, CURLOPT_URL, url) &&
	       set_long(door, CURLOPT_PROTOCOLS,
			CURLPROTO_HTTP | (link_local ? 0 : CURLPROTO_HTTPS)) &&
	       set_text(door, CURLOPT_PROXY, link_local ? "" : NULL);
}

static bool set_body(const struct question *question)
{
	const struct http_request *request = question->request;
	const struct door *door = question->door;

	if (request->body &&
	    !(set_long(door, CURLOPT_POSTFIELDSIZE, (int64_t)strlen(request->body)) &&
	      set_text(door, CURLOPT_POSTFIELDS, request->body)))
		return false;
	return set_text(door, CURLOPT_CUSTOMREQUEST, request->method);
}

static bool set_answer(const struct door *door, struct answer *answer)
{
	const struct http_api *api = &door->api;
	curl_off_t most = (curl_off_t)answer->max_bytes;

	/* "": all that the library can unpack. What is bounded is what comes out. */
	return set_text(door, CURLOPT_ACCEPT_ENCODING, "") &&
	       api->setopt(door->easy, CURLOPT_MAXFILESIZE_LARGE, most) == CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_WRITEFUNCTION, http_take_body) ==
		       CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_WRITEDATA, answer) == CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_HEADERFUNCTION, http_take_header) ==
		       CURLE_OK &&
	       api->setopt(door->easy, CURLOPT_HEADERDATA, answer) == CURLE_OK;
}

/* Headers in *ret, which libcurl needs until the transfer is over. */
static bool set_secrets(const struct question *question, struct curl_slist **ret)
{
	const struct http_request *request = question->request;
	const struct door *door = question->door;

	if (question->is_elsewhere)
		return true;
	for (size_t i = 0; i < HTTP_HEADERS_MAX && request->headers[i]; i++) {
		struct curl_slist *longer =
			door->api.slist_append(*ret, request->headers[i]);

		if (!longer)
			return false;
		*ret = longer;
	}
	return door->api.setopt(door->easy, CURLOPT_HTTPHEADER, *ret) == CURLE_OK &&
	       set_text(door, CURLOPT_USERPWD, request->user_password);
}

static bool prepare(const struct question *question, const char *url,
		    struct answer *answer, struct curl_slist **ret_headers)
{
	const struct door *door = question->door;

	return set_fixed(door) && set_times(question) && set_trust(door) &&
	       set_address(question, url) && set_body(question) &&
	       set_answer(door, answer) &&
	       set_text(door, CURLOPT_USERAGENT, "gramme/" GRAMME_VERSION) &&
	       set_secrets(question, ret_headers);
}

static CURLcode ask(const struct question *question, const char *url,
		    struct answer *answer)
{
	const struct door *door = question->door;
	struct curl_slist *headers = NULL;
	CURLcode code = CURLE_FAILED_INIT;

	door->api.easy_reset(door->easy);
	if (prepare(question, url, answer, &headers))
		code = door->api.perform(door->easy);
	http_take_redirect(door, answer);
	/* It points to the headers and the answer, which go. */
	door->api.easy_reset(door->easy);
	door->api.slist_free_all(headers);
	return code;
}

static bool follows(const struct http_request *request, const struct answer *answer)
{
	return answer->redirect && !request->link_local && !request->body &&
	       (!request->method || strcmp(request->method, "GET") == 0);
}

static int say_redirect(const struct question *question, const char *what)
{
	return diag_say(question->diag, -EPROTO, "%s %s", question->where, what);
}

/* Moves the question to where it was sent. */
static int go_on(struct question *question, size_t hops, char **url,
		 struct answer *answer)
{
	if (hops == REDIRECTS_MAX)
		return say_redirect(question, "sends from one place to the next");
	if (http_is_https(*url) && !http_is_https(answer->redirect))
		return say_redirect(question, "sends from https to what is not");
	if (!http_same_origin(*url, answer->redirect))
		question->is_elsewhere = true;
	free(*url);
	*url = STEAL(answer->redirect);
	http_where(*url, question->where, sizeof question->where);
	return 0;
}

/* 1: sent elsewhere. */
static int one_hop(struct question *question, size_t hops, char **url,
		   struct http_response *ret)
{
	const struct http_request *request = question->request;
	CLEANUP(http_answer_done)
	struct answer answer = {
		.api = &question->door->api,
		.max_bytes = request->max_bytes ? request->max_bytes : HTTP_BODY_MAX,
	};
	CURLcode code = ask(question, *url, &answer);
	int r;

	if (follows(request, &answer)) {
		r = go_on(question, hops, url, &answer);
		return r < 0 ? r : 1;
	}
	r = http_say_outcome(question, &answer, code);
	if (r < 0) {
		ret->retry_after_ns = http_retry_after_ns(&answer);
		return r;
	}
	r = http_answer_finish(&answer, ret);
	return r < 0 ? diag_fail(question->diag, r, "cannot keep what %s said",
				 question->where)
		     : 0;
}

/* A line break in a header would begin another one. */
static bool is_one_line(const char *text)
{
	return !text || !strpbrk(text, "\r\n");
}

static int check(const struct question *question)
{
	const struct http_request *request = question->request;
	bool fine = is_one_line(request->user_password) && is_one_line(request->method);

	for (size_t i = 0; i < HTTP_HEADERS_MAX && request->headers[i]; i++)
		fine = fine && is_one_line(request->headers[i]);
	if (!fine)
		return diag_say(question->diag, -EPROTO,
				"%s was to be sent a header with a line break",
				question->where);
	if (question->end_ns - question->began_ns < NS_PER_MS)
		return diag_say(question->diag, -ETIMEDOUT,
				"%s was not asked: no time was left", question->where);
	return 0;
}

static int start(struct door *door, struct diag *diag)
{
	int r;

	if (door->easy)
		return 0;
	r = http_load(&door->api, diag);
	if (r < 0)
		return r;
	door->easy = door->api.easy_init();
	return door->easy ? 0 : diag_fail(diag, -ENOMEM, "cannot use libcurl");
}

static int curl_get(void *ctx, const struct http_request *request,
		    struct http_response *ret, struct diag *diag)
{
	struct door *door = ctx;
	int64_t began_ns = http_now_ns();
	int64_t timeout_ns = request->timeout_ns > 0 ? request->timeout_ns : TIMEOUT_NS;
	struct question question = {
		.door = door,
		.request = request,
		.diag = diag,
		.began_ns = began_ns,
		.end_ns = door->deadline_ns,
	};
	AUTO_FREE char *url = strdup(request->url);
	int r;

	if (timeout_ns < door->deadline_ns - began_ns)
		question.end_ns = began_ns + timeout_ns;
	http_where(request->url, question.where, sizeof question.where);
	if (!url)
		return diag_fail(diag, -ENOMEM, "cannot ask %s", question.where);
	r = check(&question);
	if (r == 0)
		r = start(door, diag);
	if (r == 0)
		r = 1;
	for (size_t hops = 0; r == 1; hops++)
		r = one_hop(&question, hops, &url, ret);
	return r;
}

/* --- the door ---------------------------------------------------------------------------- */

int http_open(int64_t deadline_ns, struct http *ret)
{
	struct door *door = calloc(1, sizeof *door);

	if (!door)
		return -ENOMEM;
	door->deadline_ns = deadline_ns > 0 ? deadline_ns : 1;
	*ret = (struct http){
		.get = curl_get,
		.ctx = door,
		.deadline_ns = door->deadline_ns,
	};
	return 0;
}

void http_close(struct http *http)
{
	struct door *door = http->ctx;

	if (http->get != curl_get)
		return;
	if (door->easy)
		door->api.easy_cleanup(door->easy);
	free(door);
	memset(http, 0, sizeof *http);
}
