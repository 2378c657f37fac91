/* SPDX-License-Identifier: Apache-2.0 */
/* Settings compared by their runs: calc/compare.h. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "calc/compare.h"
#include "calc/stat-internal.h"
#include "fixture.h"

#define RUNS_MAX  12
#define SIDES_MAX 4
#define GAIN_95   0.05 /* of a meter, both ways, 95 % */

/* Sides as a test makes them up. */
struct bench {
	struct compare_run runs[SIDES_MAX][RUNS_MAX];
	struct compare_side sides[SIDES_MAX];
	struct compare_ask ask;
	struct compare_outcome out;
};

static struct bench *bench_new(void)
{
	static const char *const names[SIDES_MAX] = { "A", "B", "C", "D" };
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	for (size_t i = 0; i < SIDES_MAX; i++) {
		bench->sides[i].runs = bench->runs[i];
		(void)copy_text(bench->sides[i].name, RUN_NAME_MAX, names[i]);
	}
	bench->ask = (struct compare_ask){ .sides = bench->sides,
					   .side_count = 2,
					   .level = 0.95,
					   .margin = 0.02,
					   .metric_margin = NAN };
	return bench;
}

static void bench_free(struct bench **bench)
{
	free(*bench);
}

#define BENCH(name) CLEANUP(bench_free) struct bench *name = bench_new()

/* A finished, metered run of so many joules on the one machine there is. */
static struct compare_run *add_run(struct bench *bench, size_t side, double joules)
{
	struct compare_run *run = &bench->runs[side][bench->sides[side].count++];

	assert_true(bench->sides[side].count <= RUNS_MAX);
	memset(run, 0, sizeof *run);
	run->state = RUN_FINISHED;
	for (size_t i = 0; i < COMPARE_WHATS; i++)
		run->value[i] = NAN;
	run->value[COMPARE_ENERGY] = joules;
	run->energy_low_j = joules * exp(-GAIN_95);
	run->energy_high_j = joules * exp(GAIN_95);
	run->coverage_ratio = 1;
	run->pue = 1.2;
	run->intensity_gpkwh = 300;
	(void)copy_text(run->machine, sizeof run->machine, "oak 1234");
	(void)copy_text(run->hardware, sizeof run->hardware, "2 Xeons, 256 GiB");
	(void)copy_text(run->domains, sizeof run->domains,
			"package-0 (powercap, measured), dram-0 (powercap, measured)");
	(void)copy_text(run->grid, sizeof run->grid, "DE, Ember 2024, average");
	(void)copy_text(run->pue_source, sizeof run->pue_source, "given");
	return run;
}

static void add_runs(struct bench *bench, size_t side, const char *joules)
{
	char text[256];

	(void)copy_text(text, sizeof text, joules);
	for (char *next = text, *word; (word = strsep(&next, " "));) {
		double value;

		assert_int_equal(parse_double(word, &value), 0);
		(void)add_run(bench, side, value);
	}
}

/* Every run of a side on another machine, each of the same kind. */
static void elsewhere(struct bench *bench, size_t side)
{
	for (size_t i = 0; i < bench->sides[side].count; i++)
		(void)copy_text(bench->runs[side][i].machine,
				sizeof bench->runs[side][i].machine, "elm 5678");
}

static const struct compare_result *result_of(struct bench *bench, enum compare_what what)
{
	assert_int_equal(compare_of(&bench->ask, &bench->out), 0);
	return &bench->out.pairs[0].what[what];
}

static const struct compare_result *energy_of(struct bench *bench)
{
	return result_of(bench, COMPARE_ENERGY);
}

static const char *warning_of(const struct bench *bench, const char *code)
{
	for (size_t i = 0; i < bench->out.warning_count; i++)
		if (strcmp(bench->out.warnings[i].code, code) == 0)
			return bench->out.warnings[i].text;
	return NULL;
}

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* --- the ratio --------------------------------------------------------------------------- */

