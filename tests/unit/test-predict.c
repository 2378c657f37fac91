/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "calc/predict.h"
#include "fixture.h"

#define HOUR      3600
#define DAY       86400
#define H_NS      (HOUR * NS_PER_S)
#define HOURS_MAX 400

/* 2023-11-15T00:00Z, and a shape of a day that is least at 13 h. */
#define T0 INT64_C(1700006400)

struct sky {
	struct intensity_point points[HOURS_MAX];
	struct intensity_series series;
};

static double day_of(int64_t hour, double swing)
{
	return 300 * (1 + swing * cos(2 * M_PI * (double)(hour - 1) / 24));
}

static void add_hour(struct sky *sky, int64_t hour, double gpkwh, bool forecast)
{
	assert_true(sky->series.count < HOURS_MAX);
	sky->points[sky->series.count++] = (struct intensity_point){
		.from_unix_s = T0 + hour * HOUR,
		.to_unix_s = T0 + (hour + 1) * HOUR,
		.gpkwh = gpkwh,
		.forecast = forecast,
	};
}

static void begin(struct sky *sky)
{
	sky->series = (struct intensity_series){ .provider = "csv",
						 .zone = "DE",
						 .points = sky->points };
}

static void fill(struct sky *sky, int64_t from_hour, int64_t to_hour, double swing)
{
	begin(sky);
	for (int64_t h = from_hour; h < to_hour; h++)
		add_hour(sky, h, day_of(h, swing), h >= 0);
}

static struct predict_ask ask_of(const struct sky *sky, int64_t hours, int64_t slack)
{
	return (struct predict_ask){ .series = &sky->series,
				     .now_unix_s = T0,
				     .deadline_unix_s = T0 + (hours + slack) * HOUR,
				     .duration_ns = hours * H_NS,
				     .error_now_ratio = PREDICT_ERROR_NOW_RATIO,
				     .error_day_ratio = PREDICT_ERROR_DAY_RATIO };
}

static void expect(const struct predict *predict, enum predict_verdict verdict,
		   const char *reason)
{
	if (predict->verdict != verdict || !strstr(predict->reason, reason))
		fail_msg("%s: %s", predict_verdict_text(predict->verdict),
			 predict->reason);
}

static void a_deep_valley_is_worth_waiting_for(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 30, 0.4);
	ask = ask_of(&sky, 2, 24);
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_WAIT, "expected to save");
	assert_true(predict.best_unix_s >= T0 + 12 * HOUR &&
		    predict.best_unix_s <= T0 + 13 * HOUR);
	assert_true(predict.saving_ratio > 0.4 &&
		    predict.saving_ratio < predict.seen_ratio);
	assert_true(predict.saving_low_ratio < predict.saving_ratio &&
		    predict.saving_ratio < predict.saving_high_ratio);
	assert_true(predict.probability > 0.99);
	assert_true(predict.now_gpkwh.known &&
		    fabs(predict.now_gpkwh.value -
			 (day_of(0, 0.4) + day_of(1, 0.4)) / 2) < 1e-9);
	assert_true(predict.best_gpkwh.value < 190);
	assert_int_equal(predict.starts, 24 * 12 + 1);
	assert_int_equal(predict.starts_bare, 0);
}

static void a_forecast_that_is_sure_is_taken_as_it_is(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	begin(&sky);
	for (int64_t h = 0; h < 6; h++)
		add_hour(&sky, h, h == 3 ? 150 : 200, true);
	ask = ask_of(&sky, 1, 5);
	ask.error_now_ratio = ask.error_day_ratio = 0;
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_WAIT, "save 25.0 %");
	assert_int_equal(predict.best_unix_s, T0 + 3 * HOUR);
	assert_true(fabs(predict.saving_ratio - 0.25) < 1e-12);
	assert_true(predict.seen_ratio == 0.25);
	assert_true(fabs(predict.probability - 1) < 1e-12);
}

static void the_mean_of_a_run_is_over_all_of_it(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	begin(&sky);
	add_hour(&sky, 0, 100, true);
	add_hour(&sky, 1, 400, true);
	ask = ask_of(&sky, 1, 0);
	ask.now_unix_s += 1800;
	ask.deadline_unix_s += 1800;
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_RUN_NOW, "no time to wait");
	assert_true(predict.now_gpkwh.value == 250);
	assert_int_equal(predict.best_unix_s, ask.now_unix_s);
}

static void a_flat_day_is_no_reason_to_wait(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 30, 0.01);
	ask = ask_of(&sky, 2, 24);
	predict_start(&ask, &predict);
	assert_int_equal(predict.verdict, PREDICT_RUN_NOW);
	assert_true(predict.saving_ratio < PREDICT_SAVING_RATIO);
}

