/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "import/eit-line.h"

static bool line(const char *text, struct eit_pids *pids, struct eit_row *ret)
{
	size_t size = strlen(text);
	AUTO_FREE char *copy = malloc(size ? size : 1);

	/* Of exactly its size, so that a sanitizer sees a step too far. */
	assert_non_null(copy);
	memcpy(copy, text, size);
	return eit_line(copy, copy + size, pids, ret);
}

static void the_numbers_that_are_wanted_are_read(void **state)
{
	struct eit_pids pids = { 0 };
	struct eit_row row;

	(void)state;
	assert_true(line(
		"{\"timestamp\":1572411560.9392929077,\"x\":{\"y\":[1,{\"z\":\"}\\\"\"}]},"
		"\"rapl_power_draw_absolute\": 75.8998614394 ,\"nvidia_draw_absolute\":-1e-3}",
		&pids, &row));
	assert_true(fabs(row.is[EIT_TIMESTAMP] - (1572411560.9392929077)) <= 0);
	assert_true(fabs(row.is[EIT_CPU_W] - (75.8998614394)) <= 0);
	assert_true(fabs(row.is[EIT_GPU_W] - (-0.001)) <= 0);
	assert_true(isnan(row.is[EIT_GPU_USE]));
	assert_false(row.has_clients);
	eit_pids_done(&pids);
}

static void a_number_is_what_strtod_says(void **state)
{
	static const char *const all[] = {
		"0",
		"-0",
		"0.1",
		"123456789.123456",
		"9007199254740993",
		"0.30000000000000004",
		"1e22",
		"1e23",
		"4.35",
		"0.000001",
		"179769313486231570000000000000.5",
		"5e-324",
		"2.2250738585072011e-308",
		"0.0000000000000000000000001",
		"1572411560.93929290771484375",
	};
	struct eit_pids pids = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		char text[128];
		struct eit_row row;

		(void)snprintf(text, sizeof text, "{\"timestamp\":%s}", all[i]);
		assert_true(line(text, &pids, &row));
		if (row.is[EIT_TIMESTAMP] != strtod(all[i], NULL))
			fail_msg("%s became %.17g", all[i], row.is[EIT_TIMESTAMP]);
	}
}

static void what_is_no_number_is_not_known(void **state)
{
	static const char *const all[] = { "null",  "\"n/a\"", "NaN", "-Infinity", "true",
					   "[1,2]", "{}",      "-",   "1e999" };
	struct eit_pids pids = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		char text[128];
		struct eit_row row;

		(void)snprintf(text, sizeof text,
			       "{\"realtime_carbon_intensity\":%s,\"timestamp\":1}",
			       all[i]);
		if (!line(text, &pids, &row))
			continue; /* no whole line is as good */
		assert_true(isnan(row.is[EIT_GPKWH]));
	}
}

static void processes_have_the_last_that_was_told_of_them(void **state)
{
	struct eit_pids pids = { 0 };
	struct eit_row row;

	(void)state;
	assert_true(line("{\"cpu_time_seconds\":{\"7\":{\"user\":1.5,\"system\":0.5,"
			 "\"children_user\":100},\"8\":{\"user\":1,\"system\":1}}}",
			 &pids, &row));
	assert_true(fabs(pids.cpu_s - (4)) <= 1e-12);
	assert_true(line("{\"cpu_time_seconds\":{\"7\":{\"user\":9,\"system\":1}}}",
			 &pids, &row));
	assert_true(fabs(pids.cpu_s - (12)) <= 1e-12);
	assert_int_equal(pids.count, 2);
	eit_pids_done(&pids);
}

static void thousands_of_processes_are_each_counted_once(void **state)
{
	enum { PROCESSES = 5000 };
	struct eit_pids pids = { 0 };
	struct eit_row row;

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < PROCESSES; i++) {
			char text[128];

			(void)snprintf(text, sizeof text,
				       "{\"cpu_time_seconds\":{\"%d\":{\"user\":1}}}",
				       i * 64);
			assert_true(line(text, &pids, &row));
		}
	assert_int_equal(pids.count, PROCESSES);
	assert_true(fabs(pids.cpu_s - (PROCESSES)) <= 1e-6);
	eit_pids_done(&pids);
}

static void clients_of_a_board_are_ours_by_their_process(void **state)
{
	struct eit_pids pids = { 0 };
	struct eit_row row;

	(void)state;
	assert_true(
		line("{\"cpu_time_seconds\":{\"7\":{\"user\":1}},"
		     "\"per_gpu_average_estimated_utilization_absolute\":{"
		     "\"(0, 7)\":{\"sm\":30.5,\"mem\":1},\"(0, 99)\":{\"sm\":10},"
		     "\"(1, 0)\":{\"sm\":0},\"(2,7)\":{\"sm\":0},\"odd\":{\"sm\":1}}}",
		     &pids, &row));
	assert_true(row.has_clients);
	assert_int_equal(row.clients, 3);
	assert_int_equal(row.own_clients, 2);
	assert_true(fabs(row.busy_percent - (40.5)) <= 1e-9);
	assert_true(fabs(row.own_busy_percent - (30.5)) <= 1e-9);
	assert_int_equal(row.boards, 5);
	eit_pids_done(&pids);
}

static void a_line_that_is_cut_anywhere_is_not_whole(void **state)
{
	static const char whole[] =
		"{\"timestamp\":12.5,\"cpu_time_seconds\":{\"7\":{\"user\":1}},"
		"\"a\":[1,\"\\\"\"],\"rapl_power_draw_absolute\":3}";
	struct eit_pids pids = { 0 };
	struct eit_row row;
	char text[sizeof whole];

	(void)state;
	assert_true(line(whole, &pids, &row));
	for (size_t size = 0; size < sizeof whole - 1; size++) {
		(void)snprintf(text, sizeof text, "%.*s", (int)size, whole);
		assert_false(line(text, &pids, &row));
	}
	eit_pids_done(&pids);
}

static void a_line_of_the_old_table_has_dicts_as_python_shows_them(void **state)
{
	struct eit_pids pids = { 0 };
	struct eit_row row;

	(void)state;
	eit_row_clear(&row);
	eit_cell("timestamp", "12.25", &pids, &row);
	eit_cell("cpu_time_seconds", "{'7': {'user': 2.0, 'system': 1.0}}", &pids, &row);
	assert_true(fabs(row.is[EIT_TIMESTAMP] - (12.25)) <= 0);
	assert_true(fabs(pids.cpu_s - (3)) <= 0);
	eit_pids_done(&pids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_that_are_wanted_are_read),
		cmocka_unit_test(a_number_is_what_strtod_says),
		cmocka_unit_test(what_is_no_number_is_not_known),
		cmocka_unit_test(processes_have_the_last_that_was_told_of_them),
		cmocka_unit_test(thousands_of_processes_are_each_counted_once),
		cmocka_unit_test(clients_of_a_board_are_ours_by_their_process),
		cmocka_unit_test(a_line_that_is_cut_anywhere_is_not_whole),
		cmocka_unit_test(a_line_of_the_old_table_has_dicts_as_python_shows_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
