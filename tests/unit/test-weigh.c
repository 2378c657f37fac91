/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "engine/weigh.h"
#include "fixture.h"

#define START_S INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define HOUR_S  3600
#define RUN_S   (4 * HOUR_S)
#define KWH_UJ  UINT64_C(3600000000000)

struct scale {
	struct tables *tables;
	struct store *store;
	struct run_info info;
	struct run_view view;
	struct diag diag;
};

static int set_up(void **state)
{
	struct scale *scale = calloc(1, sizeof *scale);

	assert_non_null(scale);
	assert_int_equal(tables_new(NULL, &scale->tables), 0);
	assert_int_equal(store_open(":memory:", STORE_WRITE, &scale->diag, &scale->store),
			 0);
	(void)copy_text(scale->info.region, sizeof scale->info.region, "DE");
	(void)copy_text(scale->info.region_how, sizeof scale->info.region_how, "option");
	scale->info.started_unix_ns = START_S * NS_PER_S;
	scale->info.duration_ns = RUN_S * NS_PER_S;
	scale->view.attributed_j = (struct quantity){ .known = true,
						      .value = 3.6e6,
						      .low = 3.6e6,
						      .high = 3.6e6,
						      .kind = KIND_MEASURED };
	*state = scale;
	return 0;
}

static int tear_down(void **state)
{
	struct scale *scale = *state;

	store_close(scale->store);
	tables_free(scale->tables);
	free(scale);
	return 0;
}

/* Hours from..to of the run at that intensity, kept as the provider's. */
static void keep(struct scale *scale, enum signal signal, int from_h, int to_h,
		 double gpkwh)
{
	struct intensity_point point = { .from_unix_s = START_S + from_h * HOUR_S,
					 .to_unix_s = START_S + to_h * HOUR_S,
					 .gpkwh = gpkwh };
	struct intensity_series series = { .provider = "csv",
					   .zone = "DE",
					   .basis = "average, lifecycle, consumption",
					   .signal = signal,
					   .error_ratio = 0.1,
					   .fetched_unix_s = START_S,
					   .points = &point,
					   .count = 1 };

	assert_int_equal(store_intensity_put(scale->store, &series, &scale->diag), 0);
	(void)copy_text(signal == SIGNAL_AVERAGE ? scale->info.grid
						 : scale->info.grid_marginal,
			RUN_GRID_MAX, "csv DE");
}

/* A kWh over four hours: 1, 0, 2, 1 of four parts. */
static const struct run_view *weigh(struct scale *scale)
{
	static const uint64_t quarters[] = { 0, 1, 1, 3, 4 };
	CLEANUP(weigh_done) struct weigh weigh;

	weigh_begin(&weigh, scale->tables, scale->store, &scale->info);
	for (int h = 0; h <= 4; h++)
		weigh_point(&weigh, h * HOUR_S * NS_PER_S, quarters[h] * (KWH_UJ / 4));
	weigh_end(&weigh, &scale->view);
	return &scale->view;
}

static bool is_about(double value, double expected)
{
	return fabs(value - expected) <= 1e-9 * fabs(expected);
}

static void without_a_series_the_yearly_mean_weighs(void **state)
{
	const struct run_view *view = weigh(*state);

	assert_true(view->intensity.value.known);
	assert_string_equal(view->intensity.resolution, "year");
	assert_true(view->in_time.covered_ratio == 0);
	assert_true(
		is_about(view->carbon_kg.value,
			 view->facility_kwh.value * view->intensity.value.value / 1000));
	assert_string_equal(view->place.country, "DEU");
}

static void a_series_that_covers_all_weighs_alone(void **state)
{
	struct scale *scale = *state;
	const struct run_view *view;

	keep(scale, SIGNAL_AVERAGE, 0, 2, 100);
	keep(scale, SIGNAL_AVERAGE, 2, 4, 300);
	view = weigh(scale);
	assert_true(is_about(view->intensity.value.value, 250));
	assert_true(view->in_time.covered_ratio == 1);
	assert_string_equal(view->intensity.value.source, "csv, zone DE");
	assert_string_equal(view->intensity.year_or_time, "2026-01-01");
	assert_string_equal(view->intensity.resolution, "2 h");
	assert_string_equal(view->intensity.why, "");
	assert_true(is_about(view->intensity.value.low, 225));
	assert_true(is_about(view->intensity.value.high, 275));
}

static void a_series_of_a_part_leaves_the_rest_to_the_yearly_mean_and_says_so(
	void **state)
{
	struct scale *scale = *state;
	double yearly = weigh(scale)->intensity.value.value;
	const struct run_view *view;

	keep(scale, SIGNAL_AVERAGE, 0, 1, 100);
	view = weigh(scale);
	assert_true(is_about(view->intensity.value.value, (100 + 3 * yearly) / 4));
	assert_true(is_about(view->in_time.covered_ratio, 0.25));
	assert_ptr_equal(strstr(view->intensity.value.source, "csv, zone DE; the rest "),
			 view->intensity.value.source);
	assert_string_equal(view->intensity.resolution, "hour");
}

