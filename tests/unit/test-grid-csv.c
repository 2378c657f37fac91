/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"
#include "fake-grid.h"
#include "grid/grid-json.h"

extern const struct grid grid_csv;

/* The file `own.csv` of a place DE on the first of January 2026, 00:00 to 06:00. */
static void open_file(struct fake_grid *grid, char path[128], const char *text)
{
	fake_grid_open(grid, "", NULL, 0);
	fixture_write(&grid->fixture, "own.csv", text);
	(void)snprintf(path, 128, "%s/own.csv", grid->fixture.path);
	grid->door.base_url = path;
	grid->door.http = NULL; /* nobody is asked */
	fake_grid_place(grid, "DE", "DE");
	grid->query.from_unix_s = fake_time(2026, 1, 1, 0, 0);
	grid->query.to_unix_s = fake_time(2026, 1, 1, 6, 0);
	grid->query.now_unix_s = fake_time(2026, 3, 1, 0, 0);
}

/* The points of a file with this text. */
static void assert_points(const char *text, const char *points)
{
	struct fake_grid grid;
	char path[128];

	open_file(&grid, path, text);
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), 0);
	assert_string_equal(grid.text, points);
	fake_grid_close(&grid);
}

static void a_row_holds_until_the_next(void **unused)
{
	(void)unused;
	assert_points("time,gco2_per_kwh\n"
		      "2026-01-01T00:00:00Z,100\n"
		      "2026-01-01T01:00:00Z,200.5\n"
		      "2026-01-01T03:00:00Z,0\n",
		      "00:00-01:00 100; 01:00-03:00 200.5; 03:00-05:00 0");
}

static void spreadsheets_write_in_many_ways(void **unused)
{
	(void)unused;
	assert_points(
		"\xef\xbb\xbf# made by hand\r\n"
		"\r\n"
		"Place, \"Carbon_Intensity\" ,Timestamp\r\n"
		"\"Berlin, \"\"Mitte\"\"\",\"200\",\"2026-01-01 02:00:00+01:00\"\r\n"
		"# in between\r\n"
		"Berlin, 100 ,2026-01-01T00:00Z\r\n"
		"\r\n",
		"00:00-01:00 100; 01:00-02:00 200");
}

static void a_hole_is_a_gap(void **unused)
{
	(void)unused;
	assert_points("time,value\n"
		      "2026-01-01T00:00:00Z,1\n"
		      "2026-01-01T00:30:00Z,2\n"
		      "2026-01-01T01:00:00Z,3\n"
		      "2026-01-01T03:00:00Z,4\n",
		      "00:00-00:30 1; 00:30-01:00 2; 01:00-01:30 3; 03:00-03:30 4");
}

static void an_empty_value_is_a_gap(void **unused)
{
	(void)unused;
	assert_points("time,intensity\n"
		      "2026-01-01T00:00:00Z,1\n"
		      "2026-01-01T01:00:00Z,\n"
		      "2026-01-01T02:00:00Z,3\n",
		      "00:00-01:00 1; 02:00-03:00 3");
}

static void an_end_is_taken_at_its_word(void **unused)
{
	(void)unused;
	assert_points("start,end,gpkwh\n"
		      "2026-01-01T00:00:00Z,2026-01-01T00:10:00Z,1\n",
		      "00:00-00:10 1");
	assert_points("from,to,gco2e_per_kwh\n"
		      "2026-01-01T02:00:00Z,,3\n"
		      "2026-01-01T00:00:00Z,2026-01-01T00:10:00Z,1\n"
		      "2026-01-01T01:00:00Z,,2\n",
		      "00:00-00:10 1; 01:00-02:00 2; 02:00-03:00 3");
}

static void its_header_tells_basis_error_and_zone(void **unused)
{
	struct fake_grid grid;
	char path[128];

	(void)unused;
	open_file(&grid, path,
		  "# zone: de\n# basis: average, direct, consumption\n# error: 0.03\n"
		  "time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T01:00:00Z,1\n");
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), 0);
	assert_string_equal(grid.series.basis, "average, direct, consumption");
	assert_string_equal(grid.series.zone, "de");
	assert_true(grid.series.error_ratio == 0.03);
	fake_grid_place(&grid, "FR", "FR");
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -ENODATA);
	assert_non_null(strstr(grid.diag.text, "is of de, not FR"));
	fake_grid_close(&grid);
}

static void without_a_header_it_is_of_the_place_and_plainly_assumed(void **unused)
{
	struct fake_grid grid;
	char path[128];

	(void)unused;
	open_file(&grid, path,
		  "time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T01:00:00Z,1\n");
	fake_grid_place(&grid, "FR", "FR");
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), 0);
	assert_string_equal(grid.series.provider, "csv");
	assert_string_equal(grid.series.zone, "FR");
	assert_string_equal(grid.series.basis, "average, basis not told");
	assert_true(grid.series.error_ratio == 0.1);
	fake_grid_close(&grid);
}

static void only_what_touches_the_span_is_given(void **unused)
{
	static const char text[] = "time,value\n"
				   "2025-12-31T00:00:00Z,1\n"
				   "2026-01-01T00:00:00Z,2\n"
				   "2026-01-02T00:00:00Z,3\n";
	struct fake_grid grid;
	char path[128];

	(void)unused;
	open_file(&grid, path, text);
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), 0);
	assert_string_equal(grid.text, "00:00-00:00 2");
	grid.query.to_unix_s = fake_time(2026, 1, 3, 0, 0);
	grid.query.now_unix_s = fake_time(2026, 1, 1, 12, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), 0);
	assert_string_equal(grid.text, "00:00-00:00 2; 00:00-00:00 3 f");
	grid.query.from_unix_s = fake_time(2027, 1, 1, 0, 0);
	grid.query.to_unix_s = fake_time(2027, 1, 2, 0, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -ENODATA);
	fake_grid_close(&grid);
}

