/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "fake-factors.h"

extern const struct grid grid_entsoe;

#define KEY  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
#define KEYS "entsoe = " KEY "\n"

static void open_belgium(struct fake_grid *grid, const struct fake_reply *reply)
{
	fake_grid_open(grid, KEYS, reply, 1);
	fake_factors(grid);
	fake_grid_place(grid, "BE", "BE");
	grid->query.from_unix_s = fake_time(2024, 1, 1, 0, 0);
	grid->query.to_unix_s = fake_time(2024, 1, 1, 2, 0);
	grid->query.now_unix_s = fake_time(2024, 3, 6, 20, 0);
}

static void assert_unsaid(const struct fake_grid *grid)
{
	assert_null(strstr(grid->diag.text, "f81d4fae"));
	assert_null(strstr(grid->diag.fix, "f81d4fae"));
	assert_null(strstr(grid->diag.text, "0a0c91e6"));
	assert_null(strstr(grid->series.zone, "f81d4fae"));
}

static void a_zone_is_an_area_of_the_platform(void **unused)
{
	static const struct {
		const char *zone;
		const char *iso2;
		const char *name;
	} rows[] = { { "DE", "DE", "10Y1001A1001A83F" },
		     { "", "FR", "10YFR-RTE------C" },
		     { "DK-DK1", "DK", "10YDK-1--------W" },
		     { "ES-IB-MA", "ES", "" },
		     { "US-CAL-CISO", "US", "" },
		     { "GB", "GB", "" },
		     { "", "", "" } };
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, "", NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_grid_place(&grid, rows[i].zone, rows[i].iso2);
		assert_string_equal(fake_grid_zone(&grid, &grid_entsoe), rows[i].name);
	}
	fake_grid_close(&grid);
}

/* The EIC manual's: weights 16 to 2 over the first fifteen, modulo 37; '-' is 36. */
static int eic_value(char c)
{
	if (c == '-')
		return 36;
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void every_area_has_its_check_character(void **unused)
{
	const struct table *table;
	struct fake_grid grid;

	(void)unused;
	fake_grid_open(&grid, "", NULL, 0);
	table = tables_get(grid.tables, "entsoe_area");
	assert_non_null(table);
	for (size_t row = 0; row < table_rows(table); row++) {
		const char *eic = table_text(table, row, table_column(table, "eic"));
		int sum = 0;

		assert_int_equal(strlen(eic), 16);
		for (int i = 0; i < 15; i++)
			sum += eic_value(eic[i]) * (16 - i);
		assert_int_equal(eic_value(eic[15]), 36 - (sum - 1) % 37);
	}
	fake_grid_close(&grid);
}

/*
 * By hand, the first hour: 70*230 + 700*490 + 46*24 + 3950*12 + 250*230 + 2090*12 + 2140*11 +
 * 560*700 = 905724 kg in 9806 MWh; the second 857469 in 9717. What was pumped (B10) and what
 * batteries gave (B25) are in neither sum.
 */
static void belgium_is_what_its_plants_come_to(void **unused)
{
	static const struct fake_reply reply = { .file = "entsoe/belgium.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), 0);
	assert_string_equal(grid.text, "00:00-01:00 92.3643; 01:00-02:00 88.2442");
	assert_int_equal(grid.http.asked, 1);
	assert_string_equal(grid.http.log[0].url,
			    "https://web-api.tp.entsoe.eu/api?documentType=A75"
			    "&processType=A16&in_Domain=10YBE----------2"
			    "&periodStart=202312310000&periodEnd=202401010200"
			    "&securityToken=" KEY);
	assert_string_equal(grid.series.provider, "entsoe");
	assert_string_equal(grid.series.zone, "10YBE----------2");
	assert_string_equal(grid.series.basis, "average, lifecycle, generation");
	assert_int_equal(grid.series.signal, SIGNAL_AVERAGE);
	assert_true(grid.series.fetched_unix_s == grid.query.now_unix_s);
	/* Direct is 638500 kg of 905724, and 602895 of 857469. */
	assert_true(fabs(grid.series.error_ratio - 0.2960) < 0.0001);
	fake_grid_close(&grid);
}

/* Gas 100 all along; the sun 100, 100, 300, 300 by the quarter, then none. */
static void a_curve_of_changes_repeats_the_last(void **unused)
{
	static const struct fake_reply reply = { .file = "entsoe/curves.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), 0);
	assert_string_equal(grid.text,
			    "00:00-00:30 269; 00:30-01:00 158.5; 01:00-02:00 490");
	fake_grid_close(&grid);
}

/* Nuclear is half, and not told of the second hour; what little the sun and the wind lack
 * is told as an estimate. */
static void a_point_that_is_missing_is_a_gap(void **unused)
{
	static const struct fake_reply reply = { .file = "entsoe/gap.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	grid.query.to_unix_s = fake_time(2024, 1, 1, 4, 0);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), 0);
	assert_string_equal(grid.text, "00:00-01:00 246.049; 02:00-03:00 251 e; "
				       "03:00-04:00 246.049");
	fake_grid_close(&grid);
}

static void an_acknowledgement_says_why_there_is_nothing(void **unused)
{
	static const struct fake_reply nothing = { .file = "entsoe/nothing.xml" };
	static const struct fake_reply refused = { .file = "entsoe/refused.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &nothing);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -ENODATA);
	assert_int_equal(grid.series.count, 0);
	grid.http.replies = &refused;
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "exceeds allowed limit"));
	fake_grid_close(&grid);
}

/* Seventy days and the day before them. */
static void a_long_span_is_asked_by_the_month(void **unused)
{
	static const struct fake_reply nothing = { .file = "entsoe/nothing.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &nothing);
	grid.query.to_unix_s = grid.query.from_unix_s + 70 * 86400;
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -ENODATA);
	assert_int_equal(grid.http.asked, 3);
	assert_non_null(strstr(grid.http.log[1].url,
			       "&periodStart=202401310000&periodEnd=202403020000&"));
	assert_non_null(strstr(grid.http.log[2].url,
			       "&periodStart=202403020000&periodEnd=202403110000&"));
	fake_grid_close(&grid);
}

static void what_was_told_before_a_failure_is_kept(void **unused)
{
	static const struct fake_reply replies[] = { { .file = "entsoe/belgium.xml" },
						     { .err = -ETIMEDOUT } };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, replies);
	grid.http.count = 2;
	grid.query.to_unix_s = grid.query.from_unix_s + 70 * 86400;
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), 0);
	assert_int_equal(grid.series.count, 2);
	assert_int_equal(grid.diag.err, -ETIMEDOUT);
	fake_grid_close(&grid);
}

