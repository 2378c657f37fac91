/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "base/parse.h"
#include "fixture.h"

static void a_number_is_the_whole_text(void **unused)
{
	uint64_t value = 7;

	(void)unused;
	assert_int_equal(parse_u64(" 42\n", &value), 0);
	assert_int_equal(value, 42);
	assert_int_equal(parse_u64("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
}

static void garbage_leaves_the_output_alone(void **unused)
{
	static const char *const bad[] = {
		"", " ", "-1", "1x", "x", "0x10", "1 2", "1.5"
	};
	uint64_t value = 7;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse_u64(bad[i], &value), -EPROTO);
	assert_int_equal(parse_u64("18446744073709551616", &value), -ERANGE);
	assert_int_equal(value, 7);
}

static void signed_numbers_reach_their_ends(void **unused)
{
	int64_t value = 7;

	(void)unused;
	assert_int_equal(parse_i64("-9223372036854775808", &value), 0);
	assert_true(value == INT64_MIN);
	assert_int_equal(parse_i64("9223372036854775808", &value), -ERANGE);
	assert_int_equal(parse_i64("- 1", &value), -EPROTO);
	assert_true(value == INT64_MIN);
}

static void a_float_is_read_in_the_c_locale_and_is_finite(void **unused)
{
	double value = 7;

	(void)unused;
	(void)setlocale(LC_ALL, "de_DE.UTF-8");
	assert_int_equal(parse_double("2.5e-10", &value), 0);
	assert_true(value == 2.5e-10);
	assert_int_equal(parse_double("2,5", &value), -EPROTO);
	assert_int_equal(parse_double("inf", &value), -EPROTO);
	assert_int_equal(parse_double("nan", &value), -EPROTO);
	assert_int_equal(parse_double("", &value), -EPROTO);
	assert_int_equal(parse_double("1e999", &value), -ERANGE);
}

static void durations_have_units(void **unused)
{
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = { { "1ms", NS_PER_MS },         { "2", 2 * NS_PER_S },
		     { "0.5s", NS_PER_S / 2 },     { "1h", 3600 * NS_PER_S },
		     { "250us", 250 * NS_PER_US }, { "1.5m", 90 * NS_PER_S } };

	static const char *const bad[] = { "", "s", "1x", "-1s", "0", "1 s s", "0ms" };
	int64_t ns;

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse_duration_ns(rows[i].text, &ns), 0);
		assert_int_equal(ns, rows[i].ns);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_true(parse_duration_ns(bad[i], &ns) < 0);
}

static int sum_cpu(void *ctx, unsigned cpu)
{
	*(unsigned *)ctx += cpu;
	return 0;
}

static void a_cpu_list_names_every_cpu(void **unused)
{
	unsigned sum = 0;

	(void)unused;
	assert_int_equal(parse_cpu_list("0-3,8\n", sum_cpu, &sum), 0);
	assert_int_equal(sum, 14);
	assert_int_equal(parse_cpu_list("", sum_cpu, &sum), 0);
	assert_true(parse_cpu_list("3-1", sum_cpu, &sum) < 0);
	assert_true(parse_cpu_list("0-99999999999999999999", sum_cpu, &sum) < 0);
	assert_true(parse_cpu_list("a", sum_cpu, &sum) < 0);
}

static void keyed_lines_are_found(void **unused)
{
	static const char text[] = "MemTotal:  123 kB\nmodel name\t: Big CPU \n";
	char name[16];
	uint64_t value;

	(void)unused;
	assert_int_equal(parse_keyed_u64(text, "MemTotal:", &value), 0);
	assert_int_equal(value, 123);
	assert_int_equal(parse_keyed_u64(text, "MemFree:", &value), -ENOENT);
	assert_int_equal(parse_keyed_text(text, "model name", name, sizeof name), 0);
	assert_string_equal(name, "Big CPU");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_the_whole_text),
		cmocka_unit_test(garbage_leaves_the_output_alone),
		cmocka_unit_test(signed_numbers_reach_their_ends),
		cmocka_unit_test(a_float_is_read_in_the_c_locale_and_is_finite),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(a_cpu_list_names_every_cpu),
		cmocka_unit_test(keyed_lines_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
