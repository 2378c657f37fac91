/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "activity/account.h"
#include "fixture.h"

/*
 * A small kernel: processes fork, run, die, wait or ignore, and orphans go to a subreaper or
 * to init. It knows the truth; the books see only what a reader of proc would.
 */
#define WORLD_MAX 600
#define TICK      UINT64_C(10000000)

struct being {
	int parent; /* index; -1: init, outside the tree */
	bool alive;
	bool zombie;
	bool ignores; /* its children vanish without a word */
	uint64_t own_ns;
	uint64_t user_ns; /* of the dead it waited for; shown in ticks, one by one */
	uint64_t system_ns;
};

struct world {
	struct being being[WORLD_MAX];
	int count;
	bool subreaper; /* being 0 adopts orphans */
	uint64_t truth_ns;
	uint64_t seed;
};

static unsigned roll(struct world *world, unsigned sides)
{
	world->seed = world->seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(world->seed >> 33) % sides;
}

static void reap(struct world *world, int child)
{
	struct being *dead = &world->being[child];
	struct being *parent = dead->parent < 0 ? NULL : &world->being[dead->parent];

	if (parent && !parent->ignores) {
		parent->user_ns += dead->user_ns + dead->own_ns / 3 * 2;
		parent->system_ns +=
			dead->system_ns + dead->own_ns - dead->own_ns / 3 * 2;
	}
	dead->alive = false;
}

static void die(struct world *world, int who)
{
	int heir = world->subreaper && who != 0 ? 0 : -1;

	world->being[who].zombie = true;
	for (int i = 0; i < world->count; i++) {
		if (!world->being[i].alive || world->being[i].parent != who)
			continue;
		world->being[i].parent = heir;
		if (world->being[i].zombie)
			reap(world, i);
	}
	if (world->being[who].parent < 0 ||
	    world->being[world->being[who].parent].ignores || roll(world, 2))
		reap(world, who);
}

static void live_on(struct world *world)
{
	int who = (int)roll(world, (unsigned)world->count);
	struct being *being = &world->being[who];
	uint64_t ns = roll(world, 9000000);

	if (!being->alive)
		return;
	if (being->zombie) {
		reap(world, who);
		return;
	}
	if (who > 0 && roll(world, 4) == 0) {
		die(world, who);
		return;
	}
	being->own_ns += ns;
	world->truth_ns += ns;
	if (roll(world, 3) == 0 && world->count < WORLD_MAX)
		world->being[world->count++] = (struct being){
			.parent = who, .alive = true, .ignores = being->ignores
		};
}

static struct proc_stat shown(const struct world *world, int who)
{
	const struct being *being = &world->being[who];

	return (struct proc_stat){
		.pid = who + 2,
		.ppid = being->parent < 0 ? 1 : being->parent + 2,
		.state = being->zombie ? 'Z' : 'R',
		.own_ns = being->own_ns,
		.reaped_ns =
			being->user_ns / TICK * TICK + being->system_ns / TICK * TICK,
	};
}

/* One look at a world that stands still meanwhile. */
static void look(struct account *account, const struct world *world)
{
	for (size_t i = 0; i < account->count; i++)
		if (!world->being[account->members[i].pid - 2].alive)
			account_gone(account, &account->members[i]);
	for (size_t i = 0; i < account->count; i++) {
		struct member *member = &account->members[i];
		struct proc_stat stat = shown(world, member->pid - 2);

		if (member->gone)
			continue;
		member->dirty = false;
		member->adopted = false;
		member->own_ns = stat.own_ns;
		member->reaped_new_ns = stat.reaped_ns;
		member->ppid = stat.ppid;
		member->ended = stat.state == 'Z';
	}
	account_settle(account);
	for (int i = 0; i < world->count; i++) {
		struct proc_stat stat = shown(world, i);
		struct member *member;

		if (world->being[i].alive && account_find(account, stat.ppid) &&
		    account_add(account, &stat, &member) < 0)
			assert_non_null(account_find(account, stat.pid));
	}
}

struct outcome {
	uint64_t truth_ns;
	uint64_t total_ns;
	size_t living;
};

static struct outcome play(uint64_t seed, bool subreaper, bool ignores, unsigned pace)
{
	static struct world world;
	struct account account;
	struct proc_stat root;
	struct member *member;
	struct outcome outcome;
	uint64_t last_ns = 0;