static void the_greenest_hour_may_be_now(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	begin(&sky);
	for (int64_t h = 0; h < 12; h++)
		add_hour(&sky, h, 100 + 10 * (double)h, true);
	ask = ask_of(&sky, 1, 11);
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_RUN_NOW, "no later start");
	assert_int_equal(predict.best_unix_s, T0);
	assert_true(predict.saving_ratio == 0 && predict.probability == 0);
}

static void a_saving_that_is_a_guess_is_no_reason_to_wait(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 30, 0.1);
	ask = ask_of(&sky, 2, 24);
	ask.error_now_ratio = ask.error_day_ratio = 0.2;
	predict_start(&ask, &predict);
	assert_int_equal(predict.verdict, PREDICT_RUN_NOW);
	assert_true(predict.seen_ratio > 0.15 && predict.probability < 0.75);
}

static void a_day_long_run_has_nothing_to_gain(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 60, 0.3);
	ask = ask_of(&sky, 24, 24);
	predict_start(&ask, &predict);
	assert_int_equal(predict.verdict, PREDICT_RUN_NOW);
}

static void only_starts_that_the_forecast_covers_count(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 6, 0.4);
	ask = ask_of(&sky, 2, 24);
	predict_start(&ask, &predict);
	assert_int_equal(predict.starts, 4 * 12 + 1);
	assert_int_equal(predict.starts_bare, 20 * 12);
	assert_true(predict.best_unix_s <= T0 + 4 * HOUR);
	/* A gap in the middle of a run leaves it uncovered. */
	sky.points[3].to_unix_s -= 60;
	predict_start(&ask, &predict);
	assert_true(predict.starts < 4 * 12 + 1);
}

static void without_a_forecast_the_verdict_is_unknown(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 2, 0.4);
	ask = ask_of(&sky, 2, 24);
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_UNKNOWN, "ends before a later run");
	assert_true(predict.now_gpkwh.known);
	ask = ask_of(&sky, 3, 24);
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_UNKNOWN, "does not cover a run from now");
	assert_false(predict.now_gpkwh.known || predict.best_gpkwh.known);
	ask.series = NULL;
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_UNKNOWN, "does not cover");
	ask.duration_ns = 0;
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_UNKNOWN, "no time");
}

static void a_deadline_too_near_says_so(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 30, 0.4);
	ask = ask_of(&sky, 3, -1);
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_RUN_NOW, "would not end before the deadline");
}

static void an_intensity_below_0_has_nothing_to_save(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	begin(&sky);
	for (int64_t h = 0; h < 6; h++)
		add_hour(&sky, h, -10 - (double)h, true);
	ask = ask_of(&sky, 1, 5);
	predict_start(&ask, &predict);
	expect(&predict, PREDICT_RUN_NOW, "not above 0");
}

static void a_year_to_wait_is_looked_at_more_widely(void **unused)
{
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;

	(void)unused;
	fill(&sky, 0, 30, 0.4);
	ask = ask_of(&sky, 1, 24 * 365);
	predict_start(&ask, &predict);
	assert_true(predict.starts + predict.starts_bare <= 4096);
	ask.deadline_unix_s = INT64_MAX;
	predict_start(&ask, &predict);
	assert_true(predict.starts + predict.starts_bare <= 4096);
}

static double unit(void)
{
	return ((double)random() + 0.5) / 2147483648.0;
}

static double gauss(void)
{
	return sqrt(-2 * log(unit())) * cos(2 * M_PI * unit());
}

/* What a thousand days did, against what was foretold of them. */
struct record {
	int count;
	int below, above; /* with a probability below 0.75, and the rest */
	double below_told, below_hit, above_told, above_hit;
	double told, seen, real;
	int held;
};

static double mean_of(const double *gpkwh, int64_t from, int64_t hours)
{
	double sum = 0;

	for (int64_t h = from; h < from + hours; h++)
		sum += gpkwh[h];
	return sum / (double)hours;
}

/* A day of random swing and phase; a forecast of it whose error is of the model's size. */
static void one_day(struct record *record, int64_t hours, double swing_max, double error)
{
	double swing = swing_max * unit(), phase = 24 * unit(), truth[72], real;
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;
	bool hit;

	begin(&sky);
	for (int64_t h = 0; h < 24 + hours; h++) {
		double sd = error * (0.4 + 0.6 * ((double)h + 0.5) / 24);

		truth[h] = 300 * (1 + swing * cos(2 * M_PI * ((double)h - phase) / 24));
		add_hour(&sky, h, truth[h] * (1 + sd * sqrt((double)hours) * gauss()),
			 true);
	}
	ask = ask_of(&sky, hours, 24);
	ask.step_s = HOUR;
	ask.error_now_ratio = 0.4 * error;
	ask.error_day_ratio = error;
	predict_start(&ask, &predict);
	if (predict.best_unix_s == T0)
		return;
	real = 1 - mean_of(truth, (predict.best_unix_s - T0) / HOUR, hours) /
			   mean_of(truth, 0, hours);
	hit = real > 0;
	record->count++;
	record->told += predict.saving_ratio;
	record->seen += predict.seen_ratio;
	record->real += real;
	record->held +=
		predict.saving_low_ratio <= real && real <= predict.saving_high_ratio;
	if (predict.probability < 0.75) {
		record->below++;
		record->below_told += predict.probability;
		record->below_hit += hit;
	} else {
		record->above++;
		record->above_told += predict.probability;
		record->above_hit += hit;
	}
}

