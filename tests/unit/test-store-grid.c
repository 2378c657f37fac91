/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/parse.h"
#include "fixture.h"
#include "store/store-internal.h"

#define HOUR 3600

struct book {
	struct fixture fixture;
	char path[128];
	struct store *store;
};

static int book_open(void **state)
{
	struct book *book = calloc(1, sizeof *book);

	fixture_open(&book->fixture);
	(void)snprintf(book->path, sizeof book->path, "%s/a.db", book->fixture.path);
	assert_int_equal(store_open(book->path, STORE_WRITE, NULL, &book->store), 0);
	*state = book;
	return 0;
}

static int book_close(void **state)
{
	struct book *book = *state;

	store_close(book->store);
	fixture_close(&book->fixture);
	free(book);
	return 0;
}

static struct store *store_of(void **state)
{
	return ((struct book *)*state)->store;
}

static const struct store_series de = { .provider = "electricitymaps", .zone = "DE" };

static struct intensity_series made_series(int64_t fetched_unix_s)
{
	struct intensity_series series = { .error_ratio = 0.1,
					   .fetched_unix_s = fetched_unix_s };

	(void)copy_text(series.provider, sizeof series.provider, de.provider);
	(void)copy_text(series.zone, sizeof series.zone, de.zone);
	(void)copy_text(series.basis, sizeof series.basis, "average, lifecycle");
	return series;
}

/* One step, as a series of its own. */
static void put_one(struct store *store, int64_t fetched_unix_s,
		    struct intensity_point point)
{
	struct intensity_series series = made_series(fetched_unix_s);

	series.points = &point;
	series.count = 1;
	assert_int_equal(store_intensity_put(store, &series, NULL), 0);
}

#define POINT(from, to, g, ...)                                                          \
	((struct intensity_point){                                                       \
		.from_unix_s = (from), .to_unix_s = (to), .gpkwh = (g), __VA_ARGS__ })

static struct intensity_series get(struct store *store, int64_t from, int64_t to)
{
	struct intensity_series series = { 0 };
	struct diag diag = { 0 };
	int err = store_intensity_get(store, &de, from, to, &diag, &series);

	if (err < 0)
		print_error("%s\n", diag.text);
	assert_int_equal(err, 0);
	return series;
}

/* "0-10:5 10-20:7e 20-30:8f", e for an estimate, f for a forecast. */
static void assert_steps(struct store *store, int64_t from, int64_t to, const char *steps)
{
	struct intensity_series series = get(store, from, to);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	strbuf_add(&text, "");
	for (size_t i = 0; i < series.count; i++) {
		const struct intensity_point *point = &series.points[i];

		strbuf_printf(&text, "%s%lld-%lld:%g%s%s", i ? " " : "",
			      (long long)point->from_unix_s, (long long)point->to_unix_s,
			      point->gpkwh, point->estimated ? "e" : "",
			      point->forecast ? "f" : "");
	}
	intensity_series_done(&series);
	assert_string_equal(text.text, steps);
}

static void a_series_comes_back_as_it_was(void **state)
{
	struct intensity_point points[] = {
		POINT(0, 1800, 0.1, .estimated = true),
		POINT(1800, 3600, -12.5),
		POINT(7200, 7500, 1e-300, .estimated = true, .forecast = true),
		POINT(7500, INT64_MAX, 1e300),
	};
	struct intensity_series series = made_series(1700000000), back;

	series.points = points;
	series.count = ARRAY_SIZE(points);
	memset(series.basis, 'b', sizeof series.basis - 1);
	assert_int_equal(store_intensity_put(store_of(state), &series, NULL), 0);
	back = get(store_of(state), INT64_MIN, INT64_MAX);
	assert_string_equal(back.provider, series.provider);
	assert_string_equal(back.zone, "DE");
	assert_string_equal(back.basis, series.basis);
	assert_int_equal(back.signal, SIGNAL_AVERAGE);
	assert_true(back.error_ratio == 0.1);
	assert_int_equal(back.fetched_unix_s, 1700000000);
	assert_int_equal(back.count, ARRAY_SIZE(points));
	for (size_t i = 0; i < back.count; i++) {
		assert_int_equal(back.points[i].from_unix_s, points[i].from_unix_s);
		assert_int_equal(back.points[i].to_unix_s, points[i].to_unix_s);
		assert_true(back.points[i].gpkwh == points[i].gpkwh);
		assert_int_equal(back.points[i].estimated, points[i].estimated);
		assert_int_equal(back.points[i].forecast, points[i].forecast);
	}
	intensity_series_done(&back);
}