	memset(&world, 0, sizeof world);
	world = (struct world){ .seed = seed, .subreaper = subreaper, .count = 1 };
	world.being[0] =
		(struct being){ .parent = -1, .alive = true, .ignores = ignores };
	account_init(&account);
	root = shown(&world, 0);
	assert_int_equal(account_add(&account, &root, &member), 0);
	for (unsigned step = 0; step < 2000; step++) {
		live_on(&world);
		if (roll(&world, pace) != 0)
			continue;
		look(&account, &world);
		assert_true(account_total(&account) >= last_ns);
		last_ns = account_total(&account);
	}
	look(&account, &world);
	outcome.truth_ns = world.truth_ns;
	outcome.total_ns = account_total(&account);
	outcome.living = account.count;
	account_done(&account);
	return outcome;
}

static void a_tree_whose_dead_are_all_waited_for_is_exact_but_for_ticks(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct outcome o = play(seed, true, false, 1 + (unsigned)(seed % 40));
		/* A sum of each living one lags by less than two ticks. */
		uint64_t lag_ns = (uint64_t)o.living * 2 * TICK;

		if (o.total_ns > o.truth_ns + 2 * TICK ||
		    o.total_ns + lag_ns < o.truth_ns)
			fail_msg("seed %d: %.1f ms of %.1f, %zu living", (int)seed,
				 (double)o.total_ns / 1e6, (double)o.truth_ns / 1e6,
				 o.living);
	}
}

static void ignored_children_that_were_seen_are_all_kept(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		/* Looked at after every step, each is seen to its end. */
		struct outcome o = play(seed, false, true, 1);

		assert_true(o.total_ns == o.truth_ns);
	}
}

static void nothing_is_ever_counted_twice(void **unused)
{
	(void)unused;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		bool subreaper = seed % 2;
		bool ignores = seed % 3 == 0;
		struct outcome o =
			play(seed, subreaper, ignores, 1 + (unsigned)(seed % 9));

		if (o.total_ns > o.truth_ns + 2 * TICK)
			fail_msg("seed %d: %.1f ms of %.1f", (int)seed,
				 (double)o.total_ns / 1e6, (double)o.truth_ns / 1e6);
	}
}

static struct member *add(struct account *account, pid_t pid, pid_t ppid, uint64_t own_ns)
{
	struct proc_stat stat = { .pid = pid, .ppid = ppid, .own_ns = own_ns };
	struct member *member;

	assert_int_equal(account_add(account, &stat, &member), 0);
	return member;
}

static void a_death_after_the_parents_sum_was_read_waits_for_the_next_look(void **unused)
{
	struct account account;
	struct member *parent;

	(void)unused;
	account_init(&account);
	(void)add(&account, 10, 1, 0);
	(void)add(&account, 11, 10, 500 * TICK);
	parent = account_find(&account, 10);
	/* The sum may hold the child already, or not: nobody knows. */
	parent->reaped_new_ns = 500 * TICK;
	account_gone(&account, account_find(&account, 11));
	account_settle(&account);
	assert_true(account_total(&account) == 500 * TICK);
	assert_int_equal(account.count, 2);
	parent = account_find(&account, 10);
	parent->dirty = false;
	account_settle(&account);
	assert_true(account_total(&account) == 500 * TICK);
	assert_int_equal(account.count, 1);
	account_done(&account);
}

static void a_pid_stands_in_the_books_once(void **unused)
{
	struct proc_stat stat = { .pid = 11, .ppid = 10 };
	struct account account;
	struct member *member;

	(void)unused;
	account_init(&account);
	(void)add(&account, 11, 10, 5);
	assert_int_equal(account_add(&account, &stat, &member), -EEXIST);
	account_done(&account);
}

static void a_ring_of_parents_ends(void **unused)
{
	struct account account;

	(void)unused;
	account_init(&account);
	(void)add(&account, 10, 11, 5);
	(void)add(&account, 11, 10, 6);
	account_gone(&account, account_find(&account, 10));
	account_gone(&account, account_find(&account, 11));
	account_settle(&account);
	assert_int_equal(account.count, 0);
	assert_true(account_total(&account) == 11);
	account_done(&account);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_tree_whose_dead_are_all_waited_for_is_exact_but_for_ticks),
		cmocka_unit_test(ignored_children_that_were_seen_are_all_kept),
		cmocka_unit_test(nothing_is_ever_counted_twice),
		cmocka_unit_test(
			a_death_after_the_parents_sum_was_read_waits_for_the_next_look),
		cmocka_unit_test(a_pid_stands_in_the_books_once),
		cmocka_unit_test(a_ring_of_parents_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