static void expect_calibrated(int64_t hours, double swing_max, double error)
{
	struct record r = { 0 };

	for (int i = 0; i < 1500; i++)
		one_day(&r, hours, swing_max, error);
	print_message(
		"%ld h, swing to %.2f, error %.2f: saving told %.3f real %.3f seen "
		"%.3f; interval held %.3f; probability %.3f hit %.3f (%d), %.3f hit "
		"%.3f (%d)\n",
		(long)hours, swing_max, error, r.told / r.count, r.real / r.count,
		r.seen / r.count, (double)r.held / r.count, r.below_told / r.below,
		r.below_hit / r.below, r.below, r.above_told / r.above,
		r.above_hit / r.above, r.above);
	assert_true(r.count >= 1000);
	assert_true(fabs(r.told - r.real) / r.count < 0.02);
	assert_true(fabs(r.seen - r.real) > 2 * fabs(r.told - r.real));
	assert_true(r.held > 0.92 * r.count);
	assert_true(fabs(r.below_told - r.below_hit) / r.below < 0.08);
	assert_true(fabs(r.above_told - r.above_hit) / r.above < 0.05);
}

static void over_a_thousand_days_the_probability_is_what_happens(void **unused)
{
	(void)unused;
	srandom(1);
	expect_calibrated(1, 0.3, 0.08);
	expect_calibrated(4, 0.3, 0.08);
	expect_calibrated(4, 0.1, 0.05);
	expect_calibrated(12, 0.2, 0.08);
}

static void the_habit_of_an_hour_is_the_mean_of_its_days(void **unused)
{
	struct intensity_series naive = { .count = 0 };
	struct sky sky;

	(void)unused;
	begin(&sky);
	for (int64_t h = -8 * 24; h < 0; h++)
		add_hour(&sky, h, 100 + (double)((h + 8 * 24) / 24), false);
	assert_int_equal(predict_naive(&sky.series, T0 + 59, T0 + 25 * HOUR + 1, &naive),
			 0);
	assert_int_equal(naive.count, 26);
	assert_int_equal(naive.points[0].from_unix_s, T0);
	/* Days 1 to 7: the eighth last is too old. */
	assert_true(fabs(naive.points[0].gpkwh - 104) < 1e-9);
	assert_true(fabs(naive.points[25].gpkwh - 104) < 1e-9);
	assert_true(naive.points[0].forecast && naive.points[0].estimated);
	assert_string_equal(naive.zone, "DE");
	intensity_series_done(&naive);
}

static void an_hour_known_of_fewer_than_3_days_stays_a_gap(void **unused)
{
	struct intensity_series naive = { .count = 0 };
	struct sky sky;

	(void)unused;
	begin(&sky);
	for (int64_t h = -3 * 24; h < 0; h++)
		add_hour(&sky, h, 100, h == -20); /* one is only a forecast */
	assert_int_equal(predict_naive(&sky.series, T0, T0 + DAY, &naive), 0);
	assert_int_equal(naive.count, 23);
	assert_null(intensity_series_at(&naive, T0 + 4 * HOUR));
	intensity_series_done(&naive);
	sky.series.count = 2 * 24;
	assert_int_equal(predict_naive(&sky.series, T0 - DAY, T0, &naive), -ENODATA);
	assert_int_equal(naive.count, 0);
}

static void a_habit_that_never_fails_errs_by_nothing(void **unused)
{
	struct sky sky;
	double ratio = -1;

	(void)unused;
	fill(&sky, -7 * 24, 0, 0.3);
	assert_int_equal(predict_backtest_ratio(&sky.series, T0, H_NS, &ratio), 0);
	assert_true(ratio >= 0 && ratio < 1e-9);
}

static void a_whole_day_that_is_higher_is_no_error_of_the_choice(void **unused)
{
	struct sky sky;
	double ratio = -1;

	(void)unused;
	begin(&sky);
	for (int64_t h = -7 * 24; h < 0; h++)
		add_hour(&sky, h, day_of(h, 0.3) * (h < -72 && h >= -96 ? 1.5 : 1),
			 false);
	assert_int_equal(predict_backtest_ratio(&sky.series, T0, H_NS, &ratio), 0);
	assert_true(ratio < 1e-9);
}