static void a_side_that_needs_less_is_told_with_its_interval(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "1000 1004 997 1002 999");
	add_runs(bench, 1, "690 693 688 691 689");
	got = energy_of(bench);
	assert_int_equal(got->verdict, VERDICT_LESS);
	assert_true(fabs(got->ratio - 0.69) < 0.001);
	assert_true(got->low < got->ratio && got->ratio < got->high && got->high < 0.7);
	assert_true(got->bootstrap_low < got->ratio && got->ratio < got->bootstrap_high);
	assert_true(got->p_welch < 1e-6 && got->p_adjusted == got->p_welch);
	assert_true(near(got->p_permutation, 2.0 / 252) && got->permutation_exact);
	assert_true(near(got->p_mann_whitney, 2.0 / 252));
	assert_true(got->cliffs_delta == -1 && got->cliffs_low == -1);
	assert_int_equal(bench->out.by_energy[0], 1);
}

static void the_ratio_turns_round_with_the_sides(void **state)
{
	BENCH(one);
	BENCH(other);
	const struct compare_result *a, *b;

	(void)state;
	add_runs(one, 0, "10 11 12 10.5");
	add_runs(one, 1, "13 12.5 14");
	add_runs(other, 1, "10 11 12 10.5");
	add_runs(other, 0, "13 12.5 14");
	a = energy_of(one);
	b = energy_of(other);
	assert_true(near(a->ratio * b->ratio, 1) && near(a->low * b->high, 1));
	assert_true(near(a->p_welch, b->p_welch) &&
		    near(a->cliffs_delta, -b->cliffs_delta));
}

static void every_quantity_has_its_own_result(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 102 101");
	add_runs(bench, 1, "100 101 102");
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < 3; i++) {
			bench->runs[s][i].value[COMPARE_TIME] =
				(s ? 20 : 10) + 0.1 * (double)i;
			bench->runs[s][i].value[COMPARE_METRIC] =
				(s ? -1 : 1) + 0.01 * (double)(i * i);
		}
	bench->ask.has_metric = true;
	assert_int_equal(result_of(bench, COMPARE_TIME)->verdict, VERDICT_MORE);
	assert_true(result_of(bench, COMPARE_TIME)->systematic_ratio == 0);
	assert_true(near(result_of(bench, COMPARE_METRIC)->ratio, -2));
	assert_int_equal(result_of(bench, COMPARE_METRIC)->verdict, VERDICT_LESS);
	assert_false(result_of(bench, COMPARE_POWER)->known);
	assert_true(isnan(result_of(bench, COMPARE_POWER)->ratio));
	assert_int_equal(bench->out.stats[0][COMPARE_POWER].count, 0);
	assert_true(near(bench->out.stats[1][COMPARE_TIME].median, 20.1));
}

static void energies_of_0_have_no_ratio(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 102");
	add_runs(bench, 1, "0 1 2");
	assert_false(energy_of(bench)->known);
	assert_int_equal(bench->out.stats[1][COMPARE_ENERGY].count, 3);
}

/* --- verdicts ---------------------------------------------------------------------------- */

static void one_run_a_side_gives_a_ratio_and_no_more(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "100");
	add_runs(bench, 1, "50");
	got = energy_of(bench);
	assert_int_equal(got->verdict, VERDICT_TOO_FEW);
	assert_true(near(got->ratio, 0.5));
	assert_true(isnan(got->low) && isnan(got->random_low) && isnan(got->p_welch));
	assert_false(got->tests[0].known);
	assert_string_equal(got->tests[0].name, "t-test");
	assert_string_equal(got->tests[0].why, "a side has fewer than two runs");
	assert_non_null(strstr(warning_of(bench, "few"), "one run"));
}

/* Each pair lies close by chance: any difference would be sure. */
static void two_runs_a_side_settle_nothing(void **state)
{
	static const char *const others[] = { "50 50.1", "200 200.1", "100 100.1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		BENCH(bench);
		const struct compare_result *got;

		add_runs(bench, 0, i == 1 ? "100 100.1 99.9 100" : "100 100.1");
		add_runs(bench, 1, others[i]);
		got = energy_of(bench);
		assert_int_equal(got->verdict, VERDICT_OPEN);
		assert_true(isfinite(got->low) && isfinite(got->p_welch));
		assert_true(i == 2 || got->runs_needed >= 3);
		assert_non_null(strstr(warning_of(bench, "few"), "2 runs"));
		(void)add_run(bench, 1, bench->runs[1][0].value[COMPARE_ENERGY] - 0.1);
		if (i != 1)
			(void)add_run(bench, 0, 99.9);
		assert_int_not_equal(energy_of(bench)->verdict, VERDICT_OPEN);
	}
}

