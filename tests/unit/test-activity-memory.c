/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "activity/activity.h"
#include "fixture.h"
#include "privilege.h"

extern const struct activity activity_memory;

#define MIB (UINT64_C(1) << 20)

static void put(struct fixture *fx, int pid, unsigned kib)
{
	char path[64];
	char text[128];

	(void)snprintf(path, sizeof path, "proc/%d/smaps_rollup", pid);
	(void)snprintf(text, sizeof text,
		       "55d0-7ffd ---p 0 0:0 0 [rollup]\nRss: 99999 kB\nPss: %u kB\n",
		       kib);
	fixture_write(fx, path, text);
}

static void *open_memory(const struct host *host)
{
	struct scope scope = { 0 };
	void *state = NULL;

	assert_int_equal(activity_memory.open(host, &scope, NULL, &state), 0);
	return state;
}

static struct use read_memory(void *state, const pid_t *pids, size_t count)
{
	struct use use = { .has = USE_PROCESSES, .pids = pids, .pid_count = count };

	activity_memory.read(state, READ_TICK, &use);
	return use;
}

static void the_scopes_memory_is_the_sum_of_pss(void **unused)
{
	static const pid_t pids[] = { 3, 5 };
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, 3, 1024);
	put(&fx, 5, 2048);
	state = open_memory(&fx.host);
	use = read_memory(state, pids, 2);
	assert_true(use.has & USE_SCOPE_MEM);
	assert_true(use.scope_mem_bytes == 3 * MIB);
	put(&fx, 5, 5120);
	/* Looked at once a second; in between the last values hold. */
	assert_true(read_memory(state, pids, 2).scope_mem_bytes == 3 * MIB);
	fx.now_ns += NS_PER_S;
	assert_true(read_memory(state, pids, 2).scope_mem_bytes == 6 * MIB);
	/* One that left takes its memory along at once. */
	assert_true(read_memory(state, pids + 1, 1).scope_mem_bytes == 5 * MIB);
	activity_memory.close(state);
	fixture_close(&fx);
}

static void many_processes_are_read_a_few_at_a_time(void **unused)
{
	pid_t pids[40];
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	for (int i = 0; i < 40; i++) {
		pids[i] = 100 + i;
		put(&fx, pids[i], 1024);
	}
	state = open_memory(&fx.host);
	for (unsigned look = 1; look <= 5; look++) {
		use = read_memory(state, pids, 40);
		/* Eight a look; nothing is said before half of them have been read. */
		assert_int_equal(!!(use.has & USE_SCOPE_MEM), look * 8 >= 20);
		fx.now_ns += NS_PER_S;
	}
	assert_true(use.scope_mem_bytes == 40 * MIB);
	activity_memory.close(state);
	fixture_close(&fx);
}

/* Seconds until a change is seen. */
static unsigned seen_after(struct fixture *fx, void *state, unsigned kib)
{
	static const pid_t pid = 3;
	unsigned seconds = 0;

	put(fx, pid, kib);
	while (read_memory(state, &pid, 1).scope_mem_bytes != kib * UINT64_C(1024)) {
		fx->now_ns += NS_PER_S;
		seconds++;
		assert_true(seconds < 100);
	}
	return seconds;
}

static void memory_that_stays_is_looked_at_more_seldom(void **unused)
{
	static const pid_t pids[] = { 3, 5 };
	struct fixture fx;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, 3, 1024);
	put(&fx, 5, 1024);
	state = open_memory(&fx.host);
	(void)read_memory(state, pids, 1);
	assert_int_equal(seen_after(&fx, state, 2048), 1);
	for (int second = 0; second < 100; second++) {
		fx.now_ns += NS_PER_S;
		(void)read_memory(state, pids, 1);
	}
	assert_in_range(seen_after(&fx, state, 4096), 8, 16);
	/* It moves: once a second again. */
	assert_int_equal(seen_after(&fx, state, 8192), 1);
	activity_memory.close(state);
	fixture_close(&fx);
}

static void who_is_new_and_an_edge_do_not_wait(void **unused)
{
	static const pid_t pids[] = { 3, 5 };
	struct use edge = { .has = USE_PROCESSES, .pids = pids, .pid_count = 2 };
	struct fixture fx;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, 3, 1024);
	put(&fx, 5, 1024);
	state = open_memory(&fx.host);
	for (int second = 0; second < 100; second++) {
		fx.now_ns += NS_PER_S;
		(void)read_memory(state, pids, 1);
	}
	fx.now_ns += NS_PER_S;
	assert_true(read_memory(state, pids, 2).scope_mem_bytes == 2 * MIB);
	for (int second = 0; second < 100; second++) {
		fx.now_ns += NS_PER_S;
		(void)read_memory(state, pids, 2);
	}
	fx.now_ns += 16 * NS_PER_S;
	(void)read_memory(state, pids, 2);
	put(&fx, 3, 2048);
	fx.now_ns += NS_PER_S;
	assert_true(read_memory(state, pids, 2).scope_mem_bytes == 2 * MIB);
	activity_memory.read(state, READ_EDGE, &edge);
	assert_true(edge.scope_mem_bytes == 3 * MIB);
	activity_memory.close(state);
	fixture_close(&fx);
}