static void only_steps_that_touch_the_span_come(void **state)
{
	struct store *store = store_of(state);

	put_one(store, 1, POINT(0, 10, 1));
	put_one(store, 1, POINT(10, 20, 2));
	put_one(store, 1, POINT(30, 40, 3));
	assert_steps(store, 10, 20, "10-20:2");
	assert_steps(store, 9, 21, "0-10:1 10-20:2");
	assert_steps(store, 15, 31, "10-20:2 30-40:3");
	assert_steps(store, 20, 30, "");
	assert_steps(store, 40, 99, "");
	assert_steps(store, -9, 0, "");
	assert_steps(store, -9, 1, "0-10:1");
}

static void a_run_of_no_whole_second_has_its_step(void **state)
{
	put_one(store_of(state), 1, POINT(10, 20, 2));
	assert_steps(store_of(state), 10, 10, "10-20:2");
	assert_steps(store_of(state), 19, 19, "10-20:2");
	assert_steps(store_of(state), 20, 20, "");
	assert_steps(store_of(state), 9, 9, "");
}

static void nothing_kept_is_a_series_without_steps(void **state)
{
	struct intensity_series series = get(store_of(state), 0, 100);

	assert_int_equal(series.count, 0);
	assert_null(series.points);
	assert_string_equal(series.zone, "DE");
	assert_int_equal(series.fetched_unix_s, 0);
	series = made_series(1);
	assert_int_equal(store_intensity_put(store_of(state), &series, NULL), 0);
	assert_steps(store_of(state), 0, 100, "");
}

static void a_later_fetch_replaces_an_earlier_one(void **state)
{
	struct store *store = store_of(state);

	put_one(store, 5, POINT(0, 10, 1));
	put_one(store, 6, POINT(0, 10, 2));
	assert_steps(store, 0, 10, "0-10:2");
	put_one(store, 6, POINT(0, 10, 3));
	assert_steps(store, 0, 10, "0-10:3");
	put_one(store, 5, POINT(0, 20, 4));
	assert_steps(store, 0, 20, "0-10:3 10-20:4");
}

static void what_was_measured_is_never_replaced_by_less(void **state)
{
	struct store *store = store_of(state);

	put_one(store, 1, POINT(10, 20, 1));
	put_one(store, 2, POINT(10, 20, 2, .estimated = true));
	put_one(store, 3, POINT(10, 20, 3, .forecast = true));
	put_one(store, 4, POINT(10, 20, 4, .estimated = true, .forecast = true));
	assert_steps(store, 0, 30, "10-20:1");
	put_one(store, 5, POINT(0, 30, 5, .forecast = true));
	assert_steps(store, 0, 30, "0-10:5f 10-20:1 20-30:5f");
	put_one(store, 6, POINT(0, 30, 6, .estimated = true));
	assert_steps(store, 0, 30, "0-10:6e 10-20:1 20-30:6e");
	put_one(store, 7, POINT(0, 15, 7));
	assert_steps(store, 0, 30, "0-15:7 15-20:1 20-30:6e");
}

static void what_was_measured_replaces_a_forecast_of_a_later_fetch(void **state)
{
	struct store *store = store_of(state);

	put_one(store, 9, POINT(0, 30, 1, .forecast = true));
	put_one(store, 8, POINT(10, 20, 2));
	assert_steps(store, 0, 30, "0-10:1f 10-20:2 20-30:1f");
}

static void short_steps_cut_a_long_one(void **state)
{
	struct store *store = store_of(state);

	put_one(store, 1, POINT(0, HOUR, 1));
	put_one(store, 2, POINT(0, 300, 2));
	put_one(store, 3, POINT(600, 900, 3));
	put_one(store, 4, POINT(3300, 3900, 4));
	assert_steps(store, 0, 9999,
		     "0-300:2 300-600:1 600-900:3 900-3300:1 3300-3900:4");
}

static void a_long_step_replaces_the_short_ones_below_it(void **state)
{
	struct store *store = store_of(state);

	for (int i = 0; i < 6; i++)
		put_one(store, 1, POINT(i * 10, i * 10 + 8, i));
	put_one(store, 2, POINT(12, 45, 9));
	assert_steps(store, 0, 99, "0-8:0 10-12:1 12-45:9 45-48:4 50-58:5");
}

