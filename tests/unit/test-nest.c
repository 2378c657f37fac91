/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/nest.h"
#include "engine/statement.h"
#include "engine/view.h"
#include "fixture.h"

#define RUNS_MAX 6

/* Runs made up for one test: 100 J each second, at a PUE of 1. */
struct bench {
	struct run_view views[RUNS_MAX];
	char outers[RUNS_MAX][4][RUN_ID_MAX];
	struct statement s;
	struct tables *tables;
};

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	assert_int_equal(tables_new(NULL, &bench->tables), 0);
	bench->s.views = bench->views;
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	tables_free(bench->tables);
	free(bench);
	return 0;
}

static struct quantity exactly(double value, double part)
{
	return (struct quantity){ .known = true,
				  .value = value,
				  .low = value * (1 - part),
				  .high = value * (1 + part),
				  .kind = KIND_MEASURED };
}

static struct run_view *add(struct bench *bench, const char *id, int64_t from_s,
			    int64_t to_s)
{
	struct run_view *view = &bench->views[bench->s.count];
	struct run_info *info = &view->record.info;

	(void)copy_text(info->id, sizeof info->id, id);
	info->state = RUN_FINISHED;
	info->started_unix_ns = (1000000 + from_s) * NS_PER_S;
	info->duration_ns = (to_s - from_s) * NS_PER_S;
	view->attributed_j = exactly(100.0 * (double)(to_s - from_s), 0.1);
	view->pue.value = exactly(1, 0);
	view->intensity.value = exactly(500, 0);
	view->outers = bench->outers[bench->s.count++];
	return view;
}

static void lies_in(struct run_view *view, const char *outer)
{
	(void)copy_text(view->outers[view->outer_count++], RUN_ID_MAX, outer);
}

static const struct statement *added(struct bench *bench)
{
	struct diag diag = { 0 };

	assert_int_equal(statement_add_up(bench->tables, &diag, &bench->s), 0);
	return &bench->s;
}

static void assert_joules(const struct statement *s, double joules)
{
	assert_true(fabs(s->total.attributed_j.value - joules) < 1e-6);
}

static void a_run_inside_another_is_added_once(void **state)
{
	struct bench *bench = *state;
	const struct statement *s;

	add(bench, "outer", 0, 100);
	lies_in(add(bench, "inner", 10, 90), "outer");
	add(bench, "other", 0, 50);
	s = added(bench);
	assert_joules(s, 15000);
	assert_int_equal(s->inside, 1);
	assert_int_equal(s->in_part, 0);
	assert_int_equal(s->count, 3);
	assert_int_equal(s->total.runs, 2);
	assert_int_equal(s->duration_ns, 150 * NS_PER_S);
	assert_false(statement_adds(s, 1));
	assert_true(statement_adds(s, 2));
}

static void what_lies_between_need_not_be_in_the_sum(void **state)
{
	struct bench *bench = *state;
	struct run_view *inner;

	add(bench, "outer", 0, 100);
	inner = add(bench, "inner", 10, 90);
	lies_in(inner, "between");
	lies_in(inner, "outer");
	assert_joules(added(bench), 10000);
}

static void three_deep_are_one(void **state)
{
	struct bench *bench = *state;
	const struct statement *s;
	struct run_view *innermost = add(bench, "c", 20, 80);

	lies_in(innermost, "b");
	lies_in(innermost, "a");
	lies_in(add(bench, "b", 10, 90), "a");
	add(bench, "a", 0, 100);
	s = added(bench);
	assert_joules(s, 10000);
	assert_int_equal(s->inside, 2);
}

static void one_run_and_what_is_in_it_is_that_run_to_the_last_digit(void **state)
{
	struct bench *bench = *state;
	const struct statement *s;

	add(bench, "outer", 0, 100)->facility_kwh = exactly(0.123456789, 0.5);
	lies_in(add(bench, "inner", 10, 90), "outer");
	s = added(bench);
	assert_memory_equal(&s->total.facility_kwh, &bench->views[0].facility_kwh,
			    sizeof s->total.facility_kwh);
}

static void an_outer_run_that_is_not_there_takes_nothing(void **state)
{
	struct bench *bench = *state;

	lies_in(add(bench, "inner", 10, 90), "removed");
	add(bench, "other", 0, 50);
	assert_joules(added(bench), 13000);
}

/* A gap is not a zero: what the outer does not know the inner still does. */
static void an_outer_run_of_unknown_energy_takes_nothing(void **state)
{
	struct bench *bench = *state;
	const struct statement *s;

	add(bench, "outer", 0, 100)->attributed_j.known = false;
	lies_in(add(bench, "inner", 10, 90), "outer");
	s = added(bench);
	assert_joules(s, 8000);
	assert_int_equal(s->inside, 0);
	assert_int_equal(s->total.unknown_energy, 1);
}