static void a_side_without_runs_is_not_known(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 102");
	bench->sides[1].left_out = 3;
	assert_false(energy_of(bench)->known);
	assert_int_equal(energy_of(bench)->verdict, VERDICT_TOO_FEW);
	assert_int_equal(bench->out.by_energy[1], 1);
	assert_string_equal(warning_of(bench, "few"),
			    "B has no finished run with a known energy");
	assert_non_null(
		strstr(warning_of(bench, "failed"), "3 of the runs of B are left"));
	assert_false(bench->out.pairs[0].what[COMPARE_TIME].known);
}

static void runs_that_do_not_vary_give_no_p(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "100 100 100");
	add_runs(bench, 1, "90 90 90");
	got = energy_of(bench);
	assert_int_equal(got->verdict, VERDICT_OPEN);
	assert_true(near(got->ratio, 0.9));
	assert_true(isnan(got->p_welch) && isnan(got->low) && isnan(got->p_permutation));
	assert_true(isnan(got->runs_needed));
	assert_non_null(warning_of(bench, "zero-variance"));
}

/* Programs log the largest number there is for "none yet". */
static void a_metric_too_large_or_small_to_be_squared_is_no_failure(void **state)
{
	static const double scales[] = { 1.79e308, 1e160, 1e100, 1e-100, 1e-160, 5e-324 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(scales); i++) {
		CLEANUP(bench_free) struct bench *bench = bench_new();
		const struct compare_result *result;
		static const double of[2][3] = { { 1, 0.9, 0.2 }, { 0.3, 0.4, 0.35 } };

		bench->ask.has_metric = true;
		for (size_t k = 0; k < 6; k++)
			add_run(bench, k / 3, 100 + (double)k)->value[COMPARE_METRIC] =
				of[k / 3][k % 3] * scales[i];
		result = result_of(bench, COMPARE_METRIC);
		assert_true(isnan(result->p_welch) || result->p_welch > 0);
		assert_true(isnan(result->runs_needed) || result->runs_needed >= 2);
		if (i == 0)
			assert_non_null(strstr(result->tests[0].why, "too large"));
		if (i == 2 || i == 3)
			assert_true(result->p_welch < 1);
	}
}

static void alike_within_the_margin_is_the_same(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "1000 1003 998 1001 999");
	add_runs(bench, 1, "1001 999 1002 998 1002");
	assert_int_equal(energy_of(bench)->verdict, VERDICT_SAME);
	bench->ask.margin = 0.001;
	assert_int_equal(energy_of(bench)->verdict, VERDICT_OPEN);
}

static void a_sure_difference_within_the_margin_is_still_told(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "1000 1001 999 1000.5 999.5");
	add_runs(bench, 1, "990 991 989 990.5 989.5");
	assert_int_equal(energy_of(bench)->verdict, VERDICT_LESS);
	assert_true(energy_of(bench)->p_equivalence < 0.05);
}

static void what_is_open_says_how_many_runs_would_tell(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "100 108 95 103");
	add_runs(bench, 1, "97 104 94 101");
	got = energy_of(bench);
	assert_int_equal(got->verdict, VERDICT_OPEN);
	assert_true(got->runs_needed > 20 && got->runs_needed < 100);
}

static void modelled(struct bench *bench)
{
	for (size_t side = 0; side < bench->ask.side_count; side++)
		for (size_t i = 0; i < bench->sides[side].count; i++)
			bench->runs[side][i].kind = KIND_MODELLED;
}

static void what_a_model_cannot_see_does_not_cancel(void **state)
{
	BENCH(close);
	BENCH(far);
	const struct compare_result *got;

	(void)state;
	add_runs(close, 0, "1000 1010 990 1005 995");
	add_runs(close, 1, "800 808 792 804 796");
	assert_int_equal(energy_of(close)->verdict, VERDICT_LESS);
	modelled(close);
	got = energy_of(close);
	assert_int_equal(got->verdict, VERDICT_OPEN);
	assert_true(isnan(got->runs_needed));
	assert_true(near(got->systematic_ratio, 1.95996398454005423552 * 0.2));
	assert_non_null(strstr(warning_of(close, "kind"), "20 %, k = 1"));
	assert_null(warning_of(close, "share"));
	add_runs(far, 0, "1000 1010 990 1005 995");
	add_runs(far, 1, "400 404 396 402 398");
	modelled(far);
	assert_int_equal(energy_of(far)->verdict, VERDICT_LESS);
}