/* --- any puts in any order, against an array with a cell a second --- */

enum { SECONDS = 60 };

struct cell {
	int rank; /* -1: nothing */
	int64_t fetched;
	double gpkwh;
};

static uint32_t random_below(uint64_t *seed, uint32_t most)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33) % most;
}

static void model_put(struct cell *cells, const struct intensity_point *point,
		      int64_t fetched)
{
	int rank = point->forecast ? 0 : point->estimated ? 1 : 2;

	for (int64_t t = point->from_unix_s; t < point->to_unix_s; t++)
		if (rank > cells[t].rank ||
		    (rank == cells[t].rank && fetched >= cells[t].fetched))
			cells[t] = (struct cell){ rank, fetched, point->gpkwh };
}

static void assert_like_model(struct store *store, const struct cell *cells)
{
	struct intensity_series series = get(store, 0, SECONDS);
	int64_t last = 0;
	int covered = 0, known = 0;

	for (size_t i = 0; i < series.count; i++) {
		const struct intensity_point *point = &series.points[i];

		assert_true(point->from_unix_s >= last);
		last = point->to_unix_s;
		for (int64_t t = point->from_unix_s; t < last; t++, covered++)
			assert_true(cells[t].rank >= 0 && cells[t].gpkwh == point->gpkwh);
	}
	for (int t = 0; t < SECONDS; t++)
		known += cells[t].rank >= 0;
	assert_int_equal(covered, known);
	intensity_series_done(&series);
}

static void a_time_has_one_number_whatever_was_put_in_whatever_order(void **state)
{
	struct store *store = store_of(state);
	uint64_t seed = 7;

	for (int round = 0; round < 40; round++) {
		struct cell cells[SECONDS];

		assert_int_equal(store_exec(store, "DELETE FROM intensity_point", NULL),
				 0);
		for (int i = 0; i < SECONDS; i++)
			cells[i] = (struct cell){ -1, 0, 0 };
		for (int i = 0; i < 25; i++) {
			int64_t from = random_below(&seed, SECONDS - 1);
			int64_t length = 1 + random_below(&seed, 20);
			int64_t to = from + length < SECONDS ? from + length : SECONDS;
			int64_t fetched = random_below(&seed, 6);
			struct intensity_point point =
				POINT(from, to, i,
				      .estimated = random_below(&seed, 3) == 0,
				      .forecast = random_below(&seed, 3) == 0);

			put_one(store, fetched, point);
			model_put(cells, &point, fetched);
			assert_like_model(store, cells);
		}
	}
}

static void the_oldest_fetch_is_told(void **state)
{
	struct intensity_series series;

	put_one(store_of(state), 500, POINT(0, 10, 1));
	put_one(store_of(state), 300, POINT(10, 20, 1));
	put_one(store_of(state), 400, POINT(20, 30, 1));
	series = get(store_of(state), 0, 30);
	assert_int_equal(series.fetched_unix_s, 300);
	intensity_series_done(&series);
	series = get(store_of(state), 20, 30);
	assert_int_equal(series.fetched_unix_s, 400);
	intensity_series_done(&series);
}

static void series_do_not_mix(void **state)
{
	struct intensity_point point = POINT(0, 10, 1);
	struct intensity_series series = made_series(1);
	const char *const hostile = "x'; DROP TABLE run; --";

	series.points = &point;
	series.count = 1;
	(void)copy_text(series.zone, sizeof series.zone, hostile);
	assert_int_equal(store_intensity_put(store_of(state), &series, NULL), 0);
	(void)copy_text(series.zone, sizeof series.zone, "DE");
	series.signal = SIGNAL_MARGINAL;
	assert_int_equal(store_intensity_put(store_of(state), &series, NULL), 0);
	series.signal = SIGNAL_AVERAGE;
	(void)copy_text(series.provider, sizeof series.provider, "uk");
	assert_int_equal(store_intensity_put(store_of(state), &series, NULL), 0);
	assert_steps(store_of(state), 0, 10, "");
	put_one(store_of(state), 1, POINT(0, 10, 7));
	assert_steps(store_of(state), 0, 10, "0-10:7");
}

