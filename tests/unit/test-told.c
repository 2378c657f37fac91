/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "engine/told.h"
#include "fixture.h"

static int unpack(enum message_kind kind, const char *bytes, int size, struct told *ret)
{
	return told_unpack(kind, bytes, (size_t)size, ret);
}

static void what_is_packed_comes_out(void **state)
{
	static const enum message_kind kinds[] = { MESSAGE_MARK, MESSAGE_METRIC,
						   MESSAGE_WORK };
	const struct told told = { 123456789012345, 0.25, "loss" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		char bytes[TOLD_MAX] = "";
		struct told back = { .t_ns = -1 };
		int size = told_pack(kinds[i], &told, bytes);

		assert_true(size > 0 && size < TOLD_MAX);
		bytes[size] = '\0';
		assert_int_equal(unpack(kinds[i], bytes, size, &back), 0);
		assert_int_equal(back.t_ns, told.t_ns);
		assert_string_equal(back.name, "loss");
		assert_true(kinds[i] == MESSAGE_MARK || fabs(back.value - 0.25) < 1e-12);
	}
}

static void the_form_is_that_of_the_document(void **state)
{
	const struct told told = { 0x0102030405060708, 1, "a" };
	char bytes[TOLD_MAX];
	double one = 1;

	(void)state;
	assert_int_equal(told_pack(MESSAGE_MARK, &told, bytes), 9);
	assert_memory_equal(bytes, &told.t_ns, 8);
	assert_int_equal(bytes[8], 'a');
	assert_int_equal(told_pack(MESSAGE_WORK, &told, bytes), 17);
	assert_memory_equal(bytes + 8, &one, 8);
}

static void what_says_nothing_is_not_packed(void **state)
{
	char bytes[TOLD_MAX];
	char name[TOLD_MAX];

	(void)state;
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	assert_int_equal(told_pack(MESSAGE_MARK, &(struct told){ .name = "" }, bytes),
			 -EINVAL);
	assert_int_equal(told_pack(MESSAGE_MARK, &(struct told){ .name = NULL }, bytes),
			 -EINVAL);
	assert_int_equal(told_pack(MESSAGE_METRIC,
				   &(struct told){ .name = "x", .value = NAN }, bytes),
			 -EINVAL);
	assert_int_equal(told_pack(MESSAGE_MARK, &(struct told){ .name = name }, bytes),
			 -EMSGSIZE);
}

static void what_is_short_or_no_number_is_refused_and_leaves_the_output(void **state)
{
	double bad = INFINITY;
	char bytes[32] = { 0 };
	struct told told = { .t_ns = 7 };

	(void)state;
	for (int size = 0; size <= 8; size++)
		assert_int_equal(unpack(MESSAGE_MARK, bytes, size, &told), -EPROTO);
	for (int size = 0; size <= 16; size++)
		assert_int_equal(unpack(MESSAGE_METRIC, bytes, size, &told), -EPROTO);
	memcpy(bytes + 8, &bad, sizeof bad);
	bytes[16] = 'x';
	assert_int_equal(unpack(MESSAGE_WORK, bytes, 17, &told), -EPROTO);
	assert_int_equal(told.t_ns, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_comes_out),
		cmocka_unit_test(the_form_is_that_of_the_document),
		cmocka_unit_test(what_says_nothing_is_not_packed),
		cmocka_unit_test(
			what_is_short_or_no_number_is_refused_and_leaves_the_output),
	};

	return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
