/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "calc/sections.h"
#include "fixture.h"

#define J        UINT64_C(1000000) /* in uj */
#define ROWS_MAX 64
#define MARKS    3000

/* A run made up for one test: two domains, half of the busy time is the scope's. */
struct bench {
	struct run_record record;
	struct run_domain domains[2];
	struct run_mark marks[MARKS];
	struct sample rows[ROWS_MAX];
	size_t row_count;
	struct section_view *views;
	size_t count;
	size_t lost_ends;
	size_t left_out;
	struct quantity attributed_j;
	struct quantity machine_j;
};

static void add_domain(struct bench *bench, const char *id, enum family family)
{
	struct run_domain *own = &bench->domains[bench->record.domain_count++];

	domain_init(&own->domain, id, family);
	own->domain.update_ns = 1;
	own->domain.max_uw = 200 * J;
	own->counted = true;
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	bench->record.domains = bench->domains;
	bench->record.marks = bench->marks;
	bench->record.info.duration_ns = 10 * NS_PER_S;
	add_domain(bench, "package-0", FAMILY_CPU);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	section_views_free(bench->views, bench->count);
	free(bench);
	return 0;
}

static void mark(struct bench *bench, double t_s, const char *name)
{
	struct run_mark *own = &bench->marks[bench->record.mark_count++];

	assert_true(bench->record.mark_count <= MARKS);
	own->t_ns = (int64_t)llround(t_s * 1e9);
	(void)copy_text(own->name, sizeof own->name, name);
}

static struct sample *row(struct bench *bench, double t_s, double joules)
{
	struct sample *own = &bench->rows[bench->row_count++];

	own->t_ns = (int64_t)llround(t_s * 1e9);
	own->domain_count = (uint32_t)bench->record.domain_count;
	for (size_t i = 0; i < bench->record.domain_count; i++) {
		own->state[i] = bench->row_count == 1 ? SAMPLE_RESTART : SAMPLE_OK;
		own->energy_uj[i] = (uint64_t)llround(joules * 1e6);
	}
	own->use.t_ns = own->t_ns;
	own->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
	own->use.scope_cpu_ns = (uint64_t)own->t_ns / 2;
	own->use.machine_cpu_ns = (uint64_t)own->t_ns;
	return own;
}

/* 20 W, a row a second for ten seconds. */
static void even_rows(struct bench *bench)
{
	for (int i = 0; i <= 10; i++)
		(void)row(bench, i, 20.0 * i);
}

static struct quantity quantity_of(bool known, const struct bounded_uj *uj)
{
	return (struct quantity){ .known = known,
				  .value = (double)uj->value / 1e6,
				  .low = (double)uj->low / 1e6,
				  .high = (double)uj->high / 1e6,
				  .kind = KIND_MEASURED };
}

static void fold(struct bench *bench)
{
	struct sections *sections = NULL;
	struct ledger *ledger = NULL;
	struct ledger_total total;

	assert_int_equal(ledger_new(bench->domains, bench->record.domain_count, NULL,
				    &ledger),
			 0);
	ledger_set_idle(ledger, NULL);
	assert_int_equal(sections_new(&bench->record, &sections), 0);
	for (size_t i = 0; i < bench->row_count; i++) {
		ledger_add(ledger, &bench->rows[i]);
		if (sections)
			sections_add(sections, &bench->rows[i], ledger);
	}
	ledger_total_get(ledger, &total);
	ledger_free(ledger);
	bench->attributed_j = quantity_of(total.sum.has_share, &total.sum.active);
	bench->machine_j = quantity_of(total.sum.has_machine, &total.sum.machine);
	if (!sections)
		return;
	bench->lost_ends = sections_lost_ends(sections);
	bench->left_out = sections_left_out(sections);
	assert_int_equal(sections_end(sections, &bench->attributed_j, &bench->machine_j,
				      &bench->views, &bench->count),
			 0);
	sections_free(sections);
}

static void assert_about(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-6 * fmax(1, fabs(expected))))
		fail_msg("%.9g is not %.9g", value, expected);
}

static const struct section_view *named(const struct bench *bench, const char *name)
{
	for (size_t i = 0; i < bench->count; i++)
		if (strcmp(bench->views[i].name, name) == 0)
			return &bench->views[i];
	fail_msg("no section %s", name);
	return NULL;
}