static void of_two_bases_the_last_fetched_is_told_alone(void **state)
{
	struct intensity_point point = POINT(10, 20, 2);
	struct intensity_series series = made_series(200);

	put_one(store_of(state), 100, POINT(0, 15, 1));
	series.points = &point;
	series.count = 1;
	(void)copy_text(series.basis, sizeof series.basis, "average, direct");
	series.error_ratio = 0.2;
	assert_int_equal(store_intensity_put(store_of(state), &series, NULL), 0);
	assert_steps(store_of(state), 0, 30, "10-20:2");
	assert_steps(store_of(state), 0, 9, "0-15:1");
	series = get(store_of(state), 0, 30);
	assert_string_equal(series.basis, "average, direct");
	assert_true(series.error_ratio == 0.2);
	intensity_series_done(&series);
	put_one(store_of(state), 300, POINT(0, 15, 3));
	assert_steps(store_of(state), 0, 30, "0-15:3");
}

static void refused(struct store *store, const struct intensity_series *series)
{
	struct diag diag = { 0 };

	assert_int_equal(store_intensity_put(store, series, &diag), -EINVAL);
	assert_string_not_equal(diag.text, "");
	assert_steps(store, INT64_MIN, INT64_MAX, "");
}

static void what_is_no_number_never_gets_in(void **state)
{
	static const double wrong[] = { NAN, INFINITY, -INFINITY };

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct intensity_point points[] = { POINT(0, 1, 5),
						    POINT(1, 2, wrong[i]) };
		struct intensity_series series = made_series(1);

		series.points = points;
		series.count = 2;
		refused(store_of(state), &series);
		points[1].gpkwh = 6;
		series.error_ratio = wrong[i];
		refused(store_of(state), &series);
	}
}

static void steps_that_are_no_time_never_get_in(void **state)
{
	struct intensity_point wrong[][2] = {
		{ POINT(0, 1, 5), POINT(1, 1, 6) },
		{ POINT(0, 1, 5), POINT(9, 1, 6) },
		{ POINT(0, 5, 5), POINT(4, 9, 6) },
		{ POINT(5, 6, 5), POINT(0, 1, 6) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct intensity_series series = made_series(1);

		series.points = wrong[i];
		series.count = 2;
		refused(store_of(state), &series);
	}
}

static void a_damaged_step_is_an_error_and_no_number(void **state)
{
	struct intensity_series untouched = { .count = 77 };
	struct diag diag = { 0 };

	put_one(store_of(state), 1, POINT(0, 10, 1));
	assert_int_equal(store_exec(store_of(state),
				    "UPDATE intensity_point SET gpkwh = 9e999", NULL),
			 0);
	assert_int_equal(store_intensity_get(store_of(state), &de, 0, 10, &diag,
					     &untouched),
			 -EPROTO);
	assert_int_equal(untouched.count, 77);
	assert_non_null(strstr(diag.text, "a.db"));
}

static void damaged_steps_that_overlap_are_an_error(void **state)
{
	struct intensity_point point = POINT(40, 90, 3);
	struct intensity_series series = made_series(1);
	struct diag diag = { 0 };

	put_one(store_of(state), 5, POINT(0, 100, 1));
	assert_int_equal(
		store_exec(
			store_of(state),
			"INSERT INTO intensity_point SELECT series, 50, 60, 2, 0, 0, 5 "
			"FROM intensity_point",
			NULL),
		0);
	series.points = &point;
	series.count = 1;
	assert_int_equal(store_intensity_put(store_of(state), &series, &diag), -EPROTO);
	assert_non_null(strstr(diag.text, "a.db"));
}

static void what_a_series_errs_by_is_a_number(void **state)
{
	struct intensity_series untouched = { .count = 77 };

	put_one(store_of(state), 1, POINT(0, 10, 1));
	assert_int_equal(store_exec(store_of(state),
				    "UPDATE intensity_series SET error_ratio = 9e999",
				    NULL),
			 0);
	assert_int_equal(store_intensity_get(store_of(state), &de, 0, 10, NULL,
					     &untouched),
			 -EPROTO);
	assert_int_equal(untouched.count, 77);
}

/* --- writing goes wrong --- */

static void a_ledger_for_reading_keeps_nothing(void **state)
{
	const struct book *book = *state;
	struct intensity_point point = POINT(0, 10, 1);
	struct intensity_series series = made_series(1);
	const struct place place = { .text = "DE" };
	struct store *reader = NULL;

	series.points = &point;
	series.count = 1;
	assert_int_equal(store_open(book->path, STORE_READ, NULL, &reader), 0);
	assert_int_equal(store_intensity_put(reader, &series, NULL), -EROFS);
	assert_int_equal(store_place_put(reader, "h", &place, 1, NULL), -EROFS);
	store_close(reader);
}

static void a_busy_ledger_says_so(void **state)
{
	const struct book *book = *state;
	struct intensity_point point = POINT(0, 10, 1);
	struct intensity_series series = made_series(1);
	struct store *other = NULL;
	struct diag diag = { 0 };

	series.points = &point;
	series.count = 1;
	assert_int_equal(store_open(book->path, STORE_WRITE, NULL, &other), 0);
	assert_int_equal(store_begin(other, NULL), 0);
	store_patience(book->store, 1);
	assert_int_equal(store_intensity_put(book->store, &series, &diag), -EBUSY);
	assert_string_not_equal(diag.fix, "");
	store_rollback(other);
	store_close(other);
	assert_int_equal(store_intensity_put(book->store, &series, NULL), 0);
}

static void a_larger_transaction_takes_them_back(void **state)
{
	struct store *store = store_of(state);

	assert_int_equal(store_begin(store, NULL), 0);
	put_one(store, 1, POINT(0, 10, 1));
	assert_steps(store, 0, 10, "0-10:1");
	store_rollback(store);
	assert_steps(store, 0, 10, "");
}

/* Too much for files of 256 kB: one that was there is replaced by none. */
static void fill_the_disk(const struct book *book)
{
	enum { MANY = 60000 };

	const struct rlimit limit = { 262144, 262144 };
	struct intensity_series series = made_series(2);
	struct store *store = NULL;
	struct diag diag = { 0 };

	(void)signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; i < MANY; i++)
		if (intensity_series_add(&series, &POINT(i * 10, i * 10 + 10, i)) < 0)
			_exit(1);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0 ||
	    store_open(book->path, STORE_WRITE, NULL, &store) < 0)
		_exit(2);
	if (store_intensity_put(store, &series, &diag) != -ENOSPC || !diag.fix[0])
		_exit(3);
	_exit(0);
}

