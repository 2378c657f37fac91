/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "activity/activity.h"
#include "fixture.h"

#define LIBRARY        BUILD_DIR "/tests/fakes/libnvidia-ml.so.1"
#define OLD            BUILD_DIR "/tests/fakes/libnvidia-ml-old.so.1"

#define HOST_NAMESPACE "pid:[4026531836]"

extern const struct activity activity_nvidia;

/* The scope is processes 100 and 101 on all these machines. */
static const pid_t scope_pids[] = { 100, 101 };

struct machine {
	struct fixture fixture;
	void *library;
	void *state;
	struct use use;
};

static int set_up(void **state)
{
	struct machine *machine = calloc(1, sizeof *machine);
	char path[128];

	fixture_open(&machine->fixture);
	/* NVML's samples bear the real clock's time, which is later than this. */
	(void)snprintf(path, sizeof path, "%s/nvml", machine->fixture.path);
	assert_int_equal(setenv("GRAMME_FAKE_NVML", path, 1), 0);
	*state = machine;
	return 0;
}

static int tear_down(void **state)
{
	struct machine *machine = *state;

	activity_nvidia.close(machine->state);
	if (machine->library)
		(void)dlclose(machine->library);
	fixture_close(&machine->fixture);
	free(machine);
	return 0;
}

static void set(struct machine *machine, const char *text)
{
	fixture_write(&machine->fixture, "nvml", text);
}

static void opened(struct machine *machine, const char *library, const char *text)
{
	const struct scope scope = { .root_pid = scope_pids[0] };

	set(machine, text);
	fixture_link(&machine->fixture, "lib/libnvidia-ml.so.1", library);
	machine->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	assert_non_null(machine->library);
	assert_int_equal(activity_nvidia.open(&machine->fixture.host, &scope, NULL,
					      &machine->state),
			 0);
}

/* The use of board 0, with `count` of the scope's processes alive. */
static struct gpu_use read_with(struct machine *machine, int64_t ns, enum read_why why,
				size_t count)
{
	machine->fixture.now_ns += ns;
	memset(&machine->use, 0, sizeof machine->use);
	machine->use.pids = scope_pids;
	machine->use.pid_count = count;
	activity_nvidia.read(machine->state, why, &machine->use);
	return machine->use.gpu[0];
}

static struct gpu_use read_after(struct machine *machine, int64_t ns, enum read_why why)
{
	return read_with(machine, ns, why, ARRAY_SIZE(scope_pids));
}

static unsigned client_calls(const struct machine *machine)
{
	unsigned (*calls)(unsigned board);
	void *found = dlsym(machine->library, "fake_nvml_client_calls");

	assert_non_null(found);
	memcpy(&calls, &found, sizeof calls);
	return calls(0);
}

static void without_nvidia_nothing_is_said(void **state)
{
	struct machine *machine = *state;
	const struct scope scope = { .root_pid = 100 };

	assert_int_equal(activity_nvidia.open(&machine->fixture.host, &scope, NULL,
					      &machine->state),
			 0);
	assert_int_equal(read_after(machine, 0, READ_TICK).has, 0);
	assert_int_equal(read_after(machine, NS_PER_S, READ_EDGE).has, 0);
}

static void the_library_is_not_loaded_before_the_command_runs(void **state)
{
	struct machine *machine = *state;

	opened(machine, LIBRARY, "board 0 clients=100:1:5\n");
	assert_int_equal(read_after(machine, 0, READ_EDGE).has, 0);
	assert_int_equal(client_calls(machine), 0);
	assert_true(read_after(machine, 0, READ_TICK).has & GPU_USE_CLIENTS);
}

static void a_library_that_failed_is_not_started_again(void **state)
{
	struct machine *machine = *state;

	opened(machine, LIBRARY, "init=driver_not_loaded\nboard 0 clients=100:1:5\n");
	assert_int_equal(read_after(machine, 0, READ_TICK).has, 0);
	set(machine, "board 0 clients=100:1:5\n");
	assert_int_equal(read_after(machine, NS_PER_S, READ_TICK).has, 0);
}

