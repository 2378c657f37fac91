/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "fixture.h"
#include "report/progress-line.h"

static const struct progress training = { .attributed_j = 154e3,
					  .power_w = 214,
					  .carbon_kg = 0.0198,
					  .kind = KIND_DERIVED,
					  .mark = "epoch 3" };

static void says(const struct progress_line *line, const char *expected)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	progress_line(line, &out);
	assert_false(out.failed);
	assert_string_equal(out.text, expected);
}

static void a_line_has_time_power_joules_and_grammes(void **state)
{
	struct progress_line line = { .progress = &training,
				      .elapsed_ns = 723 * NS_PER_S };

	(void)state;
	says(&line, "gramme  12 m 03 s   214 W   154 kJ   19.8 g CO2e   (epoch 3)");
}

static void an_estimate_is_called_one(void **state)
{
	struct progress progress = training;
	struct progress_line line = { .progress = &progress, .elapsed_ns = NS_PER_S };

	(void)state;
	progress.kind = KIND_MODELLED;
	progress.mark[0] = '\0';
	says(&line, "gramme  1 s   estimate:   214 W   154 kJ   19.8 g CO2e");
}

static void what_all_of_it_will_use_is_said_where_it_is_known(void **state)
{
	struct progress progress = training;
	struct progress_line line = { .progress = &progress, .elapsed_ns = NS_PER_S };

	(void)state;
	progress.mark[0] = '\0';
	progress.forecast_j = 800e3;
	progress.forecast_low_j = 760e3;
	progress.forecast_high_j = 840e3;
	progress.time_left_s = 480;
	says(&line,
	     "gramme  1 s   214 W   154 kJ   19.8 g CO2e   of 800 kJ (760 to 840)   "
	     "8 m 00 s to go");
	progress.forecast_low_j = progress.forecast_high_j = NAN;
	progress.time_left_s = NAN;
	says(&line, "gramme  1 s   214 W   154 kJ   19.8 g CO2e   of 800 kJ");
	line.lost = true;
	says(&line, "gramme  1 s   no longer measured   154 kJ   19.8 g CO2e");
}

static void what_is_not_known_is_said_to_be_so(void **state)
{
	struct progress progress = training;
	struct progress_line line = { .elapsed_ns = 2 * NS_PER_S };

	(void)state;
	says(&line, "gramme  2 s   no reading yet");
	line.progress = &progress;
	progress.mark[0] = '\0';
	progress.carbon_kg = NAN;
	says(&line, "gramme  2 s   214 W   154 kJ   CO2e not known");
	progress.power_w = NAN;
	progress.attributed_j = NAN;
	says(&line, "gramme  2 s   energy not known");
}

static void an_old_reading_says_how_old(void **state)
{
	struct progress_line line = { .progress = &training,
				      .elapsed_ns = 60 * NS_PER_S,
				      .age_ns = 45 * NS_PER_S };

	(void)state;
	says(&line, "gramme  1 m 00 s   214 W   154 kJ   19.8 g CO2e   (read 45 s ago)"
		    "   (epoch 3)");
}

static void a_run_that_is_no_longer_measured_has_no_power(void **state)
{
	struct progress_line line = { .progress = &training,
				      .elapsed_ns = 60 * NS_PER_S,
				      .age_ns = 45 * NS_PER_S,
				      .lost = true };

	(void)state;
	says(&line, "gramme  1 m 00 s   no longer measured   154 kJ   19.8 g CO2e"
		    "   (epoch 3)");
	line.progress = NULL;
	says(&line, "gramme  1 m 00 s   no longer measured");
}

static void a_second_that_came_early_is_that_second(void **state)
{
	struct progress_line line = { .elapsed_ns = 2 * NS_PER_S - 3 * NS_PER_MS };

	(void)state;
	says(&line, "gramme  2 s   no reading yet");
	line.elapsed_ns = 60 * NS_PER_S - 3 * NS_PER_MS;
	says(&line, "gramme  1 m 00 s   no reading yet");
}

static void a_mark_can_steer_no_terminal_and_is_cut(void **state)
{
	struct progress progress = training;
	struct progress_line line = { .progress = &progress, .elapsed_ns = NS_PER_S };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)state;
	(void)strcpy(progress.mark, "\033[2J\n\r\xe2\x80\xae"
				    "and so on and on and on");
	progress_line(&line, &out);
	for (const char *p = out.text; *p; p++)
		assert_true((unsigned char)*p >= ' ' && (unsigned char)*p < 0x7f);
	assert_non_null(strstr(out.text, "...)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_time_power_joules_and_grammes),
		cmocka_unit_test(an_estimate_is_called_one),
		cmocka_unit_test(what_all_of_it_will_use_is_said_where_it_is_known),
		cmocka_unit_test(what_is_not_known_is_said_to_be_so),
		cmocka_unit_test(an_old_reading_says_how_old),
		cmocka_unit_test(a_run_that_is_no_longer_measured_has_no_power),
		cmocka_unit_test(a_second_that_came_early_is_that_second),
		cmocka_unit_test(a_mark_can_steer_no_terminal_and_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
