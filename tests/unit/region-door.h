/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the ways to find a region: a network that answers each path as it is told,
 * and keeps all that was asked of it. Never sleeps. Header only.
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "fixture.h"
#include "place/region.h"

#define ASKED_MAX 8

struct answer {
	const char *path; /* how a URL ends */
	const char *body;
	int err;     /* instead */
	size_t size; /* of the body; 0: its length */
	int64_t takes_ns;
};

struct asked {
	char method[8];
	char url[256];
	char headers[512]; /* all, each ended by a newline */
	int64_t timeout_ns;
	size_t max_bytes;
	bool link_local;
};

struct region_test {
	struct fixture fixture;
	struct tables *tables;
	struct http http;
	struct region_door door;
	struct diag diag;
	const struct answer *answers;
	size_t answer_count;
	size_t asked_count;
	struct asked asked[ASKED_MAX];
};

static inline void keep_asked(struct region_test *t, const struct http_request *request)
{
	struct asked *asked = &t->asked[t->asked_count++];

	assert_true(t->asked_count < ASKED_MAX);
	assert_non_null(request->url);
	assert_null(request->body);
	assert_null(request->user_password);
	memset(asked, 0, sizeof *asked);
	(void)copy_text(asked->method, sizeof asked->method,
			request->method ? request->method : "GET");
	(void)copy_text(asked->url, sizeof asked->url, request->url);
	for (size_t i = 0; request->headers[i]; i++) {
		size_t len = strlen(asked->headers);

		(void)snprintf(asked->headers + len, sizeof asked->headers - len, "%s\n",
			       request->headers[i]);
	}
	asked->timeout_ns = request->timeout_ns;
	asked->max_bytes = request->max_bytes;
	asked->link_local = request->link_local;
}

static inline bool ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) &&
	       strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static inline int answer_get(void *ctx, const struct http_request *request,
			     struct http_response *ret, struct diag *diag)
{
	struct region_test *t = ctx;

	keep_asked(t, request);
	for (size_t i = 0; i < t->answer_count; i++) {
		const struct answer *answer = &t->answers[i];

		if (!ends_with(request->url, answer->path))
			continue;
		t->fixture.now_ns += answer->takes_ns;
		if (answer->err)
			return diag_fail(diag, answer->err, "cannot ask");
		ret->status = 200;
		ret->size = answer->size ? answer->size : strlen(answer->body);
		ret->body = malloc(ret->size + 1);
		assert_non_null(ret->body);
		memcpy(ret->body, answer->body, ret->size);
		ret->body[ret->size] = '\0';
		return 0;
	}
	return diag_fail(diag, -EHOSTUNREACH, "cannot ask");
}

static inline void no_pause(void *ctx, int64_t ns)
{
	(void)ctx;
	(void)ns;
}

static inline int region_setup(void **state)
{
	struct region_test *t = calloc(1, sizeof *t);

	assert_non_null(t);
	fixture_open(&t->fixture);
	assert_int_equal(tables_new(NULL, &t->tables), 0);
	t->http = (struct http){ .get = answer_get, .ctx = t, .pause = no_pause };
	t->door = (struct region_door){ .host = &t->fixture.host,
					.http = &t->http,
					.tables = t->tables };
	*state = t;
	return 0;
}

static inline int region_teardown(void **state)
{
	struct region_test *t = *state;

	tables_free(t->tables);
	fixture_close(&t->fixture);
	free(t);
	return 0;
}

#define ANSWERS(t, list) ((t)->answers = (list), (t)->answer_count = ARRAY_SIZE(list))
#define region_unit(name)                                                                \
	cmocka_unit_test_setup_teardown(name, region_setup, region_teardown)
