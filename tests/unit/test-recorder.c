/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/parse.h"
#include "engine/recorder.h"
#include "fixture.h"

#define ROWS (STORE_BLOCK_ROWS + 44)

struct book {
	char folder[64];
	char path[96];
	struct run_info info;
	struct recorder *recorder;
};

static void book_info(struct run_info *info, const char *id)
{
	memset(info, 0, sizeof *info);
	(void)copy_text(info->id, sizeof info->id, id);
	(void)copy_text(info->name, sizeof info->name, "job");
	(void)copy_text(info->how, sizeof info->how, "run");
	info->state = RUN_RUNNING;
	info->attributed_j = -1;
	info->machine_j = -1;
}

static void book_open(struct book *book)
{
	memset(book, 0, sizeof *book);
	(void)copy_text(book->folder, sizeof book->folder, "/tmp/recorder-XXXXXX");
	assert_non_null(mkdtemp(book->folder));
	(void)snprintf(book->path, sizeof book->path, "%s/l.db", book->folder);
	book_info(&book->info, "20261123T083757-000001");
}

static void book_begin(struct book *book)
{
	assert_int_equal(recorder_new(book->path, &book->recorder), 0);
	recorder_begin(book->recorder, &book->info, NULL, 0);
}

static void book_close(struct book *book)
{
	static const char *const parts[] = { "", "-wal", "-shm", "-journal" };
	char path[128];

	recorder_free(book->recorder);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		(void)snprintf(path, sizeof path, "%s%s", book->path, parts[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(book->folder), 0);
}

static int set_up(void **state)
{
	struct book *book = calloc(1, sizeof *book);

	book_open(book);
	*state = book;
	return 0;
}

static int tear_down(void **state)
{
	book_close(*state);
	free(*state);
	return 0;
}

/* Another process's hand on the ledger. */
static struct store *hold(const struct book *book)
{
	struct store *other = NULL;
	struct diag diag = { 0 };

	assert_int_equal(store_open(book->path, STORE_WRITE, &diag, &other), 0);
	assert_int_equal(store_begin(other, &diag), 0);
	return other;
}

static int count_row(void *ctx, const struct sample *row)
{
	size_t *count = ctx;

	assert_int_equal(row->t_ns, (int64_t)*count * NS_PER_MS);
	++*count;
	return 0;
}

static void put_rows(struct book *book, size_t from, size_t to)
{
	struct sample row;

	memset(&row, 0, sizeof row);
	for (size_t i = from; i < to; i++) {
		row.t_ns = (int64_t)i * NS_PER_MS;
		recorder_row(book->recorder, &row);
	}
}

/* What the file holds, opened anew. */
static void read_back(const struct book *book, struct run_record *record,
		      size_t *ret_rows)
{
	struct store *store = NULL;
	struct diag diag = { 0 };
	int64_t run;

	*ret_rows = 0;
	memset(record, 0, sizeof *record);
	assert_int_equal(store_open(book->path, STORE_READ, &diag, &store), 0);
	assert_int_equal(store_find(store, book->info.id, &diag, &run), 0);
	assert_int_equal(store_load(store, run, &diag, record), 0);
	assert_int_equal(store_rows(store, run, count_row, ret_rows, &diag), 0);
	store_close(store);
}

static void what_a_busy_file_did_not_take_is_in_it_at_the_end(void **state)
{
	const struct gap gap = { .domain = 0, .from_ns = 1, .to_ns = 2 };
	const struct run_mark mark = { .t_ns = 3, .name = "one" };
	const struct run_metric metric = { .t_ns = 4, .name = "loss", .value = 0.5 };
	struct run_record record;
	struct store *other;
	struct book *book = *state;
	size_t rows;

	book_begin(book);
	put_rows(book, 0, 10);
	recorder_flush(book->recorder, NULL, 0);
	put_rows(book, 10, 20);
	other = hold(book);
	recorder_flush(book->recorder, NULL, 0);
	assert_true(recorder_kept(book->recorder));
	recorder_mark(book->recorder, &mark);
	recorder_gap(book->recorder, &gap);
	assert_false(recorder_kept(book->recorder));
	recorder_metric(book->recorder, &metric);
	put_rows(book, 20, ROWS);
	store_rollback(other);
	store_close(other);
	book->info.state = RUN_FINISHED;
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	assert_true(recorder_kept(book->recorder));
	assert_string_equal(recorder_trouble(book->recorder), "");
	read_back(book, &record, &rows);
	assert_int_equal(rows, ROWS);
	assert_int_equal(record.mark_count, 1);
	assert_int_equal(record.metric_count, 1);
	assert_int_equal(record.gap_count, 1);
	assert_int_equal(record.info.state, RUN_FINISHED);
	run_record_done(&record);
}

static void put_marks(struct book *book, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct run_mark mark = { .t_ns = (int64_t)i };
		struct run_metric metric = { .t_ns = (int64_t)i, .name = "loss" };

		(void)snprintf(mark.name, sizeof mark.name, "step %zu", i);
		metric.value = (double)i;
		recorder_mark(book->recorder, &mark);
		recorder_metric(book->recorder, &metric);
	}
}

