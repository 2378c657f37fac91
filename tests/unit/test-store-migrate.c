/* SPDX-License-Identifier: Apache-2.0 */
/* Ledgers of schema version 1, made by its text as it was released. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/parse.h"
#include "fixture.h"
#include "store/block.h"
#include "store/store-internal.h"

#define ROWS 20
#define COLUMNS                                                                          \
	"id, name, project, experiment, state, how, started_unix_ns, zone, "             \
	"duration_ns, period_ns, root_pid, tracker_pid, tracker_start, boot_id, "        \
	"pue_source, region, region_how, version, reserve_cpu_permille, "                \
	"reserve_mem_permille, reserve_how, samples, missed, processes_seen, "           \
	"processes_ended, tracker_cpu_ns, tracker_rss_kib, tracker_written_bytes, "      \
	"energy_kind"
#define VALUES(id, state)                                                                \
	"('" id "', 'train', 1, 1, '" state "', 'run', 5000000000, 'UTC', 7, 8, 9, 10, " \
	"11, 'b', '', 'DE', 'option', '0.1.0', 0, 0, '', 20, 0, 1, 0, 0, 0, 0, "         \
	"'measured')"

struct old {
	struct fixture fixture;
	char path[128];
};

static void run_sql(sqlite3 *db, const char *text)
{
	int rc = sqlite3_exec(db, text, NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		print_error("%s\n", sqlite3_errmsg(db));
	assert_int_equal(rc, SQLITE_OK);
}

static void add_block(sqlite3 *db)
{
	struct sample *rows = calloc(ROWS, sizeof *rows);
	sqlite3_stmt *stmt = NULL;
	uint8_t *bytes = NULL;
	size_t size = 0;

	for (size_t i = 0; i < ROWS; i++)
		rows[i].t_ns = (int64_t)i * NS_PER_S;
	assert_int_equal(block_encode(rows, ROWS, &bytes, &size), 0);
	assert_int_equal(sqlite3_prepare_v2(db, "INSERT INTO block VALUES (1, 0, 20, ?1)",
					    -1, &stmt, NULL),
			 SQLITE_OK);
	(void)sqlite3_bind_blob64(stmt, 1, bytes, size, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	(void)sqlite3_finalize(stmt);
	free(bytes);
	free(rows);
}

static int old_open(void **state)
{
	struct old *old = calloc(1, sizeof *old);
	sqlite3 *db = NULL;
	size_t count = 0;

	fixture_open(&old->fixture);
	(void)snprintf(old->path, sizeof old->path, "%s/a.db", old->fixture.path);
	assert_int_equal(sqlite3_open(old->path, &db), SQLITE_OK);
	run_sql(db, "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL");
	run_sql(db, store_steps(&count)[0].sql);
	run_sql(db,
		"PRAGMA application_id = 1735552305; PRAGMA user_version = 1; "
		"INSERT INTO project VALUES (1, 'paper'); "
		"INSERT INTO experiment VALUES (1, 1, 'seeds'); "
		"INSERT INTO run (" COLUMNS ") VALUES " VALUES(
			"one",
			"running") "; "
				   "INSERT INTO mark VALUES (1, 3, 'epoch 1'); "
				   "INSERT INTO tag VALUES (1, 'gpu', 'no'); "
				   "INSERT INTO warning VALUES (1, 'late', 'was late')");
	add_block(db);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	*state = old;
	return 0;
}

static int old_close(void **state)
{
	struct old *old = *state;

	fixture_close(&old->fixture);
	free(old);
	return 0;
}

static struct store *open_ok(const struct old *old, enum store_mode mode)
{
	struct diag diag = { 0 };
	struct store *store = NULL;
	int err = store_open(old->path, mode, &diag, &store);

	if (err < 0)
		print_error("%s\n", diag.text);
	assert_int_equal(err, 0);
	return store;
}

static void close_store(struct store **store)
{
	store_close(*store);
}

#define STORE CLEANUP(close_store) struct store

/* As anybody's SQLite sees it. */
static int ask(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int value = -1;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	value = sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return value;
}

static int version_of(const struct old *old)
{
	return ask(old->path, "PRAGMA user_version");
}