static void assert_joules(const struct bench *bench, const char *name, double machine_j,
			  double attributed_j)
{
	const struct section_view *own = named(bench, name);

	assert_true(own->machine_j.known);
	assert_about(own->machine_j.value, machine_j);
	assert_true(own->machine_j.low <= machine_j && machine_j <= own->machine_j.high);
	assert_true(own->attributed_j.known);
	assert_about(own->attributed_j.value, attributed_j);
	assert_true(own->attributed_j.low <= attributed_j &&
		    attributed_j <= own->attributed_j.high &&
		    own->attributed_j.high <= own->machine_j.high);
}

/* --- which they are ----------------------------------------------------------------------- */

static void a_run_without_marks_has_no_sections(void **state)
{
	struct bench *bench = *state;

	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->count, 0);
	mark(bench, 3, "alone");
	fold(bench);
	assert_int_equal(bench->count, 0);
	section_views_free(bench->views, 0);
	bench->views = NULL;
}

static void a_begin_and_its_end_are_a_section(void **state)
{
	struct bench *bench = *state;

	mark(bench, 2, "load:begin");
	mark(bench, 5, "load:end");
	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->count, 1);
	assert_joules(bench, "load", 60, 30);
	assert_true(bench->views[0].paired);
	assert_int_equal(bench->views[0].count, 1);
	assert_int_equal(bench->views[0].duration_ns, 3 * NS_PER_S);
	assert_about(bench->views[0].coverage_ratio, 1);
	assert_int_equal(bench->views[0].attributed_j.kind, KIND_DERIVED);
}

static void the_times_of_a_name_are_added(void **state)
{
	struct bench *bench = *state;

	mark(bench, 1, "eval:begin");
	mark(bench, 2, "eval:end");
	mark(bench, 4, "eval:begin");
	mark(bench, 7, "eval:end");
	even_rows(bench);
	fold(bench);
	assert_joules(bench, "eval", 80, 40);
	assert_int_equal(bench->views[0].count, 2);
	assert_int_equal(bench->views[0].time_count, 2);
	assert_about(bench->views[0].times[0].machine_j, 20);
	assert_about(bench->views[0].times[1].attributed_j, 30);
	assert_int_equal(bench->views[0].times[1].from_ns, 4 * NS_PER_S);
	assert_int_equal(bench->views[0].times[1].to_ns, 7 * NS_PER_S);
}

static void times_at_once_count_once(void **state)
{
	struct bench *bench = *state;

	mark(bench, 1, "step:begin");
	mark(bench, 2, "step:begin");
	mark(bench, 3, "step:end");
	mark(bench, 5, "step:end");
	even_rows(bench);
	fold(bench);
	assert_joules(bench, "step", 80, 40);
	assert_int_equal(bench->views[0].duration_ns, 4 * NS_PER_S);
	assert_int_equal(bench->views[0].count, 2);
	/* Each by itself is what it is. */
	assert_about(bench->views[0].times[0].machine_j, 80);
	assert_about(bench->views[0].times[1].machine_j, 20);
}

static void sections_of_different_names_may_overlap(void **state)
{
	struct bench *bench = *state;

	mark(bench, 1, "a:begin");
	mark(bench, 2, "b:begin");
	mark(bench, 3, "a:end");
	mark(bench, 6, "b:end");
	even_rows(bench);
	fold(bench);
	assert_joules(bench, "a", 40, 20);
	assert_joules(bench, "b", 80, 40);
}

static void what_was_never_ended_lasts_to_the_end(void **state)
{
	struct bench *bench = *state;

	mark(bench, 4, "train:begin");
	even_rows(bench);
	fold(bench);
	assert_joules(bench, "train", 120, 60);
	assert_int_equal(bench->views[0].times[0].to_ns, 10 * NS_PER_S);
}

static void an_end_of_nothing_is_counted_and_left_aside(void **state)
{
	struct bench *bench = *state;

	mark(bench, 1, "load:end");
	mark(bench, 2, "load:begin");
	mark(bench, 3, "load:end");
	mark(bench, 4, "load:end");
	mark(bench, 5, "the end");
	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->lost_ends, 2);
	assert_joules(bench, "load", 20, 10);
}