static void a_full_disk_keeps_what_was_there(void **state)
{
	const struct book *book = *state;
	int status = 0;
	pid_t pid;

	put_one(book->store, 1, POINT(0, 100, 7));
	pid = fork();
	if (pid == 0)
		fill_the_disk(book);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_steps(book->store, 0, 9999, "0-100:7");
}

/* --- what it costs --- */

static double ms_since(const struct timespec *from)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)(now.tv_sec - from->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - from->tv_nsec) / 1e6;
}

static double time_put(struct store *store, const struct intensity_series *series)
{
	struct timespec from;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_int_equal(store_intensity_put(store, series, NULL), 0);
	return ms_since(&from);
}

static double time_get(struct store *store, int64_t from_unix_s, int64_t to_unix_s,
		       size_t count)
{
	struct intensity_series series;
	struct timespec from;
	double ms;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	series = get(store, from_unix_s, to_unix_s);
	ms = ms_since(&from);
	assert_int_equal(series.count, count);
	intensity_series_done(&series);
	return ms;
}

/* Bounds are far above what it takes, for slow machines and sanitizers. */
static void a_year_of_five_minutes_is_soon_kept_and_a_day_soon_found(void **state)
{
	enum { STEP = 300, DAY = 288, YEAR = 365 * DAY };

	struct intensity_series series = made_series(1);
	double first, again, day, year;

	for (int i = 0; i < YEAR; i++) {
		const struct intensity_point point =
			POINT(i * STEP, (i + 1) * STEP, 100 + i % 300);

		assert_int_equal(intensity_series_add(&series, &point), 0);
	}
	first = time_put(store_of(state), &series);
	again = time_put(store_of(state), &series);
	day = time_get(store_of(state), INT64_C(200) * DAY * STEP,
		       INT64_C(201) * DAY * STEP, DAY);
	year = time_get(store_of(state), 0, INT64_C(366) * DAY * STEP, YEAR);
	intensity_series_done(&series);
	print_message(
		"a year put %.0f ms, again %.0f ms, got %.1f ms; a day got %.2f ms\n",
		first, again, year, day);
	assert_true(first < 6000 && again < 6000);
	assert_true(day < 20);
}

/* --- places --- */