static int count_row(void *ctx, const struct sample *row)
{
	size_t *count = ctx;

	assert_int_equal(row->t_ns, (int64_t)*count * NS_PER_S);
	++*count;
	return 0;
}

static void assert_run_is_whole(struct store *store)
{
	struct run_record record = { 0 };
	size_t rows = 0;
	int64_t run = 0;

	assert_int_equal(store_find(store, "train", NULL, &run), 0);
	assert_int_equal(store_load(store, run, NULL, &record), 0);
	assert_string_equal(record.info.id, "one");
	assert_string_equal(record.info.project, "paper");
	assert_string_equal(record.info.experiment, "seeds");
	assert_string_equal(record.info.region, "DE");
	assert_string_equal(record.info.region_from, "");
	assert_string_equal(record.info.grid, "");
	assert_string_equal(record.info.grid_marginal, "");
	assert_false(record.info.has_position);
	assert_int_equal(record.info.started_unix_ns, 5 * NS_PER_S);
	assert_int_equal(record.mark_count, 1);
	assert_int_equal(record.tag_count, 1);
	assert_int_equal(record.warning_count, 1);
	assert_int_equal(store_rows(store, run, count_row, &rows, NULL), 0);
	assert_int_equal(rows, ROWS);
	run_record_done(&record);
}

static size_t count_runs(struct store *store)
{
	struct run_info *infos = NULL;
	size_t count = 0;

	assert_int_equal(store_list(store, NULL, NULL, &infos, &count), 0);
	store_free_infos(infos, count);
	return count;
}

/* All that later versions added, where there is none of it. */
static void assert_nothing_new(struct store *store)
{
	const struct store_series what = { .provider = "p", .zone = "DE" };
	struct intensity_series series;
	struct weighing *weighings = NULL;
	struct run_record record;
	struct place place;
	size_t count = 9;
	int64_t fetched;

	assert_int_equal(store_intensity_get(store, &what, 0, 9, NULL, &series), 0);
	assert_int_equal(series.count, 0);
	intensity_series_done(&series);
	assert_int_equal(store_place_get(store, "h", NULL, &place, &fetched), -ENOENT);
	assert_int_equal(store_weighings(store, 1, NULL, &weighings, &count), 0);
	assert_int_equal(count, 0);
	free(weighings);
	assert_int_equal(store_load(store, 1, NULL, &record), 0);
	assert_string_equal(record.info.inside, "");
	assert_int_equal(record.work_count, 0);
	assert_null(record.import);
	run_record_done(&record);
}

static bool is_gone(void *ctx, const struct run_info *info)
{
	(void)ctx;
	(void)info;
	return false;
}

struct content {
	char bytes[131072];
	ssize_t size;
};

static void read_file(const char *path, struct content *ret)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

	memset(ret, 0, sizeof *ret);
	ret->size = read(fd, ret->bytes, sizeof ret->bytes);
	assert_true(ret->size > 8192 && (size_t)ret->size < sizeof ret->bytes);
}

static void an_older_ledger_is_read_and_stays_as_it_is(void **state)
{
	const struct old *old = *state;
	AUTO_FREE struct content *before = malloc(sizeof *before);
	AUTO_FREE struct content *after = malloc(sizeof *after);

	read_file(old->path, before);
	{
		STORE *store = open_ok(old, STORE_READ);

		assert_run_is_whole(store);
		assert_nothing_new(store);
	}

	read_file(old->path, after);
	assert_memory_equal(before, after, sizeof *before);
	assert_int_equal(version_of(old), 1);
}

static void writing_to_an_older_ledger_that_is_read_is_refused(void **state)
{
	STORE *store = open_ok(*state, STORE_READ);
	const struct weighing weighing = { .at_unix_ns = 1 };
	struct run_info info = { .key = 1 };
	struct diag diag = { 0 };

	(void)copy_text(info.id, sizeof info.id, "two");
	assert_int_equal(store_reap(store, is_gone, NULL, &diag), -EROFS);
	assert_non_null(strstr(diag.text, "reading only"));
	assert_int_equal(store_run_insert(store, &info, NULL), -EROFS);
	assert_int_equal(store_run_update(store, &info, NULL), -EROFS);
	assert_int_equal(store_run_remove(store, 1, NULL), -EROFS);
	assert_int_equal(store_weighing_add(store, 1, &weighing, NULL), -EROFS);
	assert_run_is_whole(store);
}

