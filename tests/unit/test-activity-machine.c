/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "activity/activity.h"
#include "fixture.h"

extern const struct activity activity_machine;

#define MS UINT64_C(1000000)

static const char mem[] = "MemTotal: 1000 kB\nMemFree: 10 kB\nMemAvailable: 400 kB\n";

static void *open_machine(const struct host *host)
{
	struct scope scope = { 0 };
	struct diag diag = { 0 };
	void *state = NULL;

	assert_int_equal(activity_machine.open(host, &scope, &diag, &state), 0);
	return state;
}

static struct use read_machine(void *state)
{
	struct use use = { 0 };

	activity_machine.read(state, READ_TICK, &use);
	return use;
}

static void busy_is_user_nice_system_irq_softirq_and_nothing_else(void **unused)
{
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/stat", "cpu  10 10 10 10 10 10 10 10 10 10\ncpu0 1\n");
	state = open_machine(&fx.host);
	use = read_machine(state);
	assert_true(use.has & USE_MACHINE_CPU);
	assert_true(use.machine_cpu_ns == 0);
	/* idle, iowait, steal, guest and its nice: none of these is busy, or is already. */
	fixture_write(&fx, "proc/stat", "cpu  10 10 10 99 99 10 10 99 99 99\ncpu0 1\n");
	assert_true(read_machine(state).machine_cpu_ns == 0);
	fixture_write(&fx, "proc/stat", "cpu  11 12 14 99 99 18 26 99 99 99\ncpu0 1\n");
	assert_true(read_machine(state).machine_cpu_ns == 310 * MS);
	activity_machine.close(state);
	fixture_close(&fx);
}

static void a_sum_that_goes_back_is_left_out(void **unused)
{
	struct fixture fx;
	void *state;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/stat", "cpu  50 0 0 0 0 0 0 0 0 0\n");
	state = open_machine(&fx.host);
	fixture_write(&fx, "proc/stat", "cpu  49 0 0 0 0 0 0 0 0 0\n");
	assert_false(read_machine(state).has & USE_MACHINE_CPU);
	fixture_write(&fx, "proc/stat", "garbage\n");
	assert_false(read_machine(state).has & USE_MACHINE_CPU);
	fixture_write(&fx, "proc/stat", "cpu  51 0 0 0 0 0 0 0 0 0\n");
	assert_true(read_machine(state).machine_cpu_ns == 10 * MS);
	activity_machine.close(state);
	fixture_close(&fx);
}

static void the_true_root_cgroup_is_the_machine(void **unused)
{
	static const char *const machines[] = { SYSROOT "/cgroup-v2",
						SYSROOT "/cgroup-hybrid" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		struct host host;
		struct use use;
		void *state;

		assert_int_equal(host_init(&host, machines[i]), 0);
		state = open_machine(&host);
		use = read_machine(state);
		assert_true(use.has & USE_MACHINE_CPU);
		assert_true(use.machine_mem_bytes == UINT64_C(4000000) * 1024);
		activity_machine.close(state);
		host_done(&host);
	}
}

static void stolen_time_in_usage_usec_is_not_busy(void **unused)
{
	struct fixture fx;
	void *state;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/self/mountinfo",
		      "30 23 0:26 / /cg rw - cgroup2 none rw\n");
	fixture_write(&fx, "cg/cpu.stat",
		      "usage_usec 10\nuser_usec 6\nsystem_usec 4\nnice_usec 1\n");
	state = open_machine(&fx.host);
	fixture_write(&fx, "cg/cpu.stat",
		      "usage_usec 99\nuser_usec 7\nsystem_usec 6\nnice_usec 1\n");
	assert_true(read_machine(state).machine_cpu_ns == 3000);
	activity_machine.close(state);
	fixture_close(&fx);
}

static void a_containers_cgroup_is_not_the_machine(void **unused)
{
	struct fixture fx;
	void *state;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/self/mountinfo",
		      "30 23 0:26 / /cg rw - cgroup2 none rw\n");
	fixture_write(&fx, "proc/stat", "cpu  50 0 0 0 0 0 0 0 0 0\n");
	fixture_write(&fx, "cg/cgroup.type", "domain\n");
	fixture_write(&fx, "cg/cpu.stat", "usage_usec 9\nuser_usec 6\nsystem_usec 4\n");
	state = open_machine(&fx.host);
	fixture_write(&fx, "proc/stat", "cpu  57 0 0 0 0 0 0 0 0 0\n");
	assert_true(read_machine(state).machine_cpu_ns == 70 * MS);
	activity_machine.close(state);
	fixture_close(&fx);
}

static void memory_is_a_level_looked_at_once_a_second(void **unused)
{
	struct fixture fx;
	void *state;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/stat", "cpu  50 0 0 0 0 0 0 0 0 0\n");
	fixture_write(&fx, "proc/meminfo", mem);
	state = open_machine(&fx.host);
	assert_true(read_machine(state).machine_mem_bytes == 600 * 1024);
	fixture_write(&fx, "proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 100 kB\n");
	fx.now_ns += NS_PER_S - 1;
	assert_true(read_machine(state).machine_mem_bytes == 600 * 1024);
	fx.now_ns += 1;
	assert_true(read_machine(state).machine_mem_bytes == 900 * 1024);
	/* A level that cannot be had is none, and not the last one for ever. */
	fixture_write(&fx, "proc/meminfo", "MemTotal: 1000 kB\n");
	fx.now_ns += NS_PER_S;
	assert_false(read_machine(state).has & USE_MACHINE_MEM);
	activity_machine.close(state);
	fixture_close(&fx);
}

static void without_proc_stat_there_is_an_error_and_no_zero(void **unused)
{
	struct scope scope = { 0 };
	struct diag diag = { 0 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	assert_int_equal(activity_machine.open(&fx.host, &scope, &diag, &state), -ENOENT);
	assert_null(state);
	assert_non_null(strstr(diag.text, "proc/stat"));
	fixture_close(&fx);
}

static void between_samples_nothing_is_read(void **unused)
{
	struct fixture fx;
	struct use use = { 0 };
	void *state;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/stat", "cpu  50 0 0 0 0 0 0 0 0 0\n");
	state = open_machine(&fx.host);
	activity_machine.read(state, READ_PACE, &use);
	assert_int_equal(use.has, 0);
	activity_machine.close(state);
	fixture_close(&fx);
}

static uint64_t spent_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000 * MS + (uint64_t)now.tv_nsec;
}

static void this_machine_is_at_least_as_busy_as_we_are(void **unused)
{
	uint64_t until = spent_ns() + 200 * MS;
	struct host host;
	struct use use;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	state = open_machine(&host);
	while (spent_ns() < until)
		;
	use = read_machine(state);
	assert_true(use.has & USE_MACHINE_CPU);
	/* The machine's time is counted in ticks: two at each end may be missing. */
	assert_true(use.machine_cpu_ns + 40 * MS >= 200 * MS);
	activity_machine.close(state);
	host_done(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busy_is_user_nice_system_irq_softirq_and_nothing_else),
		cmocka_unit_test(a_sum_that_goes_back_is_left_out),
		cmocka_unit_test(the_true_root_cgroup_is_the_machine),
		cmocka_unit_test(stolen_time_in_usage_usec_is_not_busy),
		cmocka_unit_test(a_containers_cgroup_is_not_the_machine),
		cmocka_unit_test(memory_is_a_level_looked_at_once_a_second),
		cmocka_unit_test(without_proc_stat_there_is_an_error_and_no_zero),
		cmocka_unit_test(between_samples_nothing_is_read),
		cmocka_unit_test(this_machine_is_at_least_as_busy_as_we_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
