/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "model/intensity.h"

static void put(struct intensity_series *series, int64_t from, int64_t to, double gpkwh,
		bool forecast)
{
	struct intensity_point point = {
		.from_unix_s = from, .to_unix_s = to, .gpkwh = gpkwh, .forecast = forecast
	};

	assert_int_equal(intensity_series_add(series, &point), 0);
}

static void expect(const struct intensity_series *series, size_t i, int64_t from,
		   int64_t to, double gpkwh)
{
	assert_true(i < series->count);
	assert_int_equal(series->points[i].from_unix_s, from);
	assert_int_equal(series->points[i].to_unix_s, to);
	assert_true(series->points[i].gpkwh == gpkwh);
}

static void a_signal_is_told_by_its_word(void **unused)
{
	enum signal signal = SIGNAL_AVERAGE;

	(void)unused;
	assert_string_equal(signal_text(SIGNAL_AVERAGE), "average");
	assert_int_equal(signal_of_text("marginal", &signal), 0);
	assert_int_equal(signal, SIGNAL_MARGINAL);
	assert_int_equal(signal_of_text("Average", &signal), -EPROTO);
	assert_int_equal(signal, SIGNAL_MARGINAL);
}

static void a_point_without_length_or_number_is_refused(void **unused)
{
	struct intensity_series series = { .count = 0 };
	struct intensity_point point = { .from_unix_s = 5, .to_unix_s = 5 };

	(void)unused;
	assert_int_equal(intensity_series_add(&series, &point), -EPROTO);
	point.to_unix_s = 6;
	point.gpkwh = NAN;
	assert_int_equal(intensity_series_add(&series, &point), -EPROTO);
	assert_int_equal(series.count, 0);
	intensity_series_done(&series);
	intensity_series_done(NULL);
}

static void sorting_puts_points_in_order_and_keeps_gaps(void **unused)
{
	struct intensity_series series = { .count = 0 };

	(void)unused;
	assert_int_equal(intensity_series_sort(&series), 0);
	put(&series, 200, 300, 3, false);
	put(&series, 0, 100, 1, false);
	assert_int_equal(intensity_series_sort(&series), 0);
	assert_int_equal(series.count, 2);
	expect(&series, 0, 0, 100, 1);
	expect(&series, 1, 200, 300, 3);
	intensity_series_done(&series);
}

static void a_measurement_goes_before_a_forecast_added_later(void **unused)
{
	struct intensity_series series = { .count = 0 };

	(void)unused;
	put(&series, 100, 200, 1, false);
	put(&series, 0, 300, 2, true);
	assert_int_equal(intensity_series_sort(&series), 0);
	assert_int_equal(series.count, 3);
	expect(&series, 0, 0, 100, 2);
	expect(&series, 1, 100, 200, 1);
	expect(&series, 2, 200, 300, 2);
	assert_true(series.points[2].forecast);
	intensity_series_done(&series);
}

static void of_two_alike_the_later_added_stands(void **unused)
{
	struct intensity_series series = { .count = 0 };

	(void)unused;
	put(&series, 0, 100, 1, false);
	put(&series, 0, 100, 2, false);
	put(&series, 50, 150, 3, false);
	put(&series, 10, 20, 4, false);
	assert_int_equal(intensity_series_sort(&series), 0);
	assert_int_equal(series.count, 4);
	expect(&series, 0, 0, 10, 2);
	expect(&series, 1, 10, 20, 4);
	expect(&series, 2, 20, 50, 2);
	expect(&series, 3, 50, 150, 3);
	intensity_series_done(&series);
}

static void sorting_again_changes_nothing_and_takes_more(void **unused)
{
	struct intensity_series series = { .count = 0 };

	(void)unused;
	put(&series, 0, 3600, 1, false);
	put(&series, 3000, 7200, 2, false);
	assert_int_equal(intensity_series_sort(&series), 0);
	assert_int_equal(intensity_series_sort(&series), 0);
	put(&series, 0, 7200, 5, false);
	assert_int_equal(intensity_series_sort(&series), 0);
	assert_int_equal(series.count, 1);
	expect(&series, 0, 0, 7200, 5);
	intensity_series_done(&series);
}

