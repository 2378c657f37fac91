/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "fake-grid.h"
#include "grid/pacific.h"

extern const struct grid grid_caiso;

#define HOST "https://www.caiso.com/outlook"

static const struct fake_reply january[] = { { .file = "caiso/fuelsource.csv" },
					     { .file = "caiso/co2.csv" } };

/* Half an hour of 2026-01-15 from midnight on, in California, asked days later. */
static void open_january(struct fake_grid *grid, const struct fake_reply *replies)
{
	fake_grid_open(grid, "", replies, 2);
	fake_grid_place(grid, "US-CAL-CISO", "US");
	grid->query.from_unix_s = fake_time(2026, 1, 15, 8, 0);
	grid->query.to_unix_s = fake_time(2026, 1, 15, 8, 35);
	grid->query.now_unix_s = fake_time(2026, 1, 20, 12, 0);
}

static void it_serves_california(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, "", NULL, 0);
	fake_grid_place(&grid, "US-CAL-CISO", "US");
	assert_string_equal(fake_grid_zone(&grid, &grid_caiso), "US-CAL-CISO");
	fake_grid_place(&grid, "US-CAL-LDWP", "US");
	assert_string_equal(fake_grid_zone(&grid, &grid_caiso), "");
	fake_grid_place(&grid, "US-CA", "US");
	(void)copy_text(grid.place.state, sizeof grid.place.state, "California");
	assert_string_equal(fake_grid_zone(&grid, &grid_caiso), "US-CAL-CISO");
	fake_grid_place(&grid, "US-CAL-LDWP", "US");
	assert_string_equal(fake_grid_zone(&grid, &grid_caiso), "");
	fake_grid_close(&grid);
}

/*
 * At 00:00, 2830 t/h over 10000 MW; at 00:05 the exports are in neither sum: 1630 over 7000.
 * At 00:10 no tonnes are told of gas, at 00:20 nothing of nuclear, at 00:25 nothing at all,
 * at 00:30 imports have tonnes below 0: gaps. At 00:15 what is "Other" is a twentieth.
 */
static void tonnes_over_megawatts_are_grammes_per_kwh(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, january);
	assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), 0);
	assert_string_equal(grid.text,
			    "08:00-08:05 283; 08:05-08:10 232.857; 08:15-08:20 283");
	assert_int_equal(grid.http.asked, 2);
	assert_string_equal(grid.http.log[0].url,
			    HOST "/history/20260115/fuelsource.csv");
	assert_string_equal(grid.http.log[1].url, HOST "/history/20260115/co2.csv");
	assert_string_equal(grid.series.provider, "caiso");
	assert_string_equal(grid.series.zone, "US-CAL-CISO");
	assert_string_equal(grid.series.basis, "average, direct, consumption");
	assert_int_equal(grid.series.signal, SIGNAL_AVERAGE);
	assert_true(grid.series.error_ratio > 0);
	fake_grid_close(&grid);
}

static void today_is_the_current_file_and_ends_now(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, january);
	grid.query.now_unix_s = fake_time(2026, 1, 15, 8, 6);
	assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), 0);
	assert_string_equal(grid.text, "08:00-08:05 283; 08:05-08:10 232.857");
	assert_string_equal(grid.http.log[0].url, HOST "/current/fuelsource.csv");
	assert_string_equal(grid.http.log[1].url, HOST "/current/co2.csv");
	fake_grid_close(&grid);
}

static void the_servers_clock_says_which_day_it_is(void **unused)
{
	struct fake_reply replies[2] = { january[0], january[1] };
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, replies);
	grid.query.now_unix_s = fake_time(2026, 1, 15, 9, 6); /* an hour ahead */
	replies[0].date_unix_s = fake_time(2026, 1, 15, 8, 6);
	assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), 0);
	assert_string_equal(grid.text, "08:00-08:05 283; 08:05-08:10 232.857");
	fake_grid_close(&grid);
}

/* The row at 08:00 on the next day begins at midnight there. */
static void a_span_over_midnight_asks_two_days(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, january);
	grid.query.from_unix_s = fake_time(2026, 1, 15, 7, 50);
	(void)fake_grid_fetch(&grid, &grid_caiso);
	assert_int_equal(grid.http.asked, 4);
	assert_string_equal(grid.http.log[0].url,
			    HOST "/history/20260114/fuelsource.csv");
	assert_string_equal(grid.http.log[2].url,
			    HOST "/history/20260115/fuelsource.csv");
	fake_grid_close(&grid);
}