#define HEAD     "time,value\n2026-01-01T00:00:00Z,1\n"
#define ONE_HOUR "2026-01-01T01:00:00Z"

static void a_mistake_is_refused_by_its_line(void **unused)
{
	static const struct {
		const char *text;
		const char *said;
	} rows[] = {
		{ HEAD "2026-01-01T01:00:00,1\n", "line 3: a time without a zone" },
		{ HEAD "2026-01-01,1\n", "line 3: a time without a zone" },
		{ HEAD "2026-13-01T01:00:00Z,1\n", "line 3: this is no time" },
		{ HEAD "\n#\n" ONE_HOUR ",nan\n", "line 5: an intensity is a number" },
		{ HEAD ONE_HOUR ",1e999\n", "line 3: an intensity is a number" },
		{ HEAD ONE_HOUR ",\"1,5\"\n", "line 3: an intensity is a number" },
		{ HEAD ONE_HOUR ",-1\n", "line 3: an intensity below 0" },
		{ HEAD ONE_HOUR ",400000\n", "line 3: over 5000" },
		{ HEAD ONE_HOUR "\n", "line 3: fields are missing" },
		{ HEAD ONE_HOUR ",\"1\n", "line 3: this is no row" },
		{ HEAD ONE_HOUR ",\"1\"2\n", "line 3: this is no row" },
		{ HEAD "2026-01-01T00:00:00Z,2\n", "line 3: a time that was there" },
		{ HEAD, "line 2: one row alone" },
		{ "a,b\n1,2\n", "line 1: the columns time and gco2_per_kwh" },
		{ "# error: much\n" HEAD, "line 1: error is a ratio" },
		{ "# error: nan\n" HEAD, "line 1: error is a ratio" },
		{ "start,end,value\n" ONE_HOUR "," ONE_HOUR ",1\n",
		  "line 2: a step that ends before" },
		{ "start,end,value\n2026-01-01T01:00:00Z,2026-01-01T02:00:00Z,1\n"
		  "2026-01-01T00:00:00Z,2026-01-01T01:00:01Z,1\n",
		  "line 2: a step that begins before" },
		{ "", "line 1: the columns" },
	};
	struct fake_grid grid;
	char path[128];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		open_file(&grid, path, rows[i].text);
		assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -EPROTO);
		if (!strstr(grid.diag.text, rows[i].said))
			fail_msg("%zu: %s", i, grid.diag.text);
		assert_non_null(strstr(grid.diag.text, "own.csv"));
		assert_int_equal(grid.series.count, 0);
		fake_grid_close(&grid);
	}
}

static void a_time_without_a_zone_says_what_to_write(void **unused)
{
	struct fake_grid grid;
	char path[128];

	(void)unused;
	open_file(&grid, path, HEAD "2026-01-01 01:00,1\n");
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -EPROTO);
	assert_non_null(strstr(grid.diag.fix, "2026-01-01T00:00:00Z"));
	fake_grid_close(&grid);
}

static void what_is_no_file_is_not_read(void **unused)
{
	struct fake_grid grid;
	char path[128];

	(void)unused;
	open_file(&grid, path, HEAD);
	grid.door.base_url = "/nothing/there.csv";
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -ENOENT);
	assert_non_null(strstr(grid.diag.text, "/nothing/there.csv"));
	grid.door.base_url = grid.fixture.path;
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -EINVAL);
	(void)snprintf(path, sizeof path, "%s/pipe", grid.fixture.path);
	assert_int_equal(mkfifo(path, 0600), 0);
	grid.door.base_url = path;
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -EINVAL);
	grid.door.base_url = NULL;
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), -ENODATA);
	fake_grid_close(&grid);
}

/* Eleven years of hours. */
static void a_hundred_thousand_rows_are_few(void **unused)
{
	struct strbuf buf = STRBUF_INIT;
	struct fake_grid grid;
	char *text = NULL;
	char path[128];
	char time[GRID_TIME_MAX];

	(void)unused;
	strbuf_add(&buf, "time,value\n");
	for (int64_t hour = 100000; hour-- > 0;) {
		grid_time_text(fake_time(2015, 1, 1, 0, 0) + hour * 3600, time);
		strbuf_printf(&buf, "%s,%d\n", time, (int)(hour % 1000));
	}
	assert_int_equal(strbuf_steal(&buf, &text), 0);
	open_file(&grid, path, text);
	assert_int_equal(fake_grid_fetch(&grid, &grid_csv), 0);
	assert_int_equal(grid.series.count, 6);
	free(text);
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_holds_until_the_next),
		cmocka_unit_test(spreadsheets_write_in_many_ways),
		cmocka_unit_test(a_hole_is_a_gap),
		cmocka_unit_test(an_empty_value_is_a_gap),
		cmocka_unit_test(an_end_is_taken_at_its_word),
		cmocka_unit_test(its_header_tells_basis_error_and_zone),
		cmocka_unit_test(without_a_header_it_is_of_the_place_and_plainly_assumed),
		cmocka_unit_test(only_what_touches_the_span_is_given),
		cmocka_unit_test(a_mistake_is_refused_by_its_line),
		cmocka_unit_test(a_time_without_a_zone_says_what_to_write),
		cmocka_unit_test(what_is_no_file_is_not_read),
		cmocka_unit_test(a_hundred_thousand_rows_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
