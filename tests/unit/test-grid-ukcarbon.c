/* SPDX-License-Identifier: Apache-2.0 */
#include "fake-grid.h"

extern const struct grid grid_ukcarbon;

/* London's noon on 2024-03-05, asked an evening later. */
static void open_noon(struct fake_grid *grid, const struct fake_reply *reply)
{
	fake_grid_open(grid, "", reply, 1);
	fake_grid_place(grid, "GB", "GB");
	grid->query.from_unix_s = fake_time(2024, 3, 5, 12, 7);
	grid->query.to_unix_s = fake_time(2024, 3, 5, 14, 0);
	grid->query.now_unix_s = fake_time(2024, 3, 6, 20, 0);
}

static void it_serves_great_britain_and_its_regions(void **unused)
{
	static const struct {
		const char *zone;
		const char *iso2;
		const char *name;
	} rows[] = { { "GB", "GB", "GB" },       { "", "GB", "GB" },
		     { "GB-13", "GB", "GB-13" }, { "GB-NIR", "GB", "" },
		     { "GB-18", "GB", "" },      { "GB-0", "GB", "" },
		     { "FR", "FR", "" },         { "", "", "" } };
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, "", NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_grid_place(&grid, rows[i].zone, rows[i].iso2);
		assert_string_equal(fake_grid_zone(&grid, &grid_ukcarbon), rows[i].name);
	}
	fake_grid_close(&grid);
}