static void other_spellings_need_their_end(void **state)
{
	struct bench *bench = *state;

	mark(bench, 1, "new start");
	mark(bench, 2, "load start");
	mark(bench, 3, "load_stop");
	mark(bench, 4, "save-begin");
	mark(bench, 5, "save-end");
	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->count, 2);
	assert_joules(bench, "load", 20, 10);
	assert_joules(bench, "save", 20, 10);
}

static void marks_out_of_order_are_put_in_order(void **state)
{
	struct bench *bench = *state;

	mark(bench, 6, "b:end");
	mark(bench, 2, "b:begin");
	mark(bench, 1, "a:begin");
	mark(bench, 1.5, "a:end");
	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->lost_ends, 0);
	assert_joules(bench, "a", 10, 5);
	assert_joules(bench, "b", 80, 40);
}

static void plain_marks_each_begin_a_section(void **state)
{
	struct bench *bench = *state;

	mark(bench, 2, "epoch 1");
	mark(bench, 5, "epoch 1");
	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->count, 2);
	assert_false(bench->views[0].paired);
	assert_about(bench->views[0].machine_j.value, 60);
	assert_about(bench->views[1].machine_j.value, 100);
}

static void there_is_room_for_so_many_names_and_times(void **state)
{
	struct bench *bench = *state;
	char name[32];

	for (int i = 0; i < SECTIONS_MAX + 5; i++) {
		(void)snprintf(name, sizeof name, "s%d:begin", i);
		mark(bench, 1, name);
	}
	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->count, SECTIONS_MAX);
	assert_int_equal(bench->left_out, 5);
	section_views_free(bench->views, bench->count);
	bench->record.mark_count = 0;
	for (int i = 0; i < SECTION_TIMES_MAX + 5; i++) {
		mark(bench, 0.001 * i, "s:begin");
		mark(bench, 0.001 * i + 0.0005, "s:end");
	}
	fold(bench);
	assert_int_equal(bench->count, 1);
	assert_int_equal(bench->views[0].count, SECTION_TIMES_MAX + 5);
	assert_int_equal(bench->views[0].time_count, SECTION_TIMES_MAX);
	assert_about(bench->views[0].machine_j.value,
		     20 * 0.0005 * (SECTION_TIMES_MAX + 5));
}

/* --- joules ------------------------------------------------------------------------------- */

static void a_whole_run_in_a_section_is_the_run(void **state)
{
	struct bench *bench = *state;

	bench->domains[0].domain.gain_u_permille = 30;
	mark(bench, 0, "all:begin");
	mark(bench, 10, "all:end");
	even_rows(bench);
	fold(bench);
	assert_joules(bench, "all", 200, 100);
	assert_about(bench->views[0].machine_j.low, bench->machine_j.low);
	assert_about(bench->views[0].machine_j.high, bench->machine_j.high);
	assert_about(bench->views[0].attributed_j.low, bench->attributed_j.low);
	assert_about(bench->views[0].attributed_j.high, bench->attributed_j.high);
}

static void between_two_rows_it_is_by_time_and_the_bounds_know(void **state)
{
	struct bench *bench = *state;
	const struct section_view *own;

	bench->domains[0].domain.max_uw = 0; /* not known: 3 kW */
	mark(bench, 2.25, "part:begin");
	mark(bench, 2.75, "part:end");
	even_rows(bench);
	fold(bench);
	assert_joules(bench, "part", 10, 5);
	own = named(bench, "part");
	/* It may have been all of the row's, or none. */
	assert_about(own->machine_j.low, 0);
	assert_about(own->machine_j.high, 20);
}

static void a_mark_just_after_a_row_is_as_good_as_at_it(void **state)
{
	struct bench *bench = *state;
	const struct section_view *own;

	mark(bench, 2.000001, "part:begin");
	mark(bench, 5, "part:end");
	even_rows(bench);
	fold(bench);
	own = named(bench, "part");
	assert_true(own->machine_j.low > 59.9 && own->machine_j.high < 60.1);
}