/* What holds at a second, by asking all points as they were added. */
static const struct intensity_point *slow_at(const struct intensity_point *points,
					     size_t count, int64_t unix_s)
{
	const struct intensity_point *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (unix_s < points[i].from_unix_s || unix_s >= points[i].to_unix_s)
			continue;
		if (!best || best->forecast || !points[i].forecast)
			best = &points[i];
	}
	return best;
}

#define SPAN 64

static void any_heap_of_points_tells_each_second_what_the_rule_says(void **unused)
{
	(void)unused;
	srandom(7);
	for (int round = 0; round < 2000; round++) {
		struct intensity_series series = { .count = 0 };
		struct intensity_point given[24];
		size_t count = 1 + (size_t)(random() % 24), covered = 0;

		for (size_t i = 0; i < count; i++) {
			int64_t from = random() % (SPAN - 1);

			put(&series, from, from + 1 + random() % (SPAN - from), (double)i,
			    random() % 2);
			given[i] = series.points[i];
		}
		assert_int_equal(intensity_series_sort(&series), 0);
		assert_true(series.count < 2 * count);
		for (int64_t s = -1; s <= SPAN; s++) {
			const struct intensity_point *want = slow_at(given, count, s);
			const struct intensity_point *got =
				intensity_series_at(&series, s);

			assert_int_equal(!want, !got);
			covered += want != NULL;
			if (want)
				assert_true(want->gpkwh == got->gpkwh);
		}
		for (size_t i = 1; i < series.count; i++)
			assert_true(series.points[i].from_unix_s >=
				    series.points[i - 1].to_unix_s);
		assert_true(fabs(intensity_series_covered(&series, 0, SPAN) -
				 (double)covered / SPAN) < 1e-12);
		intensity_series_done(&series);
	}
}

static void a_step_holds_its_first_second_and_not_its_last(void **unused)
{
	struct intensity_series series = { .count = 0 };

	(void)unused;
	put(&series, 100, 200, 1, false);
	assert_null(intensity_series_at(&series, 99));
	assert_non_null(intensity_series_at(&series, 100));
	assert_non_null(intensity_series_at(&series, 199));
	assert_null(intensity_series_at(&series, 200));
	intensity_series_done(&series);
}

static void coverage_is_by_time_and_of_a_moment_all_or_nothing(void **unused)
{
	struct intensity_series series = { .count = 0 };

	(void)unused;
	assert_true(intensity_series_covered(&series, 0, 100) == 0);
	put(&series, 0, 100, 1, false);
	put(&series, 300, 400, 1, false);
	assert_true(intensity_series_covered(&series, 0, 400) == 0.5);
	assert_true(intensity_series_covered(&series, -100, 100) == 0.5);
	assert_true(intensity_series_covered(&series, 25, 75) == 1);
	assert_true(intensity_series_covered(&series, 50, 50) == 1);
	assert_true(intensity_series_covered(&series, 150, 150) == 0);
	assert_true(intensity_series_covered(&series, INT64_MIN, INT64_MAX) >= 0);
	intensity_series_done(&series);
}

static void a_year_of_5_minutes_twice_is_sorted_at_once(void **unused)
{
	struct intensity_series series = { .count = 0 };
	int64_t year = 365 * 86400;

	(void)unused;
	for (int64_t s = 0; s < year; s += 300)
		put(&series, s, s + 300, 1, false);
	for (int64_t s = 0; s < year; s += 3600)
		put(&series, s, s + 3600, 2, true);
	assert_int_equal(intensity_series_sort(&series), 0);
	assert_int_equal(series.count, (size_t)(year / 300));
	intensity_series_done(&series);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_is_told_by_its_word),
		cmocka_unit_test(a_point_without_length_or_number_is_refused),
		cmocka_unit_test(sorting_puts_points_in_order_and_keeps_gaps),
		cmocka_unit_test(a_measurement_goes_before_a_forecast_added_later),
		cmocka_unit_test(of_two_alike_the_later_added_stands),
		cmocka_unit_test(sorting_again_changes_nothing_and_takes_more),
		cmocka_unit_test(any_heap_of_points_tells_each_second_what_the_rule_says),
		cmocka_unit_test(a_step_holds_its_first_second_and_not_its_last),
		cmocka_unit_test(coverage_is_by_time_and_of_a_moment_all_or_nothing),
		cmocka_unit_test(a_year_of_5_minutes_twice_is_sorted_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
