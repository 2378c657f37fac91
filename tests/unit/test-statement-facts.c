/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "report/statement-facts.h"
#include "statement.h"

static void assert_two_digits(double value, const char *text)
{
	char got[FACTS_FIGURE_MAX];

	facts_two_digits(value, got, sizeof got);
	assert_string_equal(got, text);
}

static void two_digits_are_two_whatever_the_size(void **unused)
{
	(void)unused;
	assert_two_digits(24.343772, "24");
	assert_two_digits(1, "1.0");
	assert_two_digits(0.01, "0.010");
	assert_two_digits(0.0996, "0.10");
	assert_two_digits(99.4, "99");
	assert_two_digits(99.6, "1.0*10^2");
	assert_two_digits(2.449e25, "2.4*10^25");
	assert_two_digits(0.00099, "9.9*10^-4");
	assert_two_digits(NAN, "not known");
}

static void a_figure_keeps_what_is_before_the_point(void **unused)
{
	char got[FACTS_FIGURE_MAX];

	(void)unused;
	facts_figure(12345.6, got, sizeof got);
	assert_string_equal(got, "12346");
	facts_figure(64, got, sizeof got);
	assert_string_equal(got, "64");
	facts_figure(0.053429, got, sizeof got);
	assert_string_equal(got, "0.0534");
}

static void make_two_runs(struct statement *s, int64_t second_starts_after_ns)
{
	statement_case("experiment", s);
	run_view_done(&s->views[2]);
	s->count = 2;
	for (size_t i = 0; i < 2; i++)
		s->views[i].record.info.duration_ns = 1000 * NS_PER_S;
	s->views[1].record.info.started_unix_ns =
		s->views[0].record.info.started_unix_ns + second_starts_after_ns;
}

static void two_runs_at_a_time_are_one_wall_clock(void **unused)
{
	CLEANUP(statement_done) struct statement s;

	(void)unused;
	make_two_runs(&s, 400 * NS_PER_S);
	assert_int_equal(facts_wall_clock_ns(&s), 1400 * NS_PER_S);
	s.views[1].record.info.started_unix_ns += 9000 * NS_PER_S;
	assert_int_equal(facts_wall_clock_ns(&s), 2000 * NS_PER_S);
	/* The second within the first. */
	s.views[1].record.info.started_unix_ns =
		s.views[0].record.info.started_unix_ns + 100 * NS_PER_S;
	s.views[1].record.info.duration_ns = 100 * NS_PER_S;
	assert_int_equal(facts_wall_clock_ns(&s), 1000 * NS_PER_S);
}

static void boards_that_worked_for_the_run_are_its_hardware_days(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	struct component_view *c;

	(void)unused;
	statement_case("experiment", &s);
	for (size_t i = 0; i < s.count; i++)
		s.views[i].record.info.duration_ns = 43200 * NS_PER_S;
	c = s.views[2].components;
	for (size_t i = 0; i < 4; i++)
		(void)strcpy(c[i].what.domain.label, "NVIDIA H100");
	c[4].attributed_j.value = 0;
	c[5].attributed_j.known = false;
	facts_hardware_days(&s, &out);
	assert_string_equal(out.text, "1.0 machine days, 2.0 NVIDIA H100 days");
}

static void a_node_is_known_where_every_run_has_its_meter(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	struct facts_boundary b[FACTS_BOUNDARIES];
	struct quantity wall = { true, 7.2e6, 3.6e6, 10.8e6, KIND_MEASURED, "" };

	(void)unused;
	make_two_runs(&s, 0);
	s.views[0].wall_j = wall;
	facts_boundaries(&s, b);
	assert_false(b[1].kwh.known);
	assert_true(b[1].why_not[0] != '\0');
	s.views[1].wall_j = wall;
	facts_boundaries(&s, b);
	assert_true(b[1].kwh.known);
	assert_true(fabs(b[1].kwh.value - 4) < 1e-12);
	assert_true(fabs(b[1].kwh.low - 2) < 1e-12);
	assert_true(fabs(b[1].kwh.high - 6) < 1e-12);
}

static void nothing_from_outside_is_markup(void **unused)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)unused;
	facts_markdown(&out, "a|b*c_d`e<f>[g](h)\n#\xe2\x80\xae\xfe");
	assert_string_equal(out.text, "a\\|b\\*c\\_d\\`e\\<f\\>\\[g\\](h)\\\\x0a\\#??");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_digits_are_two_whatever_the_size),
		cmocka_unit_test(a_figure_keeps_what_is_before_the_point),
		cmocka_unit_test(two_runs_at_a_time_are_one_wall_clock),
		cmocka_unit_test(boards_that_worked_for_the_run_are_its_hardware_days),
		cmocka_unit_test(a_node_is_known_where_every_run_has_its_meter),
		cmocka_unit_test(nothing_from_outside_is_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
