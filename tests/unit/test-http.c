/* SPDX-License-Identifier: Apache-2.0 */
/* What needs no server: when it is tried again, what a status means, what a sentence names.
 * tests/net has the rest. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/http-internal.h"
#include "base/http.h"
#include "fixture.h"

/* The core is linked into this program, so that its call ends here. */
static struct {
	bool has_no_libcurl;
	unsigned asked;
} loader;

void *dlopen(const char *name, int flags)
{
	void *(*real)(const char *, int);

	*(void **)&real = dlsym(RTLD_NEXT, "dlopen");
	if (!name || !strstr(name, "libcurl"))
		return real(name, flags);
	loader.asked++;
	return loader.has_no_libcurl ? NULL : real(name, flags);
}

#define TRIES_MAX 8

/* A door that gives the prepared answers, one after the other, and keeps the pauses. */
struct door {
	int errors[TRIES_MAX]; /* 0: an answer */
	int64_t retry_after_ns;
	unsigned tries;
	unsigned pauses;
	int64_t paused_ns[TRIES_MAX];
};

static int fake_get(void *ctx, const struct http_request *request,
		    struct http_response *ret, struct diag *diag)
{
	struct door *door = ctx;
	int err = door->errors[door->tries++];

	(void)request;
	if (err < 0) {
		ret->retry_after_ns = door->retry_after_ns;
		return diag_say(diag, err, "try %u", door->tries);
	}
	*ret = (struct http_response){ .status = 200, .body = strdup("ok"), .size = 2 };
	return 0;
}

static void fake_pause(void *ctx, int64_t ns)
{
	struct door *door = ctx;

	door->paused_ns[door->pauses++] = ns;
}

static int64_t monotonic_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static const struct http_request question = { .url = "http://api.example.org/v3/x" };

static int ask(struct door *door, const struct http_request *request,
	       struct http_response *ret, struct diag *diag)
{
	struct http http = { .get = fake_get, .ctx = door, .pause = fake_pause };

	return http_get(&http, request, ret, diag);
}

static void what_passes_is_tried_twice_more(void **unused)
{
	static const int passing[] = { -EBUSY, -EIO, -ECONNRESET };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++) {
		int err = passing[i];
		struct door door = { .errors = { err, err, err, 0 } };
		struct http_response response = { .status = 7 };
		struct diag diag = { 0 };

		assert_int_equal(ask(&door, &question, &response, &diag), err);
		assert_int_equal(door.tries, 3);
		assert_int_equal(door.pauses, 2);
		assert_int_equal(response.status, 7);
		assert_string_equal(diag.text, "try 3");
	}
}

static void what_does_not_pass_is_asked_once(void **unused)
{
	static const int lasting[] = { -ENOSYS,       -ETIMEDOUT,    -EMSGSIZE,
				       -EACCES,       -ENOENT,       -EPROTO,
				       -EHOSTUNREACH, -EKEYREJECTED, -ENOMEM };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(lasting); i++) {
		struct door door = { .errors = { lasting[i], 0 } };
		struct http_response response;

		assert_int_equal(ask(&door, &question, &response, NULL), lasting[i]);
		assert_int_equal(door.tries, 1);
		assert_int_equal(door.pauses, 0);
	}
}

static void an_answer_at_last_is_an_answer(void **unused)
{
	struct door door = { .errors = { -EIO, -EBUSY, 0 } };
	struct http_response response;
	struct diag diag = { 0 };

	(void)unused;
	assert_int_equal(ask(&door, &question, &response, &diag), 0);
	assert_string_equal(response.body, "ok");
	assert_int_equal(diag.text[0], '\0');
	http_response_done(&response);
	assert_null(response.body);
	http_response_done(&response);
}

static void pauses_are_half_a_second_and_one_give_or_take_half(void **unused)
{
	int64_t least[2] = { INT64_MAX, INT64_MAX };
	int64_t most[2] = { 0, 0 };

	(void)unused;
	for (int i = 0; i < 400; i++) {
		struct door door = { .errors = { -EIO, -EIO, -EIO } };
		struct http_response response;

		assert_int_equal(ask(&door, &question, &response, NULL), -EIO);
		for (int k = 0; k < 2; k++) {
			if (door.paused_ns[k] < least[k])
				least[k] = door.paused_ns[k];
			if (door.paused_ns[k] > most[k])
				most[k] = door.paused_ns[k];
		}
	}
	for (int k = 0; k < 2; k++) {
		int64_t base = (k + 1) * NS_PER_S / 2;

		assert_in_range(least[k], base / 2, base * 3 / 4);
		assert_in_range(most[k], base * 5 / 4, base * 3 / 2);
	}
}

static void retry_after_is_waited_for(void **unused)
{
	struct door door = { .errors = { -EBUSY, 0 }, .retry_after_ns = 7 * NS_PER_S };
	struct http_response response;

	(void)unused;
	assert_int_equal(ask(&door, &question, &response, NULL), 0);
	assert_int_equal(door.paused_ns[0], 7 * NS_PER_S);
	http_response_done(&response);
}

