/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "calc/carbon.h"
#include "fixture.h"

#define S NS_PER_S
#define J UJ_PER_J

/* Real times: 2020-06-13, in Unix seconds. */
#define T0 INT64_C(1592000000)

__extension__ typedef __int128 exact_int;

struct row {
	int64_t unix_ns;
	uint64_t uj;
};

static struct quantity about(double low, double value, double high)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = low,
				  .high = high,
				  .kind = KIND_ASSUMED,
				  .source = "a yearly mean" };
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(1, fabs(b));
}

static struct quantity mean_over(const struct intensity_series *series,
				 const struct quantity *yearly, const struct row *rows,
				 size_t count, struct in_time *ret_parts)
{
	struct carbon_curve curve;
	struct quantity mean;
	struct in_time parts;

	carbon_curve_begin(&curve, series, yearly);
	for (size_t i = 0; i < count; i++)
		carbon_curve_point(&curve, rows[i].unix_ns, rows[i].uj);
	carbon_curve_end(&curve, &mean, &parts);
	if (ret_parts)
		*ret_parts = parts;
	return mean;
}

static struct intensity_series series_of(struct intensity_point *points, size_t count)
{
	return (struct intensity_series){ .provider = "csv",
					  .zone = "DE",
					  .fetched_unix_s = T0,
					  .points = points,
					  .count = count };
}

/* Two hours of 200 and 400, a gap of an hour, then 100. */
static struct intensity_point day[] = {
	{ .from_unix_s = T0, .to_unix_s = T0 + 3600, .gpkwh = 200 },
	{ .from_unix_s = T0 + 3600,
	  .to_unix_s = T0 + 7200,
	  .gpkwh = 400,
	  .estimated = true },
	{ .from_unix_s = T0 + 10800,
	  .to_unix_s = T0 + 14400,
	  .gpkwh = 100,
	  .forecast = true },
};

static void without_a_series_the_yearly_mean_stands_as_it_is(void **unused)
{
	const struct row rows[] = { { T0 * S, 0 }, { (T0 + 10) * S, 50 * J } };
	struct quantity yearly = about(300, 400, 700), mean;
	struct intensity_series empty = { .count = 0 };
	struct in_time parts;

	(void)unused;
	mean = mean_over(NULL, &yearly, rows, 2, &parts);
	assert_memory_equal(&mean, &yearly, sizeof mean);
	assert_true(parts.covered_ratio == 0 && parts.fetched_unix_s == 0);
	mean = mean_over(&empty, &yearly, rows, 2, NULL);
	assert_memory_equal(&mean, &yearly, sizeof mean);
	yearly.known = false;
	mean = mean_over(NULL, &yearly, rows, 2, NULL);
	assert_false(mean.known);
	assert_non_null(strstr(mean.source, "no intensity is known for 100.0 %"));
}

static void a_run_inside_one_step_has_its_intensity(void **unused)
{
	struct intensity_series series = series_of(day, ARRAY_SIZE(day));
	const struct row rows[] = { { (T0 + 10) * S, 7 }, { (T0 + 11) * S, 7 + J } };
	struct quantity none = { .known = false }, mean;
	struct in_time parts;

	(void)unused;
	mean = mean_over(&series, &none, rows, 2, &parts);
	assert_true(mean.known && mean.value == 200);
	assert_int_equal(mean.kind, KIND_DERIVED);
	assert_string_equal(mean.source, "csv DE");
	assert_true(parts.covered_ratio == 1);
	assert_int_equal(parts.fetched_unix_s, T0);
}

static void a_boundary_inside_a_row_parts_its_joules_by_time(void **unused)
{
	struct intensity_series series = series_of(day, ARRAY_SIZE(day));
	const struct row rows[] = { { (T0 + 3599) * S, 0 }, { (T0 + 3603) * S, 8 * J } };
	struct quantity none = { .known = false };
	struct quantity mean = mean_over(&series, &none, rows, 2, NULL);

	(void)unused;
	assert_true(near(mean.value, (200 + 3 * 400) / 4.0));
}

