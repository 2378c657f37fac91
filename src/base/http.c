/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for any door to the network: when to try again, what a status means, and what of
 * a URL may be said. The door itself is http-curl.c.
 */
#include "base/http.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "base/http-internal.h"
#include "base/parse.h"

#define WAIT_MAX_NS (60 * NS_PER_S)

static const int64_t pauses_ns[] = { NS_PER_S / 2, NS_PER_S };

int64_t http_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void sleep_ns(int64_t ns)
{
	struct timespec left = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* 0.5 to 1.5 of it, so that a thousand jobs do not come back at the same instant. */
static int64_t jittered_ns(int64_t ns)
{
	unsigned random = 500;

	if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
		random = 500;
	return ns / 1000 * (500 + (int64_t)(random % 1001));
}

static int64_t pause_ns(size_t tries, const struct http_response *told)
{
	if (told->retry_after_ns > 0)
		return told->retry_after_ns;
	return jittered_ns(pauses_ns[tries]);
}

static bool is_passing(int err)
{
	return err == -EBUSY || err == -EIO || err == -ECONNRESET;
}

static bool is_in_time(const struct http *http, int64_t ns)
{
	if (ns > WAIT_MAX_NS)
		return false;
	return http->deadline_ns == 0 || ns < http->deadline_ns - http_now_ns();
}

static void pause_for(const struct http *http, int64_t ns)
{
	if (http->pause)
		http->pause(http->ctx, ns);
	else
		sleep_ns(ns);
}

int http_get(struct http *http, const struct http_request *request,
	     struct http_response *ret, struct diag *diag)
{
	bool once = request->ask_once || request->link_local;
	struct diag said;
	int r;

	for (size_t tries = 0;; tries++) {
		struct http_response got = { 0 };
		int64_t ns;

		diag_clear(&said);
		r = http->get(http->ctx, request, &got, &said);
		if (r == 0) {
			*ret = got;
			return 0;
		}
		free(got.body);
		if (once || tries == ARRAY_SIZE(pauses_ns) || !is_passing(r))
			break;
		ns = pause_ns(tries, &got);
		if (!is_in_time(http, ns))
			break;
		pause_for(http, ns);
	}
	if (diag)
		*diag = said;
	return r;
}

void http_response_done(struct http_response *response)
{
	free(response->body);
	memset(response, 0, sizeof *response);
}

int http_say_status(long status, const char *where, struct diag *diag)
{
	assert(status < 200 || status > 299);
	switch (status) {
	case 401:
	case 403:
		return diag_say(diag, -EACCES,
				"%s answered %ld: no key, or not one for this", where,
				status);
	case 404:
	case 410:
		return diag_say(diag, -ENOENT, "%s answered %ld: it is not there", where,
				status);
	case 429:
		return diag_say(diag, -EBUSY, "%s answered 429: it was asked too often",
				where);
	default:
		if (status >= 500 && status <= 599)
			return diag_say(diag, -EIO, "%s answered %ld: it is out of order",
					where, status);
		return diag_say(diag, -EPROTO, "%s answered %ld", where, status);
	}
}

/* Where host and port, with a user perhaps, begin in a URL. */
static const char *authority_of(const char *url)
{
	const char *slashes = strstr(url, "://");

	return slashes ? slashes + 3 : url;
}

void http_where(const char *url, char *buf, size_t size)
{
	const char *host = authority_of(url);
	size_t authority = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', authority);
	size_t i = 0;

	assert(size > 0);
	for (host = at ? at + 1 : host; i + 1 < size && !strchr("?#", *host); host++)
		buf[i++] = (char)(*host > ' ' && *host < 0x7f ? *host : '?');
	buf[i] = '\0';
}

void http_drop_user(char *url)
{
	size_t begin = (size_t)(authority_of(url) - url);
	const char *at = memrchr(url + begin, '@', strcspn(url + begin, "/?#"));

	if (at)
		memmove(url + begin, at + 1, strlen(at + 1) + 1);
}

bool http_same_origin(const char *url, const char *other)
{
	const char *authority = authority_of(url);
	size_t len = (size_t)(authority - url) + strcspn(authority, "/?#");

	if (authority == url || strlen(other) < len)
		return false;
	return strncasecmp(url, other, len) == 0 && strchr("/?#", other[len]);
}

bool http_is_https(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0;
}

static bool is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

bool http_escape(const char *text, char *buf, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t begin = strnlen(buf, size);
	size_t len = begin;

	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;
		bool plain = is_unreserved(*text);

		if (len + (plain ? 1 : 3) >= size) {
			if (begin < size)
				buf[begin] = '\0';
			return false;
		}
		if (plain) {
			buf[len++] = *text;
			continue;
		}
		buf[len++] = '%';
		buf[len++] = digits[byte >> 4];
		buf[len++] = digits[byte & 15];
	}
	if (len >= size)
		return false;
	buf[len] = '\0';
	return true;
}