static void a_series_of_another_time_weighs_nothing_and_it_is_said(void **state)
{
	struct scale *scale = *state;
	double yearly = weigh(scale)->intensity.value.value;
	const struct run_view *view;

	keep(scale, SIGNAL_AVERAGE, -9, -5, 100);
	view = weigh(scale);
	assert_true(view->intensity.value.value == yearly);
	assert_non_null(strstr(view->intensity.why, "csv DE has nothing"));
	assert_string_equal(view->intensity.resolution, "year");
}

static void the_marginal_one_stands_beside_and_changes_no_average(void **state)
{
	struct scale *scale = *state;
	double kg = weigh(scale)->carbon_kg.value;
	const struct run_view *view;

	keep(scale, SIGNAL_MARGINAL, 0, 4, 700);
	view = weigh(scale);
	assert_true(view->carbon_kg.value == kg);
	assert_true(is_about(view->marginal.value.value, 700));
	assert_true(
		is_about(view->carbon_marginal_kg.value, view->facility_kwh.value * 0.7));
	assert_true(view->marginal_in_time.covered_ratio == 1);
}

static void without_any_marginal_figure_it_is_unknown_with_a_reason(void **state)
{
	struct scale *scale = *state;
	const struct run_view *view;

	(void)copy_text(scale->info.region, sizeof scale->info.region, "TD");
	view = weigh(scale);
	assert_false(view->marginal.value.known);
	assert_false(view->carbon_marginal_kg.known);
	assert_true(view->carbon_marginal_kg.source[0] != '\0');
	assert_true(view->carbon_kg.known);
}

static void the_users_own_pue_is_taken_as_it_is(void **state)
{
	struct scale *scale = *state;
	const struct run_view *view;

	scale->info.pue = 1.25;
	(void)copy_text(scale->info.pue_source, sizeof scale->info.pue_source, "--pue");
	view = weigh(scale);
	assert_true(is_about(view->facility_kwh.value, 1.25));
	assert_string_equal(view->pue.value.source, "--pue");
	assert_int_equal(view->pue.value.kind, KIND_ASSUMED);
	assert_true(view->pue.value.low == 1.25 && view->pue.value.high == 1.25);
}

static void a_run_of_nowhere_is_weighed_by_the_world_and_says_so(void **state)
{
	struct scale *scale = *state;
	const struct run_view *view;

	scale->info.region[0] = '\0';
	view = weigh(scale);
	assert_string_equal(view->place.how, "world");
	assert_non_null(strstr(view->place.note, "not known"));
	assert_true(view->intensity.value.known);
	assert_int_equal(view->intensity.value.kind, KIND_ASSUMED);
}

static void a_place_that_is_not_understood_is_kept_as_it_was_said(void **state)
{
	struct scale *scale = *state;
	const struct run_view *view;

	(void)copy_text(scale->info.region, sizeof scale->info.region, "Atlantis");
	view = weigh(scale);
	assert_string_equal(view->place.text, "Atlantis");
	assert_true(view->place.note[0] != '\0');
	assert_true(view->intensity.value.known);
}

static void unknown_joules_weigh_an_unknown_amount(void **state)
{
	struct scale *scale = *state;
	const struct run_view *view;

	scale->view.attributed_j.known = false;
	keep(scale, SIGNAL_AVERAGE, 0, 4, 100);
	view = weigh(scale);
	assert_false(view->facility_kwh.known);
	assert_false(view->carbon_kg.known);
	assert_false(view->cost_country.usd.known);
	assert_false(view->water_l.known);
}

static void a_name_of_a_series_is_taken_apart_or_not_at_all(void **state)
{
	struct store_series series = { .provider = "old" };

	(void)state;
	assert_true(
		weigh_series_of("electricitymaps US-CAL-CISO", SIGNAL_AVERAGE, &series));
	assert_string_equal(series.provider, "electricitymaps");
	assert_string_equal(series.zone, "US-CAL-CISO");
	assert_true(weigh_series_of("csv my own zone", SIGNAL_MARGINAL, &series));
	assert_string_equal(series.zone, "my own zone");
	assert_int_equal(series.signal, SIGNAL_MARGINAL);
	assert_false(weigh_series_of("", SIGNAL_AVERAGE, &series));
	assert_false(weigh_series_of("csv", SIGNAL_AVERAGE, &series));
	assert_false(weigh_series_of(" DE", SIGNAL_AVERAGE, &series));
	assert_false(weigh_series_of("a-name-that-is-far-too-long-for-it DE",
				     SIGNAL_AVERAGE, &series));
	assert_string_equal(series.provider, "csv");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		WITH(without_a_series_the_yearly_mean_weighs),
		WITH(a_series_that_covers_all_weighs_alone),
		WITH(a_series_of_a_part_leaves_the_rest_to_the_yearly_mean_and_says_so),
		WITH(a_series_of_another_time_weighs_nothing_and_it_is_said),
		WITH(the_marginal_one_stands_beside_and_changes_no_average),
		WITH(without_any_marginal_figure_it_is_unknown_with_a_reason),
		WITH(the_users_own_pue_is_taken_as_it_is),
		WITH(a_run_of_nowhere_is_weighed_by_the_world_and_says_so),
		WITH(a_place_that_is_not_understood_is_kept_as_it_was_said),
		WITH(unknown_joules_weigh_an_unknown_amount),
		WITH(a_name_of_a_series_is_taken_apart_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