/* Read for half of the time, it has half of the joules. */
static void what_was_not_read_makes_no_side_better(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "1000 1004 997 1002 999");
	add_runs(bench, 1, "510 511 509 512 508");
	for (size_t i = 0; i < 5; i++) {
		bench->runs[1][i].coverage_ratio = 0.5;
		bench->runs[1][i].energy_high_j *= 2;
	}
	got = energy_of(bench);
	assert_int_equal(got->verdict, VERDICT_OPEN);
	assert_true(got->low > 0.5 && got->low < 0.51 && got->high > 1 &&
		    got->high < 1.03);
	assert_true(isnan(got->runs_needed) && isnan(got->p_equivalence));
}

static void no_number_of_runs_settles_what_two_meters_leave_open(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 100.5 100.2");
	add_runs(bench, 1, "97 98 97.5 97.2");
	assert_int_equal(energy_of(bench)->verdict, VERDICT_LESS);
	elsewhere(bench, 1);
	assert_int_equal(energy_of(bench)->verdict, VERDICT_OPEN);
	assert_true(isnan(energy_of(bench)->runs_needed));
}

static void a_third_side_makes_a_verdict_harder(void **state)
{
	BENCH(bench);
	double alone;

	(void)state;
	add_runs(bench, 0, "100 101 102 103");
	add_runs(bench, 1, "102.5 103.5 104.1 105.2");
	assert_int_equal(energy_of(bench)->verdict, VERDICT_MORE);
	alone = energy_of(bench)->p_adjusted;
	add_runs(bench, 2, "100 101.4 102.5 103");
	bench->ask.side_count = 3;
	assert_true(near(energy_of(bench)->p_adjusted, 2 * alone));
	assert_int_equal(energy_of(bench)->verdict, VERDICT_OPEN);
	assert_int_equal(bench->out.pair_count, 2);
	assert_int_equal(bench->out.pairs[1].side, 2);
}

/* --- machines ---------------------------------------------------------------------------- */

static void a_meter_s_error_cancels_on_one_machine_and_counts_across_two(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	got = energy_of(bench);
	assert_true(got->systematic_ratio == 0);
	assert_true(got->low == got->random_low && got->high == got->random_high);
	elsewhere(bench, 1);
	got = energy_of(bench);
	assert_true(near(got->systematic_ratio, sqrt(2) * GAIN_95));
	assert_true(got->low < got->random_low && got->high > got->random_high);
	assert_non_null(strstr(warning_of(bench, "machine"), "B ran on elm 5678"));
}

static void an_unknown_machine_is_no_common_one(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < 4; i++)
			bench->runs[s][i].machine[0] = '\0';
	assert_true(energy_of(bench)->systematic_ratio > 0);
	assert_non_null(warning_of(bench, "machine"));
}

static void one_name_with_other_parts_is_another_machine(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	(void)copy_text(bench->runs[1][3].hardware, sizeof bench->runs[1][3].hardware,
			"1 Xeon, 256 GiB");
	assert_true(energy_of(bench)->systematic_ratio > 0);
}

static void a_list_of_domains_that_was_cut_says_nothing_of_the_rest(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < 4; i++) {
			char *text = bench->runs[s][i].domains;

			memset(text, 'x', sizeof bench->runs[s][i].domains - 1);
			memcpy(text, s ? "gpu-0 " : "dram-0", strlen("dram-0"));
		}
	assert_int_equal(energy_of(bench)->verdict, VERDICT_LESS);
	for (size_t i = 0; i < 4; i++)
		memcpy(bench->runs[0][i].domains, bench->runs[1][i].domains,
		       sizeof bench->runs[0][i].domains);
	assert_true(energy_of(bench)->systematic_ratio > 0);
}