static void before_between_and_after_the_steps_the_yearly_mean_holds(void **unused)
{
	struct intensity_series series = series_of(day, ARRAY_SIZE(day));
	const struct row rows[] = { { (T0 - 3600) * S, 0 }, { (T0 + 18000) * S, 6 * J } };
	struct quantity yearly = about(600, 700, 900), mean;
	struct in_time parts;

	(void)unused;
	mean = mean_over(&series, &yearly, rows, 2, &parts);
	assert_true(near(mean.value, (200 + 400 + 100 + 3 * 700) / 6.0));
	assert_int_equal(mean.kind, KIND_ASSUMED);
	assert_string_equal(mean.source,
			    "csv DE; 50.0 % of the energy by the yearly mean");
	assert_true(near(parts.covered_ratio, 0.5));
	assert_true(near(parts.estimated_ratio, 1 / 6.0));
	assert_true(near(parts.forecast_ratio, 1 / 6.0));
}

static void a_gap_is_unknown_only_where_energy_fell_into_it(void **unused)
{
	struct intensity_series series = series_of(day, ARRAY_SIZE(day));
	struct row rows[] = { { (T0 + 7000) * S, 0 },
			      { (T0 + 7200) * S, 5 * J },
			      { (T0 + 10800) * S, 5 * J },
			      { (T0 + 11000) * S, 10 * J } };
	struct quantity none = { .known = false }, mean;
	struct in_time parts;

	(void)unused;
	mean = mean_over(&series, &none, rows, 4, &parts);
	assert_true(mean.known && near(mean.value, 250));
	assert_true(parts.covered_ratio == 1);
	rows[2].uj = 5 * J + 1;
	mean = mean_over(&series, &none, rows, 4, &parts);
	assert_false(mean.known);
	assert_string_equal(mean.source,
			    "no intensity is known for under 0.1 % of the energy");
	assert_true(parts.covered_ratio < 1);
}

static void a_run_without_energy_has_the_mean_over_its_time(void **unused)
{
	struct intensity_series series = series_of(day, ARRAY_SIZE(day));
	const struct row rows[] = { { T0 * S, 9 }, { (T0 + 5400) * S, 9 } };
	struct quantity none = { .known = false }, mean;
	struct in_time parts;

	(void)unused;
	mean = mean_over(&series, &none, rows, 2, &parts);
	assert_true(near(mean.value, (2 * 200 + 400) / 3.0));
	assert_true(near(parts.estimated_ratio, 1 / 3.0));
	mean = mean_over(&series, &none, rows, 1, &parts);
	assert_true(mean.value == 200 && parts.covered_ratio == 1);
	mean = mean_over(&series, &none, rows, 0, &parts);
	assert_false(mean.known);
	assert_true(parts.covered_ratio == 0);
}

static void joules_that_came_in_no_time_belong_to_their_moment(void **unused)
{
	struct intensity_series series = series_of(day, ARRAY_SIZE(day));
	const struct row rows[] = { { (T0 + 3600) * S - 1, 0 },
				    { (T0 + 3600) * S - 1, 3 * J },
				    { (T0 + 3600) * S, 3 * J },
				    { (T0 + 3600) * S, 4 * J } };
	struct quantity none = { .known = false };

	(void)unused;
	assert_true(near(mean_over(&series, &none, rows, 4, NULL).value,
			 (3 * 200 + 400) / 4.0));
}

static void errors_of_series_and_yearly_mean_add_up(void **unused)
{
	struct intensity_series series = series_of(day, ARRAY_SIZE(day));
	const struct row rows[] = { { (T0 - 3600) * S, 0 }, { (T0 + 7200) * S, 3 * J } };
	struct quantity yearly = about(600, 700, 1000), mean;

	(void)unused;
	series.error_ratio = 0.1;
	mean = mean_over(&series, &yearly, rows, 2, NULL);
	assert_true(near(mean.low, mean.value - (20 + 40 + 100) / 3.0));
	assert_true(near(mean.high, mean.value + (20 + 40 + 300) / 3.0));
	series.error_ratio = 3;
	mean = mean_over(&series, &yearly, rows, 2, NULL);
	assert_true(mean.low == 0);
}

