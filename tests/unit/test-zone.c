/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "import/zone.h"

#define HOUR 3600

static struct zone *zone_named(const char *name)
{
	struct zone *zone = NULL;
	struct diag diag = { 0 };

	if (zone_open(name, &diag, &zone) < 0)
		fail_msg("%s", diag.text);
	return zone;
}

static int64_t local_s(const char *text)
{
	int64_t ns;
	int32_t offset_s;

	assert_int_equal(zone_local_of_text(text, &ns, &offset_s), 0);
	return ns / NS_PER_S;
}

static void offsets_stand_as_they_are_written(void **state)
{
	static const struct {
		const char *name;
		int32_t offset_s;
	} all[] = { { "+02:00", 2 * HOUR },
		    { "-7", -7 * HOUR },
		    { "+05:45", 5 * HOUR + 2700 },
		    { "UTC", 0 },
		    { "Z", 0 },
		    { "-00:30", -1800 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct zone *zone = zone_named(all[i].name);

		assert_int_equal(zone_offset_s(zone, 1600000000), all[i].offset_s);
		assert_int_equal(zone_unix_s(zone, 1600000000),
				 1600000000 - all[i].offset_s);
		zone_free(zone);
	}
}

static void a_rule_tells_summer_from_winter_north_and_south(void **state)
{
	struct zone *north = zone_named("CET-1CEST,M3.5.0,M10.5.0/3");
	struct zone *south = zone_named("AEST-10AEDT,M10.1.0,M4.1.0/3");

	(void)state;
	assert_int_equal(zone_offset_s(north, local_s("2024-07-01T00:00:00")), 2 * HOUR);
	assert_int_equal(zone_offset_s(north, local_s("2024-01-01T00:00:00")), HOUR);
	assert_int_equal(zone_offset_s(south, local_s("2024-07-01T00:00:00")), 10 * HOUR);
	assert_int_equal(zone_offset_s(south, local_s("2024-01-01T00:00:00")), 11 * HOUR);
	/* 2024-03-31, 02:00 to 03:00: the second before, and the first after. */
	assert_int_equal(zone_offset_s(north, local_s("2024-03-31T00:59:59")), HOUR);
	assert_int_equal(zone_offset_s(north, local_s("2024-03-31T01:00:00")), 2 * HOUR);
	zone_free(north);
	zone_free(south);
}

static void an_hour_that_came_twice_is_the_first_one(void **state)
{
	struct zone *zone = zone_named("CET-1CEST,M3.5.0,M10.5.0/3");

	(void)state;
	assert_int_equal(zone_unix_s(zone, local_s("2024-10-27T02:30:00")),
			 local_s("2024-10-27T00:30:00"));
	assert_int_equal(zone_unix_s(zone, local_s("2024-10-27T03:00:00")),
			 local_s("2024-10-27T02:00:00"));
	/* One that never was. */
	assert_int_equal(zone_unix_s(zone, local_s("2024-03-31T02:30:00")),
			 local_s("2024-03-31T01:30:00"));
	assert_int_equal(zone_unix_s(zone, local_s("2024-03-31T03:30:00")),
			 local_s("2024-03-31T01:30:00"));
	zone_free(zone);
}

static void put32(char *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char)(value >> (24 - 8 * i));
}

static void put_head(char *at, uint32_t times, uint32_t types, uint32_t letters)
{
	memset(at, 0, 44);
	memcpy(at, "TZif2", 5);
	put32(at + 32, times);
	put32(at + 36, types);
	put32(at + 40, letters);
}

/* One change: from +1 h to +2 h at 1000 s; after it the footer's rule. */
static size_t make_file(char *file, const char *footer)
{
	size_t at = 0;

	put_head(file, 0, 1, 1);
	at += 44;
	memset(file + at, 0, 7);
	at += 7;
	put_head(file + at, 1, 2, 1);
	at += 44;
	put32(file + at, 0);
	put32(file + at + 4, 1000);
	file[at + 8] = 1;
	at += 9;
	memset(file + at, 0, 12);
	put32(file + at, HOUR);
	put32(file + at + 6, 2 * HOUR);
	at += 12;
	file[at++] = '\0';
	(void)snprintf(file + at, 64, "\n%s\n", footer);
	return at + strlen(footer) + 2;
}

