/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "engine/select.h"
#include "fixture.h"

#define NOW    (INT64_C(1795437300) * NS_PER_S) /* 2026-11-23T12:35:00Z */
#define DAY_NS (86400 * NS_PER_S)

static int64_t time_of(const char *text)
{
	int64_t ns = -1;

	assert_int_equal(select_time(text, NOW, &ns), 0);
	return ns;
}

static void a_date_is_its_midnight_in_utc(void **unused)
{
	(void)unused;
	assert_int_equal(time_of("1970-01-02"), DAY_NS);
	assert_int_equal(time_of("2024-02-29"), INT64_C(1709164800) * NS_PER_S);
}

static void an_instant_is_itself_whatever_its_zone(void **unused)
{
	(void)unused;
	assert_int_equal(time_of("2026-11-23T12:35:00Z"), NOW);
	assert_int_equal(time_of("2026-11-23T13:35:00+01:00"), NOW);
	assert_int_equal(time_of("2026-11-23T18:20:00+05:45"), NOW);
}

static void days_and_hours_are_counted_back_from_now(void **unused)
{
	(void)unused;
	assert_int_equal(time_of("7d"), NOW - 7 * DAY_NS);
	assert_int_equal(time_of("36h"), NOW - 36 * 3600 * NS_PER_S);
	assert_int_equal(time_of("0d"), NOW);
	assert_int_equal(time_of("100000d"), NOW - 100000 * DAY_NS);
}

static void what_is_no_time_is_refused_and_nothing_is_set(void **unused)
{
	static const char *const texts[] = {
		"",
		"d",
		"h",
		"7",
		"7w",
		"7m",
		"-7d",
		"+7d",
		"7.5d",
		"100001d",
		"99999999999999999999d",
		"99999999999999999999999d",
		"yesterday",
		"2026-13-01",
		"2026-02-30",
		"2026-2-3",
		"2026-11",
		"23.11.2026",
		"2026-11-23T",
		"2026-11-23T25:00:00Z",
		"2026-11-23 ",
		"2026/11/23",
		"0x10d",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int64_t ns = 42;

		if (select_time(texts[i], NOW, &ns) != -EPROTO || ns != 42)
			fail_msg("'%s' was taken for a time", texts[i]);
	}
}

static void a_filter_takes_the_words_of_states_and_no_others(void **unused)
{
	static const struct gramme_filter given = { .state = "failed",
						    .search = "",
						    .offset = 3 };
	static const struct gramme_filter wrong = { .state = "lost" };
	struct gramme *gramme = calloc(1, sizeof *gramme);
	struct store_filter filter = { .limit = 42 };

	(void)unused;
	assert_int_equal(select_filter(gramme, &wrong, &filter), -EINVAL);
	assert_non_null(strstr(gramme->diag.text, "interrupted"));
	assert_int_equal(filter.limit, 42);
	assert_int_equal(select_filter(gramme, &given, &filter), 0);
	assert_true(filter.has_state);
	assert_int_equal(filter.state, RUN_FAILED);
	assert_null(filter.search);
	assert_int_equal(filter.offset, 3);
	free(gramme);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_date_is_its_midnight_in_utc),
		cmocka_unit_test(an_instant_is_itself_whatever_its_zone),
		cmocka_unit_test(days_and_hours_are_counted_back_from_now),
		cmocka_unit_test(what_is_no_time_is_refused_and_nothing_is_set),
		cmocka_unit_test(a_filter_takes_the_words_of_states_and_no_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
