/* SPDX-License-Identifier: Apache-2.0 */
#include "fake-grid.h"

extern const struct grid grid_watttime;

#define PASSWORD "hunter22secret"
#define KEYS     "watttime = somebody:" PASSWORD "\n"
#define BASE     "https://api.watttime.org"
#define TOKEN    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."

static const struct fake_reply usual[] = { { .file = "watttime/login.json" },
					   { .file = "watttime/historical.json" } };

static void open_april(struct fake_grid *grid, const struct fake_reply *replies,
		       size_t count)
{
	fake_grid_open(grid, KEYS, replies, count);
	fake_grid_place(grid, "US-CAL-CISO", "US");
	(void)copy_text(grid->place.cloud, sizeof grid->place.cloud, "aws");
	(void)copy_text(grid->place.cloud_region, sizeof grid->place.cloud_region,
			"us-west-1");
	grid->query.from_unix_s = fake_time(2026, 4, 1, 0, 1);
	grid->query.to_unix_s = fake_time(2026, 4, 1, 0, 14);
	grid->query.now_unix_s = fake_time(2026, 4, 2, 0, 0);
}

static void secrets_are_nowhere(const struct fake_grid *grid)
{
	assert_null(strstr(grid->diag.text, PASSWORD));
	assert_null(strstr(grid->diag.fix, PASSWORD));
	assert_null(strstr(grid->diag.text, "eyJ0"));
	assert_null(strstr(grid->diag.fix, "eyJ0"));
	for (size_t i = 0; i < grid->http.asked; i++) {
		assert_null(strstr(grid->http.log[i].url, PASSWORD));
		assert_null(strstr(grid->http.log[i].url, "eyJ0"));
	}
}

static void a_region_is_the_clouds_else_the_zones_else_the_positions(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, KEYS, NULL, 0);
	fake_grid_place(&grid, "ZA", "ZA");
	assert_string_equal(fake_grid_zone(&grid, &grid_watttime), "ZAF");
	(void)copy_text(grid.place.cloud, sizeof grid.place.cloud, "aws");
	(void)copy_text(grid.place.cloud_region, sizeof grid.place.cloud_region,
			"us-west-1");
	assert_string_equal(fake_grid_zone(&grid, &grid_watttime), "CAISO_NORTH");
	grid.place.cloud[0] = '\0';
	fake_grid_place(&grid, "", "US");
	assert_string_equal(fake_grid_zone(&grid, &grid_watttime), "");
	fake_grid_position(&grid, 42.372, -72.519);
	assert_string_equal(fake_grid_zone(&grid, &grid_watttime), "@42.4,-72.5");
	fake_grid_close(&grid);
}

static void pounds_a_megawatt_hour_become_grammes_a_kilowatt_hour(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, usual, 2);
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	/* null is a gap, imputed is estimated, and a marginal rate may be below 0. */
	assert_string_equal(grid.text, "00:00-00:05 453.592; 00:10-00:15 -45.3592 e");
	assert_true(grid.series.points[0].gpkwh == 1000 * 0.45359237);
	assert_int_equal(grid.http.asked, 2);
	assert_string_equal(grid.http.log[0].url, BASE "/login");
	assert_string_equal(grid.http.log[0].user_password, "somebody:" PASSWORD);
	assert_string_equal(grid.http.log[0].header, "");
	assert_string_equal(grid.http.log[1].url,
			    BASE "/v3/historical?region=CAISO_NORTH&signal_type=co2_moer"
				 "&start=2026-04-01T00:00Z&end=2026-04-01T00:15Z");
	assert_string_equal(grid.http.log[1].header,
			    "Authorization: Bearer " TOKEN "example");
	assert_string_equal(grid.http.log[1].user_password, "");
	assert_string_equal(grid.series.provider, "watttime");
	assert_string_equal(grid.series.zone, "CAISO_NORTH");
	assert_string_equal(grid.series.basis, "marginal, direct, consumption");
	assert_int_equal(grid.series.signal, SIGNAL_MARGINAL);
	assert_true(grid.series.error_ratio > 0);
	secrets_are_nowhere(&grid);
	fake_grid_close(&grid);
}

static void a_position_is_asked_for_its_region_first(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .file = "watttime/login.json" },
		{ .file = "watttime/region.json" },
		{ .file = "watttime/historical.json" }
	};
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 3);
	grid.place.cloud[0] = '\0';
	fake_grid_place(&grid, "", "US");
	fake_grid_position(&grid, 37.42, -122.08);
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	assert_int_equal(grid.http.asked, 3);
	assert_string_equal(grid.http.log[1].url,
			    BASE "/v3/region-from-loc?latitude=37.4&longitude=-122.1"
				 "&signal_type=co2_moer");
	assert_string_equal(grid.series.zone, "CAISO_NORTH");
	assert_int_equal(grid.series.count, 2);
	fake_grid_close(&grid);
}

