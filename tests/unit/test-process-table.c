/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "activity/process-table.h"
#include "proc-made.h"

#define TICK UINT64_C(10000000)

struct made {
	struct fixture fixture;
	struct process_table *table;
};

static int set_up(void **state)
{
	struct made *made = calloc(1, sizeof *made);

	assert_non_null(made);
	fixture_open(&made->fixture);
	assert_int_equal(process_table_new(&made->fixture.host, &made->table), 0);
	*state = made;
	return 0;
}

static int tear_down(void **state)
{
	struct made *made = *state;

	process_table_free(made->table);
	fixture_close(&made->fixture);
	free(made);
	return 0;
}

static void put(struct made *made, int pid, int ppid, int cpu, int start)
{
	put_process(&made->fixture,
		    &(struct made_process){ pid, ppid, "work", cpu, start, 3, 1000, 0 });
}

static void look(struct made *made)
{
	struct diag diag = { 0 };

	assert_int_equal(process_table_update(made->table, &diag), 0);
	made->fixture.now_ns += NS_PER_S;
}

static const struct process *at(const struct made *made, pid_t pid)
{
	const struct process *process = process_table_find(made->table, pid);

	assert_non_null(process);
	return process;
}

static void all_are_seen_by_pid_upwards(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 5, 100);
	put(made, 2, 1, 5, 100);
	put(made, 100, 1, 5, 100);
	fixture_write(&made->fixture, "proc/self/stat", "no process");
	fixture_write(&made->fixture, "proc/12x/stat", "none either");
	look(made);
	assert_int_equal(process_table_count(made->table), 3);
	assert_int_equal(process_table_at(made->table, 0)->pid, 2);
	assert_int_equal(process_table_at(made->table, 2)->pid, 100);
	assert_null(process_table_find(made->table, 31));
}

static void at_first_nobody_has_spent_anything(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 0);
	assert_int_equal(at(made, 30)->cpu_ns, 500 * TICK);
}

static void what_one_spent_is_the_difference(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	look(made);
	put(made, 30, 1, 560, 100);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 60 * TICK);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 0);
}

static void a_new_one_counts_from_its_start(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	look(made);
	/* Half a second after the look at 100 s. */
	put(made, 31, 30, 40, 10050);
	look(made);
	assert_int_equal(at(made, 31)->spent_ns, 40 * TICK);
}

static void one_that_was_hidden_until_now_has_not_spent_all_its_life_since(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	look(made);
	put(made, 31, 1, 4000, 100);
	look(made);
	assert_int_equal(at(made, 31)->spent_ns, 0);
}

static void a_number_given_anew_is_another_process(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	look(made);
	put(made, 30, 1, 520, 10050);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 520 * TICK);
}

static void a_time_that_went_back_is_nothing_spent(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	look(made);
	put(made, 30, 1, 490, 100);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 0);
}

static void the_dead_are_gone(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	put(made, 31, 30, 500, 100);
	look(made);
	end_process(&made->fixture, 30);
	look(made);
	assert_null(process_table_find(made->table, 30));
	assert_null(process_table_parent(made->table, at(made, 31)));
}

/* A build: ninja 30, cc 31, which runs cc1 32. */
static void put_build(struct made *made, int ninja_reaped, int cc_reaped)
{
	put_process(&made->fixture, &(struct made_process){ .pid = 30,
							    .ppid = 1,
							    .name = "ninja",
							    .cpu = 5,
							    .start = 100,
							    .reaped = ninja_reaped });
	if (cc_reaped >= 0)
		put_process(&made->fixture,
			    &(struct made_process){ .pid = 31,
						    .ppid = 30,
						    .name = "cc",
						    .cpu = 2,
						    .start = 9000,
						    .reaped = cc_reaped });
}

