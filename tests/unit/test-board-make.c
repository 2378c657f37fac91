/* SPDX-License-Identifier: Apache-2.0 */
/* A ranking made from a ledger. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/board.h"
#include "fixture.h"

#define ROWS 61 /* a minute at 1 Hz */

struct book {
	struct store *store;
	struct tables *tables;
	struct run_info infos[16];
	size_t count;
	struct board board;
};

static int book_open(void **state)
{
	struct book *book = calloc(1, sizeof *book);

	assert_int_equal(store_open(":memory:", STORE_WRITE, NULL, &book->store), 0);
	assert_int_equal(tables_new(NULL, &book->tables), 0);
	*state = book;
	return 0;
}

static int book_close(void **state)
{
	struct book *book = *state;

	board_done(&book->board);
	store_close(book->store);
	tables_free(book->tables);
	free(book);
	return 0;
}

/* Even power for a minute; all of the machine's work is the run's. */
static void put_rows(struct book *book, int64_t run, double power_w)
{
	static struct sample rows[ROWS];
	struct run_domain domain = { .counted = true, .source = "powercap" };

	memset(rows, 0, sizeof rows);
	domain_init(&domain.domain, "package-0", FAMILY_CPU);
	domain.domain.kind = KIND_MEASURED;
	for (size_t i = 0; i < ROWS; i++) {
		rows[i].t_ns = (int64_t)i * NS_PER_S;
		rows[i].domain_count = 1;
		rows[i].state[0] = i == 0 ? SAMPLE_RESTART : SAMPLE_OK;
		rows[i].energy_uj[0] = (uint64_t)((double)i * power_w * 1e6);
		rows[i].use.t_ns = rows[i].t_ns;
		rows[i].use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
		rows[i].use.scope_cpu_ns = rows[i].use.machine_cpu_ns =
			(uint64_t)rows[i].t_ns;
	}
	assert_int_equal(store_domains_put(book->store, run, &domain, 1, NULL), 0);
	assert_int_equal(store_block_put(book->store, run,
					 &(struct store_block){ 0, rows, ROWS }, NULL),
			 0);
}

static struct run_info *put_run(struct book *book, const char *experiment, double power_w,
				enum run_state state)
{
	struct run_info *info = &book->infos[book->count++];

	*info = (struct run_info){ .state = state,
				   .started_unix_ns = INT64_C(1717200000) * NS_PER_S,
				   .duration_ns = (ROWS - 1) * NS_PER_S,
				   .pue = 1.25,
				   .attributed_j = power_w * (ROWS - 1),
				   .machine_j = power_w * (ROWS - 1) };
	(void)snprintf(info->id, sizeof info->id, "run-%zu", book->count);
	(void)copy_text(info->name, sizeof info->name, "train");
	(void)copy_text(info->experiment, sizeof info->experiment, experiment);
	(void)copy_text(info->region, sizeof info->region, "DE");
	(void)copy_text(info->version, sizeof info->version, GRAMME_VERSION);
	(void)copy_text(info->boot_id, sizeof info->boot_id, "boot");
	assert_int_equal(store_run_insert(book->store, info, NULL), 0);
	assert_int_equal(store_inventory_put(book->store, info->key,
					     "{\"cpu\": {\"name\": \"A\"}}",
					     "{\"hostname\": \"ada\"}", NULL),
			 0);
	put_rows(book, info->key, power_w);
	return info;
}

static void put_metric(struct book *book, const struct run_info *info, double t_s,
		       double value)
{
	struct run_metric metric = { (int64_t)(t_s * 1e9), "accuracy", value };

	assert_int_equal(store_metric_add(book->store, info->key, &metric, NULL), 0);
}

static const struct board *make(struct book *book, struct board_ask ask)
{
	struct view_door door = { book->store, book->tables };

	ask.infos = book->infos;
	ask.count = book->count;
	board_done(&book->board);
	book->board = (struct board){ .count = 0 };
	assert_int_equal(board_make(&door, &ask, NULL, &book->board), 0);
	return &book->board;
}

static bool is_about(double value, double expected)
{
	return fabs(value - expected) <= 1e-9 * fabs(expected);
}

static void a_row_is_an_experiment_with_its_finished_runs_mean(void **state)
{
	struct book *book = *state;
	const struct board *board;

	put_run(book, "base", 100, RUN_FINISHED);
	put_run(book, "base", 110, RUN_FINISHED);
	put_run(book, "other", 50, RUN_FINISHED);
	put_run(book, "base", 120, RUN_FINISHED);
	board = make(book, (struct board_ask){ .by = BOARD_ENERGY });
	assert_int_equal(board->count, 2);
	assert_string_equal(board->rows[0].experiment, "other");
	assert_true(isnan(board->rows[0].energy_j.sem));
	assert_true(is_about(board->rows[1].energy_j.mean, 6600));
	/* 600 / sqrt(3) */
	assert_true(is_about(board->rows[1].energy_j.sem, 346.4101615137755));
	assert_true(is_about(board->rows[1].energy_j.high, 7200));
	assert_int_equal(board->rows[1].machines, 1);
	assert_string_equal(board->rows[1].hardware, "A");
	assert_true(board->one_grid);
}

