/* SPDX-License-Identifier: Apache-2.0 */
#include "fake-grid.h"

extern const struct grid grid_electricitymaps;

#define KEY  "s3cr3t-em-key"
#define KEYS "electricitymaps = " KEY "\n"
#define BASE "https://api.electricitymaps.com/v3/carbon-intensity/"

/* Germany, three hours of the evening of 2024-03-05, asked a day later less a bit. */
static void open_evening(struct fake_grid *grid, const struct fake_reply *replies,
			 size_t count)
{
	fake_grid_open(grid, KEYS, replies, count);
	fake_grid_place(grid, "DE", "DE");
	grid->query.from_unix_s = fake_time(2024, 3, 5, 20, 30);
	grid->query.to_unix_s = fake_time(2024, 3, 5, 23, 30);
	grid->query.now_unix_s = fake_time(2024, 3, 6, 19, 10);
}

static void key_is_nowhere(const struct fake_grid *grid)
{
	assert_null(strstr(grid->diag.text, KEY));
	assert_null(strstr(grid->diag.fix, KEY));
	assert_null(strstr(grid->series.zone, KEY));
	for (size_t i = 0; i < grid->http.asked; i++)
		assert_null(strstr(grid->http.log[i].url, KEY));
}

static void a_zone_is_the_places_else_its_positions_else_its_countrys(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, KEYS, NULL, 0);
	fake_grid_place(&grid, "US-CAL-CISO", "US");
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "US-CAL-CISO");
	fake_grid_place(&grid, "GB-13", "GB");
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "GB");
	fake_grid_place(&grid, "", "PL");
	fake_grid_position(&grid, 52.23, 21.01);
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "PL");
	/* A country of many grids: where in it is worth more than its name. */
	fake_grid_place(&grid, "US-CA", "US");
	fake_grid_position(&grid, 37.42, -122.08);
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "@37.4,-122.1");
	fake_grid_position(&grid, -0.04, 0.04);
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "@0.0,0.0");
	grid.place.has_position = false;
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "US");
	fake_grid_place(&grid, "XX-1", "XX");
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "");
	fake_grid_position(&grid, 91, 0);
	assert_string_equal(fake_grid_zone(&grid, &grid_electricitymaps), "");
	fake_grid_close(&grid);
}

static void the_last_day_is_history(void **unused)
{
	static const struct fake_reply reply = { .file = "electricitymaps/history.json" };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	/* null is a gap; an estimate of theirs is marked. */
	assert_string_equal(grid.text, "20:00-21:00 599; 21:00-22:00 607; "
				       "23:00-00:00 606 e");
	assert_int_equal(grid.http.asked, 1);
	assert_string_equal(grid.http.log[0].url, BASE "history?zone=DE");
	assert_string_equal(grid.http.log[0].header, "auth-token: " KEY);
	assert_string_equal(grid.series.provider, "electricitymaps");
	assert_string_equal(grid.series.zone, "DE");
	assert_string_equal(grid.series.basis, "average, lifecycle, consumption");
	assert_true(grid.series.error_ratio > 0);
	key_is_nowhere(&grid);
	fake_grid_close(&grid);
}

static void what_is_older_is_asked_for_by_ten_days(void **unused)
{
	static const struct fake_reply reply = { .file = "electricitymaps/past.json" };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	grid.query.from_unix_s = fake_time(2024, 2, 23, 20, 30);
	grid.query.to_unix_s = fake_time(2024, 3, 4, 23, 30);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_int_equal(grid.http.asked, 2);
	assert_string_equal(grid.http.log[0].url,
			    BASE "past-range?zone=DE&start=2024-02-23T20:00Z"
				 "&end=2024-03-04T20:00Z");
	assert_string_equal(grid.http.log[1].url,
			    BASE "past-range?zone=DE&start=2024-03-04T20:00Z"
				 "&end=2024-03-05T00:00Z");
	assert_string_equal(grid.text, "20:00-21:00 500; 21:00-22:00 510");
	fake_grid_close(&grid);
}

static void a_span_over_both_is_asked_of_both(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .file = "electricitymaps/past.json" },
		{ .file = "electricitymaps/history.json" }
	};
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, replies, 2);
	grid.query.from_unix_s = fake_time(2024, 3, 4, 20, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_int_equal(grid.http.asked, 2);
	assert_string_equal(grid.http.log[0].url,
			    BASE "past-range?zone=DE&start=2024-03-04T20:00Z"
				 "&end=2024-03-05T20:00Z");
	assert_string_equal(grid.http.log[1].url, BASE "history?zone=DE");
	assert_int_equal(grid.series.count, 5);
	fake_grid_close(&grid);
}