static void a_file_tells_its_changes_and_its_last_rule(void **state)
{
	char file[256];
	struct zone *zone = NULL;
	size_t size = make_file(file, "X0"); /* no rule: names have three letters */

	(void)state;
	assert_int_equal(zone_of_bytes(file, size, &zone), 0);
	assert_int_equal(zone_offset_s(zone, 999), HOUR);
	assert_int_equal(zone_offset_s(zone, 1000), 2 * HOUR);
	zone_free(zone);
	size = make_file(file, "ABC5");
	assert_int_equal(zone_of_bytes(file, size, &zone), 0);
	assert_int_equal(zone_offset_s(zone, 999), HOUR);
	assert_int_equal(zone_offset_s(zone, 1000), -5 * HOUR);
	zone_free(zone);
}

static void a_file_that_is_cut_or_lies_is_refused(void **state)
{
	char file[256];
	size_t size = make_file(file, "ABC5");
	size_t body = size - sizeof "\nABC5\n" + 1;
	struct zone *zone = NULL;

	(void)state;
	for (size_t i = 0; i < body; i++) {
		AUTO_FREE char *cut = malloc(i ? i : 1);

		assert_non_null(cut);
		memcpy(cut, file, i);
		assert_int_equal(zone_of_bytes(cut, i, &zone), -EPROTO);
	}
	put32(file + 44 + 7 + 32, UINT32_MAX);
	assert_int_equal(zone_of_bytes(file, size, &zone), -EPROTO);
	assert_null(zone);
}

static void what_is_no_zone_is_refused_with_what_one_looks_like(void **state)
{
	static const char *const all[] = {
		"Nowhere/Atall", "../../etc/passwd", "/etc/passwd", "+99:00", "",
		"tomorrow"
	};
	struct zone *zone = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct diag diag = { 0 };

		assert_int_equal(zone_open(all[i], &diag, &zone), -ENOENT);
		assert_non_null(strstr(diag.fix, "Europe/Berlin"));
		assert_null(zone);
	}
}

static void local_times_are_read_with_and_without_a_zone(void **state)
{
	int64_t ns = 0;
	int32_t offset_s = 0;

	(void)state;
	assert_int_equal(zone_local_of_text("2019-10-31 12:01:10.769862", &ns, &offset_s),
			 0);
	assert_int_equal(ns, INT64_C(1572523270769862000));
	assert_int_equal(offset_s, INT32_MIN);
	assert_int_equal(zone_local_of_text("2019-10-31T12:01:10+05:30", &ns, &offset_s),
			 0);
	assert_int_equal(offset_s, 5 * HOUR + 1800);
	assert_int_equal(zone_local_of_text("2019-02-29T12:01:10", &ns, &offset_s),
			 -EPROTO);
	assert_int_equal(zone_local_of_text("2019-13-01T12:01:10", &ns, &offset_s),
			 -EPROTO);
	assert_int_equal(zone_local_of_text("soon", &ns, &offset_s), -EPROTO);
	assert_int_equal(zone_local_of_text("", &ns, &offset_s), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_stand_as_they_are_written),
		cmocka_unit_test(a_rule_tells_summer_from_winter_north_and_south),
		cmocka_unit_test(an_hour_that_came_twice_is_the_first_one),
		cmocka_unit_test(a_file_tells_its_changes_and_its_last_rule),
		cmocka_unit_test(a_file_that_is_cut_or_lies_is_refused),
		cmocka_unit_test(what_is_no_zone_is_refused_with_what_one_looks_like),
		cmocka_unit_test(local_times_are_read_with_and_without_a_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