static void full_place(struct place *place)
{
	memset(place, 0, sizeof *place);
	memset(place->text, 't', sizeof place->text - 1);
	memset(place->how, 'h', sizeof place->how - 1);
	memset(place->from, 'f', sizeof place->from - 1);
	memset(place->zone, 'z', sizeof place->zone - 1);
	memset(place->country, 'C', sizeof place->country - 1);
	memset(place->iso2, 'I', sizeof place->iso2 - 1);
	memset(place->state, 's', sizeof place->state - 1);
	memset(place->cloud, 'c', sizeof place->cloud - 1);
	memset(place->cloud_region, 'r', sizeof place->cloud_region - 1);
	memset(place->note, 'n', sizeof place->note - 1);
	place->has_position = true;
	place->latitude = -33.9;
	place->longitude = 151.2;
}

static void assert_place(struct store *store, const char *host, const struct place *place,
			 int64_t fetched_unix_s)
{
	struct place back;
	int64_t fetched = 0;

	assert_int_equal(store_place_get(store, host, NULL, &back, &fetched), 0);
	assert_memory_equal(&back, place, sizeof back);
	assert_int_equal(fetched, fetched_unix_s);
}

static void all_of_a_place_comes_back(void **state)
{
	struct place place, empty;

	full_place(&place);
	memset(&empty, 0, sizeof empty);
	assert_int_equal(store_place_put(store_of(state), "here", &place, 5, NULL), 0);
	assert_int_equal(store_place_put(store_of(state), "", &empty, INT64_MAX, NULL),
			 0);
	assert_place(store_of(state), "here", &place, 5);
	assert_place(store_of(state), "", &empty, INT64_MAX);
}

static void zero_degrees_is_a_position(void **state)
{
	struct place place;

	full_place(&place);
	place.latitude = 0;
	assert_int_equal(store_place_put(store_of(state), "h", &place, 1, NULL), 0);
	assert_place(store_of(state), "h", &place, 1);
	place.longitude = 0;
	assert_int_equal(store_place_put(store_of(state), "h", &place, 1, NULL), 0);
	assert_place(store_of(state), "h", &place, 1);
}

static void half_a_position_is_none(void **state)
{
	struct place place;

	full_place(&place);
	place.longitude = NAN;
	assert_int_equal(store_place_put(store_of(state), "h", &place, 1, NULL), 0);
	place.has_position = false;
	place.latitude = place.longitude = 0;
	assert_place(store_of(state), "h", &place, 1);
}

static void a_host_has_one_place_the_last(void **state)
{
	struct place place;

	full_place(&place);
	assert_int_equal(store_place_put(store_of(state), "h", &place, 9, NULL), 0);
	memset(place.text, 'm', sizeof place.text - 1);
	assert_int_equal(store_place_put(store_of(state), "h", &place, 3, NULL), 0);
	assert_place(store_of(state), "h", &place, 3);
}

static void an_unknown_host_has_no_place(void **state)
{
	struct place place = { .cloud = "x" };
	struct diag diag = { 0 };
	int64_t fetched = 77;

	assert_int_equal(store_place_get(store_of(state), "mars", &diag, &place,
					 &fetched),
			 -ENOENT);
	assert_non_null(strstr(diag.text, "mars"));
	assert_string_equal(place.cloud, "x");
	assert_int_equal(fetched, 77);
}

/* --- weighings --- */

static int64_t add_run(struct store *store, const char *id)
{
	struct run_info info = { .attributed_j = -1, .machine_j = -1 };

	(void)copy_text(info.id, sizeof info.id, id);
	assert_int_equal(store_run_insert(store, &info, NULL), 0);
	return info.key;
}

static void full_quantity(struct quantity *quantity, double value)
{
	memset(quantity, 0, sizeof *quantity);
	quantity->known = true;
	quantity->value = value;
	quantity->low = value / 2;
	quantity->high = value * 3;
	quantity->kind = KIND_MODELLED;
	memset(quantity->source, 's', sizeof quantity->source - 1);
}

static struct weighing full_weighing(int64_t at_unix_ns)
{
	struct weighing weighing;

	memset(&weighing, 0, sizeof weighing);
	weighing.at_unix_ns = at_unix_ns;
	full_quantity(&weighing.facility_kwh, 24.343772);
	full_quantity(&weighing.carbon_kg, 0.1);
	full_quantity(&weighing.intensity_gpkwh, 329.5);
	memset(weighing.place, 'p', sizeof weighing.place - 1);
	memset(weighing.grid, 'g', sizeof weighing.grid - 1);
	memset(weighing.method, 'm', sizeof weighing.method - 1);
	memset(weighing.data_version, 'd', sizeof weighing.data_version - 1);
	return weighing;
}

