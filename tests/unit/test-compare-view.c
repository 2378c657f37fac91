/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from a comparison, in words; outcomes made by hand. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "report/compare-view.h"
#include "report/shown.h"
#include "view.h"

struct desk {
	struct compare_side sides[4];
	struct compare_run runs[4][5];
	struct compare_ask ask;
	struct compare_outcome outcome;
};

static void fill_stats(struct compare_stats *stats, double mean, size_t count)
{
	*stats = (struct compare_stats){ count,
					 mean,
					 count > 1 ? mean / 50 : NAN,
					 count > 1 ? mean / 100 : NAN,
					 mean * 0.97,
					 mean * 1.03,
					 mean };
	if (count == 0)
		*stats = (struct compare_stats){ 0, NAN, NAN, NAN, NAN, NAN, NAN };
}

static void fill_result(struct compare_result *result, double ratio, double low,
			double high)
{
	static const char *const names[COMPARE_TESTS] = { "t-test",       "Welch t-test",
							  "Mann-Whitney", "Ranked t-test",
							  "bootstrap",    "permutation" };

	*result = (struct compare_result){
		.known = true,
		.ratio = ratio,
		.low = low,
		.high = high,
		.random_low = low,
		.random_high = high,
		.systematic_ratio = 0,
		.bootstrap_low = low,
		.bootstrap_high = high,
		.p_welch = 0.0004,
		.p_permutation = 0.0079,
		.permutation_exact = true,
		.p_mann_whitney = 0.0079,
		.p_adjusted = 0.0004,
		.cliffs_delta = -1,
		.cliffs_low = -1,
		.cliffs_high = -0.6,
		.p_equivalence = 0.99,
		.runs_needed = NAN,
		.verdict = VERDICT_LESS,
	};
	for (size_t i = 0; i < COMPARE_TESTS; i++)
		result->tests[i] =
			(struct compare_test){ names[i], true, -9.5, 0.001, "" };
}

static int desk_open(void **state)
{
	static const double means[COMPARE_WHATS] = { 6000, 60, 100, 1200, 7e-4, 0.934 };
	struct desk *desk = calloc(1, sizeof *desk);

	assert_non_null(desk);
	desk->ask = (struct compare_ask){ .sides = desk->sides,
					  .side_count = 2,
					  .has_metric = true,
					  .metric = "accuracy",
					  .level = 0.95,
					  .margin = 0.02,
					  .metric_margin = NAN };
	for (size_t side = 0; side < 4; side++) {
		desk->sides[side].runs = desk->runs[side];
		desk->sides[side].count = 5;
		desk->sides[side].name[0] = (char)('A' + side);
		desk->outcome.by_energy[side] = side;
		for (size_t what = 0; what < COMPARE_WHATS; what++)
			fill_stats(&desk->outcome.stats[side][what], means[what], 5);
		for (size_t i = 0; i < 5; i++) {
			struct compare_run *run = &desk->runs[side][i];

			(void)snprintf(run->id, sizeof run->id, "run-%zu-%zu", side, i);
			run->coverage_ratio = 1;
			(void)copy_text(run->machine, sizeof run->machine, "ada");
			memcpy(run->value, means, sizeof means);
		}
	}
	desk->outcome.pair_count = 1;
	for (size_t pair = 0; pair < 3; pair++) {
		desk->outcome.pairs[pair].side = pair + 1;
		for (size_t what = 0; what < COMPARE_WHATS; what++)
			fill_result(&desk->outcome.pairs[pair].what[what], 0.69, 0.65,
				    0.73);
		fill_result(&desk->outcome.pairs[pair].what[COMPARE_METRIC], 0.001,
			    -0.002, 0.004);
		desk->outcome.pairs[pair].what[COMPARE_METRIC].verdict = VERDICT_OPEN;
	}
	*state = desk;
	return 0;
}

static int desk_close(void **state)
{
	free(*state);
	return 0;
}

static struct compare_result *energy_of(struct desk *desk)
{
	return &desk->outcome.pairs[0].what[COMPARE_ENERGY];
}

