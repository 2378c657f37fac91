/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../top/reading.h"
#include "base/strbuf.h"
#include "fixture.h"

#define HEAD "{\"schema\":\"gramme.live/1\","

static void parse(const char *rest, struct reading *ret)
{
	char line[4096];
	const char *why;

	(void)snprintf(line, sizeof line, "%s%s", HEAD, rest);
	assert_int_equal(reading_parse(line, &why, ret), 0);
}

static void what_is_missing_or_null_is_not_known_and_never_0(void **state)
{
	struct reading reading;

	(void)state;
	parse("\"power_w\":null,\"cpu_busy_ratio\":null,\"components\":[{\"domain\":\"a\","
	      "\"counted\":true,\"kind\":\"measured\",\"power_w\":null}],"
	      "\"processes\":[{\"pid\":1}],\"runs\":[{\"id\":\"x\"}]}",
	      &reading);
	assert_true(isnan(reading.power_w));
	assert_true(isnan(reading.cpu_busy_ratio));
	assert_true(isnan(reading.gph));
	assert_true(isnan(reading.components[0].power_w));
	assert_true(isnan(reading.processes[0].power_w));
	assert_true(isnan(reading.runs[0].carbon_kg));
	assert_true(isnan(reading.runs[0].whole_j));
	assert_true(isnan(reading.runs[0].left_s));
	for (int i = 0; i < TOP_FAMILIES; i++)
		assert_true(isnan(reading.family_w[i]));
	reading_done(&reading);
}

static void a_family_has_what_is_counted_of_it(void **state)
{
	struct reading reading;

	(void)state;
	parse("\"components\":["
	      "{\"family\":\"cpu\",\"counted\":true,\"kind\":\"measured\",\"power_w\":60},"
	      "{\"family\":\"cpu\",\"counted\":true,\"kind\":\"measured\",\"power_w\":40},"
	      "{\"family\":\"cpu\",\"counted\":false,\"kind\":\"measured\",\"power_w\":50},"
	      "{\"family\":\"node\",\"counted\":true,\"kind\":\"modelled\",\"power_w\":5}]}",
	      &reading);
	assert_float_equal(reading.family_w[TOP_CPU], 100, 1e-9);
	assert_float_equal(reading.family_w[TOP_OTHER], 5, 1e-9);
	assert_true(isnan(reading.family_w[TOP_GPU]));
	assert_int_equal(reading.basis, TOP_PART);
	reading_done(&reading);
}

static void a_process_has_the_watts_that_are_known(void **state)
{
	struct reading reading;

	(void)state;
	parse("\"processes\":[{\"pid\":1,\"cpu_w\":5,\"gpu_w\":null},"
	      "{\"pid\":2,\"cpu_w\":5,\"gpu_w\":100},{\"pid\":3}]}",
	      &reading);
	assert_float_equal(reading.processes[0].power_w, 5, 1e-9);
	assert_float_equal(reading.processes[1].power_w, 105, 1e-9);
	assert_true(isnan(reading.processes[2].power_w));
	reading_done(&reading);
}

static void sorting_puts_what_is_not_known_last(void **state)
{
	struct reading reading;

	(void)state;
	parse("\"processes\":[{\"pid\":1,\"resident_bytes\":9},{\"pid\":2,\"cpu_w\":0,"
	      "\"resident_bytes\":5},{\"pid\":3,\"cpu_w\":7,\"cpu_ratio\":0.5,"
	      "\"resident_bytes\":1}]}",
	      &reading);
	reading_sort(&reading, SORT_WATTS);
	assert_int_equal(reading.processes[0].pid, 3);
	assert_int_equal(reading.processes[2].pid, 1);
	reading_sort(&reading, SORT_MEMORY);
	assert_int_equal(reading.processes[0].pid, 1);
	reading_sort(&reading, SORT_CPU);
	assert_int_equal(reading.processes[0].pid, 3);
	reading_done(&reading);
}

static void a_line_that_is_none_is_refused_with_a_reason(void **state)
{
	static const char *const lines[] = {
		"", "{", "[]", "null", "{\"schema\":1}", "{\"schema\":\"x\"}"
	};
	struct reading reading = { .power_w = 7 };
	const char *why = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		why = NULL;
		assert_int_equal(reading_parse(lines[i], &why, &reading), -EPROTO);
		assert_non_null(why);
		assert_float_equal(reading.power_w, 7, 0);
	}
}

static void wrong_types_and_too_much_of_all_do_no_harm(void **state)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT;
	struct reading reading;
	const char *why;

	(void)state;
	strbuf_add(&line,
		   HEAD "\"power_w\":[],\"carbon\":7,\"why\":{},\"gpus\":[[],1,null],"
			"\"components\":[null");
	for (int i = 0; i < 200; i++)
		strbuf_add(&line, ",{\"domain\":\"\303\244\303\244\303\244\303\244\"}");
	strbuf_add(&line, "],\"processes\":[7");
	for (int i = 0; i < TOP_ROWS_MAX + 9; i++)
		strbuf_add(&line, ",{}");
	strbuf_add(&line, "],\"runs\":\"x\"}");
	assert_int_equal(reading_parse(line.text, &why, &reading), 0);
	assert_int_equal(reading.component_count, TOP_COMPONENTS);
	assert_int_equal(reading.listed, TOP_ROWS_MAX);
	assert_int_equal(reading.run_count, 0);
	assert_int_equal(reading.gpu_count, 3);
	reading_done(&reading);
}

static void a_long_text_is_cut_where_a_letter_ends(void **state)
{
	CLEANUP(strbuf_done) struct strbuf rest = STRBUF_INIT;
	struct reading reading;

	(void)state;
	strbuf_add(&rest, "\"processes\":[{\"pid\":1,\"name\":\"");
	for (int i = 0; i < 50; i++)
		strbuf_add(&rest, "\xe2\x82\xac");
	strbuf_add(&rest, "\"}]}");
	parse(rest.text, &reading);
	assert_int_equal(strlen(reading.processes[0].name), TOP_TEXT_MAX - 1);
	reading_done(&reading);
	strbuf_done(&rest);
	rest = (struct strbuf)STRBUF_INIT;
	strbuf_add(&rest, "\"processes\":[{\"pid\":1,\"name\":\"x");
	for (int i = 0; i < 50; i++)
		strbuf_add(&rest, "\xe2\x82\xac");
	strbuf_add(&rest, "\"}]}");
	parse(rest.text, &reading);
	assert_int_equal(strlen(reading.processes[0].name) % 3, 1);
	reading_done(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_or_null_is_not_known_and_never_0),
		cmocka_unit_test(a_family_has_what_is_counted_of_it),
		cmocka_unit_test(a_process_has_the_watts_that_are_known),
		cmocka_unit_test(sorting_puts_what_is_not_known_last),
		cmocka_unit_test(a_line_that_is_none_is_refused_with_a_reason),
		cmocka_unit_test(wrong_types_and_too_much_of_all_do_no_harm),
		cmocka_unit_test(a_long_text_is_cut_where_a_letter_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