static void a_marginal_intensity_below_0_is_told_as_it_is(void **unused)
{
	struct intensity_point points[] = {
		{ .from_unix_s = T0, .to_unix_s = T0 + 1, .gpkwh = -300 },
		{ .from_unix_s = T0 + 1, .to_unix_s = T0 + 2, .gpkwh = 300 },
	};
	struct intensity_series series = series_of(points, 2);
	const struct row rows[] = { { T0 * S, 0 }, { (T0 + 2) * S, 2 * J } };
	struct quantity none = { .known = false }, mean;

	(void)unused;
	series.error_ratio = 0.2;
	mean = mean_over(&series, &none, rows, 2, NULL);
	assert_true(mean.value == 0);
	assert_true(near(mean.low, -60) && near(mean.high, 60));
}

static void steps_to_the_end_of_time_do_no_harm(void **unused)
{
	struct intensity_point points[] = {
		{ .from_unix_s = INT64_MIN, .to_unix_s = T0, .gpkwh = 10 },
		{ .from_unix_s = T0, .to_unix_s = INT64_MAX, .gpkwh = 30 },
	};
	struct intensity_series series = series_of(points, 2);
	const struct row rows[] = { { (T0 - 1) * S, 0 }, { (T0 + 1) * S, 2 * J } };
	struct quantity none = { .known = false };

	(void)unused;
	assert_true(mean_over(&series, &none, rows, 2, NULL).value == 20);
}

#define ROWS_MAX  24
#define STEPS_MAX 12
/* Lengths of rows, in ticks, divide this: all shares of a row are whole in 1/5040 of it. */
#define WHOLE 5040

struct made {
	struct intensity_point points[STEPS_MAX];
	struct intensity_series series;
	struct row rows[ROWS_MAX];
	size_t row_count;
	int64_t tick_ns;
	struct quantity yearly;
};

static int64_t from_to(int64_t from, int64_t to)
{
	return from + random() % (to - from + 1);
}

static void make_steps(struct made *made, int64_t least_gpkwh)
{
	int64_t scale = made->tick_ns > S ? made->tick_ns / S : 1;
	int64_t s = T0 - scale * from_to(0, 50);

	made->series = series_of(made->points, (size_t)from_to(0, STEPS_MAX));
	for (size_t i = 0; i < made->series.count; i++) {
		struct intensity_point *point = &made->points[i];

		memset(point, 0, sizeof *point);
		s += from_to(0, 2) ? 0 : scale * from_to(1, 20);
		point->from_unix_s = s;
		s += scale * from_to(1, 40);
		point->to_unix_s = s;
		point->gpkwh = (double)from_to(least_gpkwh, 1500);
	}
}

static void make(struct made *made, int64_t least_gpkwh)
{
	static const int64_t ticks[] = { NS_PER_S / 1000, NS_PER_S / 4, NS_PER_S,
					 3600 * NS_PER_S };
	static const int64_t lengths[] = { 0, 1, 2, 3, 5, 7, 8, 12, 16, 20, 36, 60, 140 };
	double y = (double)from_to(0, 900);
	struct row *row = made->rows;

	made->tick_ns = ticks[from_to(0, 3)];
	make_steps(made, least_gpkwh);
	made->yearly = about(y / 2, y, y * 2);
	made->row_count = (size_t)from_to(2, ROWS_MAX);
	*row = (struct row){ T0 * S, (uint64_t)from_to(0, 1000) };
	for (size_t i = 1; i < made->row_count; i++, row++) {
		int64_t ticked = lengths[from_to(0, (int64_t)ARRAY_SIZE(lengths) - 1)];
		int64_t uj = from_to(0, 3) ? from_to(0, 2000000000) : 0;

		row[1].unix_ns = row->unix_ns + ticked * made->tick_ns;
		row[1].uj = row->uj + (uint64_t)uj;
	}
}

/* The step of a tick, by asking all of them; the yearly mean where none is. */
static exact_int slow_gpkwh(const struct made *made, int64_t unix_ns)
{
	for (size_t i = 0; i < made->series.count; i++)
		if (made->points[i].from_unix_s * S <= unix_ns &&
		    unix_ns < made->points[i].to_unix_s * S)
			return (exact_int)made->points[i].gpkwh;
	return (exact_int)made->yearly.value;
}

