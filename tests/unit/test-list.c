/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/json-value.h"
#include "report/list.h"
#include "report/shown.h"
#include "view.h"

static const struct run_info runs[] = {
	{ .id = "20261101T090000-000001",
	  .name = "old",
	  .state = RUN_FINISHED,
	  .started_unix_ns = INT64_C(1793523600000000000),
	  .duration_ns = 61 * NS_PER_S,
	  .pue = 1.5,
	  .attributed_j = 7.2e6,
	  .energy_kind = KIND_MEASURED },
	{ .id = "20261123T083757-7f3a9c",
	  .name = "a rather long name of a run, longer than a table has room for",
	  .experiment = "base",
	  .state = RUN_INTERRUPTED,
	  .started_unix_ns = INT64_C(1795423077123000000),
	  .duration_ns = 12345 * NS_PER_S,
	  .attributed_j = 4210,
	  .energy_kind = KIND_MODELLED },
	{ .id = "20261102T100000-00abcd",
	  .name = "dark\x1b[31m",
	  .state = RUN_FAILED,
	  .started_unix_ns = INT64_C(1793613600000000000),
	  .duration_ns = 450 * NS_PER_MS,
	  .attributed_j = -1 },
};

static char *table(int width)
{
	struct report_opts opts = { .colour = false, .width = width };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	list_text(runs, ARRAY_SIZE(runs), &opts, &out);
	assert_int_equal(strbuf_steal(&out, &text), 0);
	return text;
}

static void the_table_is_newest_first(void **unused)
{
	AUTO_FREE char *narrow = table(80);
	AUTO_FREE char *wide = table(120);
	AUTO_FREE char *file = table(0);

	(void)unused;
	assert_golden("report-list-80.txt", narrow);
	assert_golden("report-list-120.txt", wide);
	assert_golden("report-list-0.txt", file);
	for (char *line = strtok(narrow, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(shown_width(line) <= 80);
}

static void no_runs_say_how_to_get_one(void **unused)
{
	struct report_opts opts = { .width = 80 };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;

	(void)unused;
	list_text(runs, 0, &opts, &out);
	assert_non_null(strstr(out.text, "gramme run"));
}

static void programs_get_every_key_and_null_for_unknown(void **unused)
{
	AUTO_FREE char *text = NULL;

	(void)unused;
	assert_int_equal(list_json(&(struct list_runs){ runs, ARRAY_SIZE(runs), NULL, 7 },
				   &text),
			 0);
	assert_golden("report-list.json", text);
}

static void extras_belong_to_their_run(void **unused)
{
	static const struct list_extra extra[] = { { 1, 10, NULL },
						   { 2, -1, "emissions.csv" },
						   { -1, -1, NULL } };
	AUTO_FREE char *text = NULL;
	CLEANUP(json_value_release) json_t *root = NULL;
	const json_t *first;

	(void)unused;
	assert_int_equal(
		list_json(&(struct list_runs){ runs, ARRAY_SIZE(runs), extra, 2 }, &text),
		0);
	root = json_loads(text, 0, NULL);
	first = json_array_get(json_object_get(root, "runs"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "id")), runs[1].id);
	assert_true(json_real_value(json_object_get(first, "facility_kwh")) == 2);
	assert_true(json_is_null(json_object_get(first, "carbon_kg")));
	assert_string_equal(json_string_value(json_object_get(first, "source_file")),
			    "emissions.csv");
}

static void an_empty_list_is_a_list(void **unused)
{
	AUTO_FREE char *text = NULL;
	CLEANUP(json_value_release) json_t *root = NULL;

	(void)unused;
	assert_int_equal(list_json(&(struct list_runs){ NULL, 0, NULL, 0 }, &text), 0);
	root = json_loads(text, 0, NULL);
	assert_true(json_is_array(json_object_get(root, "runs")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_newest_first),
		cmocka_unit_test(no_runs_say_how_to_get_one),
		cmocka_unit_test(programs_get_every_key_and_null_for_unknown),
		cmocka_unit_test(extras_belong_to_their_run),
		cmocka_unit_test(an_empty_list_is_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
