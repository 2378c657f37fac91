/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/json-value.h"
#include "statement.h"

static void it_reads_as_approved(void **unused)
{
	(void)unused;
	assert_statements("json", "json", "hourly experiment unknown given hostile");
}

static json_t *parsed(const char *name)
{
	AUTO_FREE char *text = statement_written("json", name);
	json_t *root = json_loads(text, 0, NULL);

	assert_non_null(root);
	return root;
}

static double value_at(const json_t *object, const char *key)
{
	const json_t *q = json_object_get(object, key);

	assert_true(json_is_object(q));
	return json_number_value(json_object_get(q, "value"));
}

static void every_case_is_a_document_of_the_schema(void **unused)
{
	static const char *const names[] = { "hourly",  "experiment", "modelled",
					     "unknown", "partly",     "no-carbon",
					     "given",   "hostile",    "negative" };
	static const char *const keys[] = {
		"of",   "runs",        "total",    "lost",   "marginal_kg", "water_l",
		"cost", "embodied_kg", "facts",    "counts", "machines",    "from",
		"to",   "tracker",     "sentence", "country"
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CLEANUP(json_value_release) json_t *root = parsed(names[i]);

		assert_string_equal(json_string_value(json_object_get(root, "schema")),
				    "gramme.statement/1");
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			assert_non_null(json_object_get(root, keys[k]));
	}
}

static void what_is_not_known_is_null(void **unused)
{
	CLEANUP(json_value_release) json_t *root = parsed("unknown");
	const json_t *run = json_array_get(json_object_get(root, "runs"), 0);
	const json_t *total = json_object_get(root, "total");
	const json_t *cost = json_object_get(root, "cost");

	(void)unused;
	assert_true(json_is_null(json_object_get(run, "attributed_j")));
	assert_true(json_is_null(json_object_get(run, "coverage_ratio")));
	assert_true(json_is_null(json_object_get(total, "facility_kwh")));
	assert_true(json_is_null(json_object_get(total, "carbon_kg")));
	assert_true(json_is_null(json_object_get(cost, "country")));
	assert_true(json_is_null(json_object_get(root, "water_l")));
	assert_int_equal(json_integer_value(json_object_get(total, "unknown_energy")), 1);
}

static void figures_given_have_no_runs_and_no_time(void **unused)
{
	CLEANUP(json_value_release) json_t *root = parsed("given");

	(void)unused;
	assert_true(json_is_true(json_object_get(root, "given")));
	assert_int_equal(json_array_size(json_object_get(root, "runs")), 0);
	assert_true(json_is_null(json_object_get(root, "from")));
	assert_true(json_is_null(json_object_get(root, "machines")));
	assert_true(value_at(json_object_get(root, "total"), "facility_kwh") ==
		    24.343772);
}

static void the_sums_and_the_lost_are_told(void **unused)
{
	CLEANUP(json_value_release) json_t *root = parsed("experiment");
	const json_t *counts = json_object_get(root, "counts");
	const json_t *lost = json_object_get(root, "lost");

	(void)unused;
	assert_int_equal(json_integer_value(json_object_get(counts, "failed")), 1);
	assert_int_equal(json_integer_value(json_object_get(lost, "runs")), 1);
	assert_true(value_at(lost, "facility_kwh") <
		    value_at(json_object_get(root, "total"), "facility_kwh"));
	assert_true(json_is_null(json_object_get(root, "marginal_kg")));
	assert_true(json_is_null(json_object_get(root, "country")));
}

static void names_come_through_whole(void **unused)
{
	CLEANUP(statement_done) struct statement s;
	CLEANUP(json_value_release) json_t *root = parsed("hostile");
	const char *name = json_string_value(
		json_object_get(json_array_get(json_object_get(root, "runs"), 0),
				"name"));

	(void)unused;
	statement_case("hostile", &s);
	assert_non_null(name);
	assert_int_equal(strncmp(name, s.views[0].record.info.name, 50), 0);
	assert_non_null(strstr(name, "\xef\xbf\xbd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_reads_as_approved),
		cmocka_unit_test(every_case_is_a_document_of_the_schema),
		cmocka_unit_test(what_is_not_known_is_null),
		cmocka_unit_test(figures_given_have_no_runs_and_no_time),
		cmocka_unit_test(the_sums_and_the_lost_are_told),
		cmocka_unit_test(names_come_through_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