static void an_hour_is_not_waited_for(void **unused)
{
	struct door door = { .errors = { -EBUSY, 0 }, .retry_after_ns = 3600 * NS_PER_S };
	struct http_response response;

	(void)unused;
	assert_int_equal(ask(&door, &question, &response, NULL), -EBUSY);
	assert_int_equal(door.pauses, 0);
}

static void no_pause_reaches_past_the_deadline(void **unused)
{
	struct door door = { .errors = { -EIO, 0 } };
	struct http http = { .get = fake_get, .ctx = &door, .pause = fake_pause };
	struct http_response response;

	(void)unused;
	http.deadline_ns = monotonic_ns() + 100 * NS_PER_MS;
	assert_int_equal(http_get(&http, &question, &response, NULL), -EIO);
	assert_int_equal(door.pauses, 0);
	http.deadline_ns = monotonic_ns() - NS_PER_S;
	door.tries = 0;
	assert_int_equal(http_get(&http, &question, &response, NULL), -EIO);
	assert_int_equal(door.tries, 1);
	http.deadline_ns = monotonic_ns() + 100 * NS_PER_S;
	door.tries = 0;
	assert_int_equal(http_get(&http, &question, &response, NULL), 0);
	http_response_done(&response);
}

static void who_asks_once_is_asked_once(void **unused)
{
	struct http_request once = { .url = "http://a/", .ask_once = true };
	struct http_request local = { .url = "http://169.254.169.254/",
				      .link_local = true };
	struct door door = { .errors = { -EIO, -EIO, 0 } };
	struct http_response response;

	(void)unused;
	assert_int_equal(ask(&door, &once, &response, NULL), -EIO);
	assert_int_equal(ask(&door, &local, &response, NULL), -EIO);
	assert_int_equal(door.tries, 2);
	assert_int_equal(door.pauses, 0);
}

static void every_status_has_its_error(void **unused)
{
	static const struct {
		long status;
		int err;
	} rows[] = {
		{ 401, -EACCES }, { 403, -EACCES }, { 404, -ENOENT }, { 410, -ENOENT },
		{ 429, -EBUSY },  { 500, -EIO },    { 503, -EIO },    { 599, -EIO },
		{ 302, -EPROTO }, { 400, -EPROTO }, { 407, -EPROTO }, { 418, -EPROTO },
		{ 0, -EPROTO },   { 600, -EPROTO }, { 199, -EPROTO },
	};

	char number[16];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct diag diag = { 0 };

		assert_int_equal(http_say_status(rows[i].status, "a.example/b", &diag),
				 rows[i].err);
		(void)snprintf(number, sizeof number, "%ld", rows[i].status);
		assert_non_null(strstr(diag.text, number));
		assert_non_null(strstr(diag.text, "a.example/b"));
	}
}

static void a_sentence_names_host_and_path_alone(void **unused)
{
	static const struct {
		const char *url;
		const char *where;
	} rows[] = {
		{ "https://api.example.org/v3/x?key=s3cret", "api.example.org/v3/x" },
		{ "https://user:s3cret@a.example:8443/p@q#s3cret", "a.example:8443/p@q" },
		{ "http://a.example?s3cret", "a.example" },
		{ "http://[::1]:80/x", "[::1]:80/x" },
		{ "a.example/x y\n", "a.example/x?y?" },
		{ "", "" },
	};

	char buf[64];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		http_where(rows[i].url, buf, sizeof buf);
		assert_string_equal(buf, rows[i].where);
	}
	http_where("http://a.example/0123456789", buf, 12);
	assert_string_equal(buf, "a.example/0");
}

static void a_user_is_taken_out_of_a_url(void **unused)
{
	static const struct {
		const char *url;
		const char *without;
	} rows[] = {
		{ "http://me:pass@a.example/x@y?z@", "http://a.example/x@y?z@" },
		{ "http://me@you@a.example", "http://a.example" },
		{ "http://a.example/", "http://a.example/" },
		{ "http://a.example?me@b", "http://a.example?me@b" },
		{ "", "" },
	};

	char buf[64];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)snprintf(buf, sizeof buf, "%s", rows[i].url);
		http_drop_user(buf);
		assert_string_equal(buf, rows[i].without);
	}
}

