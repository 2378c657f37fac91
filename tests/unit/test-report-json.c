/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "report/json-value.h"
#include "view.h"

static json_t *parsed(const struct run_view *view)
{
	AUTO_FREE char *text = view_report("json", view, 0);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(root);
	return root;
}

static bool is_warned(const json_t *root, const char *code)
{
	const json_t *warnings =
		json_object_get(json_object_get(root, "quality"), "warnings");

	for (size_t i = 0; i < json_array_size(warnings); i++) {
		const json_t *warning = json_array_get(warnings, i);

		if (strcmp(json_string_value(json_object_get(warning, "code")), code) ==
		    0)
			return true;
	}
	return false;
}

static void a_measured_run_has_every_key_in_its_order(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	view_weighed(&view);
	text = view_report("json", &view, 0);
	assert_golden("report-json-measured.json", text);
}

static void an_unknown_run_has_every_key_too(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	view_unknown(&view);
	text = view_report("json", &view, 0);
	assert_golden("report-json-unknown.json", text);
}

static void what_a_run_told_and_where_it_came_from_have_keys(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;

	(void)unused;
	view_told(&view);
	text = view_report("json", &view, 0);
	assert_golden("report-json-told.json", text);
}

/* A million tokens, and no joules: nothing is known of one. */
static void work_without_joules_has_none_a_unit(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(json_value_release) json_t *root = NULL;
	const json_t *tokens;

	(void)unused;
	view_told(&view);
	view.attributed_j.known = false;
	root = parsed(&view);
	tokens = json_object_get(json_object_get(root, "work"), "tokens");
	assert_int_equal(json_number_value(json_object_get(tokens, "amount")), 4096000);
	assert_true(json_is_null(json_object_get(tokens, "j_per_unit")));
}

static void every_null_of_the_run_has_a_warning(void **unused)
{
	static const struct {
		const char *object;
		const char *key;
	} rows[] = {
		{ "energy", "attributed_j" },
		{ "energy", "machine_j" },
		{ "energy", "marginal_j" },
		{ "energy", "reserved_j" },
		{ "energy", "wall_j" },
		{ "energy", "facility_kwh" },
		{ "carbon", "kg" },
		{ "carbon", "marginal_kg" },
		{ "carbon", "pue" },
		{ "carbon", "intensity_gpkwh" },
		{ "carbon", "marginal_intensity_gpkwh" },
		{ "carbon", "water_l" },
		{ "cost", "scc_usd" },
		{ "cost", "global_scc_usd" },
		{ "activity", "cpu_s" },
		{ "activity", "machine_cpu_s" },
		{ "quality", "coverage_ratio" },
	};
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(json_value_release) json_t *root = NULL;

	(void)unused;
	view_unknown(&view);
	view.pue.value.known = false;
	root = parsed(&view);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const json_t *object = json_object_get(root, rows[i].object);
		char code[64] = "unknown-";

		assert_true(json_is_null(json_object_get(object, rows[i].key)));
		assert_true(is_warned(root, strcat(code, rows[i].key)));
	}
}

static void a_warning_that_is_there_is_not_made_again(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	AUTO_FREE char *text = NULL;
	const char *first;

	(void)unused;
	view_modelled(&view);
	text = view_report("json", &view, 0);
	first = strstr(text, "\"unknown-marginal_j\"");
	assert_non_null(first);
	assert_null(strstr(first + 1, "\"unknown-marginal_j\""));
}

static void broken_text_is_mended_and_kept(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(json_value_release) json_t *root = NULL;

	(void)unused;
	view_measured(&view);
	(void)strcpy(view.record.info.name, "bad\xff\xc3 end\n\"\xed\xa0\x80");
	(void)strcpy(view.record.tags[0].key, "k\xfe");
	root = parsed(&view);
	assert_string_equal(json_string_value(json_object_get(root, "name")),
			    "bad\xef\xbf\xbd\xef\xbf\xbd end\n\"\xef\xbf\xbd\xef\xbf\xbd"
			    "\xef\xbf\xbd");
	assert_string_equal(json_string_value(
				    json_object_get(json_object_get(root, "tags"),
						    "k\xef\xbf\xbd")),
			    "1");
}

static void what_is_not_finite_is_null(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(json_value_release) json_t *root = NULL;
	const json_t *values;

	(void)unused;
	view_measured(&view);
	view.attributed_j.value = NAN;
	view.machine_j.high = INFINITY;
	view.record.metrics[2].value = -INFINITY;
	root = parsed(&view);
	assert_true(json_is_null(
		json_object_get(json_object_get(root, "energy"), "attributed_j")));
	assert_true(json_is_null(json_object_get(
		json_object_get(json_object_get(root, "energy"), "machine_j"), "high")));
	values =
		json_object_get(json_object_get(json_object_get(root, "metrics"), "loss"),
				"values");
	assert_int_equal(json_array_size(values), 2);
	assert_true(json_is_null(json_array_get(json_array_get(values, 1), 1)));
}

static void broken_hardware_and_command_are_empty(void **unused)
{
	CLEANUP(run_view_done) struct run_view view;
	CLEANUP(json_value_release) json_t *root = NULL;

	(void)unused;
	view_measured(&view);
	(void)strcpy(view.record.hardware_json, "{\"cpu\": ");
	(void)strcpy(view.record.software_json, "[1]");
	(void)strcpy(view.record.info.command_json, "{}");
	root = parsed(&view);
	assert_int_equal(json_object_size(json_object_get(root, "hardware")), 0);
	assert_true(json_is_object(json_object_get(root, "hardware")));
	assert_true(json_is_object(json_object_get(root, "software")));
	assert_true(json_is_array(json_object_get(root, "command")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_measured_run_has_every_key_in_its_order),
		cmocka_unit_test(an_unknown_run_has_every_key_too),
		cmocka_unit_test(what_a_run_told_and_where_it_came_from_have_keys),
		cmocka_unit_test(work_without_joules_has_none_a_unit),
		cmocka_unit_test(every_null_of_the_run_has_a_warning),
		cmocka_unit_test(a_warning_that_is_there_is_not_made_again),
		cmocka_unit_test(broken_text_is_mended_and_kept),
		cmocka_unit_test(what_is_not_finite_is_null),
		cmocka_unit_test(broken_hardware_and_command_are_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