static void an_unknown_error_across_machines_leaves_no_interval(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	elsewhere(bench, 1);
	bench->runs[1][2].energy_low_j = NAN;
	got = energy_of(bench);
	assert_int_equal(got->verdict, VERDICT_OPEN);
	assert_true(isnan(got->low) && isnan(got->systematic_ratio));
	assert_true(isnan(got->p_equivalence) && isnan(got->runs_needed));
	assert_true(got->random_high < 1);
	assert_non_null(warning_of(bench, "machine"));
}

static void a_share_that_is_much_less_sure_does_not_cancel(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	for (size_t i = 0; i < 4; i++) {
		bench->runs[1][i].energy_low_j = 60;
		bench->runs[1][i].energy_high_j = 100;
	}
	assert_true(energy_of(bench)->systematic_ratio > 0.15);
	assert_non_null(warning_of(bench, "share"));
}

static void a_board_that_one_side_does_not_count_makes_them_unlike(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	for (size_t i = 0; i < 4; i++)
		(void)copy_text(bench->runs[0][i].domains,
				sizeof bench->runs[0][i].domains,
				"package-0 (powercap, measured), dram-0 (powercap, "
				"measured), gpu-0 (nvml, measured)");
	assert_int_equal(energy_of(bench)->verdict, VERDICT_NOT_ALIKE);
	assert_non_null(warning_of(bench, "boundary"));
	for (size_t i = 0; i < 4; i++)
		bench->runs[0][i].domains[0] = '\0';
	assert_int_equal(energy_of(bench)->verdict, VERDICT_LESS);
}

static void carbon_s_intensity_cancels_on_one_grid_only(void **state)
{
	BENCH(bench);
	const struct compare_result *got;

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < 4; i++) {
			struct compare_run *run = &bench->runs[s][i];

			run->value[COMPARE_CARBON] = run->value[COMPARE_ENERGY] / 1000;
			run->intensity_low_gpkwh = 300 * exp(-0.3);
			run->intensity_high_gpkwh = 300 * exp(0.3);
		}
	got = result_of(bench, COMPARE_CARBON);
	assert_true(got->systematic_ratio == 0 && bench->out.carbon_ranked);
	for (size_t i = 0; i < 4; i++)
		(void)copy_text(bench->runs[1][i].grid, sizeof bench->runs[1][i].grid,
				"FR, Ember 2024, average");
	got = result_of(bench, COMPARE_CARBON);
	assert_true(near(got->systematic_ratio, sqrt(2) * 0.3));
	assert_int_equal(got->verdict, VERDICT_OPEN);
	assert_int_equal(bench->out.pairs[0].what[COMPARE_ENERGY].verdict, VERDICT_LESS);
	assert_false(bench->out.carbon_ranked);
	assert_non_null(strstr(warning_of(bench, "intensity"), "300 g/kWh (FR"));
}

static void one_grid_at_two_times_does_not_rank_carbon(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	bench->runs[1][2].intensity_gpkwh = 200;
	(void)energy_of(bench);
	assert_false(bench->out.carbon_ranked);
	assert_non_null(strstr(warning_of(bench, "intensity"), "200 to 300 g/kWh"));
}

/* --- warnings ---------------------------------------------------------------------------- */

static void like_runs_have_no_warning(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	(void)energy_of(bench);
	assert_int_equal(bench->out.warning_count, 0);
}

static void what_differs_is_named_with_both_values(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101 99 100");
	add_runs(bench, 1, "80 81 79 80");
	for (size_t i = 0; i < 4; i++) {
		struct compare_run *run = &bench->runs[1][i];

		(void)copy_text(run->hardware, sizeof run->hardware, "1 EPYC, 512 GiB");
		(void)copy_text(run->software, sizeof run->software, "torch 2.1");
		run->kind = KIND_MODELLED;
		run->pue = 1.58;
		run->coverage_ratio = 0.8;
	}
	(void)energy_of(bench);
	assert_string_equal(warning_of(bench, "hardware"),
			    "A ran on 2 Xeons, 256 GiB; B ran on 1 EPYC, 512 GiB");
	assert_string_equal(
		warning_of(bench, "kind"),
		"A has energy that is measured; B has energy that is modelled");
	assert_string_equal(warning_of(bench, "pue"),
			    "A has a PUE of 1.2 (given); B has a PUE of 1.58 (given)");
	assert_string_equal(warning_of(bench, "software"),
			    "A ran with what is not known; B ran with torch 2.1");
	assert_non_null(strstr(warning_of(bench, "coverage"), "80.0 % of the time"));
}