static void a_failed_run_s_joules_are_in_all_and_not_in_the_mean(void **state)
{
	struct book *book = *state;
	const struct board_row *row;

	put_run(book, "base", 100, RUN_FINISHED);
	put_run(book, "base", 10, RUN_FAILED);
	put_run(book, "base", 20, RUN_INTERRUPTED);
	row = make(book, (struct board_ask){ .by = BOARD_ENERGY })->rows;
	assert_int_equal(row->runs, 3);
	assert_int_equal(row->failed, 2);
	assert_true(is_about(row->energy_j.mean, 6000));
	assert_true(is_about(row->all_j, 7800));
	assert_int_equal(row->energy_j.count, 1);
}

static void runs_without_an_experiment_are_rows_by_their_name(void **state)
{
	struct book *book = *state;
	const struct board *board;

	put_run(book, "", 100, RUN_FINISHED);
	(void)copy_text(book->infos[0].name, sizeof book->infos[0].name, "a.py");
	put_run(book, "", 50, RUN_FINISHED);
	board = make(book, (struct board_ask){ .by = BOARD_ENERGY });
	assert_int_equal(board->count, 2);
	assert_string_equal(board->rows[0].name, "train");
	assert_string_equal(board->rows[1].name, "a.py");
}

static void an_experiment_of_which_nothing_is_known_is_not_zero(void **state)
{
	struct book *book = *state;
	const struct board_row *row;

	put_run(book, "base", 100, RUN_FAILED);
	row = make(book, (struct board_ask){ .by = BOARD_ENERGY })->rows;
	assert_int_equal(row->energy_j.count, 0);
	assert_true(isnan(row->energy_j.mean));
	assert_true(isnan(row->carbon_kg.mean));
	assert_true(isnan(row->target_j.mean));
}

static void joules_until_the_target_are_cut_between_rows(void **state)
{
	struct book *book = *state;
	struct board_ask ask = { .metric = "accuracy",
				 .has_target = true,
				 .target = 0.9,
				 .by = BOARD_TARGET };
	const struct board *board;

	put_run(book, "early", 100, RUN_FINISHED);
	put_metric(book, &book->infos[0], 5, 0.5);
	put_metric(book, &book->infos[0], 20.25, 0.9);
	put_metric(book, &book->infos[0], 50, 0.7);
	put_run(book, "never", 50, RUN_FINISHED);
	put_metric(book, &book->infos[1], 50, 0.8);
	board = make(book, ask);
	assert_string_equal(board->rows[0].experiment, "early");
	/* What was the run's of the last, open step is an estimate. */
	assert_true(fabs(board->rows[0].target_j.mean - 2025) < 0.1);
	assert_int_equal(board->rows[0].reached, 1);
	assert_true(is_about(board->rows[0].metric.mean, 0.7));
	assert_int_equal(board->rows[1].reached, 0);
	assert_true(isnan(board->rows[1].target_j.mean));
	assert_true(board->warning_count > 0);
}

static void metric_per_kwh_is_of_the_facility(void **state)
{
	struct book *book = *state;
	const struct board_row *row;

	put_run(book, "base", 60000, RUN_FINISHED); /* 1 kWh; 1.25 at the facility */
	put_metric(book, &book->infos[0], 5, 0.5);
	row = make(book, (struct board_ask){ .metric = "accuracy" })->rows;
	assert_true(is_about(row->metric_per_kwh.mean, 0.4));
	row = make(book, (struct board_ask){ .metric = "accuracy", .metric_less = true })
		      ->rows;
	assert_true(isnan(row->metric_per_kwh.mean));
}

static void carbon_is_an_order_in_one_grid_only(void **state)
{
	struct book *book = *state;
	const struct board *board;

	put_run(book, "little", 10, RUN_FINISHED);
	put_run(book, "much", 100, RUN_FINISHED);
	board = make(book, (struct board_ask){ .by = BOARD_CARBON });
	assert_string_equal(board->by, "carbon");
	(void)copy_text(book->infos[1].region, sizeof book->infos[1].region, "NO");
	board = make(book, (struct board_ask){ .by = BOARD_CARBON });
	assert_string_equal(board->by, "energy");
	assert_false(board->one_grid);
	assert_string_equal(board->rows[0].experiment, "little");
	assert_non_null(strstr(board->warnings[0], "ranked by energy"));
}

static void a_limit_leaves_rows_out_and_says_how_many_there_are(void **state)
{
	struct book *book = *state;
	const struct board *board;

	put_run(book, "a", 10, RUN_FINISHED);
	put_run(book, "b", 20, RUN_FINISHED);
	board = make(book, (struct board_ask){ .limit = 1 });
	assert_int_equal(board->count, 1);
	assert_int_equal(board->all, 2);
	assert_string_equal(board->rows[0].experiment, "a");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, book_open, book_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_is_an_experiment_with_its_finished_runs_mean),
		TEST(a_failed_run_s_joules_are_in_all_and_not_in_the_mean),
		TEST(runs_without_an_experiment_are_rows_by_their_name),
		TEST(an_experiment_of_which_nothing_is_known_is_not_zero),
		TEST(joules_until_the_target_are_cut_between_rows),
		TEST(metric_per_kwh_is_of_the_facility),
		TEST(carbon_is_an_order_in_one_grid_only),
		TEST(a_limit_leaves_rows_out_and_says_how_many_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
