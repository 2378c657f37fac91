/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "fake-factors.h"

extern const struct grid grid_eia;

#define KEY  "Qz8/tN+4wLxV0aaBbCcDdEeFfGgHh"
#define KEYS "eia = " KEY "\n"
#define PATH "https://api.eia.gov/v2/electricity/rto/fuel-type-data/data/"

static void open_california(struct fake_grid *grid, const struct fake_reply *replies,
			    size_t count)
{
	fake_grid_open(grid, KEYS, replies, count);
	fake_factors(grid);
	fake_grid_place(grid, "US-CAL-CISO", "US");
	grid->query.from_unix_s = fake_time(2026, 1, 1, 0, 0);
	grid->query.to_unix_s = fake_time(2026, 1, 1, 2, 0);
	grid->query.now_unix_s = fake_time(2026, 1, 3, 20, 0);
}

static void assert_unsaid(const struct fake_grid *grid)
{
	assert_null(strstr(grid->diag.text, "Qz8"));
	assert_null(strstr(grid->diag.text, "GgHh"));
	assert_null(strstr(grid->diag.fix, "Qz8"));
}

static void a_zone_is_its_balancing_authority(void **unused)
{
	static const struct {
		const char *zone;
		const char *iso2;
		const char *name;
	} rows[] = { { "US-CAL-CISO", "US", "CISO" },
		     { "US-CAR-SC", "US", "SC" },
		     { "US-TEX-ERCO", "US", "ERCO" },
		     { "US-MIDA-PJM", "US", "PJM" },
		     { "US-AK-SEAPA", "US", "" },
		     { "US-HI", "US", "" },
		     { "US-CA", "US", "" },
		     { "US", "US", "" },
		     { "US-X-a&b=c", "US", "" },
		     { "US-X-LONGER", "US", "" },
		     { "US-X-", "US", "" },
		     { "", "US", "" },
		     { "DE", "DE", "" } };
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, "", NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_grid_place(&grid, rows[i].zone, rows[i].iso2);
		assert_string_equal(fake_grid_zone(&grid, &grid_eia), rows[i].name);
	}
	fake_grid_close(&grid);
}

/*
 * (600*500 + 300*50 + 100*800) / 1000, then (500*500 + (60 + 40)*50 + 400*20) / 1000: water
 * that is pumped is none, batteries and pumped storage are in neither sum, SNB is sun beside
 * the sun. `period` is the hour's end.
 */
static void hours_are_what_their_fuels_come_to(void **unused)
{
	static const struct fake_reply reply = { .file = "eia/day.json" };
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_eia), 0);
	assert_string_equal(grid.text, "00:00-01:00 395; 01:00-02:00 263");
	assert_int_equal(grid.http.asked, 1);
	assert_string_equal(grid.http.log[0].url,
			    PATH "?frequency=hourly&data%5B0%5D=value"
				 "&facets%5Brespondent%5D%5B%5D=CISO"
				 "&start=2025-12-31T01&end=2026-01-01T02"
				 "&sort%5B0%5D%5Bcolumn%5D=period"
				 "&sort%5B0%5D%5Bdirection%5D=asc"
				 "&sort%5B1%5D%5Bcolumn%5D=fueltype"
				 "&sort%5B1%5D%5Bdirection%5D=asc"
				 "&offset=0&length=5000"
				 "&api_key=Qz8%2FtN%2B4wLxV0aaBbCcDdEeFfGgHh");
	assert_string_equal(grid.series.provider, "eia");
	assert_string_equal(grid.series.zone, "CISO");
	assert_string_equal(grid.series.basis, "average, lifecycle, generation");
	assert_int_equal(grid.series.signal, SIGNAL_AVERAGE);
	assert_true(grid.series.error_ratio >= 0.2 && grid.series.error_ratio < 1);
	fake_grid_close(&grid);
}

/* Gas is told before and after: half of the hour is not there, and no zero is put for it. */
static void null_is_not_zero(void **unused)
{
	static const struct fake_reply reply = { .file = "eia/nulls.json" };
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, &reply, 1);
	grid.query.to_unix_s = fake_time(2026, 1, 1, 5, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_eia), 0);
	assert_string_equal(grid.text, "00:00-01:00 255; 03:00-04:00 255");
	fake_grid_close(&grid);
}

static void a_minute_is_in_an_hour(void **unused)
{
	static const struct fake_reply reply = { .file = "eia/day.json" };
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, &reply, 1);
	grid.query.from_unix_s = fake_time(2026, 1, 1, 1, 59);
	grid.query.to_unix_s = grid.query.from_unix_s;
	assert_int_equal(fake_grid_fetch(&grid, &grid_eia), 0);
	assert_string_equal(grid.text, "01:00-02:00 263");
	assert_non_null(
		strstr(grid.http.log[0].url, "&start=2025-12-31T02&end=2026-01-01T02&"));
	fake_grid_close(&grid);
}