static void our_clients_are_told_from_the_others(void **state)
{
	struct machine *machine = *state;
	struct gpu_use gpu;

	fixture_link(&machine->fixture, "proc/self/ns/pid", HOST_NAMESPACE);
	opened(machine, LIBRARY,
	       "board 0 clients=100:10:20,7:10:30,101:1:10 graphics=101:1:0,8:1:0\n"
	       "board 1 clients=7:1:50\n"
	       "board 2\n");
	gpu = read_after(machine, 0, READ_TICK);
	assert_int_equal(gpu.has, GPU_USE_CLIENTS | GPU_USE_SM);
	assert_int_equal(gpu.scope_clients, 2);
	assert_int_equal(gpu.all_clients, 4);
	assert_int_equal(gpu.scope_sm_permille, 300);
	assert_int_equal(gpu.all_sm_permille, 600);
	gpu = machine->use.gpu[1];
	assert_int_equal(gpu.scope_clients, 0);
	assert_int_equal(gpu.all_clients, 1);
	assert_int_equal(gpu.scope_sm_permille, 0);
	assert_int_equal(gpu.all_sm_permille, 500);
	/* An idle board is known to be idle. */
	gpu = machine->use.gpu[2];
	assert_int_equal(gpu.has, GPU_USE_CLIENTS | GPU_USE_SM);
	assert_int_equal(gpu.all_clients, 0);
	assert_int_equal(gpu.all_sm_permille, 0);
	assert_int_equal(machine->use.gpu[3].has, 0);
}

static void shares_that_pass_the_whole_are_scaled(void **state)
{
	struct machine *machine = *state;
	struct gpu_use gpu;

	opened(machine, LIBRARY, "board 0 clients=100:1:90,7:1:60\n");
	gpu = read_after(machine, 0, READ_TICK);
	assert_int_equal(gpu.scope_sm_permille, 600);
	assert_int_equal(gpu.all_sm_permille, 1000);
}

static void in_a_container_the_only_client_is_ours_and_marked(void **state)
{
	struct machine *machine = *state;
	struct gpu_use gpu;

	fixture_link(&machine->fixture, "proc/self/ns/pid", "pid:[4026532999]");
	opened(machine, LIBRARY, "board 0 clients=54321:10:70\n");
	gpu = read_after(machine, 0, READ_TICK);
	assert_int_equal(gpu.has, GPU_USE_CLIENTS | GPU_USE_SM | GPU_USE_GUESSED);
	assert_int_equal(gpu.scope_clients, 1);
	assert_int_equal(gpu.all_clients, 1);
	assert_int_equal(gpu.scope_sm_permille, 700);
	/* A second client, and nobody can tell. */
	set(machine, "board 0 clients=54321:10:70,54322:1:10\n");
	gpu = read_after(machine, NS_PER_S, READ_TICK);
	assert_false(gpu.has & GPU_USE_GUESSED);
	assert_int_equal(gpu.scope_clients, 0);
	assert_int_equal(gpu.all_clients, 2);
}

static void a_client_that_is_seen_here_is_not_guessed_to_be_ours(void **state)
{
	struct machine *machine = *state;
	struct gpu_use gpu;

	fixture_write(&machine->fixture, "proc/7/stat", "7 (other) S\n");
	opened(machine, LIBRARY, "board 0 clients=7:10:70\n");
	gpu = read_after(machine, 0, READ_TICK);
	assert_int_equal(gpu.has, GPU_USE_CLIENTS | GPU_USE_SM);
	assert_int_equal(gpu.scope_clients, 0);
	assert_int_equal(gpu.scope_sm_permille, 0);
}

/* With hidepid other users' processes cannot be seen, and are no less theirs. */
static void outside_containers_nothing_is_guessed(void **state)
{
	struct machine *machine = *state;

	fixture_link(&machine->fixture, "proc/self/ns/pid", HOST_NAMESPACE);
	opened(machine, LIBRARY, "board 0 clients=54321:10:70\n");
	assert_int_equal(read_after(machine, 0, READ_TICK).scope_clients, 0);
	assert_false(machine->use.gpu[0].has & GPU_USE_GUESSED);
}

static void boards_are_asked_once_a_second_and_at_edges(void **state)
{
	struct machine *machine = *state;
	unsigned before;

	opened(machine, LIBRARY, "board 0 clients=100:1:50\n");
	(void)read_after(machine, 0, READ_TICK);
	before = client_calls(machine);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(
			read_after(machine, 100 * NS_PER_MS, READ_TICK).scope_clients, 1);
		assert_int_equal(read_after(machine, 0, READ_PACE).has, 0);
	}
	assert_int_equal(client_calls(machine) - before, 5);
	(void)read_after(machine, NS_PER_MS, READ_EDGE);
	assert_int_equal(client_calls(machine) - before, 6);
}

static void the_last_good_answer_stands_for_three_seconds(void **state)
{
	struct machine *machine = *state;

	opened(machine, LIBRARY, "board 0 clients=100:1:50\n");
	assert_true(read_after(machine, 0, READ_TICK).has & GPU_USE_CLIENTS);
	set(machine, "board 0 error=timeout\n");
	assert_int_equal(read_after(machine, NS_PER_S, READ_TICK).scope_clients, 1);
	assert_true(machine->use.gpu[0].has & GPU_USE_SM);
	assert_true(read_after(machine, 2 * NS_PER_S, READ_TICK).has & GPU_USE_CLIENTS);
	assert_int_equal(read_after(machine, NS_PER_S, READ_TICK).has, 0);
	set(machine, "board 0 clients=100:1:50\n");
	assert_true(read_after(machine, NS_PER_S, READ_TICK).has & GPU_USE_CLIENTS);
}