/* All there once and in order. */
static void assert_marks(const struct book *book, size_t count)
{
	struct run_record record;
	char name[32];
	size_t rows;

	read_back(book, &record, &rows);
	assert_int_equal(record.mark_count, count);
	assert_int_equal(record.metric_count, count);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(name, sizeof name, "step %zu", i);
		assert_string_equal(record.marks[i].name, name);
		assert_true(record.metrics[i].value == (double)i);
	}
	run_record_done(&record);
}

static void marks_wait_for_the_flush_whoever_holds_the_file(void **state)
{
	struct store *other;
	struct book *book = *state;

	book_begin(book);
	other = hold(book);
	put_marks(book, 0, 500);
	assert_true(recorder_kept(book->recorder));
	store_rollback(other);
	store_close(other);
	assert_marks(book, 0);
	recorder_flush(book->recorder, NULL, 0);
	assert_marks(book, 500);
	put_marks(book, 500, 502);
	recorder_end(book->recorder, NULL, 0);
	assert_marks(book, 502);
}

static void marks_of_a_flush_that_found_the_file_busy_wait_for_the_next(void **state)
{
	struct store *other;
	struct book *book = *state;

	book_begin(book);
	put_marks(book, 0, 5);
	other = hold(book);
	recorder_flush(book->recorder, NULL, 0);
	assert_true(recorder_kept(book->recorder));
	store_rollback(other);
	store_close(other);
	recorder_flush(book->recorder, NULL, 0);
	assert_marks(book, 5);
}

static void more_marks_than_can_wait_are_all_kept(void **state)
{
	struct book *book = *state;

	book_begin(book);
	put_marks(book, 0, 3000);
	recorder_end(book->recorder, NULL, 0);
	assert_marks(book, 3000);
}

static void more_marks_than_can_wait_outlive_a_busy_file(void **state)
{
	struct store *other;
	struct book *book = *state;

	book_begin(book);
	put_marks(book, 0, 3);
	recorder_flush(book->recorder, NULL, 0);
	other = hold(book);
	put_marks(book, 3, 1500);
	assert_false(recorder_kept(book->recorder));
	store_rollback(other);
	store_close(other);
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	assert_true(recorder_kept(book->recorder));
	assert_marks(book, 1500);
}

static void a_full_block_outlives_a_busy_file(void **state)
{
	struct run_record record;
	struct store *other;
	struct book *book = *state;
	size_t rows;

	book_begin(book);
	put_rows(book, 0, 10);
	recorder_flush(book->recorder, NULL, 0);
	other = hold(book);
	put_rows(book, 10, ROWS);
	store_rollback(other);
	store_close(other);
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	read_back(book, &record, &rows);
	assert_int_equal(rows, ROWS);
	run_record_done(&record);
}

