/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "fixture.h"

#define assert_near(a, b, within) assert_true(fabs((a) - (b)) < (within))
#include "model/accuracy.h"

#define CLOSE 1e-9

static int make(void **state)
{
	struct accuracy *accuracy = NULL;

	assert_int_equal(accuracy_new(&accuracy), 0);
	*state = accuracy;
	return 0;
}

static int end(void **state)
{
	accuracy_free(*state);
	return 0;
}

static struct accuracy_case guess_of(double truth, double guess)
{
	return (struct accuracy_case){ .truth = truth,
				       .guess = guess,
				       .low90 = (double)NAN,
				       .high90 = (double)NAN,
				       .low95 = (double)NAN,
				       .high95 = (double)NAN };
}

static void add(struct accuracy *accuracy, const char *method,
		const struct accuracy_case *one)
{
	assert_int_equal(accuracy_add(accuracy, "suite", method, one), 0);
}

static struct accuracy_row *rows_of(struct accuracy *accuracy, size_t expected)
{
	struct accuracy_row *rows = NULL;
	size_t count = 0;

	assert_int_equal(accuracy_rows(accuracy, &rows, &count), 0);
	assert_int_equal(count, expected);
	return rows;
}

static void mean_median_and_bias_are_of_relative_errors(void **state)
{
	static const double guesses[] = { 110, 70, 140 };
	AUTO_FREE struct accuracy_row *rows = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(guesses); i++) {
		struct accuracy_case one = guess_of(100, guesses[i]);

		add(*state, "m", &one);
	}
	rows = rows_of(*state, 1);
	assert_string_equal(rows[0].suite, "suite");
	assert_string_equal(rows[0].method, "m");
	assert_string_equal(rows[0].group, "");
	assert_int_equal(rows[0].count, 3);
	assert_near(rows[0].mean_ratio, 0.8 / 3, CLOSE);
	assert_near(rows[0].median_ratio, 0.3, CLOSE);
	assert_near(rows[0].bias_ratio, 0.2 / 3, CLOSE);
}

static void a_median_of_an_even_count_is_between_two(void **state)
{
	struct accuracy_case one = guess_of(100, 110);
	AUTO_FREE struct accuracy_row *rows = NULL;

	add(*state, "m", &one);
	one.guess = 130;
	add(*state, "m", &one);
	rows = rows_of(*state, 1);
	assert_near(rows[0].median_ratio, 0.2, CLOSE);
}

static void what_has_no_answer_is_counted_apart_and_is_not_right(void **state)
{
	struct accuracy_case one = guess_of(100, (double)NAN);
	AUTO_FREE struct accuracy_row *rows = NULL;

	add(*state, "m", &one);
	one.guess = INFINITY;
	add(*state, "m", &one);
	one.guess = 150;
	add(*state, "m", &one);
	rows = rows_of(*state, 1);
	assert_int_equal(rows[0].count, 1);
	assert_int_equal(rows[0].unanswered, 2);
	assert_near(rows[0].mean_ratio, 0.5, CLOSE);
}

static void a_method_without_any_answer_has_no_error_not_zero(void **state)
{
	struct accuracy_case one = guess_of(100, (double)NAN);
	AUTO_FREE struct accuracy_row *rows = NULL;

	add(*state, "m", &one);
	rows = rows_of(*state, 1);
	assert_int_equal(rows[0].count, 0);
	assert_true(isnan(rows[0].mean_ratio));
	assert_true(isnan(rows[0].median_ratio));
	assert_true(isnan(rows[0].bias_ratio));
}

static void coverage_is_of_those_that_give_an_interval(void **state)
{
	struct accuracy_case one = guess_of(100, 100);
	AUTO_FREE struct accuracy_row *rows = NULL;

	add(*state, "m", &one); /* none */
	one.low90 = 90;
	one.high90 = 100; /* its edge is inside */
	add(*state, "m", &one);
	one.high90 = 99;
	add(*state, "m", &one);
	rows = rows_of(*state, 1);
	assert_near(rows[0].cover90_ratio, 0.5, CLOSE);
	assert_true(isnan(rows[0].cover95_ratio));
}

static void an_error_of_full_is_of_those_whose_full_is_known(void **state)
{
	struct accuracy_case one = guess_of(100, 120);
	AUTO_FREE struct accuracy_row *rows = NULL;

	add(*state, "m", &one);
	one.full = 400;
	add(*state, "m", &one);
	rows = rows_of(*state, 1);
	assert_near(rows[0].of_full_ratio, 0.05, CLOSE);
	assert_near(rows[0].mean_ratio, 0.2, CLOSE);
}