static void a_year_is_asked_for_by_32_days_with_one_login(void **unused)
{
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, usual, 2);
	grid.query.to_unix_s = fake_time(2026, 6, 1, 0, 0);
	grid.query.now_unix_s = fake_time(2026, 6, 2, 0, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	assert_int_equal(grid.http.asked, 3);
	assert_non_null(strstr(grid.http.log[1].url, "&end=2026-05-03T00:00Z"));
	assert_non_null(strstr(grid.http.log[2].url,
			       "&start=2026-05-03T00:00Z&end=2026-06-01T00:00Z"));
	assert_int_equal(grid.series.count, 2);
	fake_grid_close(&grid);
}

static void a_forecast_is_marked_and_reaches_as_far_as_asked(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .file = "watttime/login.json" }, { .file = "watttime/forecast.json" }
	};
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 2);
	grid.query.forecast = true;
	grid.query.now_unix_s = fake_time(2026, 4, 1, 0, 1);
	grid.query.from_unix_s = grid.query.now_unix_s;
	grid.query.to_unix_s = grid.query.now_unix_s + INT64_C(90) * 60;
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	/* Where the step is not told it is five minutes. */
	assert_string_equal(grid.text, "00:00-00:05 408.233 f; 00:05-00:10 362.874 f");
	assert_string_equal(grid.http.log[1].url,
			    BASE "/v3/forecast?region=CAISO_NORTH&signal_type=co2_moer"
				 "&horizon_hours=2");
	grid.query.to_unix_s = grid.query.now_unix_s + INT64_C(900) * 3600;
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	assert_non_null(strstr(grid.http.log[1].url, "horizon_hours=72"));
	fake_grid_close(&grid);
}

static void a_token_that_ran_out_is_renewed_once(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .file = "watttime/login.json" },
		{ .err = -EACCES },
		{ .file = "watttime/login-2.json" },
		{ .file = "watttime/historical.json" }
	};
	static const struct fake_reply refused[] = { { .file = "watttime/login.json" },
						     { .err = -EACCES },
						     { .file = "watttime/login.json" },
						     { .err = -EACCES } };
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 4);
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	assert_int_equal(grid.http.asked, 4);
	assert_string_equal(grid.http.log[3].header,
			    "Authorization: Bearer " TOKEN "second");
	grid.http.replies = refused;
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), -EACCES);
	assert_int_equal(grid.http.asked, 4);
	assert_non_null(strstr(grid.diag.fix, "GRAMME_WATTTIME_KEY"));
	secrets_are_nowhere(&grid);
	fake_grid_close(&grid);
}

/* A server that refuses every other question is not logged in to for ever. */
static void a_token_is_renewed_once_a_question(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .file = "watttime/login.json" },
		{ .err = -EACCES },
		{ .file = "watttime/login-2.json" },
		{ .file = "watttime/historical.json" },
		{ .err = -EACCES }
	};
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 5);
	grid.query.to_unix_s = fake_time(2026, 6, 1, 0, 0);
	grid.query.now_unix_s = fake_time(2026, 6, 2, 0, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	assert_int_equal(grid.http.asked, 5);
	assert_int_equal(grid.series.count, 2);
	assert_int_equal(grid.diag.err, -EACCES);
	fake_grid_close(&grid);
}

static void a_wrong_password_is_told_with_what_to_set(void **unused)
{
	static const struct fake_reply reply = { .err = -EACCES };
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), -EACCES);
	assert_int_equal(grid.http.asked, 1);
	assert_non_null(strstr(grid.diag.fix, "GRAMME_WATTTIME_KEY"));
	secrets_are_nowhere(&grid);
	fake_grid_close(&grid);
}

static void what_a_network_says_is_passed_up(void **unused)
{
	static const int errs[] = { -EBUSY, -EIO, -ETIMEDOUT, -ENOENT };
	struct fake_reply replies[] = { { .file = "watttime/login.json" }, { .err = 0 } };
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 2);
	for (size_t i = 0; i < ARRAY_SIZE(errs); i++) {
		replies[1].err = errs[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), errs[i]);
		assert_null(grid.series.points);
	}
	fake_grid_close(&grid);
}