static struct compare_result *metric_of(struct desk *desk)
{
	return &desk->outcome.pairs[0].what[COMPARE_METRIC];
}

static void assert_said(struct desk *desk, const char *expected)
{
	struct compare_view view = { &desk->ask, &desk->outcome };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	compare_say(&view, &desk->outcome.pairs[0], &out);
	assert_string_equal(out.text, expected);
}

static void less_is_said_with_its_interval_and_the_metric(void **state)
{
	assert_said(*state, "B uses 31 % less energy (27 to 35 %), same accuracy within "
			    "0.40 points");
}

static void what_may_be_far_apart_is_not_called_the_same(void **state)
{
	struct desk *desk = *state;

	fill_result(metric_of(desk), -0.002, -0.38, 0.38);
	metric_of(desk)->verdict = VERDICT_OPEN;
	assert_said(desk, "B uses 31 % less energy (27 to 35 %), accuracy hardly known: "
			  "apart by up to 38 points");
}

static void a_model_s_estimate_is_said_to_be_one(void **state)
{
	struct desk *desk = *state;

	desk->ask.has_metric = false;
	desk->runs[1][4].kind = KIND_MODELLED;
	assert_said(desk, "B uses 31 % less energy (27 to 35 %) by a model's estimate");
	fill_result(energy_of(desk), 0.8, 0.54, 1.18);
	energy_of(desk)->verdict = VERDICT_OPEN;
	energy_of(desk)->random_high = 0.81;
	assert_said(desk,
		    "cannot say whether B uses less energy than A: between 46 % less and "
		    "18 % more; more runs would not settle it, the error of the model is "
		    "as large");
	desk->ask.what = COMPARE_TIME;
	assert_said(desk, "B takes 31 % less time (27 to 35 %)");
}

static void more_is_said_in_parts_and_then_in_times(void **state)
{
	struct desk *desk = *state;

	desk->ask.has_metric = false;
	fill_result(energy_of(desk), 1.45, 1.4, 1.503);
	energy_of(desk)->verdict = VERDICT_MORE;
	assert_said(desk, "B uses 45 % more energy (40 to 50 %)");
	fill_result(energy_of(desk), 2.4, 2.1, 2.8);
	energy_of(desk)->verdict = VERDICT_MORE;
	assert_said(desk, "B uses 2.40 times the energy (2.1 to 2.8)");
	fill_result(energy_of(desk), 0.985, 0.983, 0.987);
	assert_said(desk, "B uses 1.5 % less energy (1.3 to 1.7 %)");
}

static void every_quantity_has_its_verb(void **state)
{
	struct desk *desk = *state;

	desk->ask.has_metric = false;
	desk->ask.what = COMPARE_TIME;
	assert_said(desk, "B takes 31 % less time (27 to 35 %)");
	desk->ask.what = COMPARE_POWER;
	assert_said(desk, "B draws 31 % less power (27 to 35 %)");
	desk->ask.what = COMPARE_STEP;
	assert_said(desk, "B uses 31 % less energy a step (27 to 35 %)");
	desk->ask.what = COMPARE_CARBON;
	assert_said(desk, "B emits 31 % less carbon (27 to 35 %), weighed at another "
			  "intensity");
	desk->outcome.carbon_ranked = true;
	assert_said(desk, "B emits 31 % less carbon (27 to 35 %)");
}

static void the_same_is_said_within_its_margin(void **state)
{
	struct desk *desk = *state;

	desk->ask.has_metric = false;
	fill_result(energy_of(desk), 0.999, 0.991, 1.004);
	energy_of(desk)->verdict = VERDICT_SAME;
	assert_said(desk,
		    "no difference of more than 2 % in energy between B and A (0.9 % "
		    "less to 0.4 % more)");
}