static void a_case_is_in_its_groups_of_both_kinds(void **state)
{
	struct accuracy_case one = guess_of(100, 110);
	AUTO_FREE struct accuracy_row *rows = NULL;

	one.group = "old";
	one.group2 = "AMD";
	add(*state, "m", &one);
	one.guess = 130;
	one.group = "new";
	add(*state, "m", &one);
	rows = rows_of(*state, 4);
	assert_string_equal(rows[1].group, "old");
	assert_near(rows[1].mean_ratio, 0.1, CLOSE);
	assert_string_equal(rows[2].group, "new");
	assert_near(rows[2].mean_ratio, 0.3, CLOSE);
	assert_string_equal(rows[3].group, "AMD");
	assert_int_equal(rows[3].count, 2);
}

static void methods_keep_the_order_they_came_in(void **state)
{
	struct accuracy_case one = guess_of(100, 110);
	AUTO_FREE struct accuracy_row *rows = NULL;

	add(*state, "second by name", &one);
	add(*state, "a", &one);
	add(*state, "second by name", &one);
	rows = rows_of(*state, 2);
	assert_string_equal(rows[0].method, "second by name");
	assert_int_equal(rows[0].count, 2);
	assert_string_equal(rows[1].method, "a");
}

static void a_truth_that_is_nothing_is_refused(void **state)
{
	static const double truths[] = { 0, -1, (double)NAN };

	for (size_t i = 0; i < ARRAY_SIZE(truths); i++) {
		struct accuracy_case one = guess_of(truths[i], 1);

		assert_int_equal(accuracy_add(*state, "suite", "m", &one), -EINVAL);
	}
	free(rows_of(*state, 0));
}

static void a_sentence_is_kept_once_a_suite(void **state)
{
	assert_int_equal(accuracy_note(*state, "a", "one"), 0);
	assert_int_equal(accuracy_note(*state, "b", "other"), 0);
	assert_int_equal(accuracy_note(*state, "a", "two"), 0);
	assert_int_equal(accuracy_note(*state, "a", "one"), 0);
	assert_string_equal(accuracy_note_of(*state, "a", 0), "one");
	assert_string_equal(accuracy_note_of(*state, "a", 1), "two");
	assert_null(accuracy_note_of(*state, "a", 2));
	assert_string_equal(accuracy_note_of(*state, "b", 0), "other");
	assert_null(accuracy_note_of(*state, "none", 0));
}

static void names_that_are_too_long_are_one_where_they_are_cut_alike(void **state)
{
	struct accuracy_case one = guess_of(100, 110);
	AUTO_FREE struct accuracy_row *rows = NULL;
	char name[3 * ACCURACY_NAME_MAX];

	memset(name, 'x', sizeof name);
	name[sizeof name - 1] = '\0';
	one.group = name;
	add(*state, "m", &one);
	name[sizeof name - 2] = '\0';
	add(*state, "m", &one);
	rows = rows_of(*state, 2);
	assert_int_equal(strlen(rows[1].group), ACCURACY_NAME_MAX - 1);
	assert_int_equal(rows[1].count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			mean_median_and_bias_are_of_relative_errors, make, end),
		cmocka_unit_test_setup_teardown(a_median_of_an_even_count_is_between_two,
						make, end),
		cmocka_unit_test_setup_teardown(
			what_has_no_answer_is_counted_apart_and_is_not_right, make, end),
		cmocka_unit_test_setup_teardown(
			a_method_without_any_answer_has_no_error_not_zero, make, end),
		cmocka_unit_test_setup_teardown(
			coverage_is_of_those_that_give_an_interval, make, end),
		cmocka_unit_test_setup_teardown(
			an_error_of_full_is_of_those_whose_full_is_known, make, end),
		cmocka_unit_test_setup_teardown(a_case_is_in_its_groups_of_both_kinds,
						make, end),
		cmocka_unit_test_setup_teardown(methods_keep_the_order_they_came_in, make,
						end),
		cmocka_unit_test_setup_teardown(a_truth_that_is_nothing_is_refused, make,
						end),
		cmocka_unit_test_setup_teardown(a_sentence_is_kept_once_a_suite, make,
						end),
		cmocka_unit_test_setup_teardown(
			names_that_are_too_long_are_one_where_they_are_cut_alike, make,
			end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