static void a_login_that_is_not_understood_says_nothing_of_it(void **unused)
{
	static const char *const bad[] = {
		"",
		"{\"token\":\"" TOKEN,
		"{\"token\":null}",
		"{\"token\":\"\"}",
		"{\"token\":7,\"error\":\"" TOKEN "\"}",
		"{\"token\":\"" TOKEN "\\r\\nX-Header: 1\"}",
		"[\"" TOKEN "\"]",
	};
	struct fake_reply reply = { .err = 0 };
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, &reply, 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		reply.body = bad[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), -EPROTO);
		assert_int_equal(grid.http.asked, 1);
		secrets_are_nowhere(&grid);
	}
	fake_grid_close(&grid);
}

static void an_answer_that_is_not_understood_is_no_number(void **unused)
{
#define META "\"meta\":{\"region\":\"CAISO_NORTH\",\"units\":\"lbs_co2_per_mwh\"}"
#define ROW(time, value)                                                                 \
	"{\"data\":[{\"point_time\":" time ",\"value\":" value "}]," META "}"
#define MIDNIGHT "\"2026-04-01T00:00:00+00:00\""
	static const char *const bad[] = {
		"",
		"<html>",
		"{\"data\":[{\"point_time\":",
		"{\"data\":[]}",
		"{" META "}",
		"{\"data\":[],\"meta\":{\"region\":\"CAISO_NORTH\"}}",
		"{\"data\":[],\"meta\":{\"units\":\"lbs_co2_per_mwh\","
		"\"region\":\"ERCOT_NORTH\"}}",
		"{\"data\":[],\"meta\":{\"units\":\"lbs_co2_per_mwh\","
		"\"data_point_period_seconds\":0}}",
		"{\"data\":[],\"meta\":{\"units\":\"lbs_co2_per_mwh\","
		"\"data_point_period_seconds\":1e300}}",
		"{\"data\":[],\"meta\":{\"units\":\"lbs_co2_per_mwh\","
		"\"data_point_period_seconds\":\"300\"}}",
		ROW(MIDNIGHT, "\"1000\""),
		ROW(MIDNIGHT, "1e9"),
		ROW("\"midnight\"", "1000"),
		ROW("null", "1000"),
		"{\"error\":\"" PASSWORD " " TOKEN "\"}",
	};
#undef ROW
#undef META
#undef MIDNIGHT
	struct fake_reply replies[] = { { .file = "watttime/login.json" },
					{ .body = NULL } };
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 2);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		replies[1].body = bad[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), -EPROTO);
		assert_int_equal(strncmp(grid.diag.text, "watttime: ", 10), 0);
		assert_null(grid.series.points);
		secrets_are_nowhere(&grid);
	}
	fake_grid_close(&grid);
}

static void another_signal_than_was_asked_is_no_intensity(void **unused)
{
	static const struct fake_reply replies[] = {
		{ .file = "watttime/login.json" }, { .file = "watttime/percentile.json" }
	};
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 2);
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "lbs_co2_per_mwh"));
	fake_grid_close(&grid);
}

static void the_servers_clock_says_what_is_still_to_come(void **unused)
{
	struct fake_reply replies[] = { { .file = "watttime/login.json" },
					{ .file = "watttime/historical.json",
					  .date_unix_s = fake_time(2026, 4, 1, 0, 20) } };
	struct fake_grid grid;

	(void)unused;
	open_april(&grid, replies, 2);
	grid.query.now_unix_s = fake_time(2026, 3, 31, 23, 20); /* an hour late */
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	assert_false(grid.series.points[0].forecast);
	replies[1].date_unix_s = 0;
	assert_int_equal(fake_grid_fetch(&grid, &grid_watttime), 0);
	assert_true(grid.series.points[0].forecast);
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_region_is_the_clouds_else_the_zones_else_the_positions),
		cmocka_unit_test(pounds_a_megawatt_hour_become_grammes_a_kilowatt_hour),
		cmocka_unit_test(a_position_is_asked_for_its_region_first),
		cmocka_unit_test(a_year_is_asked_for_by_32_days_with_one_login),
		cmocka_unit_test(a_forecast_is_marked_and_reaches_as_far_as_asked),
		cmocka_unit_test(a_token_that_ran_out_is_renewed_once),
		cmocka_unit_test(a_token_is_renewed_once_a_question),
		cmocka_unit_test(a_wrong_password_is_told_with_what_to_set),
		cmocka_unit_test(what_a_network_says_is_passed_up),
		cmocka_unit_test(a_login_that_is_not_understood_says_nothing_of_it),
		cmocka_unit_test(an_answer_that_is_not_understood_is_no_number),
		cmocka_unit_test(another_signal_than_was_asked_is_no_intensity),
		cmocka_unit_test(the_servers_clock_says_what_is_still_to_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
