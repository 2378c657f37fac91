/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "statement.h"

static void it_reads_as_approved(void **unused)
{
	(void)unused;
	assert_statements(
		"text", "txt",
		"hourly experiment modelled unknown partly no-carbon given hostile negative");
}

static void the_long_one_reads_as_approved(void **unused)
{
	(void)unused;
	assert_long_statements("text", "txt", "hourly experiment modelled given");
}

static void holds(bool is_long, const char *name, const char *const *words, size_t count)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	statement_case(name, &s);
	text = is_long ? statement_write_long("text", &s)
		       : statement_write("text", &s, 0);
	for (char *p = text; is_long && *p != '\0'; p++)
		*p = *p == '\n' ? ' ' : *p;
	for (size_t i = 0; i < count; i++)
		if (!strstr(text, words[i]))
			fail_msg("%s: no '%s' in %s", name, words[i], text);
}

#define HOLDS(name, ...)                                                                 \
	holds(false, name, (const char *const[]){ __VA_ARGS__ },                         \
	      ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))
#define HOLDS_LONG(name, ...)                                                            \
	holds(true, name, (const char *const[]){ __VA_ARGS__ },                          \
	      ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

static void the_papers_own_figures_come_out(void **unused)
{
	(void)unused;
	HOLDS("given", "8.021 kg of CO2eq", "24.344 kWh",
	      "USA-specific social cost of carbon of $0.38 ($0.00, $0.95)",
	      "given by hand");
}

static void an_estimate_is_called_one(void **unused)
{
	(void)unused;
	HOLDS("modelled", "is estimated to have contributed", "No meter could be read",
	      "the whole world is taken for it");
}

static void failed_runs_are_counted_and_told(void **unused)
{
	(void)unused;
	HOLDS("experiment", "3 runs (2 finished, 1 failed)", "on 2 machines",
	      "Included is 1 run that failed, with 20.3 kWh", "[2 runs]",
	      "[1 of 3 runs]");
	HOLDS("unknown", "was interrupted by signal 9", "of the run until then");
}

static void a_run_of_unknown_energy_is_not_taken_for_none(void **unused)
{
	(void)unused;
	HOLDS("partly", "The energy of 1 of the 2 runs is not known",
	      "It is not known what 1 run that was interrupted used");
	HOLDS("unknown", "is not known: no meter could be read and no model knows");
	HOLDS("no-carbon", "is not known: the table in force has no zone XX");
}

static void what_is_not_known_is_no_number(void **unused)
{
	AUTO_FREE char *text = statement_written("text", "unknown");

	(void)unused;
	assert_null(strstr(text, "kWh"));
	assert_null(strstr(text, "kg"));
	assert_null(strstr(text, "$"));
	assert_null(strstr(text, "interval"));
}

static void the_grid_says_where_when_and_how_sure(void **unused)
{
	(void)unused;
	HOLDS("hourly", "electricitymaps, zone DE",
	      "of its time for 96.3 % of the energy", "the rest Ember", "2.0 % forecast",
	      "as told for the run", "Marginal: 5.19",
	      "cover 97.2 % of the run's time; the rest is in no figure");
	HOLDS_LONG("hourly", "the yearly mean for the rest",
		   "2.0 % of it rests on forecasts", "the marginal intensity");
	HOLDS("experiment", "2026 is not in the table yet: 2024");
}

static void of_several_countries_the_cost_is_the_worlds(void **unused)
{
	(void)unused;
	HOLDS("experiment", "a worldwide social cost of carbon",
	      "the runs were not all in one known country");
	HOLDS("modelled", "to all countries together", "the whole world is taken");
	HOLDS_LONG("modelled", "the country is not known");
}

static void a_cost_below_zero_is_explained(void **unused)
{
	(void)unused;
	HOLDS("negative", "CAN-specific social cost of carbon of -$0.19 (-$0.25, -$0.12)",
	      "to Canada alone", "below zero", "to all countries $4.93",
	      "in 2005 dollars", "in 2020 dollars");
	HOLDS_LONG("negative", "It is below zero since",
		   "The damage to all countries together is $4.93");
}

static void a_run_without_any_reading_is_told(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("experiment", &s);
	s.views[1].coverage_ratio = 0;
	text = statement_write("text", &s, 0);
	assert_non_null(strstr(text, "of whose time no reading covers any"));
	assert_null(strstr(text, "cover at least"));
}

static void lines_fit_and_keep_numbers_with_their_units(void **unused)
{
	AUTO_FREE char *text = statement_written("text", "experiment");

	(void)unused;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(strlen(line) <= 80);
		assert_int_not_equal(line[0], '%');
		assert_int_not_equal(strncmp(line, "kWh", 3), 0);
	}
}