static void a_key_that_may_not_see_the_past_still_sees_the_day(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .err = -EACCES }, { .file = "electricitymaps/history.json" }
	};
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, replies, 2);
	grid.query.from_unix_s = fake_time(2024, 3, 4, 20, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_int_equal(grid.series.count, 3);
	assert_int_equal(grid.diag.err, -EACCES);
	fake_grid_close(&grid);
}

static void the_latest_hour_is_the_last_resort(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .err = -EACCES }, { .file = "electricitymaps/latest.json" }
	};
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, replies, 2);
	fake_grid_place(&grid, "", "");
	fake_grid_position(&grid, 37.42, -122.08);
	grid.query.from_unix_s = fake_time(2024, 3, 6, 19, 0);
	grid.query.to_unix_s = fake_time(2024, 3, 6, 19, 10);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_string_equal(grid.text, "19:00-20:00 216 e");
	assert_string_equal(grid.http.log[1].url, BASE "latest?lat=37.4&lon=-122.1");
	/* The answer names the zone. */
	assert_string_equal(grid.series.zone, "US-CAL-CISO");
	fake_grid_close(&grid);
}

/* What the latest hour says of yesterday is nothing: it is not asked. */
static void the_latest_hour_is_not_asked_of_yesterday(void **unused)
{
	static const struct fake_reply reply = { .body = "{\"zone\":\"DE\","
							 "\"history\":[]}" };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), -ENODATA);
	assert_int_equal(grid.http.asked, 1);
	fake_grid_close(&grid);
}

static void a_forecast_is_marked_and_reaches_as_far_as_asked(void **unused)
{
	static const struct fake_reply reply = {
		.file = "electricitymaps/forecast.json"
	};
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	grid.query.forecast = true;
	grid.query.from_unix_s = grid.query.now_unix_s;
	grid.query.to_unix_s = grid.query.now_unix_s + INT64_C(25) * 3600;
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_string_equal(grid.http.log[0].url,
			    BASE "forecast?zone=DE&horizonHours=48");
	assert_string_equal(grid.text, "19:00-20:00 310 f; 20:00-21:00 320 f");
	assert_string_equal(grid.series.basis, "average, lifecycle, consumption");
	grid.query.to_unix_s = grid.query.now_unix_s + INT64_C(400) * 3600;
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_string_equal(grid.http.log[0].url,
			    BASE "forecast?zone=DE&horizonHours=72");
	fake_grid_close(&grid);
}

static void a_refused_key_is_told_with_what_to_set(void **unused)
{
	static const struct fake_reply reply = { .err = -EACCES };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), -EACCES);
	assert_non_null(strstr(grid.diag.fix, "GRAMME_ELECTRICITYMAPS_KEY"));
	key_is_nowhere(&grid);
	fake_grid_close(&grid);
}

static void without_a_key_nobody_is_asked(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, NULL, 0);
	grid.door.keys = NULL;
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), -EACCES);
	assert_int_equal(grid.http.asked, 0);
	assert_non_null(strstr(grid.diag.fix, "GRAMME_ELECTRICITYMAPS_KEY"));
	fake_grid_close(&grid);
}

static void what_a_network_says_is_passed_up(void **unused)
{
	static const int errs[] = { -EBUSY, -EIO, -ETIMEDOUT, -ENOENT };
	struct fake_reply reply = { .body = "" };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		reply.err = errs[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), errs[i]);
		assert_null(grid.series.points);
	}
	fake_grid_close(&grid);
}

static void direct_factors_are_said_to_be_direct(void **unused)
{
	static const struct fake_reply reply = {
		.body = "{\"zone\":\"DE\",\"history\":[{\"zone\":\"DE\","
			"\"carbonIntensity\":1.5,\"datetime\":\"2024-03-05T21:00:00Z\","
			"\"emissionFactorType\":\"direct\",\"isEstimated\":null}]}"
	};
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_string_equal(grid.text, "21:00-22:00 1.5");
	assert_string_equal(grid.series.basis, "average, direct, consumption");
	fake_grid_close(&grid);
}