static void the_networks_errors_are_passed_up(void **unused)
{
	static const int errors[] = { -EACCES, -EBUSY, -EIO, -ETIMEDOUT, -EMSGSIZE };
	struct fake_reply reply = { 0 };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		reply.err = errors[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), errors[i]);
		assert_unsaid(&grid);
	}
	reply.err = -EACCES;
	(void)fake_grid_fetch(&grid, &grid_entsoe);
	assert_non_null(strstr(grid.diag.fix, "GRAMME_ENTSOE_KEY"));
	fake_grid_close(&grid);
}

static void without_a_key_nobody_is_asked(void **unused)
{
	static const struct fake_reply reply = { .file = "entsoe/belgium.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	keys_free(grid.keys);
	fixture_write(&grid.fixture, "keys", "");
	grid.keys = NULL;
	grid.door.keys = NULL;
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -EACCES);
	assert_int_equal(grid.http.asked, 0);
	assert_non_null(strstr(grid.diag.fix, "GRAMME_ENTSOE_KEY"));
	fake_grid_close(&grid);
}

static void a_few_lines_cannot_be_a_billion(void **unused)
{
	static const struct fake_reply reply = { .file = "entsoe/laughs.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -EPROTO);
	assert_non_null(strstr(grid.diag.text, "document type"));
	fake_grid_close(&grid);
}

#define DEEP       "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
#define POINT      "<Point><position>1</position><quantity>5</quantity></Point>"
#define SPAN(s, e) "<timeInterval><start>" s "</start><end>" e "</end></timeInterval>"
#define DAY        SPAN("2024-01-01T00:00Z", "2024-01-01T02:00Z")
#define SERIES(inner)                                                                    \
	"<GL_MarketDocument><TimeSeries><MktPSRType><psrType>B04</psrType></MktPSRType>" \
	"<Period>" inner "</Period></TimeSeries></GL_MarketDocument>"

static void what_is_not_understood_is_refused(void **unused)
{
	static const char *const bodies[] = {
		"",
		"<html><body>busy</body></html>",
		"{\"error\": 1}",
		"<GL_MarketDocument><TimeSeries>",
		"<GL_MarketDocument>" DEEP,
		"<Acknowledgement_MarketDocument/>",
		"<GL_MarketDocument>" POINT "</GL_MarketDocument>",
		SERIES(POINT),
		SERIES(DAY POINT),
		SERIES(DAY "<resolution>P1Y</resolution>" POINT),
		SERIES(DAY "<resolution>PT60M</resolution>" POINT POINT),
		SERIES(DAY "<resolution>PT60M</resolution><Point><position>3</position>"
			   "<quantity>5</quantity></Point>"),
		SERIES(DAY "<resolution>PT60M</resolution><Point><position>0</position>"
			   "<quantity>5</quantity></Point>"),
		SERIES(DAY "<resolution>PT60M</resolution><Point><position>1</position>"
			   "<quantity>much</quantity></Point>"),
		SERIES(SPAN("2024-01-01T02:00Z",
			    "2024-01-01T00:00Z") "<resolution>PT60M</resolution>" POINT),
		SERIES(SPAN("1700-01-01T00:00Z",
			    "2200-01-01T00:00Z") "<resolution>PT15M</resolution>" POINT),
		SERIES(SPAN("yesterday", "today") "<resolution>PT15M</resolution>" POINT),
		"<GL_MarketDocument><TimeSeries><quantity_Measure_Unit.name>MWH"
		"</quantity_Measure_Unit.name></TimeSeries></GL_MarketDocument>",
	};
	struct fake_reply reply = { 0 };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		reply.body = bodies[i];
		assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -EPROTO);
		assert_int_equal(strncmp(grid.diag.text, "entsoe: ", 8), 0);
		assert_int_equal(grid.series.count, 0);
	}
	fake_grid_close(&grid);
}

