/* SPDX-License-Identifier: Apache-2.0 */
#include "place/region-json.h"
#include "region-door.h"

static void a_text_that_is_not_plain_is_none(void **unused)
{
	static const char *const bad[] = {
		"{}",
		"{\"k\":null}",
		"{\"k\":1}",
		"{\"k\":\"\"}",
		"{\"k\":\"12345678\"}", /* does not fit */
		"{\"k\":\"a\\nb\"}",
		"{\"k\":\"\\u001b[2J\"}",
		"{\"k\":\"\\u007f\"}",
		"{\"k\":\"\xc3\xa9\"}",
	};
	char buf[8] = "before";
	json_t *json = json_loads("{\"k\":\"1234567\"}", 0, NULL);

	(void)unused;
	assert_true(region_json_text(json, "k", buf, sizeof buf));
	assert_string_equal(buf, "1234567");
	json_decref(json);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		json = json_loads(bad[i], 0, NULL);
		assert_non_null(json);
		(void)copy_text(buf, sizeof buf, "before");
		if (region_json_text(json, "k", buf, sizeof buf))
			fail_msg("%s is a text", bad[i]);
		assert_string_equal(buf, "before");
		json_decref(json);
	}
	assert_false(region_json_text(NULL, "k", buf, sizeof buf));
}

static int ask(struct region_test *t, size_t size, char **ret)
{
	const struct answer answers[] = {
		{ .path = "/x", .body = "a\0b", .size = size }
	};
	const struct http_request request = { .url = "http://x/x", .max_bytes = 3 };

	ANSWERS(t, answers);
	return region_ask_text(&t->http, &request, "x", &t->diag, ret);
}

static void a_zero_byte_is_in_no_text(void **state)
{
	struct region_test *t = *state;
	char *text = NULL;

	assert_int_equal(ask(t, 3, &text), -EPROTO);
	assert_null(text);
	assert_int_equal(ask(t, 1, &text), 0);
	assert_string_equal(text, "a");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_that_is_not_plain_is_none),
		region_unit(a_zero_byte_is_in_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