static void another_port_or_scheme_is_another_place(void **unused)
{
	static const struct {
		const char *one;
		const char *other;
		bool same;
	} rows[] = {
		{ "https://a.example/x", "https://A.example/y?z", true },
		{ "https://a.example", "HTTPS://a.example/", true },
		{ "https://a.example/", "https://a.example", true },
		{ "https://a.example/", "https://a.example:444/", false },
		{ "https://a.example/", "http://a.example/", false },
		{ "https://a.example/", "https://a.example.evil/", false },
		{ "https://a.example/", "https://a.example@evil/", false },
		{ "https://a.example/", "https://a.example\\@evil/", false },
		{ "https://a.example/", "https://a", false },
		{ "a.example/", "a.example/", false },
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(http_same_origin(rows[i].one, rows[i].other),
				 rows[i].same);
}

static void what_a_url_does_not_take_is_escaped(void **unused)
{
	char buf[64] = "http://a/?q=";

	(void)unused;
	assert_true(http_escape("a b/c&d=\xc3\xbc~-._Z9", buf, sizeof buf));
	assert_string_equal(buf, "http://a/?q=a%20b%2Fc%26d%3D%C3%BC~-._Z9");
	assert_true(http_escape("", buf, sizeof buf));
}

static void what_does_not_fit_is_not_begun(void **unused)
{
	char buf[8] = "1234";

	(void)unused;
	assert_false(http_escape("a b", buf, sizeof buf));
	assert_string_equal(buf, "1234");
	assert_false(http_escape("abcd", buf, sizeof buf));
	assert_string_equal(buf, "1234");
	assert_true(http_escape("abc", buf, sizeof buf));
	assert_string_equal(buf, "1234abc");
	assert_true(http_escape("", buf, sizeof buf));
	assert_false(http_escape(" ", buf, 0));
}

static bool is_mapped(const char *name)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	bool found = false;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps))
		found = found || strstr(line, name);
	(void)fclose(maps);
	return found;
}

static void opening_the_door_loads_nothing(void **unused)
{
	struct http http = { 0 };
	unsigned asked = loader.asked;

	(void)unused;
	http_close(&http);
	assert_int_equal(http_open(monotonic_ns() + NS_PER_S, &http), 0);
	assert_int_equal(loader.asked, asked);
	assert_false(is_mapped("libcurl"));
	http_close(&http);
	assert_null(http.get);
	http_close(&http);
}

static void a_machine_without_libcurl_is_told_so(void **unused)
{
	struct http http;
	struct http_response response = { .status = 7 };
	struct diag diag = { 0 };

	(void)unused;
	loader.has_no_libcurl = true;
	assert_int_equal(http_open(monotonic_ns() + NS_PER_S, &http), 0);
	assert_int_equal(http_get(&http, &question, &response, &diag), -ENOSYS);
	assert_int_equal(response.status, 7);
	assert_non_null(strstr(diag.text, "libcurl"));
	assert_non_null(strstr(diag.fix, "install"));
	http_close(&http);
	loader.has_no_libcurl = false;
}

static void after_the_deadline_nobody_is_asked(void **unused)
{
	static const int64_t before_ns[] = { 0, 1, INT64_MIN };
	unsigned asked = loader.asked;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(before_ns); i++) {
		struct http http;
		struct http_response response;
		struct diag diag = { 0 };

		assert_int_equal(http_open(before_ns[i], &http), 0);
		assert_int_equal(http_get(&http, &question, &response, &diag),
				 -ETIMEDOUT);
		assert_non_null(strstr(diag.text, "api.example.org/v3/x was not asked"));
		http_close(&http);
	}
	assert_int_equal(loader.asked, asked);
}

static void a_header_is_one_line(void **unused)
{
	struct http_request request = { .url = "http://127.0.0.1:9/",
					.headers = { "auth: s3cret\r\nX: y" } };
	struct http http;
	struct http_response response;
	struct diag diag = { 0 };

	(void)unused;
	assert_int_equal(http_open(monotonic_ns() + NS_PER_S, &http), 0);
	assert_int_equal(http_get(&http, &request, &response, &diag), -EPROTO);
	assert_null(strstr(diag.text, "s3cret"));
	http_close(&http);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes_is_tried_twice_more),
		cmocka_unit_test(what_does_not_pass_is_asked_once),
		cmocka_unit_test(an_answer_at_last_is_an_answer),
		cmocka_unit_test(pauses_are_half_a_second_and_one_give_or_take_half),
		cmocka_unit_test(retry_after_is_waited_for),
		cmocka_unit_test(an_hour_is_not_waited_for),
		cmocka_unit_test(no_pause_reaches_past_the_deadline),
		cmocka_unit_test(who_asks_once_is_asked_once),
		cmocka_unit_test(every_status_has_its_error),
		cmocka_unit_test(a_sentence_names_host_and_path_alone),
		cmocka_unit_test(a_user_is_taken_out_of_a_url),
		cmocka_unit_test(another_port_or_scheme_is_another_place),
		cmocka_unit_test(what_a_url_does_not_take_is_escaped),
		cmocka_unit_test(what_does_not_fit_is_not_begun),
		cmocka_unit_test(opening_the_door_loads_nothing),
		cmocka_unit_test(a_machine_without_libcurl_is_told_so),
		cmocka_unit_test(after_the_deadline_nobody_is_asked),
		cmocka_unit_test(a_header_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