static void a_point_without_a_quantity_is_a_gap(void **unused)
{
	static const struct fake_reply reply = {
		.body = SERIES(DAY "<resolution>PT60M</resolution><Point><position>1"
				   "</position></Point><Point><position>2</position>"
				   "<quantity>5</quantity></Point>")
	};
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), 0);
	assert_string_equal(grid.text, "01:00-02:00 490");
	fake_grid_close(&grid);
}

/* Solar farms draw at night: gas alone remains. */
static void what_plants_draw_is_left_out(void **unused)
{
	static const struct fake_reply reply = {
		.body = "<GL_MarketDocument>"
			"<TimeSeries><MktPSRType><psrType>B04</psrType></MktPSRType><Period>" DAY
			"<resolution>PT60M</resolution>" POINT "</Period></TimeSeries>"
			"<TimeSeries><outBiddingZone_Domain.mRID>10YBE----------2"
			"</outBiddingZone_Domain.mRID><MktPSRType><psrType>B16</psrType>"
			"</MktPSRType><Period>" DAY "<resolution>PT60M</resolution>" POINT
			"</Period></TimeSeries></GL_MarketDocument>"
	};
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), 0);
	assert_string_equal(grid.text, "00:00-01:00 490");
	fake_grid_close(&grid);
}

static void an_answer_that_holds_the_key_is_not_quoted(void **unused)
{
	static const struct fake_reply reply = {
		.body = "<Acknowledgement_MarketDocument><Reason><code>401</code><text>"
			"no such token: " KEY "</text></Reason>"
			"</Acknowledgement_MarketDocument>"
	};
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -EPROTO);
	assert_unsaid(&grid);
	fake_grid_close(&grid);
}

static void it_has_no_forecast(void **unused)
{
	static const struct fake_reply reply = { .file = "entsoe/belgium.xml" };
	struct fake_grid grid;

	(void)unused;
	open_belgium(&grid, &reply);
	grid.query.forecast = true;
	assert_int_equal(fake_grid_fetch(&grid, &grid_entsoe), -ENODATA);
	assert_int_equal(grid.http.asked, 0);
	fake_grid_close(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_is_an_area_of_the_platform),
		cmocka_unit_test(every_area_has_its_check_character),
		cmocka_unit_test(belgium_is_what_its_plants_come_to),
		cmocka_unit_test(a_curve_of_changes_repeats_the_last),
		cmocka_unit_test(a_point_that_is_missing_is_a_gap),
		cmocka_unit_test(an_acknowledgement_says_why_there_is_nothing),
		cmocka_unit_test(a_long_span_is_asked_by_the_month),
		cmocka_unit_test(what_was_told_before_a_failure_is_kept),
		cmocka_unit_test(the_networks_errors_are_passed_up),
		cmocka_unit_test(without_a_key_nobody_is_asked),
		cmocka_unit_test(a_few_lines_cannot_be_a_billion),
		cmocka_unit_test(what_is_not_understood_is_refused),
		cmocka_unit_test(a_point_without_a_quantity_is_a_gap),
		cmocka_unit_test(what_plants_draw_is_left_out),
		cmocka_unit_test(an_answer_that_holds_the_key_is_not_quoted),
		cmocka_unit_test(it_has_no_forecast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