static void long_names_are_cut_between_characters(void **state)
{
	BENCH(bench);
	const char *text;

	(void)state;
	add_runs(bench, 0, "100 101");
	add_runs(bench, 1, "80 81");
	for (size_t i = 0; i + 2 < RUN_NAME_MAX; i += 2)
		memcpy(bench->sides[1].name + i, "\xc3\xa9", 2);
	elsewhere(bench, 1);
	(void)energy_of(bench);
	text = strstr(warning_of(bench, "machine"), "\xc3\xa9");
	assert_non_null(text);
	while (strncmp(text, "\xc3\xa9", 2) == 0)
		text += 2;
	assert_int_equal(strncmp(text, "... ran on elm", 14), 0);
}

static void nonsense_is_refused(void **state)
{
	BENCH(bench);

	(void)state;
	add_runs(bench, 0, "100 101");
	bench->out.pair_count = 77;
	bench->ask.side_count = 1;
	assert_int_equal(compare_of(&bench->ask, &bench->out), -EINVAL);
	bench->ask.side_count = COMPARE_SIDES_MAX + 1;
	assert_int_equal(compare_of(&bench->ask, &bench->out), -EINVAL);
	bench->ask.side_count = 2;
	bench->ask.level = 1;
	assert_int_equal(compare_of(&bench->ask, &bench->out), -EINVAL);
	assert_int_equal(bench->out.pair_count, 77);
}

static void the_same_runs_give_the_same_figures(void **state)
{
	BENCH(one);
	BENCH(other);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bench *bench = i ? other : one;

		add_runs(bench, 0, "100 101 99 100 103 98 97 105 101 99 100 102");
		add_runs(bench, 1, "80 81 79 80 83 78 77 85 81 79 80 82");
		(void)energy_of(bench);
	}
	assert_false(one->out.pairs[0].what[0].permutation_exact);
	assert_memory_equal(&one->out, &other->out, sizeof one->out);
}

/* --- simulated runs ---------------------------------------------------------------------- */

#define RUNS   5
#define TRIALS 1000

static double normal(struct stat_draw *draw)
{
	return stat_normal_quantile(((double)(stat_draw_next(draw) >> 12) + 0.5) *
				    0x1p-52);
}

/* RUNS runs of about `joules`, lognormal, through a meter of this gain. */
static void simulate(struct bench *bench, size_t side, double joules, double sd,
		     struct stat_draw *draw)
{
	bench->sides[side].count = 0;
	for (size_t i = 0; i < RUNS; i++)
		(void)add_run(bench, side, joules * exp(sd * normal(draw)));
}

/* How often the verdict is one of two; sd 0: of all sizes from 0.5 % to 5 %. */
static double rate_of(size_t trials, double ratio, double sd, enum compare_verdict one,
		      enum compare_verdict other)
{
	struct stat_draw draw = { .state = 42 };
	BENCH(bench);
	size_t hits = 0;

	for (size_t i = 0; i < trials; i++) {
		double spread = sd > 0 ? sd : 0.005 * (double)(1 + i % 10);
		enum compare_verdict verdict;

		simulate(bench, 0, 1000, spread, &draw);
		simulate(bench, 1, 1000 * ratio, spread, &draw);
		verdict = energy_of(bench)->verdict;
		hits += verdict == one || verdict == other;
	}
	return (double)hits / (double)trials;
}

static void no_difference_is_called_one_in_about_5_of_100(void **state)
{
	double rate = rate_of(4 * TRIALS, 1, 0, VERDICT_LESS, VERDICT_MORE);

	(void)state;
	print_message("false alarms: %.2f %%\n", 100 * rate);
	assert_true(rate > 0.03 && rate < 0.07);
}

static void a_difference_of_2_percent_at_half_a_percent_is_found(void **state)
{
	double rate = rate_of(TRIALS, 0.98, 0.005, VERDICT_LESS, VERDICT_LESS);

	(void)state;
	print_message("found: %.2f %%\n", 100 * rate);
	assert_true(rate >= 0.99);
}

