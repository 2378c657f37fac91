/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the door that is libcurl share: http-curl.c asks, http-load.c loads the
 * library, http-answer.c takes what comes, http-error.c says what went wrong.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* CURLOPT_PROTOCOLS has a successor that libcurl before 7.85 does not know. */
#define CURL_DISABLE_DEPRECATION
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/http-internal.h"
#include "base/http.h"

#define WHERE_MAX 200

/* NOLINTBEGIN(bugprone-macro-parentheses): a type and a list of parameters. */
struct http_api {
#define HTTP_SYMBOL(need, returns, member, name, args) returns(*member) args;
#include "base/http-symbols.def"
#undef HTTP_SYMBOL
};

/* NOLINTEND(bugprone-macro-parentheses) */

/* Loads and starts the library. It stays until the process ends. -ENOSYS, said. */
MUST_USE int http_load(struct http_api *api, struct diag *diag);

struct door {
	struct http_api api;
	CURL *easy; /* NULL: not loaded yet */
	int64_t deadline_ns;
};

/* One question, over all its redirects. */
struct question {
	struct door *door;
	const struct http_request *request;
	struct diag *diag;
	int64_t began_ns;
	int64_t end_ns;
	bool is_elsewhere; /* redirected to another host: no headers, no password */
	char where[WHERE_MAX];
};

/* One answer as it comes in. */
struct answer {
	const struct http_api *api;
	size_t max_bytes;
	size_t header_bytes;
	char *body;
	size_t size;
	size_t room;
	long status;
	time_t date;         /* 0: not told */
	time_t retry_at;     /* 0: not told */
	int64_t retry_s;     /* 0: not told */
	char *redirect;      /* NULL: nowhere */
	int err;             /* why a callback ended it; 0: it did not */
	size_t unread_bytes; /* of a refusal */
};

bool http_is_success(long status);

/* libcurl's callbacks, ctx a struct answer: anything but len ends the transfer. */
size_t http_take_body(char *bytes, size_t one, size_t len, void *ctx);
size_t http_take_header(char *bytes, size_t one, size_t len, void *ctx);

/* Where it was sent, while the handle still knows it. */
void http_take_redirect(const struct door *door, struct answer *answer);

/* Moves the body, terminated, to *ret. -ENOMEM. */
MUST_USE int http_answer_finish(struct answer *answer, struct http_response *ret);
void http_answer_done(struct answer *answer);

/* What Retry-After asks for; 0: nothing. */
int64_t http_retry_after_ns(const struct answer *answer);

/* 0 where the answer is one; else the error, said. */
int http_say_outcome(const struct question *question, const struct answer *answer,
		     CURLcode code);
