/* SPDX-License-Identifier: Apache-2.0 */
/* Statements that are prepared once: what they must not hold on to. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "fixture.h"
#include "store/store-internal.h"

#define ROWS 700 /* three blocks */

struct folder {
	struct fixture fixture;
	char path[256]; /* of a ledger in it */
};

static int place_open(void **state)
{
	struct folder *place = calloc(1, sizeof *place);

	fixture_open(&place->fixture);
	(void)snprintf(place->path, sizeof place->path, "%s/a.db", place->fixture.path);
	*state = place;
	return 0;
}

static int place_close(void **state)
{
	struct folder *place = *state;

	fixture_close(&place->fixture);
	free(place);
	return 0;
}

static struct store *open_ok(const struct folder *place)
{
	struct store *store = NULL;

	assert_int_equal(store_open(place->path, STORE_WRITE, NULL, &store), 0);
	return store;
}

static void close_store(struct store **store)
{
	store_close(*store);
}

#define STORE CLEANUP(close_store) struct store

static int64_t add_run(struct store *store, const char *id)
{
	struct run_info info = { .started_unix_ns = NS_PER_S };

	(void)copy_text(info.id, sizeof info.id, id);
	(void)copy_text(info.how, sizeof info.how, "run");
	assert_int_equal(store_run_insert(store, &info, NULL), 0);
	return info.key;
}

static void put_rows(struct store *store, int64_t run)
{
	AUTO_FREE struct sample *rows = calloc(STORE_BLOCK_ROWS, sizeof *rows);

	for (size_t i = 0; i < ROWS; i++) {
		size_t at = i % STORE_BLOCK_ROWS;
		struct store_block block = {
			.number = (uint32_t)(i / STORE_BLOCK_ROWS),
			.rows = rows,
			.count = at + 1,
		};

		rows[at].t_ns = (int64_t)i * NS_PER_S;
		if (at + 1 == STORE_BLOCK_ROWS || i + 1 == ROWS)
			assert_int_equal(store_block_put(store, run, &block, NULL), 0);
	}
}

static int stop_at_once(void *ctx, const struct sample *row)
{
	(void)ctx;
	(void)row;
	return 42;
}

/* A statement between two rows keeps a connection at what the ledger was. */
static void a_reading_that_was_broken_off_holds_no_old_ledger(void **state)
{
	STORE *reader = open_ok(*state);
	STORE *writer = open_ok(*state);
	int64_t run = add_run(writer, "one");
	int64_t found = 0;

	put_rows(writer, run);
	assert_int_equal(store_rows(reader, run, stop_at_once, NULL, NULL), 42);
	run = add_run(writer, "two");
	assert_int_equal(store_find(reader, "two", NULL, &found), 0);
	assert_int_equal(found, run);
}

static void a_write_that_failed_holds_no_lock(void **state)
{
	STORE *one = open_ok(*state);
	STORE *other = open_ok(*state);
	int64_t run = add_run(one, "one");
	const struct run_mark mark = { .t_ns = 1, .name = "m" };
	struct run_import import = { .digest = "d" };
	struct diag diag = { 0 };

	store_patience(other, 0);
	assert_int_equal(store_mark_add(one, run + 1, &mark, &diag), -ENOENT);
	assert_int_equal(store_import_put(one, run, &import, &diag), 0);
	assert_int_equal(store_import_put(one, add_run(one, "two"), &import, &diag),
			 -EEXIST);
	assert_true(add_run(other, "three") > 0);
	/* And the same statements do their work again. */
	assert_int_equal(store_mark_add(one, run, &mark, &diag), 0);
}

/* What was bound for one call is not there for the next. */
static void nothing_stays_bound(void **state)
{
	STORE *store = open_ok(*state);
	LENT first = { .stmt = NULL };
	LENT again = { .stmt = NULL };
	static const char ask[] = "SELECT ?1";

	assert_int_equal(store_lend(store, ask, NULL, &first), 0);
	(void)sqlite3_bind_int64(first.stmt, 1, 7);
	assert_int_equal(store_next(store, first.stmt, NULL), 1);
	store_give_back(&first);
	assert_int_equal(store_lend(store, ask, NULL, &again), 0);
	assert_int_equal(store_next(store, again.stmt, NULL), 1);
	assert_int_equal(sqlite3_column_type(again.stmt, 0), SQLITE_NULL);
}

struct nested {
	struct store *store;
	int64_t run;
	size_t outer;
	size_t inner;
};

static int count_inner(void *ctx, const struct sample *row)
{
	struct nested *nested = ctx;

	assert_int_equal(row->t_ns, (int64_t)(nested->inner++ % ROWS) * NS_PER_S);
	return 0;
}

static int count_outer(void *ctx, const struct sample *row)
{
	struct nested *nested = ctx;

	assert_int_equal(row->t_ns, (int64_t)nested->outer++ * NS_PER_S);
	if (nested->outer % 300 != 0)
		return 0;
	return store_rows(nested->store, nested->run, count_inner, nested, NULL);
}

static void rows_can_be_read_from_among_rows(void **state)
{
	STORE *store = open_ok(*state);
	struct nested nested = { .store = store, .run = add_run(store, "one") };

	put_rows(store, nested.run);
	assert_int_equal(store_rows(store, nested.run, count_outer, &nested, NULL), 0);
	assert_int_equal(nested.outer, ROWS);
	assert_int_equal(nested.inner, 2 * ROWS);
}

static void there_may_be_more_statements_than_are_kept(void **state)
{
	static char texts[2 * STORE_KEPT_MAX][32];
	STORE *store = open_ok(*state);

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 2 * STORE_KEPT_MAX; i++) {
			LENT lent = { .stmt = NULL };

			(void)snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
			assert_int_equal(store_lend(store, texts[i], NULL, &lent), 0);
			assert_int_equal(store_next(store, lent.stmt, NULL), 1);
			assert_int_equal(sqlite3_column_int(lent.stmt, 0), i);
		}
	assert_true(add_run(store, "one") > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reading_that_was_broken_off_holds_no_old_ledger),
		TEST(a_write_that_failed_holds_no_lock),
		TEST(nothing_stays_bound),
		TEST(rows_can_be_read_from_among_rows),
		TEST(there_may_be_more_statements_than_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