/* Tick by tick, in whole numbers: the sum of uJ * g/kWh, times WHOLE. */
static exact_int slow_sum(const struct made *made)
{
	exact_int sum = 0;

	for (size_t i = 1; i < made->row_count; i++) {
		const struct row *a = &made->rows[i - 1], *b = &made->rows[i];
		int64_t ticked = (b->unix_ns - a->unix_ns) / made->tick_ns;
		exact_int uj = (exact_int)(b->uj - a->uj);

		if (ticked == 0)
			sum += uj * WHOLE * slow_gpkwh(made, a->unix_ns);
		for (int64_t k = 0; k < ticked; k++)
			sum += uj * (WHOLE / ticked) *
			       slow_gpkwh(made, a->unix_ns + k * made->tick_ns);
	}
	return sum;
}

static void ten_thousand_runs_give_what_counting_in_whole_numbers_gives(void **unused)
{
	(void)unused;
	srandom(10);
	for (int round = 0; round < 10000; round++) {
		struct made made;
		struct quantity mean;
		uint64_t uj;
		long double want;

		make(&made, round % 2 ? -400 : 0);
		uj = made.rows[made.row_count - 1].uj - made.rows[0].uj;
		if (uj == 0)
			continue;
		want = (long double)slow_sum(&made) / ((long double)uj * WHOLE);
		mean = mean_over(&made.series, &made.yearly, made.rows, made.row_count,
				 NULL);
		assert_true(mean.known && mean.low <= mean.value &&
			    mean.value <= mean.high);
		/* Against 1500 where signs may cancel. */
		assert_true(fabsl(mean.value - want) <=
			    (round % 2 ? 1500 : want) * 1e-12L);
	}
}

/* One row in two, at a place where both halves have whole joules. */
static void cut_row(struct made *made, struct row *ret, size_t which)
{
	struct row *a = &ret[which], *b;

	memcpy(ret, made->rows, (which + 1) * sizeof ret[0]);
	b = &ret[which + 2];
	memcpy(b, &made->rows[which + 1], (made->row_count - which - 1) * sizeof ret[0]);
	a[1].unix_ns = a->unix_ns + (b->unix_ns - a->unix_ns) / 4;
	a[1].uj = a->uj + (b->uj - a->uj) / 4;
}

static void cutting_rows_anywhere_keeps_the_grammes(void **unused)
{
	(void)unused;
	srandom(11);
	for (int round = 0; round < 3000; round++) {
		struct row cut[ROWS_MAX + 1];
		struct made made;
		double one, two;

		make(&made, 0);
		for (size_t i = 0; i < made.row_count; i++)
			made.rows[i].uj *= 4;
		cut_row(&made, cut, (size_t)from_to(0, (int64_t)made.row_count - 2));
		one = mean_over(&made.series, &made.yearly, made.rows, made.row_count,
				NULL)
			      .value;
		two = mean_over(&made.series, &made.yearly, cut, made.row_count + 1, NULL)
			      .value;
		assert_true(fabs(one - two) <= 1e-12 * one);
	}
}

static void cutting_steps_anywhere_keeps_the_grammes(void **unused)
{
	(void)unused;
	srandom(12);
	for (int round = 0; round < 3000; round++) {
		struct intensity_point cut[2 * STEPS_MAX];
		struct intensity_series parts;
		struct made made;
		size_t n = 0;
		double one, two;

		make(&made, 0);
		for (size_t i = 0; i < made.series.count; i++) {
			struct intensity_point *point = &made.points[i];

			cut[n++] = *point;
			if (point->to_unix_s - point->from_unix_s < 2)
				continue;
			cut[n] = *point;
			cut[n - 1].to_unix_s = cut[n].from_unix_s =
				from_to(point->from_unix_s + 1, point->to_unix_s - 1);
			n++;
		}
		parts = series_of(cut, n);
		one = mean_over(&made.series, &made.yearly, made.rows, made.row_count,
				NULL)
			      .value;
		two = mean_over(&parts, &made.yearly, made.rows, made.row_count, NULL)
			      .value;
		assert_true(fabs(one - two) <= 1e-12 * one);
	}
}

