/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "activity/activity.h"
#include "fixture.h"

extern const struct activity activity_cgroup;

static void the_cgroups_time_counts_from_now_and_replaces_the_trees(void **unused)
{
	struct scope scope = { .cgroup = "cg/run" };
	struct use use = { .has = USE_SCOPE_CPU, .scope_cpu_ns = 77 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "cg/run/cpu.stat", "usage_usec 1000\nuser_usec 1\n");
	assert_int_equal(activity_cgroup.open(&fx.host, &scope, NULL, &state), 0);
	fixture_write(&fx, "cg/run/cpu.stat", "usage_usec 1250\nuser_usec 1\n");
	activity_cgroup.read(state, READ_PACE, &use);
	assert_true(use.scope_cpu_ns == 77);
	activity_cgroup.read(state, READ_TICK, &use);
	assert_true(use.scope_cpu_ns == 250000);
	activity_cgroup.close(state);
	fixture_close(&fx);
}

static void a_commands_own_cgroup_counts_from_its_making(void **unused)
{
	struct scope scope = { .cgroup = "cg/run", .launcher_pid = 1 };
	struct use use = { 0 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "cg/run/cpu.stat", "usage_usec 1000\n");
	assert_int_equal(activity_cgroup.open(&fx.host, &scope, NULL, &state), 0);
	activity_cgroup.read(state, READ_EDGE, &use);
	assert_true(use.scope_cpu_ns == 1000000);
	activity_cgroup.close(state);
	fixture_close(&fx);
}

static void a_file_that_says_nothing_leaves_the_bits_alone(void **unused)
{
	struct scope scope = { .cgroup = "cg/run" };
	struct use use = { 0 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "cg/run/cpu.stat", "usage_usec 1000\n");
	assert_int_equal(activity_cgroup.open(&fx.host, &scope, NULL, &state), 0);
	fixture_write(&fx, "cg/run/cpu.stat", "");
	activity_cgroup.read(state, READ_EDGE, &use);
	assert_int_equal(use.has, 0);
	fixture_write(&fx, "cg/run/cpu.stat", "usage_usec 999\n");
	activity_cgroup.read(state, READ_EDGE, &use);
	assert_int_equal(use.has, 0);
	use.has = USE_SCOPE_CPU;
	use.scope_cpu_ns = 5;
	activity_cgroup.read(state, READ_EDGE, &use);
	assert_int_equal(use.has, USE_SCOPE_CPU);
	assert_true(use.scope_cpu_ns == 5);
	activity_cgroup.close(state);
	fixture_close(&fx);
}

static void a_run_without_a_cgroup_is_no_error(void **unused)
{
	struct scope scope = { .root_pid = 1 };
	struct use use = { 0 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	assert_int_equal(activity_cgroup.open(&fx.host, &scope, NULL, &state), 0);
	activity_cgroup.read(state, READ_EDGE, &use);
	assert_int_equal(use.has, 0);
	activity_cgroup.close(state);
	activity_cgroup.close(NULL);
	fixture_close(&fx);
}

static void a_cgroup_that_is_not_there_is_one(void **unused)
{
	struct scope scope = { .cgroup = "cg/run" };
	struct diag diag = { 0 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	assert_int_equal(activity_cgroup.open(&fx.host, &scope, &diag, &state), -ENOENT);
	assert_non_null(strstr(diag.text, "cg/run/cpu.stat"));
	fixture_write(&fx, "cg/run/cpu.stat", "nr_periods 0\n");
	assert_int_equal(activity_cgroup.open(&fx.host, &scope, &diag, &state), -ENOENT);
	assert_null(state);
	fixture_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cgroups_time_counts_from_now_and_replaces_the_trees),
		cmocka_unit_test(a_commands_own_cgroup_counts_from_its_making),
		cmocka_unit_test(a_file_that_says_nothing_leaves_the_bits_alone),
		cmocka_unit_test(a_run_without_a_cgroup_is_no_error),
		cmocka_unit_test(a_cgroup_that_is_not_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
