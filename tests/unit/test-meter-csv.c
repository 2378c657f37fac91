/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/meter-csv.h"
#include "fixture.h"

static struct meter_csv csv;
static struct diag diag;

static int parse(const char *text)
{
	meter_csv_done(&csv);
	memset(&csv, 0, sizeof csv);
	return meter_csv_parse("plug.csv", text, strlen(text), &diag, &csv);
}

static int tear_down(void **state)
{
	(void)state;
	meter_csv_done(&csv);
	memset(&csv, 0, sizeof csv);
	return 0;
}

static void expect(size_t i, double at_s, double value)
{
	assert_true(i < csv.count);
	assert_true(fabs(csv.readings[i].at_s - at_s) < 1e-3);
	assert_true(fabs(csv.readings[i].value - value) < 1e-6 * (1 + fabs(value)));
}

static void a_column_is_known_by_its_name(void **state)
{
	static const struct {
		const char *head;
		enum wall_meter meter;
		double scale;
	} heads[] = {
		{ "time,watts", WALL_METER_W, 1 },
		{ "Timestamp,Active Power (W)", WALL_METER_W, 1 },
		{ "ts,apower", WALL_METER_W, 1 },
		{ "date,power_kw", WALL_METER_W, 1e3 },
		{ "time,current_power_mw", WALL_METER_W, 1e-3 },
		{ "time,energy_kwh", WALL_METER_J, 3.6e6 },
		{ "time,Total (Wh)", WALL_METER_J, 3600 },
		{ "time,energy_j", WALL_METER_J, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
		char text[128];

		(void)snprintf(text, sizeof text, "%s\n100,5\n110,6\n120,7\n",
			       heads[i].head);
		assert_int_equal(parse(text), 0);
		assert_int_equal(csv.meter, heads[i].meter);
		expect(1, 110, 6 * heads[i].scale);
	}
}

static void watts_are_better_than_a_counter(void **state)
{
	(void)state;
	assert_int_equal(parse("time,kwh,w\n1,9,5\n2,9,6\n3,9,7\n"), 0);
	assert_int_equal(csv.meter, WALL_METER_W);
	assert_string_equal(csv.column, "w");
	expect(0, 1, 5);
}

static void times_are_of_many_forms(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "UTC-1", 1), 0);
	tzset();
	assert_int_equal(parse("time,w\n2023-11-14T22:13:20Z,1\n1700000001.5,2\n"
			       "1700000002000,3\n1700000003000000,4\n"
			       "2023-11-14 22:13:24+00:00,5\n2023-11-14 23:13:25.5,6\n"),
			 0);
	assert_int_equal(csv.count, 6);
	expect(0, 1700000000, 1);
	expect(1, 1700000001.5, 2);
	expect(2, 1700000002, 3);
	expect(3, 1700000003, 4);
	expect(4, 1700000004, 5);
	expect(5, 1700000005.5, 6);
	assert_int_equal(parse("Date,Time,W\n2023-11-14,23:13:20,1\n2023-11-14,23:13:21,2"
			       "\n2023-11-14,23:13:22,3\n"),
			 0);
	expect(2, 1700000002, 3);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

static void rows_are_put_in_order_and_bad_ones_passed_over(void **state)
{
	(void)state;
	assert_int_equal(parse("time,w\n3,30\n1,10 W\n,5\n2,\n2,nan\n2,20\n2,21\nx,1\n"),
			 0);
	assert_int_equal(csv.count, 3);
	assert_int_equal(csv.passed_over, 4);
	expect(0, 1, 10);
	expect(2, 3, 30);
}

static void an_energy_without_a_unit_is_not_guessed(void **state)
{
	(void)state;
	assert_int_equal(parse("time,energy\n1,1\n2,2\n3,3\n"), -EPROTO);
	assert_non_null(strstr(diag.text, "unit"));
	assert_int_equal(parse(""), -EPROTO);
	assert_int_equal(parse("time,w\n"), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_column_is_known_by_its_name, tear_down),
		cmocka_unit_test_teardown(watts_are_better_than_a_counter, tear_down),
		cmocka_unit_test_teardown(times_are_of_many_forms, tear_down),
		cmocka_unit_test_teardown(rows_are_put_in_order_and_bad_ones_passed_over,
					  tear_down),
		cmocka_unit_test_teardown(an_energy_without_a_unit_is_not_guessed,
					  tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
