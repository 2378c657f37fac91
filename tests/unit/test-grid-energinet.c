/* SPDX-License-Identifier: Apache-2.0 */
#include "fake-grid.h"

extern const struct grid grid_energinet;

static void open_new_year(struct fake_grid *grid, const struct fake_reply *reply)
{
	fake_grid_open(grid, "", reply, 1);
	fake_grid_place(grid, "DK-DK1", "DK");
	grid->query.from_unix_s = fake_time(2026, 1, 1, 0, 2);
	grid->query.to_unix_s = fake_time(2026, 1, 1, 0, 13);
	grid->query.now_unix_s = fake_time(2026, 1, 2, 0, 0);
}

static void a_denmark_of_which_no_more_is_known_is_not_served(void **unused)
{
	static const struct {
		const char *zone;
		const char *iso2;
		const char *name;
	} rows[] = { { "DK-DK1", "DK", "DK1" }, { "DK-DK2", "DK", "DK2" },
		     { "DK-BHM", "DK", "DK2" }, { "DK", "DK", "" },
		     { "", "DK", "" },          { "SE-SE4", "SE", "" } };
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, "", NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_grid_place(&grid, rows[i].zone, rows[i].iso2);
		assert_string_equal(fake_grid_zone(&grid, &grid_energinet), rows[i].name);
	}
	fake_grid_close(&grid);
}

static void the_great_belt_parts_east_from_west(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, "", NULL, 0);
	fake_grid_place(&grid, "DK", "DK");
	fake_grid_position(&grid, 56.2, 10.2); /* Aarhus */
	assert_string_equal(fake_grid_zone(&grid, &grid_energinet), "DK1");
	fake_grid_position(&grid, 55.7, 12.6); /* Copenhagen */
	assert_string_equal(fake_grid_zone(&grid, &grid_energinet), "DK2");
	fake_grid_close(&grid);
}

static void what_is_asked_is_utc_and_the_area_alone(void **unused)
{
	static const struct fake_reply reply = { .file = "energinet/dk1.json" };
	struct fake_grid grid;

	(void)unused;
	open_new_year(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), 0);
	/* null is a gap. */
	assert_string_equal(grid.text, "00:00-00:05 87; 00:10-00:15 85.5");
	assert_int_equal(grid.http.asked, 1);
	assert_string_equal(grid.http.log[0].url,
			    "https://api.energidataservice.dk/dataset/CO2Emis"
			    "?start=2026-01-01T00:00&end=2026-01-01T00:15&timezone=UTC"
			    "&columns=Minutes5UTC,PriceArea,CO2Emission"
			    "&filter=%7B%22PriceArea%22%3A%5B%22DK1%22%5D%7D"
			    "&sort=Minutes5UTC%20asc&limit=0");
	assert_string_equal(grid.series.provider, "energinet");
	assert_string_equal(grid.series.zone, "DK1");
	assert_string_equal(grid.series.basis, "average, direct, consumption");
	assert_true(grid.series.error_ratio > 0);
	fake_grid_close(&grid);
}

static void a_forecast_is_a_table_of_its_own(void **unused)
{
	static const struct fake_reply reply = { .file = "energinet/dk1.json" };
	struct fake_grid grid;

	(void)unused;
	open_new_year(&grid, &reply);
	grid.query.forecast = true;
	grid.query.now_unix_s = fake_time(2026, 1, 1, 0, 3);
	assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), 0);
	assert_string_equal(grid.text, "00:00-00:05 87 f; 00:10-00:15 85.5 f");
	assert_non_null(strstr(grid.http.log[0].url, "/dataset/CO2EmisProg?start="));
	fake_grid_close(&grid);
}

/* Times without a zone are UTC: on the 25th of October Danish clocks show 02:00 twice. */
static void summer_time_does_not_enter(void **unused)
{
	static const struct fake_reply reply = {
		.body = "{\"total\":2,\"records\":["
			"{\"Minutes5UTC\":\"2026-10-25T00:55:00\",\"PriceArea\":\"DK1\","
			"\"CO2Emission\":50},"
			"{\"Minutes5UTC\":\"2026-10-25T01:00:00\",\"PriceArea\":\"DK1\","
			"\"CO2Emission\":51}]}"
	};
	struct fake_grid grid;

	(void)unused;
	open_new_year(&grid, &reply);
	grid.query.from_unix_s = fake_time(2026, 10, 25, 0, 0);
	grid.query.to_unix_s = fake_time(2026, 10, 25, 3, 0);
	grid.query.now_unix_s = fake_time(2026, 10, 26, 0, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), 0);
	assert_string_equal(grid.text, "00:55-01:00 50; 01:00-01:05 51");
	fake_grid_close(&grid);
}