static void a_constant_intensity_gives_the_product(void **unused)
{
	(void)unused;
	srandom(13);
	for (int round = 0; round < 3000; round++) {
		struct quantity mean;
		struct made made;

		make(&made, 0);
		for (size_t i = 0; i < made.series.count; i++)
			made.points[i].gpkwh = 321;
		made.yearly = about(321, 321, 321);
		mean = mean_over(&made.series, &made.yearly, made.rows, made.row_count,
				 NULL);
		assert_true(fabs(mean.value - 321) <= 321 * 1e-12);
	}
}

static double grammes(const struct made *made)
{
	struct quantity mean = mean_over(&made->series, &made->yearly, made->rows,
					 made->row_count, NULL);

	return mean.value *
	       (double)(made->rows[made->row_count - 1].uj - made->rows[0].uj);
}

static void more_power_is_never_less_carbon(void **unused)
{
	(void)unused;
	srandom(14);
	for (int round = 0; round < 3000; round++) {
		struct made made;
		size_t from;
		double before;

		make(&made, 0);
		before = grammes(&made);
		from = (size_t)from_to(1, (int64_t)made.row_count - 1);
		for (size_t i = from; i < made.row_count; i++)
			made.rows[i].uj += 1000000000;
		assert_true(grammes(&made) >= before * (1 - 1e-12));
	}
}

/* An hour at 1 kHz against steps of 5 s: rows and steps meet, so whole numbers say it all. */
static void a_long_run_of_short_rows_loses_nothing(void **unused)
{
	struct intensity_point *points = calloc(720, sizeof *points);
	struct intensity_series series = series_of(points, 720);
	struct quantity none = { .known = false }, mean;
	struct carbon_curve curve;
	struct in_time parts;
	exact_int want = 0;
	uint64_t uj = 0;

	(void)unused;
	assert_non_null(points);
	for (int64_t i = 0; i < 720; i++)
		points[i] = (struct intensity_point){ .from_unix_s = T0 + 5 * i,
						      .to_unix_s = T0 + 5 * i + 5,
						      .gpkwh = (double)(i * 37 % 700) };
	carbon_curve_begin(&curve, &series, &none);
	carbon_curve_point(&curve, T0 * S, 0);
	for (int64_t ms = 0; ms < 3600 * 1000; ms++) {
		uint64_t step = (uint64_t)(ms * 7919 % 300000);

		uj += step;
		want += (exact_int)step * (ms / 5000 * 37 % 700);
		carbon_curve_point(&curve, T0 * S + (ms + 1) * NS_PER_MS, uj);
	}
	carbon_curve_end(&curve, &mean, &parts);
	assert_true(parts.covered_ratio == 1);
	assert_true(fabsl(mean.value - (long double)want / (long double)uj) <=
		    1e-14L * mean.value);
	free(points);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_series_the_yearly_mean_stands_as_it_is),
		cmocka_unit_test(a_run_inside_one_step_has_its_intensity),
		cmocka_unit_test(a_boundary_inside_a_row_parts_its_joules_by_time),
		cmocka_unit_test(
			before_between_and_after_the_steps_the_yearly_mean_holds),
		cmocka_unit_test(a_gap_is_unknown_only_where_energy_fell_into_it),
		cmocka_unit_test(a_run_without_energy_has_the_mean_over_its_time),
		cmocka_unit_test(joules_that_came_in_no_time_belong_to_their_moment),
		cmocka_unit_test(errors_of_series_and_yearly_mean_add_up),
		cmocka_unit_test(a_marginal_intensity_below_0_is_told_as_it_is),
		cmocka_unit_test(steps_to_the_end_of_time_do_no_harm),
		cmocka_unit_test(
			ten_thousand_runs_give_what_counting_in_whole_numbers_gives),
		cmocka_unit_test(cutting_rows_anywhere_keeps_the_grammes),
		cmocka_unit_test(cutting_steps_anywhere_keeps_the_grammes),
		cmocka_unit_test(a_constant_intensity_gives_the_product),
		cmocka_unit_test(more_power_is_never_less_carbon),
		cmocka_unit_test(a_long_run_of_short_rows_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