static void sections_that_fill_the_run_add_up_to_it(void **state)
{
	struct bench *bench = *state;
	double sum_j = 0, shared_j = 0;
	double at_s[] = { 0, 0.7, 1.2, 1.9, 4.4, 8.01, 10 };
	char name[32];

	for (size_t i = 0; i + 1 < ARRAY_SIZE(at_s); i++) {
		(void)snprintf(name, sizeof name, "s%zu:begin", i);
		mark(bench, at_s[i], name);
		(void)snprintf(name, sizeof name, "s%zu:end", i);
		mark(bench, at_s[i + 1], name);
	}
	for (int i = 0; i <= 10; i++)
		(void)row(bench, i, 3.0 * i * i);
	fold(bench);
	for (size_t i = 0; i < bench->count; i++) {
		sum_j += bench->views[i].machine_j.value;
		shared_j += bench->views[i].attributed_j.value;
	}
	assert_about(sum_j, bench->machine_j.value);
	assert_about(shared_j, bench->attributed_j.value);
}

static void a_domain_that_is_read_rarely_is_level_between_its_readings(void **state)
{
	struct bench *bench = *state;

	add_domain(bench, "dram-0", FAMILY_CPU);
	mark(bench, 1, "part:begin");
	mark(bench, 3, "part:end");
	even_rows(bench);
	for (size_t i = 1; i < 10; i++)
		bench->rows[i].state[1] = SAMPLE_NONE;
	fold(bench);
	assert_joules(bench, "part", 80, 40);
}

static void what_was_not_read_is_in_no_section_s_joules(void **state)
{
	struct bench *bench = *state;
	const struct section_view *own;

	mark(bench, 1, "part:begin");
	mark(bench, 4, "part:end");
	(void)row(bench, 0, 0);
	(void)row(bench, 1, 20);
	row(bench, 3, 20)->state[0] = SAMPLE_RESTART;
	(void)row(bench, 4, 40);
	(void)row(bench, 10, 160);
	fold(bench);
	assert_joules(bench, "part", 20, 10);
	own = named(bench, "part");
	assert_about(own->coverage_ratio, 1.0 / 3);
	/* But the bound knows of it: two seconds at 20 W. */
	assert_true(own->machine_j.high > 55 && own->machine_j.low < 21);
	assert_true(own->attributed_j.high > 45);
}

/* As a counter does that goes on while nobody looks. */
static void joules_out_of_a_gap_are_in_what_holds_all_of_it(void **state)
{
	struct bench *bench = *state;

	mark(bench, 0.5, "around:begin");
	mark(bench, 0.5, "into:begin");
	mark(bench, 1, "before:begin");
	mark(bench, 2, "before:end");
	mark(bench, 2, "into:end");
	mark(bench, 2, "inside:begin");
	mark(bench, 2.5, "inside:end");
	mark(bench, 2.5, "behind:begin");
	mark(bench, 4, "around:end");
	mark(bench, 4, "behind:end");
	(void)row(bench, 0, 0);
	(void)row(bench, 1, 20);
	row(bench, 3, 60)->state[0] = SAMPLE_RESTART;
	(void)row(bench, 4, 80);
	(void)row(bench, 10, 200);
	fold(bench);
	assert_about(named(bench, "around")->machine_j.value, 70);
	assert_about(named(bench, "into")->machine_j.value, 10);
	assert_about(named(bench, "into")->times[0].machine_j, 10);
	assert_true(named(bench, "into")->machine_j.high >= 50);
	assert_false(named(bench, "before")->machine_j.known);
	assert_false(named(bench, "inside")->machine_j.known);
	assert_about(named(bench, "behind")->machine_j.value, 20);
	assert_true(named(bench, "behind")->machine_j.high >= 60);
}

static void a_section_that_nobody_read_is_not_known_and_not_zero(void **state)
{
	struct bench *bench = *state;

	bench->record.info.duration_ns = 20 * NS_PER_S;
	mark(bench, 12, "late:begin");
	mark(bench, 13, "late:end");
	mark(bench, 3, "none:begin");
	mark(bench, 3, "none:end");
	even_rows(bench);
	fold(bench);
	assert_false(named(bench, "late")->machine_j.known);
	assert_false(named(bench, "late")->attributed_j.known);
	assert_about(named(bench, "late")->coverage_ratio, 0);
	assert_true(isnan(named(bench, "late")->times[0].attributed_j));
	assert_false(named(bench, "none")->machine_j.known);
	assert_true(isnan(named(bench, "none")->coverage_ratio));
}