static void one_that_ended_has_no_memory(void **unused)
{
	static const pid_t pids[] = { 3, 5 };
	struct fixture fx;
	struct use use;
	void *state;

	(void)unused;
	fixture_open(&fx);
	put(&fx, 3, 1024);
	fixture_write(&fx, "proc/5/smaps_rollup", "");
	state = open_memory(&fx.host);
	use = read_memory(state, pids, 2);
	assert_true(use.has & USE_SCOPE_MEM);
	assert_true(use.scope_mem_bytes == MIB);
	activity_memory.close(state);
	fixture_close(&fx);
}

static void a_text_not_understood_is_unknown_and_no_zero(void **unused)
{
	static const pid_t pids[] = { 3 };
	struct fixture fx;
	void *state;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/3/smaps_rollup", "Pss: much\n");
	state = open_memory(&fx.host);
	assert_false(read_memory(state, pids, 1).has & USE_SCOPE_MEM);
	assert_false(read_memory(state, pids, 0).has & USE_SCOPE_MEM);
	activity_memory.close(state);
	fixture_close(&fx);
}

static void memory_we_may_not_read_is_no_number(void **unused)
{
	static const pid_t pids[] = { 3, 5, 7 };
	struct scope scope = { .root_pid = 5 };
	struct diag diag = { 0 };
	struct fixture fx;
	struct use use;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		put(&fx, pids[i], 1024);
	assert_int_equal(fchmodat(fx.host.root_fd, "proc/5/smaps_rollup", 0, 0), 0);
	state = open_memory(&fx.host);
	begin_plain_user();
	use = read_memory(state, pids, 3);
	activity_memory.close(state);
	state = NULL;
	assert_int_equal(activity_memory.open(&fx.host, &scope, &diag, &state), -EACCES);
	end_plain_user();
	assert_false(use.has & USE_SCOPE_MEM);
	assert_non_null(strstr(diag.text, "proc/5/smaps_rollup"));
	assert_non_null(strstr(diag.fix, "root"));
	fixture_close(&fx);
}

static void a_kernel_without_the_file_is_told_at_once(void **unused)
{
	struct scope scope = { .root_pid = 3 };
	struct diag diag = { 0 };
	struct fixture fx;
	void *state = NULL;

	(void)unused;
	fixture_open(&fx);
	fixture_write(&fx, "proc/3/stat", "3 (a) S\n");
	assert_int_equal(activity_memory.open(&fx.host, &scope, &diag, &state), -ENOSYS);
	assert_non_null(strstr(diag.text, "smaps_rollup"));
	/* A process that has ended already is another matter. */
	scope.root_pid = 4;
	assert_int_equal(activity_memory.open(&fx.host, &scope, &diag, &state), 0);
	activity_memory.close(state);
	fixture_close(&fx);
}

static void our_own_memory_can_be_read(void **unused)
{
	pid_t pid = getpid();
	struct host host;
	struct use use;
	void *state;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	if (!host_exists(&host, "proc/self/smaps_rollup")) {
		host_done(&host);
		print_message("skipped: this kernel has no proc/PID/smaps_rollup\n");
		skip();
	}
	state = open_memory(&host);
	use = read_memory(state, &pid, 1);
	assert_true(use.has & USE_SCOPE_MEM);
	assert_in_range(use.scope_mem_bytes, 100 * 1024, 4096 * MIB);
	activity_memory.close(state);
	host_done(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scopes_memory_is_the_sum_of_pss),
		cmocka_unit_test(many_processes_are_read_a_few_at_a_time),
		cmocka_unit_test(memory_that_stays_is_looked_at_more_seldom),
		cmocka_unit_test(who_is_new_and_an_edge_do_not_wait),
		cmocka_unit_test(one_that_ended_has_no_memory),
		cmocka_unit_test(a_text_not_understood_is_unknown_and_no_zero),
		cmocka_unit_test(memory_we_may_not_read_is_no_number),
		cmocka_unit_test(a_kernel_without_the_file_is_told_at_once),
		cmocka_unit_test(our_own_memory_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