static void a_month_is_asked_for_in_parts_and_told_twice_stands_once(void **unused)
{
	static const struct fake_reply reply = { .file = "energinet/dk1.json" };
	struct fake_grid grid;

	(void)unused;
	open_new_year(&grid, &reply);
	grid.query.to_unix_s = fake_time(2026, 1, 29, 0, 0);
	grid.query.now_unix_s = fake_time(2026, 2, 1, 0, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), 0);
	assert_int_equal(grid.http.asked, 2);
	assert_non_null(strstr(grid.http.log[1].url,
			       "start=2026-01-15T00:00&end=2026-01-29T00:00&"));
	assert_int_equal(grid.series.count, 2);
	fake_grid_close(&grid);
}

static void no_rows_are_no_data(void **unused)
{
	static const struct fake_reply replies[] = { { .file = "energinet/nothing.json" },
						     { .body = "{\"records\":[]}" } };
	struct fake_grid grid;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(replies); i++) {
		open_new_year(&grid, &replies[i]);
		assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), -ENODATA);
		assert_null(grid.series.points);
		assert_non_null(strstr(grid.diag.text, "DK1"));
		fake_grid_close(&grid);
	}
}

static void what_a_network_says_is_passed_up(void **unused)
{
	static const int errs[] = { -EBUSY, -EIO, -ETIMEDOUT, -EMSGSIZE };
	struct fake_reply reply = { .body = "" };
	struct fake_grid grid;

	(void)unused;
	open_new_year(&grid, &reply);
	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		reply.err = errs[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), errs[i]);
		assert_null(grid.series.points);
	}
	fake_grid_close(&grid);
}

static void an_answer_that_is_not_understood_is_no_number(void **unused)
{
#define ROW(time, area, value)                                                           \
	"{\"total\":1,\"records\":[{\"Minutes5UTC\":" time ",\"PriceArea\":" area        \
	",\"CO2Emission\":" value "}]}"
	static const char *const bad[] = {
		"",
		"{",
		"{}",
		"{\"total\":1,\"records\":null}",
		"{\"total\":1,\"records\":[7]}",
		ROW("\"2026-01-01T00:00:00\"", "\"DK2\"", "87"),
		ROW("\"2026-01-01T00:00:00\"", "null", "87"),
		ROW("\"2026-01-01T00:00:00\"", "\"DK1\"", "\"87\""),
		ROW("\"2026-01-01T00:00:00\"", "\"DK1\"", "-87"),
		ROW("\"2026-01-01T00:00:00\"", "\"DK1\"", "[87]"),
		ROW("\"01-01-2026 00:00\"", "\"DK1\"", "87"),
		ROW("\"2026-02-30T00:00:00\"", "\"DK1\"", "87"),
		ROW("1767225600", "\"DK1\"", "87"),
	};
#undef ROW
	struct fake_reply reply = { .err = 0 };
	struct fake_grid grid;

	(void)unused;
	open_new_year(&grid, &reply);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		reply.body = bad[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), -EPROTO);
		assert_int_equal(strncmp(grid.diag.text, "energinet: ", 11), 0);
		assert_null(grid.series.points);
	}
	fake_grid_close(&grid);
}

static void what_the_service_complains_of_is_told(void **unused)
{
	static const struct fake_reply reply = { .file = "energinet/error.json" };
	struct fake_grid grid;

	(void)unused;
	open_new_year(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_energinet), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "Failed to validate request"));
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_denmark_of_which_no_more_is_known_is_not_served),
		cmocka_unit_test(the_great_belt_parts_east_from_west),
		cmocka_unit_test(what_is_asked_is_utc_and_the_area_alone),
		cmocka_unit_test(a_forecast_is_a_table_of_its_own),
		cmocka_unit_test(summer_time_does_not_enter),
		cmocka_unit_test(
			a_month_is_asked_for_in_parts_and_told_twice_stands_once),
		cmocka_unit_test(no_rows_are_no_data),
		cmocka_unit_test(what_a_network_says_is_passed_up),
		cmocka_unit_test(an_answer_that_is_not_understood_is_no_number),
		cmocka_unit_test(what_the_service_complains_of_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
