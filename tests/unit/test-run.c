/* SPDX-License-Identifier: Apache-2.0 */
#include "fixture.h"
#include "model/run.h"

static void a_time_of_a_run_is_its_start_and_what_passed(void **unused)
{
	struct run_info info = { .started_unix_ns = 1000 };

	(void)unused;
	assert_int_equal(run_time_unix_ns(&info, 0), 1000);
	assert_int_equal(run_time_unix_ns(&info, 234), 1234);
}

static void a_time_that_cannot_be_is_the_start(void **unused)
{
	struct run_info info = { .started_unix_ns = INT64_MAX - 1 };

	(void)unused;
	assert_int_equal(run_time_unix_ns(&info, 2), INT64_MAX - 1);
	assert_int_equal(run_time_unix_ns(&info, INT64_MAX), INT64_MAX - 1);
	info.started_unix_ns = INT64_MIN;
	assert_int_equal(run_time_unix_ns(&info, -1), INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_of_a_run_is_its_start_and_what_passed),
		cmocka_unit_test(a_time_that_cannot_be_is_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