static void another_run_of_the_same_id_is_left_alone(void **state)
{
	struct run_record record;
	struct store *store = NULL;
	struct run_info other;
	struct diag diag = { 0 };
	struct book *book = *state;
	size_t rows;

	book_info(&other, book->info.id);
	(void)copy_text(other.name, sizeof other.name, "theirs");
	assert_int_equal(store_open(book->path, STORE_WRITE, &diag, &store), 0);
	assert_int_equal(store_run_insert(store, &other, &diag), 0);
	store_close(store);
	book_begin(book);
	put_rows(book, 0, 10);
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	assert_false(recorder_kept(book->recorder));
	assert_string_not_equal(recorder_trouble(book->recorder), "");
	read_back(book, &record, &rows);
	assert_string_equal(record.info.name, "theirs");
	assert_int_equal(rows, 0);
	run_record_done(&record);
}

static void gaps_without_end_are_listed_to_an_end(void **state)
{
	struct run_record record;
	struct book *book = *state;
	size_t rows;

	book_begin(book);
	for (int64_t i = 0; i < 10100; i++)
		recorder_gap(book->recorder,
			     &(struct gap){ .from_ns = i, .to_ns = i + 1 });
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	read_back(book, &record, &rows);
	assert_int_equal(record.gap_count, 10000);
	assert_int_equal(record.warning_count, 1);
	assert_string_equal(record.warnings[0].code, "many-gaps");
	run_record_done(&record);
}

static void a_run_is_in_the_file_as_it_goes(void **state)
{
	struct run_record record;
	struct book *book = *state;
	size_t rows;

	book_begin(book);
	put_rows(book, 0, 10);
	recorder_flush(book->recorder, NULL, 0);
	put_rows(book, 10, 20);
	read_back(book, &record, &rows);
	assert_int_equal(rows, 10);
	assert_int_equal(record.info.state, RUN_RUNNING);
	assert_true(recorder_written_bytes(book->recorder) > 0);
	run_record_done(&record);
}

static void blocks_follow_each_other_without_a_seam(void **state)
{
	struct run_record record;
	struct book *book = *state;
	size_t rows;

	book_begin(book);
	for (size_t from = 0; from < 3 * ROWS; from += ROWS / 4) {
		put_rows(book, from, from + ROWS / 4);
		recorder_flush(book->recorder, NULL, 0);
	}
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	read_back(book, &record, &rows);
	assert_int_equal(rows, 3 * ROWS);
	run_record_done(&record);
}

static void a_run_that_never_began_is_forgotten(void **state)
{
	struct store *store = NULL;
	struct diag diag = { 0 };
	struct book *book = *state;
	int64_t run;

	book_begin(book);
	put_rows(book, 0, 10);
	recorder_flush(book->recorder, NULL, 0);
	recorder_forget(book->recorder);
	assert_int_equal(store_open(book->path, STORE_READ, &diag, &store), 0);
	assert_int_equal(store_find(store, book->info.id, &diag, &run), -ENOENT);
	store_close(store);
}

/* The rows that memory holds for the report, where there is no file. */
static size_t rows_at_hand(const struct book *book)
{
	struct diag diag = { 0 };
	size_t rows = 0;

	assert_non_null(recorder_store(book->recorder));
	assert_int_equal(store_rows(recorder_store(book->recorder), book->info.key,
				    count_row, &rows, &diag),
			 0);
	return rows;
}

static void an_unusable_file_does_not_end_the_run(void **state)
{
	struct book *book = *state;

	assert_int_equal(recorder_new(book->folder, &book->recorder), 0);
	assert_non_null(strstr(recorder_trouble(book->recorder), book->folder));
	recorder_begin(book->recorder, &book->info, NULL, 0);
	put_rows(book, 0, ROWS);
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	assert_int_equal(rows_at_hand(book), ROWS);
	assert_false(recorder_kept(book->recorder));
}

static void without_a_place_a_run_is_in_memory_and_it_is_said(void **state)
{
	struct book *book = *state;

	assert_int_equal(recorder_new("", &book->recorder), 0);
	recorder_begin(book->recorder, &book->info, NULL, 0);
	put_rows(book, 0, 10);
	recorder_end(book->recorder, NULL, 0);
	assert_int_equal(rows_at_hand(book), 10);
	assert_false(recorder_kept(book->recorder));
	assert_non_null(strstr(recorder_trouble(book->recorder), "GRAMME_DB"));
	assert_non_null(strstr(recorder_fix(book->recorder), "GRAMME_DB"));
}