static void a_day_that_is_not_there_is_a_gap(void **unused)
{
	static const struct fake_reply replies[] = { { .err = -ENOENT },
						     { .file = "caiso/fuelsource.csv" },
						     { .file = "caiso/co2.csv" } };
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, replies);
	grid.http.count = 3;
	grid.query.from_unix_s = fake_time(2026, 1, 15, 7, 50);
	assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), 0);
	assert_int_equal(grid.series.count, 3);
	grid.query.from_unix_s = fake_time(2026, 1, 15, 8, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), -ENODATA);
	fake_grid_close(&grid);
}

/* A day of gas alone, 1000 MW, and as many tonnes as the clock's hour; the hour that the
 * clock shows twice has ten more the second time. */
struct made_day {
	char *power;
	char *co2;
	struct fake_reply replies[2];
};

enum { TWICE = 1, TAIL = 2, NO_SECOND = 4 };

static void add_hour(struct strbuf *power, struct strbuf *co2, int hour, int tonnes)
{
	for (int minute = 0; minute < 60; minute += 5) {
		strbuf_printf(power, "%02d:%02d,1000\n", hour, minute);
		strbuf_printf(co2, "%02d:%02d,%d\n", hour, minute, tonnes);
	}
}

static void make_day(struct made_day *day, int flags)
{
	struct strbuf power = STRBUF_INIT;
	struct strbuf co2 = STRBUF_INIT;

	strbuf_add(&power, "Time,Natural gas\n");
	strbuf_add(&co2, "Time,Natural Gas CO2\n");
	for (int hour = 0; hour < 24; hour++) {
		if (hour != 2 || !(flags & NO_SECOND))
			add_hour(&power, &co2, hour, hour);
		if (hour == 1 && flags & TWICE)
			add_hour(&power, &co2, hour, 11);
	}
	if (flags & TAIL) {
		strbuf_add(&power, "00:00,1\n");
		strbuf_add(&co2, "00:00,4\n");
	}
	assert_int_equal(strbuf_steal(&power, &day->power), 0);
	assert_int_equal(strbuf_steal(&co2, &day->co2), 0);
	day->replies[0] = (struct fake_reply){ .body = day->power };
	day->replies[1] = (struct fake_reply){ .body = day->co2 };
}

/* The points of that UTC span, from a day that is made so. */
static void assert_wall(int flags, int64_t from_unix_s, int minutes, const char *points)
{
	struct made_day day;
	struct fake_grid grid;

	make_day(&day, flags);
	open_january(&grid, day.replies);
	grid.query.from_unix_s = from_unix_s;
	grid.query.to_unix_s = from_unix_s + (int64_t)minutes * 60;
	grid.query.now_unix_s = fake_time(2027, 1, 1, 0, 0);
	(void)fake_grid_fetch(&grid, &grid_caiso);
	assert_string_equal(grid.text, points);
	fake_grid_close(&grid);
	free(day.power);
	free(day.co2);
}

static void the_clock_goes_forward_in_march(void **unused)
{
	int64_t before = fake_time(2026, 3, 8, 9, 55);
	int64_t midnight = fake_time(2026, 3, 9, 6, 55);

	(void)unused;
	/* Whether the file has rows for the hour that is not, or none. */
	assert_wall(0, before, 10, "09:55-10:00 1; 10:00-10:05 3");
	assert_wall(NO_SECOND, before, 10, "09:55-10:00 1; 10:00-10:05 3");
	assert_wall(TAIL, midnight, 5, "06:55-07:00 23");
	assert_wall(0, fake_time(2026, 3, 8, 7, 55), 5, "07:55-08:00 23");
	assert_wall(0, fake_time(2026, 3, 9, 7, 0), 5, "07:00-07:05 0");
}

static void the_clock_goes_back_in_november(void **unused)
{
	(void)unused;
	assert_wall(TWICE, fake_time(2026, 11, 1, 8, 55), 10,
		    "08:55-09:00 1; 09:00-09:05 11");
	assert_wall(TWICE, fake_time(2026, 11, 1, 9, 55), 10,
		    "09:55-10:00 11; 10:00-10:05 2");
	assert_wall(TWICE | TAIL, fake_time(2026, 11, 2, 7, 55), 5, "07:55-08:00 23");
	assert_wall(TWICE, fake_time(2026, 11, 1, 7, 0), 5, "07:00-07:05 0");
	/* Shown once, it may have been either. */
	assert_wall(0, fake_time(2026, 11, 1, 7, 55), 130,
		    "07:55-08:00 0; 10:00-10:05 2");
}

