/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "fixture.h"

static void nothing_added_is_an_empty_text(void **unused)
{
	struct strbuf buf = STRBUF_INIT;
	char *text = NULL;

	(void)unused;
	assert_int_equal(strbuf_steal(&buf, &text), 0);
	assert_string_equal(text, "");
	free(text);
}

static void it_grows_as_it_must(void **unused)
{
	struct strbuf buf = STRBUF_INIT;
	char *text = NULL;

	(void)unused;
	for (int i = 0; i < 10000; i++)
		strbuf_add(&buf, "0123456789");
	assert_int_equal(buf.len, 100000);
	assert_int_equal(strbuf_steal(&buf, &text), 0);
	assert_int_equal(strlen(text), 100000);
	assert_memory_equal(text + 99990, "0123456789", 11);
	free(text);
}

static void what_is_printed_may_be_longer_than_the_room(void **unused)
{
	struct strbuf buf = STRBUF_INIT;

	(void)unused;
	strbuf_add(&buf, "a");
	strbuf_printf(&buf, "%-1000d|", 7);
	assert_int_equal(buf.len, 1002);
	assert_string_equal(buf.text + 1001, "|");
	strbuf_done(&buf);
}

static void bytes_may_hold_zeros(void **unused)
{
	struct strbuf buf = STRBUF_INIT;

	(void)unused;
	strbuf_add_bytes(&buf, "a\0b", 3);
	assert_int_equal(buf.len, 3);
	assert_memory_equal(buf.text, "a\0b", 4);
	strbuf_done(&buf);
}

static void it_is_empty_again_after_handing_over(void **unused)
{
	struct strbuf buf = STRBUF_INIT;
	char *text = NULL;

	(void)unused;
	strbuf_add(&buf, "one");
	assert_int_equal(strbuf_steal(&buf, &text), 0);
	free(text);
	assert_null(buf.text);
	assert_int_equal(buf.len, 0);
	strbuf_add(&buf, "two");
	assert_string_equal(buf.text, "two");
	strbuf_done(&buf);
	strbuf_done(&buf);
	strbuf_done(NULL);
}

static void a_failure_is_remembered_until_the_end(void **unused)
{
	struct strbuf buf = STRBUF_INIT;
	char *text = NULL;

	(void)unused;
	strbuf_add(&buf, "one");
	buf.failed = true;
	strbuf_add(&buf, "two");
	strbuf_printf(&buf, "%d", 3);
	assert_int_equal(strbuf_steal(&buf, &text), -ENOMEM);
	assert_null(text);
	strbuf_done(&buf);
}

static void a_part_that_failed_fails_the_whole(void **unused)
{
	struct strbuf whole = STRBUF_INIT;
	struct strbuf part = STRBUF_INIT;

	(void)unused;
	assert_string_equal(strbuf_part(&whole, &part), "");
	assert_false(whole.failed);
	strbuf_add(&part, "x");
	assert_string_equal(strbuf_part(&whole, &part), "x");
	part.failed = true;
	(void)strbuf_part(&whole, &part);
	assert_true(whole.failed);
	strbuf_done(&part);
	strbuf_done(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_added_is_an_empty_text),
		cmocka_unit_test(it_grows_as_it_must),
		cmocka_unit_test(what_is_printed_may_be_longer_than_the_room),
		cmocka_unit_test(bytes_may_hold_zeros),
		cmocka_unit_test(it_is_empty_again_after_handing_over),
		cmocka_unit_test(a_failure_is_remembered_until_the_end),
		cmocka_unit_test(a_part_that_failed_fails_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