static void what_cannot_be_said_is_said_with_what_would_settle_it(void **state)
{
	struct desk *desk = *state;
	struct compare_result *result = energy_of(desk);

	fill_result(result, 0.99, 0.97, 1.01);
	result->verdict = VERDICT_OPEN;
	result->runs_needed = 11.2;
	assert_said(desk,
		    "cannot say whether B uses less energy than A: between 3 % less "
		    "and 1 % more; about 12 runs a side would settle it");
	result->runs_needed = 40000;
	assert_said(desk,
		    "cannot say whether B uses less energy than A: between 3 % less "
		    "and 1 % more; over 1000 runs a side would be needed");
	result->runs_needed = NAN;
	result->random_high = 0.995;
	assert_said(desk,
		    "cannot say whether B uses less energy than A: between 3 % less "
		    "and 1 % more; more runs would not settle it, the error of the "
		    "machines' meters is as large");
}

static void too_few_runs_are_counted(void **state)
{
	struct desk *desk = *state;
	struct compare_result *result = energy_of(desk);

	fill_result(result, 0.7, NAN, NAN);
	result->verdict = VERDICT_TOO_FEW;
	fill_stats(&desk->outcome.stats[1][COMPARE_ENERGY], 4200, 1);
	assert_said(desk, "cannot say: 5 runs of A and 1 of B finished with a known "
			  "energy; three a side are the least, five are better. In these "
			  "runs B used 30 % less energy");
	result->known = false;
	fill_stats(&desk->outcome.stats[1][COMPARE_ENERGY], NAN, 0);
	assert_said(desk, "cannot say: 5 runs of A and 0 of B finished with a known "
			  "energy; three a side are the least, five are better");
}

static void two_runs_of_a_side_are_said_not_to_tell(void **state)
{
	struct desk *desk = *state;

	energy_of(desk)->verdict = VERDICT_OPEN;
	energy_of(desk)->runs_needed = 3;
	fill_stats(&desk->outcome.stats[1][COMPARE_ENERGY], 4200, 2);
	assert_said(desk,
		    "cannot say whether B uses less energy than A: between 35 % less "
		    "and 27 % less, but two runs of a side do not tell how its runs "
		    "vary; about 3 runs a side would settle it");
}

static void runs_that_do_not_vary_are_told_with_their_difference(void **state)
{
	struct desk *desk = *state;

	fill_result(energy_of(desk), 0.8, NAN, NAN);
	energy_of(desk)->verdict = VERDICT_OPEN;
	energy_of(desk)->p_welch = NAN;
	assert_said(desk,
		    "cannot say whether B uses less energy than A: in these runs it used "
		    "20 % less energy, but every run of each is the same to the last "
		    "digit: nothing tells how it varies, so there is no p");
}

static void what_is_not_alike_is_refused_with_the_reason(void **state)
{
	struct desk *desk = *state;

	energy_of(desk)->verdict = VERDICT_NOT_ALIKE;
	desk->outcome.warnings[0] =
		(struct compare_warning){ "boundary",
					  "A counts package-0; B counts gpu-0" };
	desk->outcome.warning_count = 1;
	assert_said(desk, "cannot compare B with A: A counts package-0; B counts gpu-0");
}

static void a_metric_that_differs_is_told_by_how_much(void **state)
{
	struct desk *desk = *state;

	fill_result(metric_of(desk), -0.012, -0.016, -0.008);
	assert_said(desk, "B uses 31 % less energy (27 to 35 %), accuracy lower by 1.20 "
			  "points (0.8 to 1.6)");
	(void)copy_text(desk->ask.metric, sizeof desk->ask.metric, "loss");
	assert_said(desk, "B uses 31 % less energy (27 to 35 %), loss lower by 0.0120 "
			  "(0.008 to 0.016)");
	metric_of(desk)->known = false;
	assert_said(desk,
		    "B uses 31 % less energy (27 to 35 %), no loss of both to compare");
}