static void a_difference_beyond_the_margin_is_not_called_the_same(void **state)
{
	double beyond = rate_of(TRIALS, 1.05, 0.03, VERDICT_SAME, VERDICT_SAME);
	double border = rate_of(TRIALS, 1.02, 0.015, VERDICT_SAME, VERDICT_SAME);

	(void)state;
	print_message("called the same: %.2f %%, %.2f %% at the margin\n", 100 * beyond,
		      100 * border);
	assert_true(beyond <= 0.05 && border <= 0.05 && border > 0);
}

static void across_machines_the_interval_holds_the_true_ratio(void **state)
{
	struct stat_draw draw = { .state = 43 };
	BENCH(bench);
	size_t held = 0;

	(void)state;
	for (size_t i = 0; i < TRIALS; i++) {
		const double u = GAIN_95 / 1.959963984540054;
		double gain[] = { exp(u * normal(&draw)), exp(u * normal(&draw)) };
		const struct compare_result *got;

		simulate(bench, 0, 1000 * gain[0], 0.005 * (double)(1 + i % 10), &draw);
		simulate(bench, 1, 900 * gain[1], 0.005 * (double)(1 + i % 10), &draw);
		elsewhere(bench, 1);
		got = energy_of(bench);
		held += got->low <= 0.9 && 0.9 <= got->high;
	}
	print_message("held: %.2f %%\n", 100.0 * (double)held / TRIALS);
	assert_true((double)held / TRIALS >= 0.93 && (double)held / TRIALS <= 0.97);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_side_that_needs_less_is_told_with_its_interval),
		cmocka_unit_test(the_ratio_turns_round_with_the_sides),
		cmocka_unit_test(every_quantity_has_its_own_result),
		cmocka_unit_test(energies_of_0_have_no_ratio),
		cmocka_unit_test(one_run_a_side_gives_a_ratio_and_no_more),
		cmocka_unit_test(two_runs_a_side_settle_nothing),
		cmocka_unit_test(a_side_without_runs_is_not_known),
		cmocka_unit_test(runs_that_do_not_vary_give_no_p),
		cmocka_unit_test(a_metric_too_large_or_small_to_be_squared_is_no_failure),
		cmocka_unit_test(alike_within_the_margin_is_the_same),
		cmocka_unit_test(a_sure_difference_within_the_margin_is_still_told),
		cmocka_unit_test(what_is_open_says_how_many_runs_would_tell),
		cmocka_unit_test(what_a_model_cannot_see_does_not_cancel),
		cmocka_unit_test(what_was_not_read_makes_no_side_better),
		cmocka_unit_test(no_number_of_runs_settles_what_two_meters_leave_open),
		cmocka_unit_test(a_third_side_makes_a_verdict_harder),
		cmocka_unit_test(
			a_meter_s_error_cancels_on_one_machine_and_counts_across_two),
		cmocka_unit_test(an_unknown_machine_is_no_common_one),
		cmocka_unit_test(one_name_with_other_parts_is_another_machine),
		cmocka_unit_test(a_list_of_domains_that_was_cut_says_nothing_of_the_rest),
		cmocka_unit_test(an_unknown_error_across_machines_leaves_no_interval),
		cmocka_unit_test(a_share_that_is_much_less_sure_does_not_cancel),
		cmocka_unit_test(a_board_that_one_side_does_not_count_makes_them_unlike),
		cmocka_unit_test(carbon_s_intensity_cancels_on_one_grid_only),
		cmocka_unit_test(one_grid_at_two_times_does_not_rank_carbon),
		cmocka_unit_test(like_runs_have_no_warning),
		cmocka_unit_test(what_differs_is_named_with_both_values),
		cmocka_unit_test(long_names_are_cut_between_characters),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(the_same_runs_give_the_same_figures),
		cmocka_unit_test(no_difference_is_called_one_in_about_5_of_100),
		cmocka_unit_test(a_difference_of_2_percent_at_half_a_percent_is_found),
		cmocka_unit_test(a_difference_beyond_the_margin_is_not_called_the_same),
		cmocka_unit_test(across_machines_the_interval_holds_the_true_ratio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