/* The row before noon is not of the span; where nothing is told is a gap. */
static void the_actual_figure_goes_before_the_forecast(void **unused)
{
	static const struct fake_reply reply = { .file = "ukcarbon/day.json" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_string_equal(grid.text, "12:00-12:30 263; 12:30-13:00 250 e; "
				       "13:30-14:00 241");
	assert_int_equal(grid.http.asked, 1);
	assert_string_equal(grid.http.log[0].url,
			    "https://api.carbonintensity.org.uk/intensity/"
			    "2024-03-05T12:00Z/2024-03-05T14:00Z");
	assert_string_equal(grid.series.provider, "ukcarbon");
	assert_string_equal(grid.series.zone, "GB");
	assert_string_equal(grid.series.basis, "average, direct, consumption");
	assert_int_equal(grid.series.signal, SIGNAL_AVERAGE);
	assert_true(grid.series.error_ratio > 0);
	assert_true(grid.series.fetched_unix_s == grid.query.now_unix_s);
	fake_grid_close(&grid);
}

static void a_region_is_only_ever_forecast(void **unused)
{
	static const struct fake_reply reply = { .file = "ukcarbon/london.json" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	grid.door.base_url = "http://127.0.0.1:8080";
	fake_grid_place(&grid, "GB-13", "GB");
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_string_equal(grid.text, "12:00-12:30 180 e; 12:30-13:00 175 e");
	assert_string_equal(grid.http.log[0].url,
			    "http://127.0.0.1:8080/regional/intensity/"
			    "2024-03-05T12:00Z/2024-03-05T14:00Z/regionid/13");
	assert_string_equal(grid.series.zone, "GB-13");
	fake_grid_close(&grid);
}

static void a_forecast_is_asked_for_two_days_and_marked(void **unused)
{
	static const struct fake_reply reply = { .file = "ukcarbon/day.json" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	grid.query.forecast = true;
	grid.query.now_unix_s = fake_time(2024, 3, 5, 12, 40);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	/* What is over is not forecast any more. */
	assert_string_equal(grid.text, "12:30-13:00 250 e f; 13:30-14:00 241 f");
	assert_string_equal(grid.http.log[0].url,
			    "https://api.carbonintensity.org.uk/intensity/"
			    "2024-03-05T12:00Z/fw48h");
	fake_grid_close(&grid);
}

static void the_servers_clock_says_what_is_still_to_come(void **unused)
{
	struct fake_reply reply = { .file = "ukcarbon/day.json",
				    .date_unix_s = fake_time(2024, 3, 5, 13, 40) };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	grid.query.now_unix_s = fake_time(2024, 3, 5, 12, 40); /* an hour late */
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_string_equal(grid.text, "12:00-12:30 263; 12:30-13:00 250 e; "
				       "13:30-14:00 241");
	reply.date_unix_s = 0;
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_string_equal(grid.text, "12:00-12:30 263; 12:30-13:00 250 e; "
				       "13:30-14:00 241 f");
	fake_grid_close(&grid);
}

static void a_month_is_asked_for_by_fortnights(void **unused)
{
	static const struct fake_reply reply = { .file = "ukcarbon/day.json" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	grid.query.from_unix_s = fake_time(2024, 2, 20, 0, 0);
	grid.query.to_unix_s = fake_time(2024, 3, 20, 0, 10);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_int_equal(grid.http.asked, 3);
	assert_non_null(
		strstr(grid.http.log[0].url, "/2024-02-20T00:00Z/2024-03-05T00:00Z"));
	assert_non_null(
		strstr(grid.http.log[1].url, "/2024-03-05T00:00Z/2024-03-19T00:00Z"));
	assert_non_null(
		strstr(grid.http.log[2].url, "/2024-03-19T00:00Z/2024-03-20T00:30Z"));
	/* Told three times, it stands once. */
	assert_int_equal(grid.series.count, 4);
	fake_grid_close(&grid);
}

/* Britain's clocks go forward at 01:00 UTC on 2024-03-31; half hours in UTC do not. */
static void summer_time_does_not_enter(void **unused)
{
	static const struct fake_reply reply = {
		.body = "{\"data\":["
			"{\"from\":\"2024-03-31T00:30Z\",\"to\":\"2024-03-31T01:00Z\","
			"\"intensity\":{\"forecast\":1,\"actual\":100}},"
			"{\"from\":\"2024-03-31T02:00+01:00\",\"to\":\"2024-03-31T01:30Z\","
			"\"intensity\":{\"forecast\":1,\"actual\":110}}]}"
	};
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	grid.query.from_unix_s = fake_time(2024, 3, 31, 0, 30);
	grid.query.to_unix_s = fake_time(2024, 3, 31, 2, 0);
	grid.query.now_unix_s = fake_time(2024, 4, 1, 0, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_string_equal(grid.text, "00:30-01:00 100; 01:00-01:30 110");
	fake_grid_close(&grid);
}

static void what_a_network_says_is_passed_up(void **unused)
{
	static const int errs[] = { -EBUSY, -EIO, -ETIMEDOUT, -ENOENT, -EACCES };
	struct fake_reply reply = { .body = "" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		reply.err = errs[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), errs[i]);
		assert_null(grid.series.points);
		assert_string_equal(grid.series.provider, "");
		assert_non_null(strstr(grid.diag.text, "said no"));
	}
	fake_grid_close(&grid);
}

/* The first fortnight was told, the second was refused: a gap, and why is kept. */
static void what_was_told_before_a_failure_is_kept(void **unused)
{
	static const struct fake_reply replies[] = { { .file = "ukcarbon/day.json" },
						     { .err = -EBUSY } };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, replies);
	grid.http.count = 2;
	grid.query.to_unix_s = fake_time(2024, 4, 5, 12, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_int_equal(grid.series.count, 3);
	assert_int_equal(grid.diag.err, -EBUSY);
	fake_grid_close(&grid);
}

static void an_answer_that_is_not_understood_is_no_number(void **unused)
{
#define ROW(intensity)                                                                   \
	"{\"data\":[{\"from\":\"2024-03-05T12:00Z\",\"to\":\"2024-03-05T12:30Z\","       \
	"\"intensity\":" intensity "}]}"
	static const char *const bad[] = {
		"",
		"<html>",
		"{\"data\":[{\"from\":\"2024-03-05T12:00Z\",\"to\":",
		"{}",
		"[]",
		"{\"data\":{}}",
		"{\"data\":[1]}",
		"{\"data\":[null]}",
		ROW("{\"actual\":\"263\"}"),
		ROW("{\"actual\":-1}"),
		ROW("{\"actual\":1e6}"),
		ROW("263"),
		"{\"data\":[{\"from\":\"noon\",\"to\":\"2024-03-05T12:30Z\","
		"\"intensity\":{\"actual\":1}}]}",
		"{\"data\":[{\"from\":\"2024-03-05T12:00Z\",\"to\":\"2024-03-06T12:00Z\","
		"\"intensity\":{\"actual\":1}}]}",
		"{\"data\":[{\"from\":\"2024-03-05T12:30Z\",\"to\":\"2024-03-05T12:00Z\","
		"\"intensity\":{\"actual\":1}}]}",
	};
#undef ROW
	struct fake_reply reply = { .err = 0 };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		reply.body = bad[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), -EPROTO);
		assert_int_equal(strncmp(grid.diag.text, "ukcarbon: ", 10), 0);
		assert_null(grid.series.points);
	}
	fake_grid_close(&grid);
}

static void what_the_service_complains_of_is_told(void **unused)
{
	static const struct fake_reply reply = { .file = "ukcarbon/error.json" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "Please enter a valid date"));
	assert_true(strlen(grid.diag.text) < 100);
	fake_grid_close(&grid);
}

static void an_answer_that_is_empty_or_of_another_day_is_no_data(void **unused)
{
	static const struct fake_reply reply = { .body = "{\"data\":[]}" };
	static const struct fake_reply other = { .file = "ukcarbon/day.json" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), -ENODATA);
	grid.http.replies = &other;
	grid.query.from_unix_s = fake_time(2023, 3, 5, 12, 0);
	grid.query.to_unix_s = fake_time(2023, 3, 5, 14, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), -ENODATA);
	assert_null(grid.series.points);
	fake_grid_close(&grid);
}

