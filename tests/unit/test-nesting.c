/* SPDX-License-Identifier: Apache-2.0 */
/* Ledgers with runs that go on, and a made-up machine whose processes they are. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/nesting.h"
#include "proc-made.h"

#define SAMPLER 900 /* and up: each run's own, started at its PID's tick */

struct nest {
	struct fixture fixture;
	struct store *store;
	int runs;
};

static int set_up(void **state)
{
	struct nest *nest = calloc(1, sizeof *nest);

	fixture_open(&nest->fixture);
	assert_int_equal(store_open(":memory:", STORE_WRITE, NULL, &nest->store), 0);
	*state = nest;
	return 0;
}

static int tear_down(void **state)
{
	struct nest *nest = *state;

	store_close(nest->store);
	fixture_close(&nest->fixture);
	free(nest);
	return 0;
}

static void process(struct nest *nest, int pid, int ppid)
{
	put_process(&nest->fixture,
		    &(struct made_process){
			    .pid = pid, .ppid = ppid, .name = "x", .start = pid });
}

/* A run of that root, with a sampler that lives. */
static struct run_info run_of(struct nest *nest, const char *id, int root)
{
	struct run_info info = { .state = RUN_RUNNING, .root_pid = root };

	info.started_unix_ns = ++nest->runs;
	info.tracker_pid = SAMPLER + nest->runs;
	info.tracker_start = info.tracker_pid;
	(void)copy_text(info.id, sizeof info.id, id);
	(void)copy_text(info.how, sizeof info.how, "begin");
	(void)copy_text(info.boot_id, sizeof info.boot_id, "this");
	process(nest, (int)info.tracker_pid, 1);
	return info;
}

static struct run_info put(struct nest *nest, struct run_info info)
{
	assert_int_equal(store_run_insert(nest->store, &info, NULL), 0);
	return info;
}

static void assert_inside(struct nest *nest, const struct run_info *own, const char *id)
{
	char found[RUN_ID_MAX] = "untouched";
	int r = nesting_find(nest->store, &nest->fixture.host, own, found);

	assert_int_equal(r, id ? 0 : -ENOENT);
	assert_string_equal(found, id ? id : "untouched");
}

static void a_run_below_anothers_root_is_inside_it(void **state)
{
	struct nest *nest = *state;
	struct run_info own;

	process(nest, 10, 1);
	process(nest, 20, 10);
	process(nest, 30, 20);
	process(nest, 40, 1);
	(void)put(nest, run_of(nest, "outer", 10));
	(void)put(nest, run_of(nest, "beside", 40));
	own = put(nest, run_of(nest, "own", 30));
	assert_inside(nest, &own, "outer");
}

static void the_nearest_root_is_taken_and_of_one_root_the_latest(void **state)
{
	struct nest *nest = *state;
	struct run_info own;

	process(nest, 10, 1);
	process(nest, 20, 10);
	process(nest, 30, 20);
	(void)put(nest, run_of(nest, "near", 20));
	(void)put(nest, run_of(nest, "near-later", 20));
	(void)put(nest, run_of(nest, "far", 10));
	own = put(nest, run_of(nest, "own", 30));
	assert_inside(nest, &own, "near-later");
}

static void a_second_run_of_the_same_process_is_inside_the_first(void **state)
{
	struct nest *nest = *state;
	struct run_info own;

	process(nest, 10, 1);
	(void)put(nest, run_of(nest, "first", 10));
	own = put(nest, run_of(nest, "second", 10));
	assert_inside(nest, &own, "first");
}

static void what_has_ended_or_is_of_another_boot_holds_nothing(void **state)
{
	struct nest *nest = *state;
	struct run_info dead = run_of(nest, "dead", 10);
	struct run_info ended = run_of(nest, "ended", 10);
	struct run_info before = run_of(nest, "before", 10);
	struct run_info own;

	process(nest, 10, 1);
	end_process(&nest->fixture, (int)dead.tracker_pid);
	ended.state = RUN_FINISHED;
	(void)copy_text(before.boot_id, sizeof before.boot_id, "another");
	(void)put(nest, dead);
	(void)put(nest, ended);
	(void)put(nest, before);
	own = put(nest, run_of(nest, "own", 10));
	assert_inside(nest, &own, NULL);
}

static void a_run_alone_is_inside_nothing(void **state)
{
	struct nest *nest = *state;
	struct run_info own = run_of(nest, "own", 10);

	process(nest, 10, 1);
	own = put(nest, own);
	assert_inside(nest, &own, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_run_below_anothers_root_is_inside_it),
		TEST(the_nearest_root_is_taken_and_of_one_root_the_latest),
		TEST(a_second_run_of_the_same_process_is_inside_the_first),
		TEST(what_has_ended_or_is_of_another_boot_holds_nothing),
		TEST(a_run_alone_is_inside_nothing),
	};

	return cmocka_run_group_tests_name("nesting", tests, NULL, NULL);
}