static void noise_of_a_known_size_is_found(void **unused)
{
	double sum[3] = { 0 };

	(void)unused;
	srandom(2);
	for (int round = 0; round < 100; round++) {
		static const int64_t hours[] = { 1, 4, 16 };
		struct sky sky;

		begin(&sky);
		for (int64_t h = -7 * 24; h < 0; h++)
			add_hour(&sky, h, day_of(h, 0.3) * (1 + 0.1 * gauss()), false);
		for (int i = 0; i < 3; i++) {
			double ratio = 0;

			assert_int_equal(predict_backtest_ratio(&sky.series, T0,
								hours[i] * H_NS, &ratio),
					 0);
			sum[i] += ratio / 100;
		}
	}
	/* Each day against the mean of six others: sqrt(7 / 6) of it; a run of n hours
	 * 1 / sqrt(n), and less by what a day's own mean takes. */
	assert_true(fabs(sum[0] - 0.1 * sqrt(7 / 6.0)) < 0.004);
	assert_true(fabs(sum[1] - 0.05 * sqrt(7 / 6.0)) < 0.006);
	assert_true(sum[2] < sum[1]);
}

static void too_little_history_tells_no_error(void **unused)
{
	struct sky sky;
	double ratio = -1;

	(void)unused;
	fill(&sky, -48, 0, 0.3);
	assert_int_equal(predict_backtest_ratio(&sky.series, T0, H_NS, &ratio), -ENODATA);
	fill(&sky, -7 * 24, 0, 0.3);
	assert_int_equal(predict_backtest_ratio(&sky.series, T0, 145 * H_NS, &ratio),
			 -ENODATA);
	assert_int_equal(predict_backtest_ratio(&sky.series, T0, 0, &ratio), -ENODATA);
	assert_true(ratio == -1);
}

/* METHOD-NOTES: with a day's slack a naive forecast saves a few per cent of a short run. */
static void habit_and_its_error_make_a_verdict(void **unused)
{
	struct intensity_series naive = { .count = 0 };
	struct predict_ask ask;
	struct predict predict;
	struct sky sky;
	double ratio;

	(void)unused;
	srandom(9);
	begin(&sky);
	for (int64_t h = -7 * 24; h < 0; h++)
		add_hour(&sky, h, day_of(h, 0.3) * (1 + 0.06 * gauss()), false);
	assert_int_equal(predict_naive(&sky.series, T0, T0 + 2 * DAY, &naive), 0);
	assert_int_equal(predict_backtest_ratio(&sky.series, T0, 2 * H_NS, &ratio), 0);
	ask = ask_of(&sky, 2, 24);
	ask.series = &naive;
	ask.error_now_ratio = ask.error_day_ratio = ratio;
	predict_start(&ask, &predict);
	assert_int_equal(predict.verdict, PREDICT_WAIT);
	assert_true(predict.best_unix_s > T0 + 9 * HOUR &&
		    predict.best_unix_s < T0 + 16 * HOUR);
	intensity_series_done(&naive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deep_valley_is_worth_waiting_for),
		cmocka_unit_test(a_forecast_that_is_sure_is_taken_as_it_is),
		cmocka_unit_test(the_mean_of_a_run_is_over_all_of_it),
		cmocka_unit_test(a_flat_day_is_no_reason_to_wait),
		cmocka_unit_test(the_greenest_hour_may_be_now),
		cmocka_unit_test(a_saving_that_is_a_guess_is_no_reason_to_wait),
		cmocka_unit_test(a_day_long_run_has_nothing_to_gain),
		cmocka_unit_test(only_starts_that_the_forecast_covers_count),
		cmocka_unit_test(without_a_forecast_the_verdict_is_unknown),
		cmocka_unit_test(a_deadline_too_near_says_so),
		cmocka_unit_test(an_intensity_below_0_has_nothing_to_save),
		cmocka_unit_test(a_year_to_wait_is_looked_at_more_widely),
		cmocka_unit_test(over_a_thousand_days_the_probability_is_what_happens),
		cmocka_unit_test(the_habit_of_an_hour_is_the_mean_of_its_days),
		cmocka_unit_test(an_hour_known_of_fewer_than_3_days_stays_a_gap),
		cmocka_unit_test(a_habit_that_never_fails_errs_by_nothing),
		cmocka_unit_test(a_whole_day_that_is_higher_is_no_error_of_the_choice),
		cmocka_unit_test(noise_of_a_known_size_is_found),
		cmocka_unit_test(too_little_history_tells_no_error),
		cmocka_unit_test(habit_and_its_error_make_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