static void what_the_dead_spent_at_last_is_theirs_who_waited(void **state)
{
	struct made *made = *state;

	put_build(made, 7000, 0);
	put(made, 32, 31, 40, 9010);
	look(made);
	/* cc1 did 15 more and ended, and cc waited for it. */
	end_process(&made->fixture, 32);
	put_build(made, 7000, 55);
	look(made);
	assert_int_equal(at(made, 31)->spent_ns, 15 * TICK);
	assert_int_equal(at(made, 30)->spent_ns, 0);
	/* cc did 1 more and ended: what it had shown is not told again. */
	end_process(&made->fixture, 31);
	put_build(made, 7000 + 55 + 3, -1);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 1 * TICK);
}

static void a_whole_family_that_died_is_counted_once(void **state)
{
	struct made *made = *state;

	put_build(made, 7000, 0);
	put(made, 32, 31, 40, 9010);
	look(made);
	/* Both ended: cc1 with 50, cc with 3. */
	end_process(&made->fixture, 31);
	end_process(&made->fixture, 32);
	put_build(made, 7000 + 53, -1);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 11 * TICK);
}

static void who_lived_between_two_looks_is_its_parent_s(void **state)
{
	struct made *made = *state;

	put_build(made, 7000, -1);
	look(made);
	put_build(made, 7030, -1);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 30 * TICK);
	look(made);
	assert_int_equal(at(made, 30)->spent_ns, 0);
}

static void a_parent_is_older_than_its_child(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	put(made, 31, 30, 500, 200);
	look(made);
	assert_ptr_equal(process_table_parent(made->table, at(made, 31)), at(made, 30));
	/* The parent died, and its number went to somebody else. */
	put(made, 30, 1, 1, 10050);
	look(made);
	assert_null(process_table_parent(made->table, at(made, 31)));
}

static void a_name_may_be_anything(void **state)
{
	static const char *const names[] = { "a) S 1 (b", "\n", "x\"y", "\x1b]0;x\x07",
					     "\xff\xfe",  "",   "  ",   "((((" };
	struct made *made = *state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		put_process(&made->fixture, &(struct made_process){ .pid = 10 + (int)i,
								    .ppid = 1,
								    .name = names[i],
								    .cpu = 7,
								    .start = 9 });
	look(made);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_string_equal(at(made, 10 + (pid_t)i)->name, names[i]);
		assert_int_equal(at(made, 10 + (pid_t)i)->cpu_ns, 7 * TICK);
	}
}

static void memory_is_in_bytes(void **state)
{
	struct made *made = *state;

	put(made, 30, 1, 500, 100);
	look(made);
	assert_int_equal(at(made, 30)->resident_bytes, 3 * (uint64_t)getpagesize());
}

static void assert_user(struct made *made, pid_t pid, const char *name)
{
	char user[PROCESS_USER_MAX];

	process_table_user(made->table, pid, user, sizeof user);
	assert_string_equal(user, name);
}

static void a_user_has_a_name_else_a_number(void **state)
{
	struct made *made = *state;

	fixture_write(&made->fixture, "etc/passwd",
		      "root:x:0:0:root:/root:/bin/sh\nbroken\nana:x:1000:1000::/:\n");
	put_process(&made->fixture,
		    &(struct made_process){ 30, 1, "a", 1, 1, 1, 1000, 0 });
	put_process(&made->fixture,
		    &(struct made_process){ 31, 1, "b", 1, 1, 1, 100, 0 });
	put_process(&made->fixture, &(struct made_process){ 32, 1, "c", 1, 1, 1, 0, 0 });
	look(made);
	assert_user(made, 30, "ana");
	assert_user(made, 31, "100");
	assert_user(made, 32, "root");
	assert_user(made, 33, "");
}