static void an_older_ledger_can_be_read_where_nobody_may_write(void **state)
{
	struct old *old = *state;
	int status = 0;
	pid_t pid;

	assert_int_equal(ask(old->path, "PRAGMA wal_checkpoint(TRUNCATE)"), 0);
	assert_int_equal(chmod(old->path, 0444), 0);
	assert_int_equal(chmod(old->fixture.path, 0555), 0);
	pid = fork();
	if (pid == 0) {
		struct store *store = NULL;

		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(2);
		if (store_open(old->path, STORE_READ, NULL, &store) < 0)
			_exit(3);
		_exit(count_runs(store) == 1 ? 0 : 4);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(old->fixture.path, 0700), 0);
	assert_int_equal(status, 0);
}

static void writing_brings_an_older_ledger_up_to_date(void **state)
{
	const struct old *old = *state;
	struct weighing weighing = { .at_unix_ns = 1 };

	struct run_record record = { 0 };

	{
		STORE *store = open_ok(old, STORE_WRITE);

		assert_run_is_whole(store);
		assert_nothing_new(store);
		assert_int_equal(store_load(store, 1, NULL, &record), 0);
		(void)copy_text(record.info.grid, sizeof record.info.grid, "uk GB");
		assert_int_equal(store_run_update(store, &record.info, NULL), 0);
		assert_int_equal(store_weighing_add(store, 1, &weighing, NULL), 0);
		run_record_done(&record);
	}

	assert_int_equal(version_of(old), STORE_SCHEMA_VERSION);
	assert_int_equal(ask(old->path, "SELECT count(*) FROM run WHERE grid = 'uk GB'"),
			 1);
	STORE *reader = open_ok(old, STORE_READ);

	assert_int_equal(store_load(reader, 1, NULL, &record), 0);
	assert_string_equal(record.info.grid, "uk GB");
	run_record_done(&record);
}

static void a_reader_goes_on_when_the_ledger_is_brought_up_to_date(void **state)
{
	STORE *reader = open_ok(*state, STORE_READ);
	struct run_info info = { .attributed_j = -1, .machine_j = -1 };

	assert_int_equal(count_runs(reader), 1);
	STORE *writer = open_ok(*state, STORE_WRITE);

	(void)copy_text(info.id, sizeof info.id, "two");
	(void)copy_text(info.region_from, sizeof info.region_from, "ipinfo.io");
	assert_int_equal(store_run_insert(writer, &info, NULL), 0);
	assert_int_equal(count_runs(reader), 2);
	assert_run_is_whole(reader);
	struct run_record record = { 0 };

	assert_int_equal(store_load(reader, info.key, NULL, &record), 0);
	assert_string_equal(record.info.region_from, "ipinfo.io");
	run_record_done(&record);
}

/* The sampler of a run that goes on was begun by the older gramme. */
static void an_older_sampler_goes_on_writing(void **state)
{
	const struct old *old = *state;
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(sqlite3_open(old->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "UPDATE run SET samples = ?1", -1, &stmt,
					    NULL),
			 SQLITE_OK);
	(void)sqlite3_bind_int(stmt, 1, 76);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	assert_int_equal(sqlite3_reset(stmt), SQLITE_OK);
	store_close(open_ok(old, STORE_WRITE));
	(void)sqlite3_bind_int(stmt, 1, 77);
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	(void)sqlite3_finalize(stmt);
	run_sql(db, "INSERT INTO run (" COLUMNS ") VALUES " VALUES("two", "finished"));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	STORE *store = open_ok(old, STORE_READ);

	assert_int_equal(count_runs(store), 2);
	assert_int_equal(ask(old->path, "SELECT samples FROM run WHERE id = 'one'"), 77);
}

static void open_and_add(const struct old *old, int number)
{
	struct run_info info = { .attributed_j = -1, .machine_j = -1 };
	struct store *store = NULL;

	(void)snprintf(info.id, sizeof info.id, "new-%d", number);
	if (store_open(old->path, STORE_WRITE, NULL, &store) < 0)
		_exit(1);
	if (store_run_insert(store, &info, NULL) < 0)
		_exit(2);
	store_close(store);
	_exit(0);
}