static void a_lost_board_is_found_again(void **state)
{
	struct machine *machine = *state;

	opened(machine, LIBRARY, "board 0 clients=100:1:50\n");
	(void)read_after(machine, 0, READ_TICK);
	set(machine, "board 0 error=lost\n");
	for (int i = 0; i < 5; i++)
		(void)read_after(machine, NS_PER_S, READ_TICK);
	assert_int_equal(machine->use.gpu[0].has, 0);
	set(machine, "board 0 clients=100:1:50\n");
	(void)read_after(machine, NS_PER_S, READ_TICK);
	assert_true(read_after(machine, NS_PER_S, READ_TICK).has & GPU_USE_CLIENTS);
	assert_int_equal(machine->use.gpu[0].scope_clients, 1);
}

static void the_run_s_end_keeps_who_was_there(void **state)
{
	struct machine *machine = *state;

	opened(machine, LIBRARY, "board 0 clients=100:1:50\n");
	(void)read_after(machine, 0, READ_TICK);
	set(machine, "board 0\n");
	assert_int_equal(read_with(machine, NS_PER_S / 2, READ_EDGE, 0).scope_clients, 1);
}

static void without_the_scope_s_processes_nothing_is_told(void **state)
{
	struct machine *machine = *state;

	opened(machine, LIBRARY, "board 0 clients=100:1:50\n");
	memset(&machine->use, 0, sizeof machine->use);
	activity_nvidia.read(machine->state, READ_TICK, &machine->use);
	assert_int_equal(machine->use.gpu[0].has, 0);
}

static void without_samples_a_lone_user_s_share_is_the_board_s(void **state)
{
	struct machine *machine = *state;
	struct gpu_use gpu;

	fixture_link(&machine->fixture, "proc/self/ns/pid", HOST_NAMESPACE);
	opened(machine, LIBRARY,
	       "board 0 clients=100:1:40 sm=none\n"
	       "board 1 clients=7:1:40 sm=none\n"
	       "board 2 clients=100:1:40,7:1:5 sm=none\n");
	gpu = read_after(machine, 0, READ_TICK);
	assert_int_equal(gpu.scope_sm_permille, 400);
	assert_int_equal(gpu.all_sm_permille, 400);
	gpu = machine->use.gpu[1];
	assert_int_equal(gpu.scope_sm_permille, 0);
	assert_int_equal(gpu.all_sm_permille, 400);
	/* Two at once: the board's figure does not say whose it is. */
	gpu = machine->use.gpu[2];
	assert_int_equal(gpu.has, GPU_USE_CLIENTS);
}

static void an_old_library_still_tells_clients(void **state)
{
	struct machine *machine = *state;
	struct gpu_use gpu;

	opened(machine, OLD, "board 0 clients=100:1:40\n");
	gpu = read_after(machine, 0, READ_TICK);
	assert_int_equal(gpu.has, GPU_USE_CLIENTS | GPU_USE_SM);
	assert_int_equal(gpu.scope_clients, 1);
	assert_int_equal(gpu.all_sm_permille, 400);
}

static void under_mig_only_clients_are_told(void **state)
{
	struct machine *machine = *state;

	opened(machine, LIBRARY, "board 0 mig=1 clients=100:1:40\n");
	assert_int_equal(read_after(machine, 0, READ_TICK).has, GPU_USE_CLIENTS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_library_is_not_loaded_before_the_command_runs),
		TEST(without_nvidia_nothing_is_said),
		TEST(a_library_that_failed_is_not_started_again),
		TEST(our_clients_are_told_from_the_others),
		TEST(shares_that_pass_the_whole_are_scaled),
		TEST(in_a_container_the_only_client_is_ours_and_marked),
		TEST(a_client_that_is_seen_here_is_not_guessed_to_be_ours),
		TEST(outside_containers_nothing_is_guessed),
		TEST(boards_are_asked_once_a_second_and_at_edges),
		TEST(the_last_good_answer_stands_for_three_seconds),
		TEST(a_lost_board_is_found_again),
		TEST(the_run_s_end_keeps_who_was_there),
		TEST(without_the_scope_s_processes_nothing_is_told),
		TEST(without_samples_a_lone_user_s_share_is_the_board_s),
		TEST(an_old_library_still_tells_clients),
		TEST(under_mig_only_clients_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