static void a_user_that_cannot_be_read_is_not_root(void **state)
{
	struct made *made = *state;

	fixture_write(&made->fixture, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
	put_process(&made->fixture,
		    &(struct made_process){ 30, 1, "a", 1, 1, 1, 1000, 0 });
	fixture_write(&made->fixture, "proc/30/status", "Name:\tx\nUid:\t1000\n");
	look(made);
	assert_user(made, 30, "");
}

/* su and sudo begin as root and become somebody else by executing something else. */
static void a_user_is_looked_up_again_after_exec(void **state)
{
	struct made *made = *state;
	struct made_process who = { 30, 1, "su", 1, 1, 1, 0, 0 };

	put_process(&made->fixture, &who);
	look(made);
	assert_user(made, 30, "0");
	who.name = "bash";
	who.user = 1000;
	put_process(&made->fixture, &who);
	look(made);
	assert_user(made, 30, "1000");
}

static void without_proc_it_says_so_and_stays_as_it_was(void **state)
{
	struct made *made = *state;
	struct diag diag = { 0 };

	assert_int_equal(process_table_update(made->table, &diag), -ENOENT);
	assert_non_null(strstr(diag.text, "/proc"));
	assert_int_equal(process_table_count(made->table), 0);
}

static void what_is_no_such_line_is_refused(void **unused)
{
	static const char *const lines[] = {
		"",
		"30",
		"30 (a) S",
		"30 (a) S 1 2 3",
		"(a) S 1 1 1 0 -1 0 0 0 0 0 1 0",
		"30 (a) S 1 1 1 0 -1 0 0 0 0 0 5 0 0 0 20 0 1 0 100 999 -3 0 0",
		"30 (a) S 1 1 1 0 -1 0 0 0 0 0 5 0 0 0 20 0 1 0 100 999",
		"30 )a( S 1 1 1 0 -1 0 0 0 0 0 5 0 0 0 20 0 1 0 100 999 3 0",
	};
	struct process_line line = { .resident_bytes = 77 };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(process_line_parse(lines[i], &line), -EPROTO);
	assert_int_equal(line.resident_bytes, 77);
}

/* On this very machine: who runs is seen to spend, and who sleeps not. */
static void a_process_of_this_machine_is_counted_exactly(void **unused)
{
	struct host host;
	struct process_table *table = NULL;
	struct diag diag = { 0 };
	const struct process *own;
	volatile unsigned sink = 0;
	uint64_t before_ns;

	(void)unused;
	assert_int_equal(host_init(&host, NULL), 0);
	assert_int_equal(process_table_new(&host, &table), 0);
	assert_int_equal(process_table_update(table, &diag), 0);
	own = process_table_find(table, getpid());
	if (!own) {
		process_table_free(table);
		host_done(&host);
		skip();
		return;
	}
	before_ns = own->cpu_ns;
	for (unsigned i = 0; i < 3000000; i++)
		sink += i;
	assert_int_equal(process_table_update(table, &diag), 0);
	own = process_table_find(table, getpid());
	assert_true(own && own->spent_ns > 0 && own->spent_ns == own->cpu_ns - before_ns);
	process_table_free(table);
	host_done(&host);
}

int main(void)
{
#define MADE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		MADE(all_are_seen_by_pid_upwards),
		MADE(at_first_nobody_has_spent_anything),
		MADE(what_one_spent_is_the_difference),
		MADE(a_new_one_counts_from_its_start),
		MADE(one_that_was_hidden_until_now_has_not_spent_all_its_life_since),
		MADE(a_number_given_anew_is_another_process),
		MADE(a_time_that_went_back_is_nothing_spent),
		MADE(the_dead_are_gone),
		MADE(what_the_dead_spent_at_last_is_theirs_who_waited),
		MADE(a_whole_family_that_died_is_counted_once),
		MADE(who_lived_between_two_looks_is_its_parent_s),
		MADE(a_parent_is_older_than_its_child),
		MADE(a_name_may_be_anything),
		MADE(memory_is_in_bytes),
		MADE(a_user_has_a_name_else_a_number),
		MADE(a_user_that_cannot_be_read_is_not_root),
		MADE(a_user_is_looked_up_again_after_exec),
		MADE(without_proc_it_says_so_and_stays_as_it_was),
		cmocka_unit_test(what_is_no_such_line_is_refused),
		cmocka_unit_test(a_process_of_this_machine_is_counted_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