/* No file of this process may grow: the nearest to a full disk that needs no root. */
static void fill_disk(bool full)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = full ? 1024 : limit.rlim_max;
	(void)signal(SIGXFSZ, full ? SIG_IGN : SIG_DFL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_disk_that_fills_up_sends_the_run_into_memory(void **state)
{
	struct book *book = *state;

	book_begin(book);
	put_rows(book, 0, 10);
	recorder_flush(book->recorder, NULL, 0);
	fill_disk(true);
	put_rows(book, 10, ROWS);
	recorder_flush(book->recorder, NULL, 0);
	assert_false(recorder_kept(book->recorder));
	assert_string_not_equal(recorder_trouble(book->recorder), "");
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	fill_disk(false);
	assert_false(recorder_kept(book->recorder));
	assert_int_equal(rows_at_hand(book), ROWS);
}

static void a_disk_that_has_room_again_gets_the_whole_run(void **state)
{
	struct run_record record;
	struct book *book = *state;
	size_t rows;

	book_begin(book);
	put_rows(book, 0, 10);
	recorder_flush(book->recorder, NULL, 0);
	fill_disk(true);
	put_rows(book, 10, ROWS);
	recorder_flush(book->recorder, NULL, 0);
	fill_disk(false);
	assert_false(recorder_kept(book->recorder));
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	assert_true(recorder_kept(book->recorder));
	assert_string_equal(recorder_trouble(book->recorder), "");
	read_back(book, &record, &rows);
	assert_int_equal(rows, ROWS);
	run_record_done(&record);
}

/* --- what was found of the grid --- */

static const struct store_series de = { .provider = "uk", .zone = "GB-13" };

static void keep_step(struct book *book, int64_t from_unix_s, double gpkwh)
{
	struct intensity_point point = { .from_unix_s = from_unix_s,
					 .to_unix_s = from_unix_s + 1800,
					 .gpkwh = gpkwh };
	struct intensity_series series = { .error_ratio = 0.1,
					   .fetched_unix_s = from_unix_s + 60,
					   .points = &point,
					   .count = 1 };

	(void)copy_text(series.provider, sizeof series.provider, de.provider);
	(void)copy_text(series.zone, sizeof series.zone, de.zone);
	recorder_intensity(book->recorder, &series);
}

static void keep_place(struct book *book, const char *host, const char *zone)
{
	struct place place;

	memset(&place, 0, sizeof place);
	(void)copy_text(place.zone, sizeof place.zone, zone);
	recorder_place(book->recorder, host, &place, 77);
}

static void keep_weighing(struct book *book, int64_t at_unix_ns, double kg)
{
	struct weighing weighing;

	memset(&weighing, 0, sizeof weighing);
	weighing.at_unix_ns = at_unix_ns;
	weighing.carbon_kg.known = true;
	weighing.carbon_kg.value = weighing.carbon_kg.low = weighing.carbon_kg.high = kg;
	recorder_weighing(book->recorder, &weighing);
}

static size_t count_steps(struct store *store, int64_t from_unix_s, int64_t to_unix_s,
			  int64_t *ret_fetched_unix_s)
{
	struct intensity_series series;
	struct diag diag = { 0 };
	size_t count;

	assert_int_equal(store_intensity_get(store, &de, from_unix_s, to_unix_s, &diag,
					     &series),
			 0);
	count = series.count;
	*ret_fetched_unix_s = series.fetched_unix_s;
	intensity_series_done(&series);
	return count;
}

static void assert_zone(struct store *store, const char *host, const char *zone)
{
	struct place place;
	struct diag diag = { 0 };
	int64_t fetched;

	assert_int_equal(store_place_get(store, host, &diag, &place, &fetched), 0);
	assert_string_equal(place.zone, zone);
	assert_int_equal(fetched, 77);
}

static size_t count_weighings(struct store *store, int64_t run)
{
	struct weighing *weighings = NULL;
	struct diag diag = { 0 };
	size_t count = 0;

	assert_int_equal(store_weighings(store, run, &diag, &weighings, &count), 0);
	free(weighings);
	return count;
}

/* The store as another process finds it. */
static struct store *reopen(const struct book *book, int64_t *ret_run)
{
	struct store *store = NULL;
	struct diag diag = { 0 };

	assert_int_equal(store_open(book->path, STORE_READ, &diag, &store), 0);
	assert_int_equal(store_find(store, book->info.id, &diag, ret_run), 0);
	return store;
}

static void what_weighs_a_run_is_kept_with_it(void **state)
{
	struct store *store;
	struct book *book = *state;
	int64_t run, fetched;

	book_begin(book);
	keep_step(book, 3600, 100);
	keep_place(book, "here", "GB-13");
	keep_weighing(book, 1, 0.5);
	keep_weighing(book, 2, 0.5);
	keep_weighing(book, 3, 0.6);
	store = reopen(book, &run);
	assert_int_equal(count_steps(store, 3600, 5400, &fetched), 1);
	assert_int_equal(fetched, 3660);
	assert_zone(store, "here", "GB-13");
	assert_int_equal(count_weighings(store, run), 2);
	store_close(store);
	assert_true(recorder_kept(book->recorder));
}

static void what_is_no_number_leaves_the_run_in_the_file(void **state)
{
	struct book *book = *state;
	int64_t fetched;

	book_begin(book);
	keep_step(book, 3600, __builtin_nan(""));
	keep_weighing(book, 1, __builtin_nan(""));
	assert_true(recorder_kept(book->recorder));
	assert_string_equal(recorder_trouble(book->recorder), "");
	assert_int_equal(count_steps(recorder_store(book->recorder), 0, 9999, &fetched),
			 0);
	assert_int_equal(count_weighings(recorder_store(book->recorder), book->info.key),
			 0);
}

/* What was known before the run began is of no use to it; what holds then is. */
static void a_run_in_memory_still_has_what_weighs_it(void **state)
{
	struct store *other;
	struct book *book = *state;
	int64_t fetched;

	book->info.started_unix_ns = 4000 * NS_PER_S;
	book_begin(book);
	keep_step(book, 0, 90);
	keep_step(book, 3600, 100);
	keep_place(book, "here", "GB-13");
	keep_weighing(book, 1, 0.5);
	other = hold(book);
	keep_step(book, 5400, 110);
	assert_false(recorder_kept(book->recorder));
	keep_weighing(book, 2, 0.6);
	assert_int_equal(count_steps(recorder_store(book->recorder), 0, 9999, &fetched),
			 2);
	assert_int_equal(fetched, 3660);
	assert_zone(recorder_store(book->recorder), "here", "GB-13");
	assert_int_equal(count_weighings(recorder_store(book->recorder), book->info.key),
			 2);
	store_rollback(other);
	store_close(other);
}

static void what_weighs_a_run_comes_back_to_the_file_with_it(void **state)
{
	struct store *other, *store;
	struct book *book = *state;
	int64_t run, fetched;

	book_begin(book);
	keep_step(book, 0, 90);
	keep_weighing(book, 1, 0.5);
	other = hold(book);
	keep_weighing(book, 2, 0.6);
	assert_false(recorder_kept(book->recorder));
	keep_step(book, 3600, 100);
	keep_step(book, 5400, 110);
	keep_place(book, "here", "GB-13");
	store_rollback(other);
	store_close(other);
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	assert_true(recorder_kept(book->recorder));
	store = reopen(book, &run);
	assert_int_equal(count_steps(store, 0, 9999, &fetched), 3);
	assert_int_equal(fetched, 60);
	assert_int_equal(count_steps(store, 5400, 9999, &fetched), 1);
	assert_int_equal(fetched, 5460);
	assert_zone(store, "here", "GB-13");
	assert_int_equal(count_weighings(store, run), 2);
	store_close(store);
}

static void what_comes_after_the_end_is_in_the_file_too(void **state)
{
	struct store *other, *store;
	struct book *book = *state;
	int64_t run;

	book_begin(book);
	other = hold(book);
	recorder_gap(book->recorder, &(struct gap){ .from_ns = 1, .to_ns = 2 });
	assert_false(recorder_kept(book->recorder));
	store_rollback(other);
	store_close(other);
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	keep_weighing(book, 1, 0.5);
	assert_true(recorder_kept(book->recorder));
	store = reopen(book, &run);
	assert_int_equal(run, book->info.key);
	assert_int_equal(count_weighings(store, run), 1);
	store_close(store);
}

static void without_a_store_nothing_of_the_grid_harms(void **state)
{
	struct book *book = *state;
	int64_t fetched;

	assert_int_equal(recorder_new("", &book->recorder), 0);
	recorder_begin(book->recorder, &book->info, NULL, 0);
	keep_step(book, 3600, 100);
	keep_weighing(book, 1, 0.5);
	recorder_end(book->recorder, NULL, 0);
	assert_int_equal(count_steps(recorder_store(book->recorder), 0, 9999, &fetched),
			 1);
	assert_int_equal(count_weighings(recorder_store(book->recorder), book->info.key),
			 1);
}

/* The run is what cannot be had again. */
static void a_disk_too_small_for_the_grid_still_gets_the_run(void **state)
{
	enum { MANY = 60000 };

	struct intensity_series series = { .error_ratio = 0.1 };
	struct run_record record;
	struct rlimit limit;
	struct book *book = *state;
	size_t rows;

	for (int i = 0; i < MANY; i++)
		assert_int_equal(intensity_series_add(&series,
						      &(struct intensity_point){
							      .from_unix_s = i,
							      .to_unix_s = i + 1,
							      .gpkwh = i }),
				 0);
	book_begin(book);
	put_rows(book, 0, 10);
	recorder_flush(book->recorder, NULL, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 400000;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	recorder_intensity(book->recorder, &series);
	assert_false(recorder_kept(book->recorder));
	put_rows(book, 10, 20);
	recorder_ending(book->recorder);
	recorder_end(book->recorder, NULL, 0);
	fill_disk(false);
	assert_true(recorder_kept(book->recorder));
	read_back(book, &record, &rows);
	assert_int_equal(rows, 20);
	run_record_done(&record);
	intensity_series_done(&series);
}

int main(void)
{
#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BOOK(a_run_is_in_the_file_as_it_goes),
		WITH_BOOK(blocks_follow_each_other_without_a_seam),
		WITH_BOOK(a_run_that_never_began_is_forgotten),
		WITH_BOOK(an_unusable_file_does_not_end_the_run),
		WITH_BOOK(without_a_place_a_run_is_in_memory_and_it_is_said),
		WITH_BOOK(a_disk_that_fills_up_sends_the_run_into_memory),
		WITH_BOOK(a_disk_that_has_room_again_gets_the_whole_run),
		WITH_BOOK(what_a_busy_file_did_not_take_is_in_it_at_the_end),
		WITH_BOOK(marks_wait_for_the_flush_whoever_holds_the_file),
		WITH_BOOK(marks_of_a_flush_that_found_the_file_busy_wait_for_the_next),
		WITH_BOOK(more_marks_than_can_wait_are_all_kept),
		WITH_BOOK(more_marks_than_can_wait_outlive_a_busy_file),
		WITH_BOOK(a_full_block_outlives_a_busy_file),
		WITH_BOOK(another_run_of_the_same_id_is_left_alone),
		WITH_BOOK(gaps_without_end_are_listed_to_an_end),
		WITH_BOOK(what_weighs_a_run_is_kept_with_it),
		WITH_BOOK(what_is_no_number_leaves_the_run_in_the_file),
		WITH_BOOK(a_run_in_memory_still_has_what_weighs_it),
		WITH_BOOK(what_weighs_a_run_comes_back_to_the_file_with_it),
		WITH_BOOK(what_comes_after_the_end_is_in_the_file_too),
		WITH_BOOK(without_a_store_nothing_of_the_grid_harms),
		WITH_BOOK(a_disk_too_small_for_the_grid_still_gets_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