/* A full page of one hour of gas again and again, and one with the hour after it. */
static char *full_page(void)
{
	struct strbuf buf = STRBUF_INIT;
	char *text = NULL;

	strbuf_add(&buf, "{\"response\":{\"data\":[");
	for (int i = 0; i < 5000; i++)
		strbuf_printf(&buf,
			      "%s{\"period\":\"2026-01-01T01\",\"respondent\":\"CISO\","
			      "\"fueltype\":\"NG\",\"value\":\"%d\"}",
			      i ? "," : "", i + 1);
	strbuf_add(&buf, "]}}");
	assert_int_equal(strbuf_steal(&buf, &text), 0);
	return text;
}

static void a_full_page_is_followed_by_the_next(void **unused)
{
	char *text = full_page();
	struct fake_reply replies[] = {
		{ .body = text },
		{ .body = "{\"response\":{\"data\":[{\"period\":\"2026-01-01T02\","
			  "\"respondent\":\"CISO\",\"fueltype\":\"NG\",\"value\":7}]}}" }
	};
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, replies, ARRAY_SIZE(replies));
	assert_int_equal(fake_grid_fetch(&grid, &grid_eia), 0);
	assert_string_equal(grid.text, "00:00-01:00 500; 01:00-02:00 500");
	assert_int_equal(grid.http.asked, 2);
	assert_non_null(strstr(grid.http.log[1].url, "&offset=5000&length=5000&"));
	fake_grid_close(&grid);
	free(text);
}

static void pages_end(void **unused)
{
	char *text = full_page();
	struct fake_reply reply = { .body = text };
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_eia), 0);
	assert_int_equal(grid.http.asked, 64);
	fake_grid_close(&grid);
	free(text);
}

static void what_is_not_told_is_no_answer(void **unused)
{
	static const struct fake_reply reply = { .file = "eia/nothing.json" };
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, &reply, 1);
	assert_int_equal(fake_grid_fetch(&grid, &grid_eia), -ENODATA);
	grid.query.forecast = true;
	assert_int_equal(fake_grid_fetch(&grid, &grid_eia), -ENODATA);
	assert_int_equal(grid.http.asked, 0);
	fake_grid_close(&grid);
}

static void the_networks_errors_are_passed_up(void **unused)
{
	static const int errors[] = { -EACCES, -EBUSY, -EIO, -ETIMEDOUT };
	struct fake_reply reply = { 0 };
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, &reply, 1);
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		reply.err = errors[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_eia), errors[i]);
		assert_int_equal(grid.series.count, 0);
		assert_unsaid(&grid);
	}
	reply.err = -EACCES;
	(void)fake_grid_fetch(&grid, &grid_eia);
	assert_non_null(strstr(grid.diag.fix, "GRAMME_EIA_KEY"));
	fake_grid_close(&grid);
}

#define ROW(inner) "{\"response\":{\"data\":[{" inner "}]}}"
#define WHERE      "\"period\":\"2026-01-01T01\",\"respondent\":\"CISO\","

static void what_is_not_understood_is_refused(void **unused)
{
	static const char *const bodies[] = {
		"",
		"<html>busy</html>",
		"[]",
		"{\"response\":{\"data\":",
		"{\"response\":[]}",
		"{\"response\":{\"data\":{}}}",
		"{\"response\":{\"data\":[7]}}",
		"{\"error\":\"API_KEY_INVALID " KEY "\"}",
		ROW("\"respondent\":\"CISO\",\"fueltype\":\"NG\",\"value\":1"),
		ROW(WHERE "\"value\":1"),
		ROW(WHERE "\"fueltype\":\"NG\",\"value\":\"many\""),
		ROW(WHERE "\"fueltype\":\"NG\",\"value\":[1]"),
		ROW("\"period\":\"the first\",\"respondent\":\"CISO\","
		    "\"fueltype\":\"NG\",\"value\":1"),
		ROW("\"period\":\"2026-01-01T01\",\"respondent\":\"PJM\","
		    "\"fueltype\":\"NG\",\"value\":1"),
	};
	struct fake_reply reply = { 0 };
	struct fake_grid grid;

	(void)unused;
	open_california(&grid, &reply, 1);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		reply.body = bodies[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_eia), -EPROTO);
		assert_int_equal(strncmp(grid.diag.text, "eia: ", 5), 0);
		assert_unsaid(&grid);
	}
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_is_its_balancing_authority),
		cmocka_unit_test(hours_are_what_their_fuels_come_to),
		cmocka_unit_test(null_is_not_zero),
		cmocka_unit_test(a_minute_is_in_an_hour),
		cmocka_unit_test(a_full_page_is_followed_by_the_next),
		cmocka_unit_test(pages_end),
		cmocka_unit_test(what_is_not_told_is_no_answer),
		cmocka_unit_test(the_networks_errors_are_passed_up),
		cmocka_unit_test(what_is_not_understood_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
