/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/diag.h"
#include "fixture.h"

static void a_failure_keeps_its_sentence_and_its_number(void **unused)
{
	struct diag diag = { 0 };

	(void)unused;
	assert_int_equal(diag_fail(&diag, -EACCES, "cannot read %s", "/x"), -EACCES);
	assert_int_equal(diag.err, -EACCES);
	assert_string_equal(diag.text, "cannot read /x: permission denied");
	assert_string_equal(diag.fix, "");
}

static void a_sentence_that_says_all_stands_alone(void **unused)
{
	struct diag diag = { 0 };

	(void)unused;
	assert_int_equal(diag_say(&diag, -EPROTO, "line %d has no '='", 3), -EPROTO);
	assert_string_equal(diag.text, "line 3 has no '='");
}

static void a_new_failure_takes_the_old_one_s_mend_away(void **unused)
{
	struct diag diag = { 0 };

	(void)unused;
	(void)diag_fail(&diag, -EACCES, "first");
	diag_fix(&diag, "chmod %s", "x");
	assert_string_equal(diag.fix, "chmod x");
	(void)diag_fail(&diag, -EIO, "second");
	assert_string_equal(diag.fix, "");
	diag_clear(&diag);
	assert_int_equal(diag.err, 0);
	assert_string_equal(diag.text, "");
}

static void too_long_a_sentence_is_cut(void **unused)
{
	struct diag diag = { 0 };
	char much[2 * DIAG_TEXT_MAX];

	(void)unused;
	memset(much, 'x', sizeof much - 1);
	much[sizeof much - 1] = '\0';
	assert_int_equal(diag_fail(&diag, -EIO, "%s", much), -EIO);
	assert_int_equal(strlen(diag.text), DIAG_TEXT_MAX - 1);
	diag_fix(&diag, "%s", much);
	assert_int_equal(strlen(diag.fix), DIAG_TEXT_MAX - 1);
}

static void nobody_need_listen(void **unused)
{
	(void)unused;
	assert_int_equal(diag_fail(NULL, -EIO, "x"), -EIO);
	assert_int_equal(diag_say(NULL, -EIO, "x"), -EIO);
	diag_fix(NULL, "x");
	diag_clear(NULL);
}

static void every_number_has_words(void **unused)
{
	(void)unused;
	assert_string_equal(diag_errno_text(-ENODEV), "there is none");
	assert_string_equal(diag_errno_text(-EPERM), "permission denied");
	assert_string_equal(diag_errno_text(-99999), "unknown error");
	for (int err = 1; err < 200; err++) {
		assert_non_null(diag_errno_text(-err));
		assert_true(diag_errno_text(-err)[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_keeps_its_sentence_and_its_number),
		cmocka_unit_test(a_sentence_that_says_all_stands_alone),
		cmocka_unit_test(a_new_failure_takes_the_old_one_s_mend_away),
		cmocka_unit_test(too_long_a_sentence_is_cut),
		cmocka_unit_test(nobody_need_listen),
		cmocka_unit_test(every_number_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