static void every_minute_of_a_year_is_told_once(void **unused)
{
	int64_t day = pacific_day(fake_time(2026, 1, 1, 12, 0));
	int64_t expected = pacific_day_start(day);

	(void)unused;
	for (int i = 0; i < 365; i++, day++) {
		int64_t start = pacific_day_start(day);

		assert_true(start == expected);
		for (int step = 0; step < 2 * 288; step++) {
			int minute = step % 288 * 5;
			/* 00:00 to 01:55, the hour again where there is one, the rest. */
			int again = step >= 24 && step < 36;
			int64_t s;

			if (step < 24)
				minute = step * 5;
			else if (again)
				minute = 60 + (step - 24) * 5;
			else
				minute = 120 + (step - 36) * 5;
			if (minute >= 1440)
				break;
			s = pacific_second_of(day, minute, again);
			if (s < 0)
				continue;
			assert_true(start + s == expected);
			assert_true(pacific_day(expected) == day);
			expected += 300;
		}
	}
	assert_true(expected == fake_time(2027, 1, 1, 8, 0));
}

static void the_offset_changes_on_two_sundays(void **unused)
{
	static const struct {
		int year;
		int march;
		int november;
	} rows[] = { { 2019, 10, 3 }, { 2020, 8, 1 },  { 2024, 10, 3 },
		     { 2025, 9, 2 },  { 2026, 8, 1 },  { 2027, 14, 7 },
		     { 2028, 12, 5 }, { 2034, 12, 5 }, { 2037, 8, 1 } };

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t spring = fake_time(rows[i].year, 3, rows[i].march, 10, 0);
		int64_t autumn = fake_time(rows[i].year, 11, rows[i].november, 9, 0);

		assert_int_equal(pacific_offset_s(spring - 1), -8 * 3600);
		assert_int_equal(pacific_offset_s(spring), -7 * 3600);
		assert_int_equal(pacific_offset_s(autumn - 1), -7 * 3600);
		assert_int_equal(pacific_offset_s(autumn), -8 * 3600);
	}
	assert_int_equal(pacific_day_number(pacific_day(fake_time(2026, 1, 1, 7, 59))),
			 20251231);
}

static void the_networks_errors_are_passed_up(void **unused)
{
	static const int errors[] = { -EACCES, -EBUSY, -EIO, -ETIMEDOUT, -EMSGSIZE };
	struct fake_reply replies[2] = { 0 };
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, replies);
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		replies[0].err = errors[i];
		replies[1].err = errors[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), errors[i]);
		assert_int_equal(grid.series.count, 0);
	}
	fake_grid_close(&grid);
}

static void what_is_not_understood_is_refused(void **unused)
{
	static const char *const bodies[] = {
		"<!doctype html><html></html>",
		"Time\n00:00\n",
		"Hour,Natural Gas\n00:00,1\n",
		"Time,Natural Gas\n00:00,much\n",
		"Time,Natural Gas\n25:00,1\n",
		"Time,Natural Gas\nnoon,1\n",
		"Time,Natural Gas\n00:03,1\n",
		"Time,Natural Gas\n00:00,\"1\n",
		"",
	};
	struct fake_reply replies[2] = { january[0], january[1] };
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, replies);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		replies[i % 2] = (struct fake_reply){ .body = bodies[i] };
		assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), -EPROTO);
		assert_int_equal(strncmp(grid.diag.text, "caiso: ", 7), 0);
		replies[i % 2] = january[i % 2];
	}
	fake_grid_close(&grid);
}

static void it_has_no_forecast(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	open_january(&grid, january);
	grid.query.forecast = true;
	assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), -ENODATA);
	grid.query.forecast = false;
	grid.query.from_unix_s = grid.query.now_unix_s + 3 * 86400;
	grid.query.to_unix_s = grid.query.from_unix_s + 86400;
	assert_int_equal(fake_grid_fetch(&grid, &grid_caiso), -ENODATA);
	assert_int_equal(grid.http.asked, 0);
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_serves_california),
		cmocka_unit_test(tonnes_over_megawatts_are_grammes_per_kwh),
		cmocka_unit_test(today_is_the_current_file_and_ends_now),
		cmocka_unit_test(the_servers_clock_says_which_day_it_is),
		cmocka_unit_test(a_span_over_midnight_asks_two_days),
		cmocka_unit_test(a_day_that_is_not_there_is_a_gap),
		cmocka_unit_test(the_clock_goes_forward_in_march),
		cmocka_unit_test(the_clock_goes_back_in_november),
		cmocka_unit_test(every_minute_of_a_year_is_told_once),
		cmocka_unit_test(the_offset_changes_on_two_sundays),
		cmocka_unit_test(the_networks_errors_are_passed_up),
		cmocka_unit_test(what_is_not_understood_is_refused),
		cmocka_unit_test(it_has_no_forecast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