static void a_part_whose_share_is_not_known_makes_the_section_s_so(void **state)
{
	struct bench *bench = *state;

	mark(bench, 2, "part:begin");
	mark(bench, 4, "part:end");
	even_rows(bench);
	/* For good: the machine's times were never read. */
	for (size_t i = 0; i < bench->row_count; i++)
		bench->rows[i].use.has = USE_SCOPE_CPU;
	fold(bench);
	assert_true(named(bench, "part")->machine_j.known);
	assert_false(named(bench, "part")->attributed_j.known);
	assert_true(isnan(named(bench, "part")->times[0].attributed_j));
	assert_about(named(bench, "part")->times[0].machine_j, 40);
}

/* Marks take readings of the counters more often than of all processes. */
static void a_share_that_comes_later_is_by_the_machine_s_joules(void **state)
{
	struct bench *bench = *state;

	mark(bench, 1, "heavy:begin");
	mark(bench, 2, "heavy:end");
	(void)row(bench, 0, 0);
	row(bench, 1, 10)->use.has = 0;
	row(bench, 2, 90)->use.has = 0;
	(void)row(bench, 4, 100);
	(void)row(bench, 10, 160);
	fold(bench);
	assert_joules(bench, "heavy", 80, 40);
}

static void a_share_that_never_comes_is_nobody_s(void **state)
{
	struct bench *bench = *state;

	mark(bench, 1, "first:begin");
	mark(bench, 8, "first:end");
	mark(bench, 9.2, "last:begin");
	mark(bench, 9.8, "last:end");
	even_rows(bench);
	bench->rows[10].use.has = 0;
	fold(bench);
	/* A twentieth of the run's joules: the run itself has no share then. */
	assert_false(bench->attributed_j.known);
	bench->attributed_j.known = true;
	assert_false(named(bench, "last")->attributed_j.known);
	assert_true(named(bench, "last")->machine_j.known);
}

static void a_domain_that_is_not_counted_is_in_no_section(void **state)
{
	struct bench *bench = *state;

	bench->domains[0].counted = false;
	mark(bench, 1, "a:begin");
	mark(bench, 2, "a:end");
	even_rows(bench);
	fold(bench);
	assert_int_equal(bench->count, 1);
	assert_false(named(bench, "a")->machine_j.known);
	assert_true(isnan(named(bench, "a")->coverage_ratio));
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_run_without_marks_has_no_sections),
		WITH_BENCH(a_begin_and_its_end_are_a_section),
		WITH_BENCH(the_times_of_a_name_are_added),
		WITH_BENCH(times_at_once_count_once),
		WITH_BENCH(sections_of_different_names_may_overlap),
		WITH_BENCH(what_was_never_ended_lasts_to_the_end),
		WITH_BENCH(an_end_of_nothing_is_counted_and_left_aside),
		WITH_BENCH(other_spellings_need_their_end),
		WITH_BENCH(marks_out_of_order_are_put_in_order),
		WITH_BENCH(plain_marks_each_begin_a_section),
		WITH_BENCH(there_is_room_for_so_many_names_and_times),
		WITH_BENCH(a_whole_run_in_a_section_is_the_run),
		WITH_BENCH(between_two_rows_it_is_by_time_and_the_bounds_know),
		WITH_BENCH(a_mark_just_after_a_row_is_as_good_as_at_it),
		WITH_BENCH(sections_that_fill_the_run_add_up_to_it),
		WITH_BENCH(a_domain_that_is_read_rarely_is_level_between_its_readings),
		WITH_BENCH(what_was_not_read_is_in_no_section_s_joules),
		WITH_BENCH(joules_out_of_a_gap_are_in_what_holds_all_of_it),
		WITH_BENCH(a_section_that_nobody_read_is_not_known_and_not_zero),
		WITH_BENCH(a_part_whose_share_is_not_known_makes_the_section_s_so),
		WITH_BENCH(a_share_that_comes_later_is_by_the_machine_s_joules),
		WITH_BENCH(a_share_that_never_comes_is_nobody_s),
		WITH_BENCH(a_domain_that_is_not_counted_is_in_no_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
