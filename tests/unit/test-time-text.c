/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/macro.h"
#include "base/time-text.h"
#include "fixture.h"

static int64_t time_of(const char *text)
{
	int64_t ns = 7;

	assert_int_equal(time_of_text(text, &ns), 0);
	return ns;
}

static void refuses(const char *text, int err)
{
	int64_t ns = 7;

	assert_int_equal(time_of_text(text, &ns), err);
	assert_int_equal(ns, 7);
}

static void a_time_is_written_in_utc_whatever_the_zone(void **unused)
{
	char text[TIME_TEXT_MAX];

	(void)unused;
	assert_int_equal(setenv("TZ", "Asia/Kolkata", 1), 0);
	tzset();
	time_text(INT64_C(1700000000123456789), text, sizeof text);
	assert_string_equal(text, "2023-11-14T22:13:20.123Z");
	assert_int_equal(time_of("2023-11-14T22:13:20Z"), 1700000000 * NS_PER_S);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

static void times_before_1970_are_written_too(void **unused)
{
	char text[TIME_TEXT_MAX];

	(void)unused;
	time_text(-NS_PER_MS, text, sizeof text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	assert_int_equal(time_of(text), -NS_PER_MS);
	time_text(INT64_MIN, text, sizeof text);
	assert_string_equal(text, "1677-09-21T00:12:43.145Z");
	time_text(INT64_MAX, text, sizeof text);
	assert_string_equal(text, "2262-04-11T23:47:16.854Z");
}

static void any_fraction_is_read_to_the_nanosecond(void **unused)
{
	(void)unused;
	assert_int_equal(time_of("1970-01-01T00:00:00.5Z"), 500000000);
	assert_int_equal(time_of("1970-01-01T00:00:00.000000001Z"), 1);
	assert_int_equal(time_of("1970-01-01T00:00:00.1234567899Z"), 123456789);
}

static void an_offset_is_taken_off(void **unused)
{
	(void)unused;
	assert_int_equal(time_of("1970-01-01T05:30:00+05:30"), 0);
	assert_int_equal(time_of("1969-12-31T23:00:00-01:00"), 0);
	assert_int_equal(time_of("1970-01-01 00:00:01z"), NS_PER_S);
}

static void the_29th_of_february_is_in_leap_years_only(void **unused)
{
	(void)unused;
	assert_int_equal(time_of("2024-02-29T00:00:00Z"), 1709164800 * NS_PER_S);
	assert_int_equal(time_of("2000-02-29T00:00:00Z"), 951782400 * NS_PER_S);
	refuses("2023-02-29T00:00:00Z", -EPROTO);
	refuses("1900-02-29T00:00:00Z", -EPROTO);
	refuses("2026-04-31T00:00:00Z", -EPROTO);
}

static void what_is_no_time_is_refused(void **unused)
{
	static const char *const bad[] = {
		"",
		"2026-11-23",
		"2026-11-23T08:37:57",
		"2026-11-23T08:37:57.Z",
		"2026-11-23T08:37:57+0530",
		"2026-11-23T08:37:57+24:00",
		"2026-11-23T08:37:57Zx",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z",
		"2026/01/01T00:00:00Z",
		"-026-01-01T00:00:00Z",
		"2026-01-01T00:00:00 Z",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		refuses(bad[i], -EPROTO);
}

static void a_time_past_64_bits_is_out_of_range(void **unused)
{
	(void)unused;
	refuses("9999-12-31T23:59:59Z", -ERANGE);
	refuses("0001-01-01T00:00:00Z", -ERANGE);
	refuses("2262-04-11T23:47:17Z", -ERANGE);
	assert_int_equal(time_of("2262-04-11T23:47:16.854775807Z"), INT64_MAX);
}

static void a_length_of_time_is_in_words_of_its_size(void **unused)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{ 0, "0 ms" },
		{ 450 * NS_PER_MS, "450 ms" },
		{ 12 * NS_PER_S + 340 * NS_PER_MS, "12.34 s" },
		{ 192 * NS_PER_S, "3 m 12 s" },
		{ 7500 * NS_PER_S, "2 h 05 m" },
		{ 1000 * 3600 * NS_PER_S, "1000 h 00 m" },
	};

	char text[TIME_TEXT_MAX];

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		duration_text(rows[i].ns, text, sizeof text);
		assert_string_equal(text, rows[i].text);
	}
}

static void rounding_never_shows_sixty_seconds(void **unused)
{
	char text[TIME_TEXT_MAX];

	(void)unused;
	duration_text(60 * NS_PER_S - NS_PER_MS, text, sizeof text);
	assert_string_not_equal(text, "60.00 s");
	duration_text(NS_PER_S - NS_PER_US, text, sizeof text);
	assert_string_not_equal(text, "1e+03 ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_written_in_utc_whatever_the_zone),
		cmocka_unit_test(times_before_1970_are_written_too),
		cmocka_unit_test(any_fraction_is_read_to_the_nanosecond),
		cmocka_unit_test(an_offset_is_taken_off),
		cmocka_unit_test(the_29th_of_february_is_in_leap_years_only),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(a_time_past_64_bits_is_out_of_range),
		cmocka_unit_test(a_length_of_time_is_in_words_of_its_size),
		cmocka_unit_test(rounding_never_shows_sixty_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