static void assert_weighings(struct store *store, int64_t run,
			     const struct weighing *weighings, size_t count)
{
	struct weighing *back = NULL;
	size_t found = 0;

	assert_int_equal(store_weighings(store, run, NULL, &back, &found), 0);
	assert_int_equal(found, count);
	if (count > 0)
		assert_memory_equal(back, weighings, count * sizeof *back);
	free(back);
}

static void weigh(struct store *store, int64_t run, const struct weighing *weighing)
{
	assert_int_equal(store_weighing_add(store, run, weighing, NULL), 0);
}

static void weighings_come_back_the_oldest_first(void **state)
{
	int64_t run = add_run(store_of(state), "one");
	struct weighing all[3] = { full_weighing(10), full_weighing(20),
				   full_weighing(20) };

	memset(&all[1], 0, sizeof all[1]);
	all[1].at_unix_ns = 20;
	all[2].carbon_kg.value = 0;
	assert_weighings(store_of(state), run, NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		weigh(store_of(state), run, &all[i]);
	assert_weighings(store_of(state), run, all, 3);
	assert_weighings(store_of(state), add_run(store_of(state), "two"), NULL, 0);
}

static void the_same_answer_again_is_kept_once(void **state)
{
	int64_t run = add_run(store_of(state), "one");
	int64_t other = add_run(store_of(state), "two");
	struct weighing all[3] = { full_weighing(10), full_weighing(12),
				   full_weighing(14) };
	struct weighing again = all[0];

	all[1].carbon_kg.high += 1;
	weigh(store_of(state), run, &all[0]);
	again.at_unix_ns = 11;
	weigh(store_of(state), run, &again);
	weigh(store_of(state), run, &all[1]);
	weigh(store_of(state), run, &all[2]);
	weigh(store_of(state), other, &all[2]);
	assert_weighings(store_of(state), run, all, 3);
	assert_weighings(store_of(state), other, &all[2], 1);
}

static void two_that_are_not_known_are_the_same(void **state)
{
	int64_t run = add_run(store_of(state), "one");
	struct weighing weighing = full_weighing(10), again;

	memset(&weighing.carbon_kg, 0, sizeof weighing.carbon_kg);
	again = weighing;
	again.at_unix_ns = 11;
	again.carbon_kg.value = 5; /* not known: it does not count */
	weigh(store_of(state), run, &weighing);
	weigh(store_of(state), run, &again);
	assert_weighings(store_of(state), run, &weighing, 1);
}

static void every_field_of_a_weighing_makes_it_another(void **state)
{
	static const size_t fields[] = {
		offsetof(struct weighing, facility_kwh.source),
		offsetof(struct weighing, carbon_kg.source),
		offsetof(struct weighing, intensity_gpkwh.source),
		offsetof(struct weighing, place),
		offsetof(struct weighing, grid),
		offsetof(struct weighing, method),
		offsetof(struct weighing, data_version),
	};
	int64_t run = add_run(store_of(state), "one");
	struct weighing all[1 + ARRAY_SIZE(fields)];

	all[0] = full_weighing(0);
	weigh(store_of(state), run, &all[0]);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		all[i + 1] = all[i];
		all[i + 1].at_unix_ns++;
		((char *)&all[i + 1])[fields[i]] = 'x';
		weigh(store_of(state), run, &all[i + 1]);
	}
	assert_weighings(store_of(state), run, all, ARRAY_SIZE(all));
}

static void a_weighing_that_is_no_number_is_refused(void **state)
{
	int64_t run = add_run(store_of(state), "one");

	for (int i = 0; i < 3; i++) {
		struct weighing weighing = full_weighing(1);
		double *const value[] = { &weighing.facility_kwh.value,
					  &weighing.carbon_kg.high,
					  &weighing.intensity_gpkwh.low };

		*value[i] = i == 1 ? INFINITY : NAN;
		assert_int_equal(store_weighing_add(store_of(state), run, &weighing,
						    NULL),
				 -EINVAL);
	}
	assert_weighings(store_of(state), run, NULL, 0);
}