static void openings_at_the_same_time_all_succeed(void **state)
{
	enum { WRITERS = 6 };

	const struct old *old = *state;
	pid_t pids[WRITERS];

	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			open_and_add(old, i);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status = -1;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	STORE *store = open_ok(old, STORE_READ);

	assert_int_equal(count_runs(store), WRITERS + 1);
	assert_int_equal(version_of(old), STORE_SCHEMA_VERSION);
}

/* A connection as store-open.c has it before the steps. */
static struct store bare(struct old *old)
{
	struct store store = { .path = old->path, .pid = getpid() };

	assert_int_equal(sqlite3_open(old->path, &store.db), SQLITE_OK);
	return store;
}

static void assert_still_version_1(struct old *old)
{
	assert_int_equal(version_of(old), 1);
	assert_int_equal(ask(old->path,
			     "SELECT count(*) FROM sqlite_master WHERE name IN "
			     "('intensity_series', 'intensity_point', 'place', "
			     "'weighing')"),
			 0);
	STORE *store = open_ok(old, STORE_READ);

	assert_run_is_whole(store);
}

static void a_step_that_fails_leaves_version_1(void **state)
{
	struct old *old = *state;
	size_t count = 0;
	const struct store_step *steps = store_steps(&count);
	const struct store_step list[] = {
		steps[1],
		steps[2],
		{ .to = 4, .sql = "DROP TABLE mark; ALTER TABLE nothing ADD COLUMN x" },
	};
	struct store store = bare(old);

	assert_int_equal(count, 3);
	assert_int_equal(store_migrate(&store, list, 3, NULL), -EPROTO);
	assert_int_equal(sqlite3_close(store.db), SQLITE_OK);
	assert_still_version_1(old);
}

/* As far as the step gets with files of at most so many bytes; 1 when it got through. */
static int migrate_in(const struct old *old, rlim_t bytes)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		const struct rlimit limit = { bytes, bytes };
		struct store *store = NULL;
		struct diag diag = { 0 };
		int err;

		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
			_exit(9);
		err = store_open(old->path, STORE_WRITE, &diag, &store);
		if (err == 0)
			_exit(1);
		_exit(err == -ENOSPC && !store && diag.text[0] ? 0 : 8);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status);
}

static void a_disk_that_is_full_in_the_middle_leaves_version_1(void **state)
{
	struct old *old = *state;
	rlim_t bytes = 0;

	for (; migrate_in(old, bytes) == 0; bytes += 4096)
		assert_still_version_1(old);
	assert_true(bytes > 4096);
	assert_int_equal(version_of(old), STORE_SCHEMA_VERSION);
	STORE *store = open_ok(old, STORE_WRITE);

	assert_run_is_whole(store);
}

static void a_ledger_that_others_hold_is_not_brought_up_to_date_now(void **state)
{
	struct old *old = *state;
	struct store store = bare(old);
	struct diag diag = { 0 };
	sqlite3 *db = NULL;
	size_t count = 0;
	const struct store_step *steps = store_steps(&count);

	assert_int_equal(sqlite3_open(old->path, &db), SQLITE_OK);
	run_sql(db, "BEGIN IMMEDIATE; UPDATE run SET samples = 3");
	assert_int_equal(store_migrate(&store, steps, count, &diag), -EBUSY);
	assert_non_null(strstr(diag.text, "a.db"));
	run_sql(db, "COMMIT");
	assert_int_equal(store_migrate(&store, steps, count, &diag), 0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(sqlite3_close(store.db), SQLITE_OK);
	assert_int_equal(version_of(old), STORE_SCHEMA_VERSION);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, old_open, old_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_older_ledger_is_read_and_stays_as_it_is),
		TEST(writing_to_an_older_ledger_that_is_read_is_refused),
		TEST(an_older_ledger_can_be_read_where_nobody_may_write),
		TEST(writing_brings_an_older_ledger_up_to_date),
		TEST(a_reader_goes_on_when_the_ledger_is_brought_up_to_date),
		TEST(an_older_sampler_goes_on_writing),
		TEST(openings_at_the_same_time_all_succeed),
		TEST(a_step_that_fails_leaves_version_1),
		TEST(a_disk_that_is_full_in_the_middle_leaves_version_1),
		TEST(a_ledger_that_others_hold_is_not_brought_up_to_date_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
