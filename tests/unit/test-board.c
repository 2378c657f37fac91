/* SPDX-License-Identifier: Apache-2.0 */
/* The order and the front of a ranking, and its forms, of rows made by hand. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "engine/board.h"
#include "report/board-table.h"
#include "report/board-view.h"
#include "view.h"

#define ROWS 5

static struct board_value value(double mean, double sem, size_t count)
{
	if (count == 0)
		return (struct board_value){ NAN, NAN, NAN, NAN, 0 };
	return (struct board_value){ mean, sem, mean - 2 * sem, mean + 2 * sem, count };
}

static void put_row(struct board_row *row, const char *experiment, double energy_j,
		    double metric)
{
	*row = (struct board_row){
		.runs = 5, .all_j = 5 * energy_j, .coverage_ratio = 1, .machines = 1
	};
	(void)copy_text(row->project, sizeof row->project, "paper");
	(void)copy_text(row->experiment, sizeof row->experiment, experiment);
	(void)copy_text(row->hardware, sizeof row->hardware, "AMD EPYC 9354");
	(void)copy_text(row->grid, sizeof row->grid, "DE, Ember");
	row->energy_j = value(energy_j, energy_j / 100, isnan(energy_j) ? 0 : 5);
	row->duration_s = value(60, 0.5, 5);
	row->carbon_kg = value(energy_j / 1e7, energy_j / 1e9, isnan(energy_j) ? 0 : 5);
	row->metric = value(metric, 0.001, isnan(metric) ? 0 : 5);
	row->metric_per_kwh = value(metric / energy_j * 3.6e6, 1, isnan(metric) ? 0 : 5);
	row->target_j = value(energy_j / 2, energy_j / 200, isnan(metric) ? 0 : 3);
	row->reached = isnan(metric) ? 0 : 3;
}

/* Energies 6, 4, 9, unknown and 5 kJ; the last one logged nothing. */
static void made_up(struct board *board)
{
	*board = (struct board){ .count = ROWS, .all = ROWS, .metric = "accuracy" };
	board->rows = calloc(ROWS, sizeof *board->rows);
	assert_non_null(board->rows);
	put_row(&board->rows[0], "base", 6000, 0.94);
	put_row(&board->rows[1], "distilled", 4000, 0.93);
	put_row(&board->rows[2], "big", 9000, 0.935);
	put_row(&board->rows[3], "killed", NAN, NAN);
	put_row(&board->rows[4], "silent", 5000, NAN);
	board->rows[2].failed = 1;
	board->rows[2].runs = 6;
	board->rows[3].all_j = NAN;
	(void)copy_text(board->by, sizeof board->by, "energy");
}

static void assert_order(const struct board *board, const char *const names[ROWS])
{
	for (size_t i = 0; i < ROWS; i++)
		assert_string_equal(board->rows[i].experiment, names[i]);
}

static void least_energy_is_first_and_what_is_not_known_last(void **unused)
{
	CLEANUP(board_done) struct board board;

	(void)unused;
	made_up(&board);
	board_sort(&board, BOARD_ENERGY);
	assert_order(&board, (const char *const[]){ "distilled", "silent", "base", "big",
						    "killed" });
}

static void a_metric_s_best_is_first_whichever_way_is_better(void **unused)
{
	CLEANUP(board_done) struct board board;

	(void)unused;
	made_up(&board);
	board_sort(&board, BOARD_METRIC);
	assert_order(&board, (const char *const[]){ "base", "big", "distilled", "silent",
						    "killed" });
	board.metric_less = true;
	board_sort(&board, BOARD_METRIC);
	assert_order(&board, (const char *const[]){ "distilled", "big", "base", "silent",
						    "killed" });
}

static const struct board_row *row_of(const struct board *board, const char *name)
{
	for (size_t i = 0; i < board->count; i++)
		if (strcmp(board->rows[i].experiment, name) == 0)
			return &board->rows[i];
	fail_msg("no row %s", name);
	return NULL;
}

static void one_with_more_energy_and_no_better_metric_is_dominated(void **unused)
{
	CLEANUP(board_done) struct board board;

	(void)unused;
	made_up(&board);
	assert_int_equal(board_pareto(&board), 0);
	assert_false(row_of(&board, "distilled")->dominated);
	assert_false(row_of(&board, "base")->dominated);
	assert_true(row_of(&board, "big")->dominated);
	assert_string_equal(row_of(&board, "big")->dominated_by, "paper/base");
	assert_false(row_of(&board, "killed")->dominated);
	assert_false(row_of(&board, "silent")->dominated);
}

static void less_is_better_turns_the_front_around(void **unused)
{
	CLEANUP(board_done) struct board board;

	(void)unused;
	made_up(&board);
	board.metric_less = true;
	assert_int_equal(board_pareto(&board), 0);
	assert_false(row_of(&board, "distilled")->dominated);
	assert_true(row_of(&board, "base")->dominated);
	assert_true(row_of(&board, "big")->dominated);
}

static void equals_do_not_dominate_each_other(void **unused)
{
	CLEANUP(board_done) struct board board;

	(void)unused;
	made_up(&board);
	put_row(&board.rows[3], "twin", 6000, 0.94);
	put_row(&board.rows[4], "worse twin", 6000, 0.935);
	assert_int_equal(board_pareto(&board), 0);
	assert_false(row_of(&board, "base")->dominated);
	assert_false(row_of(&board, "twin")->dominated);
	assert_true(row_of(&board, "worse twin")->dominated);
}