static void a_hostile_answer_is_refused_before_it_is_built(void **unused)
{
	enum { SIZE = 1 << 20 };

	char *deep = malloc(SIZE + 1);
	struct fake_reply reply = { .body = deep };
	struct fake_grid grid;

	(void)unused;
	assert_non_null(deep);
	memset(deep, '[', SIZE);
	deep[SIZE] = '\0';
	open_noon(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "too large or too deep"));
	deep[0] = '[';
	memset(deep + 1, ',', SIZE - 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "too large or too deep"));
	fake_grid_close(&grid);
	free(deep);
}

static void a_run_without_a_length_is_in_a_half_hour(void **unused)
{
	static const struct fake_reply reply = { .file = "ukcarbon/day.json" };
	struct fake_grid grid;

	(void)unused;
	open_noon(&grid, &reply);
	grid.query.from_unix_s = fake_time(2024, 3, 5, 12, 0);
	grid.query.to_unix_s = grid.query.from_unix_s;
	assert_int_equal(fake_grid_fetch(&grid, &grid_ukcarbon), 0);
	assert_string_equal(grid.text, "12:00-12:30 263");
	assert_non_null(
		strstr(grid.http.log[0].url, "/2024-03-05T12:00Z/2024-03-05T12:30Z"));
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_serves_great_britain_and_its_regions),
		cmocka_unit_test(the_actual_figure_goes_before_the_forecast),
		cmocka_unit_test(a_region_is_only_ever_forecast),
		cmocka_unit_test(a_forecast_is_asked_for_two_days_and_marked),
		cmocka_unit_test(the_servers_clock_says_what_is_still_to_come),
		cmocka_unit_test(a_month_is_asked_for_by_fortnights),
		cmocka_unit_test(summer_time_does_not_enter),
		cmocka_unit_test(what_a_network_says_is_passed_up),
		cmocka_unit_test(what_was_told_before_a_failure_is_kept),
		cmocka_unit_test(an_answer_that_is_not_understood_is_no_number),
		cmocka_unit_test(what_the_service_complains_of_is_told),
		cmocka_unit_test(an_answer_that_is_empty_or_of_another_day_is_no_data),
		cmocka_unit_test(a_hostile_answer_is_refused_before_it_is_built),
		cmocka_unit_test(a_run_without_a_length_is_in_a_half_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
