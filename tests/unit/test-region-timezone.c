/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "region-door.h"

static int setup(void **state)
{
	assert_int_equal(unsetenv("TZ"), 0);
	return region_setup(state);
}

#define unit(name) cmocka_unit_test_setup_teardown(name, setup, region_teardown)

static int find(struct region_test *t, struct place *ret)
{
	return region_of_timezone(&t->fixture.host, t->tables, &t->diag, ret);
}

static void is(struct region_test *t, const char *iso2, const char *from)
{
	struct place place;

	assert_int_equal(find(t, &place), 0);
	assert_string_equal(place.iso2, iso2);
	assert_string_equal(place.how, "timezone");
	assert_string_equal(place.from, from);
	assert_string_equal(place.zone, iso2);
	assert_int_equal(strlen(place.country), 3);
	assert_false(place.has_position);
}

static void is_nowhere(struct region_test *t)
{
	struct place place = { .text = "before" };

	assert_int_equal(find(t, &place), -ENODATA);
	assert_string_equal(place.text, "before");
	assert_non_null(strstr(t->diag.text, "time zone"));
}

static void tz_names_a_country_in_each_of_its_forms(void **state)
{
	static const char *const forms[] = {
		"Europe/Berlin",
		":Europe/Berlin",
		"/usr/share/zoneinfo/Europe/Berlin",
		":/usr/share/zoneinfo/posix/Europe/Berlin",
		"right/Europe/Berlin",
		" Europe/Berlin\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		assert_int_equal(setenv("TZ", forms[i], 1), 0);
		is(*state, "DE", "TZ");
	}
}

static void a_rule_or_rubbish_in_tz_tells_nothing(void **state)
{
	static const char *const bad[] = {
		"CET-1CEST", "CET-1CEST,M3.5.0,M10.5.0/3",
		"<+03>-3",   "EST5EDT",
		"UTC",       "UTC0",
		"GMT",       "Etc/UTC",
		"Etc/GMT+5", "Zulu",
		"",          ":",
		"/",         "../../etc",
		"zoneinfo/", "Mars/Olympus",
		"%s%s%n",    "Europe/Berlin/",
		"Europe/",
	};
	char long_one[4096];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(setenv("TZ", bad[i], 1), 0);
		is_nowhere(*state);
	}
	memset(long_one, 'A', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	assert_int_equal(setenv("TZ", long_one, 1), 0);
	is_nowhere(*state);
}

static void a_machine_of_no_time_zone_is_nowhere(void **state)
{
	is_nowhere(*state);
}

static void etc_timezone_is_read(void **state)
{
	struct region_test *t = *state;

	fixture_write(&t->fixture, "etc/timezone", "Europe/Zurich\n");
	is(t, "CH", "/etc/timezone");
}

static void the_link_of_localtime_is_followed_by_name(void **state)
{
	static const char *const targets[] = {
		"/usr/share/zoneinfo/Asia/Tokyo",
		"../usr/share/zoneinfo/Asia/Tokyo",
		"/etc/zoneinfo/Asia/Tokyo",
		"/var/db/timezone/zoneinfo/Asia/Tokyo",
	};
	struct region_test *t = *state;

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		fixture_link(&t->fixture, "etc/localtime", targets[i]);
		is(t, "JP", "/etc/localtime");
		fixture_remove(&t->fixture, "etc/localtime");
	}
	fixture_write(&t->fixture, "etc/localtime", "TZif2");
	is_nowhere(t);
}

static void what_names_no_country_gives_way_to_the_next(void **state)
{
	struct region_test *t = *state;

	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	fixture_write(&t->fixture, "etc/timezone", "Etc/UTC\n");
	fixture_link(&t->fixture, "etc/localtime", "/usr/share/zoneinfo/Europe/Oslo");
	is(t, "NO", "/etc/localtime");
	fixture_write(&t->fixture, "etc/timezone", "Europe/Stockholm\n");
	is(t, "SE", "/etc/timezone");
	assert_int_equal(setenv("TZ", "Europe/Paris", 1), 0);
	is(t, "FR", "TZ");
}

static void old_names_are_known(void **state)
{
	assert_int_equal(setenv("TZ", "Asia/Calcutta", 1), 0);
	is(*state, "IN", "TZ");
	assert_int_equal(setenv("TZ", "US/Pacific", 1), 0);
	is(*state, "US", "TZ");
}

static void a_country_of_many_grids_is_told_to_be_a_guess(void **state)
{
	struct region_test *t = *state;
	struct place place;

	assert_int_equal(setenv("TZ", "America/Los_Angeles", 1), 0);
	assert_int_equal(find(t, &place), 0);
	assert_string_equal(place.state, "");
	assert_non_null(strstr(place.note, "the time zone alone"));
	assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0); /* one grid */
	assert_int_equal(find(t, &place), 0);
	assert_string_equal(place.note, "");
	assert_int_equal(setenv("TZ", "Asia/Manila", 1), 0); /* several, all alike */
	assert_int_equal(find(t, &place), 0);
	assert_string_equal(place.note, "");
}

static void it_needs_no_place_for_its_sentence(void **state)
{
	struct region_test *t = *state;
	struct place place;

	assert_int_equal(region_of_timezone(&t->fixture.host, t->tables, NULL, &place),
			 -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		unit(tz_names_a_country_in_each_of_its_forms),
		unit(a_rule_or_rubbish_in_tz_tells_nothing),
		unit(a_machine_of_no_time_zone_is_nowhere),
		unit(etc_timezone_is_read),
		unit(the_link_of_localtime_is_followed_by_name),
		unit(what_names_no_country_gives_way_to_the_next),
		unit(old_names_are_known),
		unit(a_country_of_many_grids_is_told_to_be_a_guess),
		unit(it_needs_no_place_for_its_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
