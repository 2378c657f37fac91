/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "fixture.h"
#include "store/store.h"

static int book_open(void **state)
{
	struct store *store = NULL;

	assert_int_equal(store_open(":memory:", STORE_WRITE, NULL, &store), 0);
	*state = store;
	return 0;
}

static int book_close(void **state)
{
	store_close(*state);
	return 0;
}

static int64_t put_run(struct store *store, const char *id)
{
	struct run_info info = { .state = RUN_FINISHED };

	(void)copy_text(info.id, sizeof info.id, id);
	assert_int_equal(store_run_insert(store, &info, NULL), 0);
	return info.key;
}

static struct run_import import_of(const char *digest, struct run_figure *figures,
				   size_t count)
{
	struct run_import import = { .format = "made",
				     .tool = "Made",
				     .tool_version = "1.2",
				     .file = (char *)(uintptr_t) "runs.zip/a",
				     .imported_unix_ns = 77,
				     .figures = figures,
				     .figure_count = count };

	(void)copy_text(import.digest, sizeof import.digest, digest);
	return import;
}

static void where_a_run_came_from_is_read_back(void **state)
{
	struct run_figure figures[] = { { "total_power", 0.1 + 0.2, "kWh" },
					{ "PUE", 1.58, "" } };
	struct run_import import = import_of("abc", figures, 2);
	int64_t run = put_run(*state, "a"), found = 5;
	struct run_record record = { 0 };

	assert_int_equal(store_import_put(*state, run, &import, NULL), 0);
	assert_int_equal(store_load(*state, run, NULL, &record), 0);
	assert_non_null(record.import);
	assert_string_equal(record.import->format, "made");
	assert_string_equal(record.import->file, "runs.zip/a");
	assert_int_equal(record.import->figure_count, 2);
	assert_string_equal(record.import->figures[0].name, "total_power");
	assert_true(fabs(record.import->figures[0].value - (0.1 + 0.2)) <= 0);
	run_record_done(&record);
	assert_int_equal(store_import_find(*state, "abc", NULL, &found), 0);
	assert_int_equal(found, run);
	assert_int_equal(store_import_find(*state, "abd", NULL, &found), 0);
	assert_int_equal(found, 0);
}

static void the_same_digest_is_taken_once(void **state)
{
	struct run_import import = import_of("abc", NULL, 0);
	int64_t a = put_run(*state, "a"), b = put_run(*state, "b"), found = 0;

	assert_int_equal(store_import_put(*state, a, &import, NULL), 0);
	assert_int_equal(store_import_put(*state, b, &import, NULL), -EEXIST);
	assert_int_equal(store_import_find(*state, "abc", NULL, &found), 0);
	assert_int_equal(found, a);
	/* Gone with its run. */
	assert_int_equal(store_run_remove(*state, a, NULL), 0);
	assert_int_equal(store_import_put(*state, b, &import, NULL), 0);
}

struct wanted {
	const struct store_original *originals;
	size_t count;
	size_t seen;
	int answer;
};

static int look(void *ctx, const struct store_original *original)
{
	struct wanted *wanted = ctx;
	const struct store_original *own = &wanted->originals[wanted->seen++];

	assert_string_equal(original->name, own->name);
	assert_int_equal(original->size, own->size);
	assert_memory_equal(original->bytes, own->bytes, own->size);
	return wanted->answer;
}

static void originals_come_back_byte_for_byte_in_order(void **state)
{
	static const char zeros[100000];
	const struct store_original originals[] = { { "z.json", zeros, sizeof zeros },
						    { "a.pkl", "\0\1\2\xff", 4 },
						    { "empty", "", 0 } };
	struct run_import import = import_of("abc", NULL, 0);
	int64_t run = put_run(*state, "a");
	struct wanted wanted = { originals, 3, 0, 0 };

	assert_int_equal(store_import_put(*state, run, &import, NULL), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(store_original_put(*state, run, &originals[i], NULL), 0);
	assert_int_equal(store_originals_each(*state, run, look, &wanted, NULL), 0);
	assert_int_equal(wanted.seen, 3);
	wanted = (struct wanted){ originals, 3, 0, 9 };
	assert_int_equal(store_originals_each(*state, run, look, &wanted, NULL), 9);
	assert_int_equal(wanted.seen, 1);
}

static void what_is_too_large_is_refused_before_it_is_read(void **state)
{
	const struct store_original original = { "huge", "x", (size_t)2 << 30 };
	struct diag diag = { 0 };

	assert_int_equal(store_original_put(*state, put_run(*state, "a"), &original,
					    &diag),
			 -EFBIG);
	assert_non_null(strstr(diag.text, "huge"));
}

#define BOOK_TEST(name) cmocka_unit_test_setup_teardown(name, book_open, book_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOOK_TEST(where_a_run_came_from_is_read_back),
		BOOK_TEST(the_same_digest_is_taken_once),
		BOOK_TEST(originals_come_back_byte_for_byte_in_order),
		BOOK_TEST(what_is_too_large_is_refused_before_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
