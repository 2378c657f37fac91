/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "activity/reserve.h"
#include "fixture.h"

static void assert_reserve(const char *machine, uint32_t cpu, uint32_t mem,
			   const char *how)
{
	struct scope scope = { 0 };
	struct reserve reserve;
	struct host host;

	assert_int_equal(host_init(&host, machine), 0);
	assert_int_equal(reserve_of(&host, &scope, &reserve), 0);
	assert_string_equal(reserve.how, how);
	assert_int_equal(reserve.cpu_permille, cpu);
	assert_int_equal(reserve.mem_permille, mem);
	host_done(&host);
}

static void recorded_machines_reserve_what_limits_them(void **unused)
{
	(void)unused;
	/* 1.5 of 4 CPUs, 4.096 of 16.384 GB. */
	assert_reserve(SYSROOT "/container", 375, 250, "cpu.max, memory.max");
	/* The cpuset of the slice above leaves 2 of 4, its quota would be 3. */
	assert_reserve(SYSROOT "/cgroup-v2", 500, 500, "cpuset, memory.max");
	assert_reserve(SYSROOT "/cgroup-v1", 250, 100, "cpuset, memory.limit_in_bytes");
	assert_reserve(SYSROOT "/cgroup-hybrid", 125, 1000, "cpu.cfs_quota_us");
	/* The cpuset names 2 and 3, but 2 is off: one of the three there are. */
	assert_reserve(SYSROOT "/cpu-offline", 333, 1000, "cpuset");
}

static void no_limit_is_the_whole_machine(void **unused)
{
	struct scope scope = { .root_pid = 5 };
	struct reserve reserve;
	struct fixture fx;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "sys/devices/system/cpu/online", "0-7\n");
	fixture_write(&fx, "proc/meminfo", "MemTotal: 1000 kB\n");
	assert_int_equal(reserve_of(&fx.host, &scope, &reserve), 0);
	assert_int_equal(reserve.cpu_permille, 1000);
	assert_int_equal(reserve.mem_permille, 1000);
	assert_string_equal(reserve.how, "whole machine");
	fixture_close(&fx);
}

static void it_is_the_cgroup_of_the_scopes_process(void **unused)
{
	struct scope scope = { .root_pid = 5, .launcher_pid = 6 };
	struct reserve reserve;
	struct fixture fx;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "sys/devices/system/cpu/online", "0-3\n");
	fixture_write(&fx, "proc/meminfo", "MemTotal: 1000 kB\n");
	fixture_write(&fx, "proc/self/mountinfo",
		      "30 23 0:2 / /cg rw - cgroup2 none rw\n");
	fixture_write(&fx, "proc/self/cgroup", "0::/ours\n");
	fixture_write(&fx, "proc/5/cgroup", "0::/five\n");
	fixture_write(&fx, "proc/6/cgroup", "0::/six\n");
	fixture_write(&fx, "cg/ours/cpu.max", "10000 100000\n");
	fixture_write(&fx, "cg/five/cpu.max", "100000 100000\n");
	fixture_write(&fx, "cg/six/cpu.max", "200000 100000\n");
	assert_int_equal(reserve_of(&fx.host, &scope, &reserve), 0);
	assert_int_equal(reserve.cpu_permille, 250);
	scope.root_pid = 0;
	assert_int_equal(reserve_of(&fx.host, &scope, &reserve), 0);
	assert_int_equal(reserve.cpu_permille, 500);
	scope.launcher_pid = 0;
	assert_int_equal(reserve_of(&fx.host, &scope, &reserve), 0);
	assert_int_equal(reserve.cpu_permille, 25);
	fixture_close(&fx);
}

static void a_machine_that_cannot_be_counted_is_an_error(void **unused)
{
	struct reserve reserve = { .cpu_permille = 7 };
	struct scope scope = { 0 };
	struct fixture fx;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/meminfo", "MemTotal: 1000 kB\n");
	assert_int_equal(reserve_of(&fx.host, &scope, &reserve), -ENOENT);
	fixture_write(&fx, "sys/devices/system/cpu/online", "0-3\n");
	fixture_write(&fx, "proc/meminfo", "MemTotal: much\n");
	assert_int_equal(reserve_of(&fx.host, &scope, &reserve), -EPROTO);
	assert_int_equal(reserve.cpu_permille, 7);
	fixture_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_machines_reserve_what_limits_them),
		cmocka_unit_test(no_limit_is_the_whole_machine),
		cmocka_unit_test(it_is_the_cgroup_of_the_scopes_process),
		cmocka_unit_test(a_machine_that_cannot_be_counted_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