static void weighings_go_with_their_run(void **state)
{
	struct weighing weighing = full_weighing(1);
	int64_t run = add_run(store_of(state), "one");
	struct diag diag = { 0 };

	weigh(store_of(state), run, &weighing);
	assert_int_equal(store_run_remove(store_of(state), run, NULL), 0);
	assert_weighings(store_of(state), run, NULL, 0);
	assert_int_equal(store_weighing_add(store_of(state), run, &weighing, &diag),
			 -ENOENT);
	assert_non_null(strstr(diag.text, "no run"));
}

/* 0, or the error; what is found must be it. */
static int last_of(struct store *store, int64_t run, const struct weighing *wanted)
{
	struct store_weighed what = { .run = run, .from_unix_s = 15, .to_unix_s = 25 };
	struct weighing last;
	struct diag diag = { 0 };
	int r;

	(void)copy_text(what.series.provider, sizeof what.series.provider,
			"electricitymaps");
	(void)copy_text(what.series.zone, sizeof what.series.zone, "DE");
	r = store_weighing_last(store, &what, &diag, &last);
	if (r == 0)
		assert_memory_equal(&last, wanted, sizeof last);
	else
		assert_true(diag.text[0] != '\0');
	return r;
}

static void the_last_weighing_holds_until_a_step_of_its_time_is_fetched(void **state)
{
	struct store *store = store_of(state);
	int64_t run = add_run(store, "one");
	struct weighing first = full_weighing(100 * NS_PER_S);
	struct weighing second = full_weighing(200 * NS_PER_S);

	second.carbon_kg.value = 7;
	assert_int_equal(last_of(store, run, NULL), -ENOENT);
	weigh(store, run, &first);
	weigh(store, add_run(store, "two"), &second);
	assert_int_equal(last_of(store, run, &first), 0);
	put_one(store, 150, POINT(30, 40, 1));
	put_one(store, 100, POINT(10, 20, 1));
	assert_int_equal(last_of(store, run, &first), 0);
	put_one(store, 150, POINT(20, 30, 2));
	assert_int_equal(last_of(store, run, NULL), -ENOENT);
	weigh(store, run, &second);
	assert_int_equal(last_of(store, run, &second), 0);
	put_one(store, 250, POINT(0, 16, 2));
	assert_int_equal(last_of(store, run, NULL), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, book_open, book_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_series_comes_back_as_it_was),
		TEST(only_steps_that_touch_the_span_come),
		TEST(a_run_of_no_whole_second_has_its_step),
		TEST(nothing_kept_is_a_series_without_steps),
		TEST(a_later_fetch_replaces_an_earlier_one),
		TEST(what_was_measured_is_never_replaced_by_less),
		TEST(what_was_measured_replaces_a_forecast_of_a_later_fetch),
		TEST(short_steps_cut_a_long_one),
		TEST(a_long_step_replaces_the_short_ones_below_it),
		TEST(a_time_has_one_number_whatever_was_put_in_whatever_order),
		TEST(the_oldest_fetch_is_told),
		TEST(series_do_not_mix),
		TEST(of_two_bases_the_last_fetched_is_told_alone),
		TEST(what_is_no_number_never_gets_in),
		TEST(steps_that_are_no_time_never_get_in),
		TEST(a_damaged_step_is_an_error_and_no_number),
		TEST(damaged_steps_that_overlap_are_an_error),
		TEST(what_a_series_errs_by_is_a_number),
		TEST(a_ledger_for_reading_keeps_nothing),
		TEST(a_busy_ledger_says_so),
		TEST(a_larger_transaction_takes_them_back),
		TEST(a_full_disk_keeps_what_was_there),
		TEST(a_year_of_five_minutes_is_soon_kept_and_a_day_soon_found),
		TEST(all_of_a_place_comes_back),
		TEST(zero_degrees_is_a_position),
		TEST(half_a_position_is_none),
		TEST(a_host_has_one_place_the_last),
		TEST(an_unknown_host_has_no_place),
		TEST(weighings_come_back_the_oldest_first),
		TEST(the_same_answer_again_is_kept_once),
		TEST(two_that_are_not_known_are_the_same),
		TEST(every_field_of_a_weighing_makes_it_another),
		TEST(a_weighing_that_is_no_number_is_refused),
		TEST(weighings_go_with_their_run),
		TEST(the_last_weighing_holds_until_a_step_of_its_time_is_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