static void a_margin_that_was_told_is_held(void **state)
{
	struct desk *desk = *state;

	desk->ask.metric_margin = 0.005;
	metric_of(desk)->verdict = VERDICT_SAME;
	assert_said(desk, "B uses 31 % less energy (27 to 35 %), same accuracy within "
			  "0.50 points");
	desk->ask.metric_margin = 0.001;
	metric_of(desk)->verdict = VERDICT_OPEN;
	assert_said(desk,
		    "B uses 31 % less energy (27 to 35 %), accuracy not shown to be "
		    "the same within 0.10 points: apart by 0.100 points (-0.2 to 0.4)");
}

static char *printed(struct desk *desk, bool colour)
{
	struct compare_view view = { &desk->ask, &desk->outcome };
	struct report_opts opts = { .width = 80, .colour = colour };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	compare_text(&view, &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

static void the_text_is_as_it_was_looked_at(void **state)
{
	struct desk *desk = *state;
	AUTO_FREE char *two = NULL;
	AUTO_FREE char *many = NULL;

	two = printed(desk, false);
	assert_golden("compare-two.txt", two);
	desk->ask.side_count = 4;
	desk->outcome.pair_count = 3;
	desk->outcome.pairs[1].what[COMPARE_ENERGY].verdict = VERDICT_OPEN;
	desk->outcome.pairs[1].what[COMPARE_ENERGY].high = 1.01;
	desk->outcome.warnings[0] =
		(struct compare_warning){ "machine", "A ran on ada; D ran on bob" };
	desk->outcome.warning_count = 1;
	many = printed(desk, false);
	assert_golden("compare-many.txt", many);
}

static void the_json_is_as_it_was_looked_at(void **state)
{
	struct desk *desk = *state;
	struct compare_view view = { &desk->ask, &desk->outcome };
	AUTO_FREE char *text = NULL;

	desk->sides[0].count = desk->sides[1].count = 1;
	desk->outcome.warnings[0] = (struct compare_warning){ "few", "B has one run" };
	desk->outcome.warning_count = 1;
	energy_of(desk)->runs_needed = NAN;
	assert_int_equal(compare_json(&view, &text), 0);
	assert_golden("compare-two.json", text);
}

static void no_line_is_wider_than_the_terminal_and_no_name_reaches_it_raw(void **state)
{
	struct desk *desk = *state;
	AUTO_FREE char *text = NULL;

	memset(desk->sides[1].name, 'w', sizeof desk->sides[1].name - 1);
	for (size_t i = 9; i + 1 < sizeof desk->sides[1].name; i += 10)
		desk->sides[1].name[i] = ' ';
	desk->sides[1].name[3] = '\x1b';
	text = printed(desk, false);
	assert_null(strchr(text, '\x1b'));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (shown_width(line) > 80)
			fail_msg("%zu columns: %s", shown_width(line), line);
}

static void colours_are_for_who_asked(void **state)
{
	AUTO_FREE char *plain = printed(*state, false);
	AUTO_FREE char *colour = printed(*state, true);

	assert_null(strchr(plain, '\x1b'));
	assert_non_null(strchr(colour, '\x1b'));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(less_is_said_with_its_interval_and_the_metric),
		TEST(what_may_be_far_apart_is_not_called_the_same),
		TEST(a_model_s_estimate_is_said_to_be_one),
		TEST(more_is_said_in_parts_and_then_in_times),
		TEST(every_quantity_has_its_verb),
		TEST(the_same_is_said_within_its_margin),
		TEST(what_cannot_be_said_is_said_with_what_would_settle_it),
		TEST(too_few_runs_are_counted),
		TEST(two_runs_of_a_side_are_said_not_to_tell),
		TEST(runs_that_do_not_vary_are_told_with_their_difference),
		TEST(what_is_not_alike_is_refused_with_the_reason),
		TEST(a_metric_that_differs_is_told_by_how_much),
		TEST(a_margin_that_was_told_is_held),
		TEST(the_text_is_as_it_was_looked_at),
		TEST(the_json_is_as_it_was_looked_at),
		TEST(no_line_is_wider_than_the_terminal_and_no_name_reaches_it_raw),
		TEST(colours_are_for_who_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