/* Each pair by the definition, which is not how it is found. */
static void the_front_is_what_the_definition_says(void **unused)
{
	struct board_row rows[40];
	struct board board = { .rows = rows, .count = 40, .all = 40 };

	(void)unused;
	for (unsigned i = 0; i < 40; i++) {
		char name[16];

		(void)snprintf(name, sizeof name, "e%02u", i);
		put_row(&rows[i], name, 1000 + i * 7919 % 13,
			0.5 + i * 104729 % 11 / 64.0);
	}
	assert_int_equal(board_pareto(&board), 0);
	for (size_t i = 0; i < 40; i++) {
		bool dominated = false;

		for (size_t k = 0; k < 40; k++) {
			bool no_worse = rows[k].energy_j.mean <= rows[i].energy_j.mean &&
					rows[k].metric.mean >= rows[i].metric.mean;
			bool better = rows[k].energy_j.mean < rows[i].energy_j.mean ||
				      rows[k].metric.mean > rows[i].metric.mean;

			dominated = dominated || (no_worse && better);
		}
		assert_int_equal(rows[i].dominated, dominated);
		assert_int_equal(rows[i].dominated, rows[i].dominated_by[0] != '\0');
	}
}

static void a_text_means_an_experiment_with_and_without_its_project(void **unused)
{
	const struct run_info in = { .project = "paper",
				     .experiment = "base",
				     .name = "train" };
	const struct run_info lone = { .name = "train" };

	(void)unused;
	assert_true(board_means("base", &in));
	assert_true(board_means("paper/base", &in));
	assert_false(board_means("/base", &in));
	assert_false(board_means("paperbase", &in));
	assert_false(board_means("train", &in));
	assert_true(board_means("train", &lone));
	assert_true(board_means("/train", &lone));
	assert_false(board_means("", &in));
}

/* --- its forms ---------------------------------------------------------------------------- */

static char *form_of(const char *form, const struct board *board)
{
	struct report_opts opts = { .width = 80 };
	char *text = NULL;

	assert_int_equal(board_form_find(form)(board, &opts, &text), 0);
	return text;
}

static void assert_form(const char *form, const struct board *board, const char *golden)
{
	AUTO_FREE char *text = form_of(form, board);

	assert_golden(golden, text);
}

static void ranked(struct board *board)
{
	made_up(board);
	assert_int_equal(board_pareto(board), 0);
	board_sort(board, BOARD_ENERGY);
	board->pareto = true;
	board->has_target = true;
	board->target = 0.9;
	board->one_grid = true;
	board->warning_count = 1;
	(void)copy_text(board->warnings[0], sizeof board->warnings[0],
			"they ran on different hardware: the order is of setting and "
			"machine together");
}

static void the_forms_are_as_they_were_looked_at(void **unused)
{
	CLEANUP(board_done) struct board board;

	(void)unused;
	ranked(&board);
	assert_form("text", &board, "board-ranked.txt");
	assert_form("json", &board, "board-ranked.json");
	assert_form("csv", &board, "board-ranked.csv");
	board.metric[0] = '\0';
	board.pareto = board.has_target = false;
	assert_form("text", &board, "board-plain.txt");
	assert_null(board_form_find("yaml"));
}

static void no_line_is_wider_than_the_terminal(void **unused)
{
	CLEANUP(board_done) struct board board;
	AUTO_FREE char *text = NULL;

	(void)unused;
	ranked(&board);
	memset(board.rows[0].experiment, 'w', sizeof board.rows[0].experiment - 1);
	memset(board.metric, 'm', 40);
	board.metric[40] = '\0';
	text = form_of("text", &board);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (shown_width(line) > 80)
			fail_msg("%zu columns: %s", shown_width(line), line);
}

static void put_hostile(struct board *board)
{
	(void)copy_text(board->rows[0].experiment, sizeof board->rows[0].experiment,
			"<script>alert(1)</script>\x1b[31m\"'");
	(void)copy_text(board->rows[1].experiment, sizeof board->rows[1].experiment,
			"=cmd()");
	(void)copy_text(board->rows[2].dominated_by, sizeof board->rows[2].dominated_by,
			"paper/<img src=x>");
	(void)copy_text(board->metric, sizeof board->metric, "</h2><b>");
}

static void hostile_names_do_no_harm_in_any_form(void **unused)
{
	CLEANUP(board_done) struct board board;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *page = NULL;
	AUTO_FREE char *csv = NULL;

	(void)unused;
	ranked(&board);
	put_hostile(&board);
	text = form_of("text", &board);
	assert_null(strchr(text, '\x1b'));
	page = form_of("html", &board);
	assert_null(strstr(page, "<script>alert"));
	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "</h2><b>"));
	assert_non_null(strstr(page, "&lt;script&gt;"));
	csv = form_of("csv", &board);
	assert_null(strstr(csv, ",=cmd()"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_energy_is_first_and_what_is_not_known_last),
		cmocka_unit_test(a_metric_s_best_is_first_whichever_way_is_better),
		cmocka_unit_test(one_with_more_energy_and_no_better_metric_is_dominated),
		cmocka_unit_test(less_is_better_turns_the_front_around),
		cmocka_unit_test(equals_do_not_dominate_each_other),
		cmocka_unit_test(the_front_is_what_the_definition_says),
		cmocka_unit_test(a_text_means_an_experiment_with_and_without_its_project),
		cmocka_unit_test(the_forms_are_as_they_were_looked_at),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(hostile_names_do_no_harm_in_any_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
