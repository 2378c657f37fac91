/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "calc/wall.h"
#include "engine/wall.h"
#include "fixture.h"

static void expect_class(const struct wall_machine *machine, enum wall_class want)
{
	enum wall_class got = WALL_DESKTOP;

	assert_true(wall_class_of(machine, &got));
	assert_int_equal(got, want);
}

static void a_machine_is_of_the_class_that_it_says(void **state)
{
	(void)state;
	expect_class(&(struct wall_machine){ .cpu = "AMD Ryzen 9 5950X" }, WALL_DESKTOP);
	expect_class(&(struct wall_machine){ .cpu = "Intel Xeon Gold 6130" },
		     WALL_SERVER);
	expect_class(&(struct wall_machine){ .cpu = "a chip", .chips = 2 }, WALL_SERVER);
	expect_class(&(struct wall_machine){ .cpu = "a chip", .chassis = 23 },
		     WALL_SERVER);
	expect_class(&(struct wall_machine){ .cpu = "Core i7", .chassis = 10 },
		     WALL_LAPTOP);
	expect_class(&(struct wall_machine){ .cpu = "Core i7", .has_battery = true },
		     WALL_LAPTOP);
	expect_class(&(struct wall_machine){ .cpu = "AMD EPYC", .big_gpus = 4 },
		     WALL_GPU_NODE);
	expect_class(&(struct wall_machine){ .cpu = "AMD EPYC", .big_gpus = 3 },
		     WALL_SERVER);
}

static void a_virtual_machine_is_of_none(void **state)
{
	enum wall_class got = WALL_LAPTOP;

	(void)state;
	assert_false(wall_class_of(&(struct wall_machine){ .cpu = "AMD EPYC",
							   .is_virtual = true },
				   &got));
	assert_int_equal(got, WALL_LAPTOP);
}

static void every_class_has_a_row_and_a_name(void **state)
{
	struct tables *tables = NULL;

	(void)state;
	assert_int_equal(tables_new(NULL, &tables), 0);
	for (int i = 0; i < WALL_CLASSES; i++) {
		enum wall_class of = (enum wall_class)i, back = WALL_LAPTOP;
		struct wall_row row;

		assert_int_equal(wall_class_of_text(wall_class_text(of), &back), 0);
		assert_int_equal(back, of);
		assert_true(wall_row_of(tables, of, &row));
		assert_true(row.line.a_u_w > 0 && row.line.b >= 1 && row.line.b_u > 0);
		assert_true(row.source[0] != '\0');
	}
	tables_free(tables);
}

static void another_word_is_no_class(void **state)
{
	enum wall_class got = WALL_SERVER;

	(void)state;
	assert_int_equal(wall_class_of_text("toaster", &got), -EPROTO);
	assert_int_equal(wall_class_of_text("", &got), -EPROTO);
	assert_int_equal(got, WALL_SERVER);
}

static void what_is_not_known_makes_no_wall(void **state)
{
	const struct wall_line line = { .a_w = 40, .b = 1.2 };
	struct quantity j = { .known = true, .value = 1, .low = 1, .high = 1 };
	struct wall_answer answer = { .low90_j = 7 };

	(void)state;
	assert_false(wall_of(&line, &j, 0, &answer));
	j.value = (double)NAN;
	assert_false(wall_of(&line, &j, 1, &answer));
	j = (struct quantity){ .known = false };
	assert_false(wall_of(&line, &j, 1, &answer));
	assert_true(answer.low90_j == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_is_of_the_class_that_it_says),
		cmocka_unit_test(a_virtual_machine_is_of_none),
		cmocka_unit_test(every_class_has_a_row_and_a_name),
		cmocka_unit_test(another_word_is_no_class),
		cmocka_unit_test(what_is_not_known_makes_no_wall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
