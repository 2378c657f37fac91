/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door to the network, through libcurl, which is loaded only when the first request is
 * made. TLS is verified, answers are bounded, nothing is waited for longer than was allowed.
 *
 * A struct http is a function and its context, so that tests put any answer there.
 * Errors: -ENOSYS no libcurl here; -ETIMEDOUT; -EMSGSIZE more than max_bytes; -EACCES 401, 403;
 * -ENOENT 404, 410; -EBUSY 429; -EIO 5xx; -EHOSTUNREACH no way there; -EKEYREJECTED the
 * server's certificate is not good; -ECONNRESET the connection was lost; -ENOMEM; -EPROTO
 * anything else. diag names host and path, never a header, query or key.
 *
 * A redirect is followed three times at most, for a GET without a body, never from https to
 * http; headers and password go to no other host. The usual proxies of the environment
 * (https_proxy, no_proxy) are used, and SSL_CERT_FILE instead of the system's certificates.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macro.h"

#define HTTP_HEADERS_MAX 6
#define HTTP_BODY_MAX    ((size_t)4 << 20)

struct http_request {
	const char *method; /* NULL: GET */
	const char *url;
	const char *headers[HTTP_HEADERS_MAX + 1]; /* "auth-token: …"; NULL ends */
	const char *user_password; /* Basic, "user:password"; NULL: none */
	const char *body;          /* NULL: none */
	int64_t timeout_ns; /* the whole request; 0: 10 s. The door's deadline is the end in any
			     * case */
	size_t max_bytes; /* 0: HTTP_BODY_MAX */
	bool link_local;  /* instance metadata: no proxy, no redirect, no second try */
	bool ask_once;    /* no second try */
};

struct http_response {
	long status; /* 2xx, as all else is an error */
	char *body;  /* terminated; the caller frees with http_response_done() */
	size_t size;
	int64_t date_unix_s; /* the server's clock; 0: not told */
	/* What get, failing, tells http_get() of Retry-After; 0: not told. Of no use to others. */
	int64_t retry_after_ns;
};

/* One try is get; callers use http_get(). What is left out is zero. */
struct http {
	int (*get)(void *ctx, const struct http_request *request,
		   struct http_response *ret, struct diag *diag);
	void *ctx;
	int64_t deadline_ns;                  /* no pause reaches past it; 0: none */
	void (*pause)(void *ctx, int64_t ns); /* between tries; NULL: sleeps. For tests */
};

/*
 * Tries again on 429, 5xx and a lost connection: twice, after 0.5 and 1 s, each times a random
 * 0.5 to 1.5, or after what Retry-After says. A pause that would end past the deadline, or last
 * over a minute, is not begun: the error is returned. Outputs but diag are untouched then.
 */
MUST_USE int http_get(struct http *http, const struct http_request *request,
		      struct http_response *ret, struct diag *diag);
void http_response_done(struct http_response *response);

/* The real one. Nothing lasts past deadline_ns (CLOCK_MONOTONIC). The object is small: no
 * library is loaded yet. One thread at a time; not across a fork once it was used. -ENOMEM. */
MUST_USE int http_open(int64_t deadline_ns, struct http *ret);
void http_close(struct http *http); /* takes one that was never opened, zeroed */

/* Appends to the text in buf: "%20" for a blank and so on. Returns false, with buf as it was,
 * when it does not fit. */
MUST_USE bool http_escape(const char *text, char *buf, size_t size);