static void a_run_that_outlived_the_other_is_added_and_the_low_end_is_without(
	void **state)
{
	struct bench *bench = *state;
	const struct statement *s;

	add(bench, "outer", 0, 100);
	lies_in(add(bench, "inner", 50, 150), "outer");
	s = added(bench);
	assert_joules(s, 20000);
	assert_int_equal(s->inside, 0);
	assert_int_equal(s->in_part, 1);
	assert_true(fabs(s->total.attributed_j.low - 9000) < 1e-6);
	assert_true(s->total.attributed_j.high > 20000);
	assert_true(s->total.facility_kwh.low < 9001 / 3.6e6);
	assert_true(s->total.carbon_kg.low < 0.5 * 9001 / 3.6e6);
}

static void a_moment_longer_is_still_inside(void **state)
{
	struct bench *bench = *state;

	add(bench, "outer", 0, 100);
	lies_in(add(bench, "inner", 50, 101), "outer");
	assert_joules(added(bench), 10000);
}

static void one_that_began_when_the_other_was_over_stands_alone(void **state)
{
	struct bench *bench = *state;
	const struct statement *s;

	add(bench, "outer", 0, 100);
	lies_in(add(bench, "inner", 200, 300), "outer");
	s = added(bench);
	assert_joules(s, 20000);
	assert_int_equal(s->in_part, 0);
}

static void runs_that_go_round_are_not_lost(void **state)
{
	struct bench *bench = *state;
	struct run_view *a = add(bench, "a", 0, 100);
	struct run_view *b = add(bench, "b", 0, 100);

	lies_in(a, "b");
	lies_in(a, "a");
	lies_in(b, "a");
	lies_in(b, "b");
	assert_joules(added(bench), 10000);
}

/* Of the finished one's joules a part was for nothing. */
static void a_failed_run_inside_a_finished_one_is_a_loss(void **state)
{
	struct bench *bench = *state;
	struct run_view *inner;
	const struct statement *s;

	add(bench, "outer", 0, 100);
	inner = add(bench, "inner", 10, 90);
	inner->record.info.state = RUN_FAILED;
	lies_in(inner, "outer");
	add(bench, "other", 0, 50);
	s = added(bench);
	assert_joules(s, 15000);
	assert_true(fabs(s->lost.attributed_j.value - 8000) < 1e-6);
}

/* --- the ledger's word -------------------------------------------------------------------- */

static void the_ledger_knows_all_that_lie_around_a_run(void **state)
{
	struct run_info info[3];
	struct store *store;
	struct diag diag = { 0 };
	char(*outers)[RUN_ID_MAX] = NULL;
	size_t count = 9;

	(void)state;
	memset(info, 0, sizeof info);
	assert_int_equal(store_open(":memory:", STORE_WRITE, &diag, &store), 0);
	for (int i = 0; i < 3; i++) {
		(void)snprintf(info[i].id, sizeof info[i].id, "run-%d", i);
		(void)copy_text(info[i].how, sizeof info[i].how, "run");
		assert_int_equal(store_run_insert(store, &info[i], &diag), 0);
	}
	assert_int_equal(store_outers(store, info[0].key, &diag, &outers, &count), 0);
	assert_null(outers);
	assert_int_equal(count, 0);
	assert_int_equal(store_inside_put(store, info[1].key, "run-0", &diag), 0);
	assert_int_equal(store_inside_put(store, info[2].key, "run-1", &diag), 0);
	assert_int_equal(store_outers(store, info[2].key, &diag, &outers, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(outers[0], "run-1");
	assert_string_equal(outers[1], "run-0");
	free(outers);
	/* Round and round, and no further. */
	assert_int_equal(store_inside_put(store, info[0].key, "run-2", &diag), 0);
	assert_int_equal(store_outers(store, info[2].key, &diag, &outers, &count), 0);
	assert_int_equal(count, RUN_OUTERS_MAX);
	free(outers);
	store_close(store);
}

int main(void)
{
#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(a_run_inside_another_is_added_once),
		WITH_BENCH(what_lies_between_need_not_be_in_the_sum),
		WITH_BENCH(three_deep_are_one),
		WITH_BENCH(one_run_and_what_is_in_it_is_that_run_to_the_last_digit),
		WITH_BENCH(an_outer_run_that_is_not_there_takes_nothing),
		WITH_BENCH(an_outer_run_of_unknown_energy_takes_nothing),
		WITH_BENCH(
			a_run_that_outlived_the_other_is_added_and_the_low_end_is_without),
		WITH_BENCH(a_moment_longer_is_still_inside),
		WITH_BENCH(one_that_began_when_the_other_was_over_stands_alone),
		WITH_BENCH(runs_that_go_round_are_not_lost),
		WITH_BENCH(a_failed_run_inside_a_finished_one_is_a_loss),
		cmocka_unit_test(the_ledger_knows_all_that_lie_around_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