static void without_a_terminal_a_paragraph_is_one_line(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;
	size_t lines = 0;

	(void)unused;
	statement_case("unknown", &s);
	text = statement_write("text", &s, 0);
	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 3 + 2);
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		count++;
	return count;
}

static void it_is_short_enough_to_be_used(void **unused)
{
	static const char *const names[] = { "hourly",  "modelled", "negative",
					     "unknown", "given",    "no-carbon" };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		AUTO_FREE char *text = statement_written("text", names[i]);

		if (count_of(text, "\n") - count_of(text, "\n\n") > 19)
			fail_msg("%s is too long: %s", names[i], text);
		assert_true(count_of(text, "interval") <= 1);
	}
}

/* A job of a second, in a country whose own cost is below 0. */
static void what_is_tiny_is_read_in_its_own_unit(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	AUTO_FREE char *text = NULL;

	(void)unused;
	statement_case("negative", &s);
	s.total.carbon_kg.value = 8.84e-6;
	s.total.carbon_kg.low = 5e-6;
	s.total.carbon_kg.high = 1.2e-3;
	s.total.facility_kwh.value = 2.4e-8;
	s.total.facility_kwh.low = s.total.facility_kwh.high = 2.4e-8;
	s.cost_country.usd.value = -2.5e-13;
	s.cost_country.usd.low = -3e-13;
	s.cost_country.usd.high = 0;
	s.cost_global.usd.value = 0.004;
	s.cost_global.usd.high = 0.02;
	s.cost_global.usd.low = 0.001;
	text = statement_write("text", &s, 0);
	assert_non_null(strstr(text, "8.84 mg of CO2eq (95 % interval 5.00 to 1200)"));
	assert_non_null(strstr(text, "24.0 uWh of electricity,"));
	assert_non_null(strstr(text, "carbon of between -$0.01 and $0."));
	assert_non_null(strstr(text, "under $0.01 ($0.00, $0.02) by US EPA"));
	assert_null(strstr(text, "percentile"));
	assert_null(strstr(text, "0.0000"));
}

static void nothing_from_outside_reaches_a_terminal_raw(void **unused)
{
	AUTO_FREE char *text = statement_written("text", "hostile");

	(void)unused;
	assert_null(strchr(text, '\x1b'));
	assert_null(strstr(text, "\xe2\x80\xae"));
	assert_null(strchr(text, '\xfe'));
	assert_non_null(strstr(text, "\xc3\xa9"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_approved),
		cmocka_unit_test(the_papers_own_figures_come_out),
		cmocka_unit_test(an_estimate_is_called_one),
		cmocka_unit_test(failed_runs_are_counted_and_told),
		cmocka_unit_test(a_run_of_unknown_energy_is_not_taken_for_none),
		cmocka_unit_test(what_is_not_known_is_no_number),
		cmocka_unit_test(the_grid_says_where_when_and_how_sure),
		cmocka_unit_test(of_several_countries_the_cost_is_the_worlds),
		cmocka_unit_test(a_cost_below_zero_is_explained),
		cmocka_unit_test(a_run_without_any_reading_is_told),
		cmocka_unit_test(lines_fit_and_keep_numbers_with_their_units),
		cmocka_unit_test(without_a_terminal_a_paragraph_is_one_line),
		cmocka_unit_test(the_long_one_reads_as_approved),
		cmocka_unit_test(it_is_short_enough_to_be_used),
		cmocka_unit_test(what_is_tiny_is_read_in_its_own_unit),
		cmocka_unit_test(nothing_from_outside_reaches_a_terminal_raw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