static void an_answer_that_is_not_understood_is_no_number(void **unused)
{
#define ROW(zone, value, time, type, estimated)                                          \
	"{\"zone\":" zone ",\"carbonIntensity\":" value ",\"datetime\":" time            \
	",\"emissionFactorType\":" type ",\"isEstimated\":" estimated "}"
#define LIST(rows) "{\"zone\":\"DE\",\"history\":[" rows "]}"
#define NINE       "\"2024-03-05T21:00:00.000Z\""
	static const char *const bad[] = {
		"",
		"Access denied",
		"{\"zone\":\"DE\",\"history\":[{\"zone\":\"DE\",\"carbonInt",
		"{\"zone\":\"DE\"}",
		"{\"zone\":\"FR\",\"history\":[]}",
		"{\"zone\":\"DE\",\"history\":{}}",
		LIST("7"),
		LIST(ROW("\"FR\"", "1", NINE, "\"direct\"", "false")),
		LIST(ROW("\"DE\"", "\"1\"", NINE, "\"direct\"", "false")),
		LIST(ROW("\"DE\"", "true", NINE, "\"direct\"", "false")),
		LIST(ROW("\"DE\"", "-1", NINE, "\"direct\"", "false")),
		LIST(ROW("\"DE\"", "1", "null", "\"direct\"", "false")),
		LIST(ROW("\"DE\"", "1", NINE, "\"guessed\"", "false")),
		LIST(ROW("\"DE\"", "1", NINE, "\"direct\"", "\"no\"")),
		LIST(ROW("\"DE\"", "1", NINE, "\"direct\"",
			 "false") "," ROW("\"DE\"", "1", NINE, "\"lifecycle\"", "false")),
		LIST("{\"carbonIntensity\":1,\"carbonIntensity\":2,\"datetime\":" NINE
		     "}"),
	};
#undef ROW
#undef LIST
#undef NINE
	struct fake_reply reply = { .err = 0 };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		reply.body = bad[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), -EPROTO);
		assert_int_equal(strncmp(grid.diag.text, "electricitymaps: ", 17), 0);
		assert_null(grid.series.points);
	}
	fake_grid_close(&grid);
}

static void what_the_service_complains_of_is_told(void **unused)
{
	static const struct fake_reply reply = { .file = "electricitymaps/no-zone.json" };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "No recent data for zone"));
	fake_grid_close(&grid);
}

static void an_answer_that_repeats_the_key_is_not_repeated(void **unused)
{
	static const char *const echoes[] = {
		"{\"error\":\"invalid token " KEY "\"}",
		"invalid token " KEY,
		"<p>a long line before the token is s3cr3t-em-k",
		"{\"zone\":\"" KEY "\",\"history\":[]}",
	};
	struct fake_reply reply = { .err = 0 };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	for (size_t i = 0; i < ARRAY_SIZE(echoes); i++) {
		reply.body = echoes[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), -EPROTO);
		assert_null(strstr(grid.diag.text, "s3cr"));
	}
	/* Where a position was asked for, the answer names the zone: but not so. */
	fake_grid_place(&grid, "", "");
	fake_grid_position(&grid, 52.5, 13.4);
	reply.body = "{\"zone\":\"" KEY "\",\"history\":[{\"carbonIntensity\":1,"
		     "\"datetime\":\"2024-03-05T21:00:00Z\"}]}";
	(void)fake_grid_fetch(&grid, &grid_electricitymaps);
	assert_null(strstr(grid.series.zone, "s3cr"));
	fake_grid_close(&grid);
}

static void the_servers_clock_says_what_is_still_to_come(void **unused)
{
	struct fake_reply reply = { .file = "electricitymaps/history.json",
				    .date_unix_s = fake_time(2024, 3, 5, 23, 20) };
	struct fake_grid grid;

	(void)unused;
	open_evening(&grid, &reply, 1);
	grid.query.now_unix_s = fake_time(2024, 3, 5, 22, 20); /* an hour late */
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_string_equal(grid.text, "20:00-21:00 599; 21:00-22:00 607; "
				       "23:00-00:00 606 e");
	reply.date_unix_s = 0;
	assert_int_equal(fake_grid_fetch(&grid, &grid_electricitymaps), 0);
	assert_string_equal(grid.text, "20:00-21:00 599; 21:00-22:00 607; "
				       "23:00-00:00 606 e f");
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_zone_is_the_places_else_its_positions_else_its_countrys),
		cmocka_unit_test(the_last_day_is_history),
		cmocka_unit_test(what_is_older_is_asked_for_by_ten_days),
		cmocka_unit_test(a_span_over_both_is_asked_of_both),
		cmocka_unit_test(a_key_that_may_not_see_the_past_still_sees_the_day),
		cmocka_unit_test(the_latest_hour_is_the_last_resort),
		cmocka_unit_test(the_latest_hour_is_not_asked_of_yesterday),
		cmocka_unit_test(a_forecast_is_marked_and_reaches_as_far_as_asked),
		cmocka_unit_test(a_refused_key_is_told_with_what_to_set),
		cmocka_unit_test(without_a_key_nobody_is_asked),
		cmocka_unit_test(what_a_network_says_is_passed_up),
		cmocka_unit_test(direct_factors_are_said_to_be_direct),
		cmocka_unit_test(an_answer_that_is_not_understood_is_no_number),
		cmocka_unit_test(what_the_service_complains_of_is_told),
		cmocka_unit_test(an_answer_that_repeats_the_key_is_not_repeated),
		cmocka_unit_test(the_servers_clock_says_what_is_still_to_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
