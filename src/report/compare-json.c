/* SPDX-License-Identifier: Apache-2.0 */
/* gramme.compare/1. */
#include "report/compare-view.h"
#include "report/json-value.h"

struct member {
	const char *key;
	json_t *value;
};

static json_t *object_of(const struct member *members, size_t count, int *failed)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++)
		(void)json_value_set(object, members[i].key, members[i].value, failed);
	return object;
}

static json_t *real(double value)
{
	return json_value_real(value);
}

static json_t *stats_json(const struct compare_stats *stats, int *failed)
{
	if (stats->count == 0)
		return json_null();

	const struct member members[] = {
		{ "count", json_value_count(stats->count) },
		{ "mean", real(stats->mean) },
		{ "sd", real(stats->sd) },
		{ "sem", real(stats->sem) },
		{ "low", real(stats->low) },
		{ "high", real(stats->high) },
		{ "median", real(stats->median) },
	};

	return object_of(members, ARRAY_SIZE(members), failed);
}

/* An object with a value for each quantity, and the metric where one was chosen. */
static bool is_told(const struct compare_view *view, enum compare_what what)
{
	return what != COMPARE_METRIC || view->ask->has_metric;
}

static json_t *values_json(const struct compare_view *view, const struct compare_run *run,
			   int *failed)
{
	json_t *object = json_object();

	for (size_t i = 0; i < COMPARE_WHATS; i++)
		if (is_told(view, (enum compare_what)i))
			(void)json_value_set(object,
					     compare_what_text((enum compare_what)i),
					     real(run->value[i]), failed);
	return object;
}

static json_t *run_json(const struct compare_view *view, const struct compare_run *run,
			int *failed)
{
	const struct member members[] = {
		{ "id", json_value_text(run->id) },
		{ "values", values_json(view, run, failed) },
		{ "energy_low_j", real(run->energy_low_j) },
		{ "energy_high_j", real(run->energy_high_j) },
		{ "steps", real(run->steps) },
		{ "machine", json_value_text_or_null(run->machine) },
		{ "hardware", json_value_text_or_null(run->hardware) },
		{ "software", json_value_text_or_null(run->software) },
		{ "domains", json_value_text_or_null(run->domains) },
		{ "kind", json_value_text(kind_text(run->kind)) },
		{ "pue", real(run->pue) },
		{ "pue_source", json_value_text_or_null(run->pue_source) },
		{ "grid", json_value_text_or_null(run->grid) },
		{ "intensity_gpkwh", real(run->intensity_gpkwh) },
		{ "coverage_ratio", real(run->coverage_ratio) },
	};

	return object_of(members, ARRAY_SIZE(members), failed);
}

static json_t *side_json(const struct compare_view *view, size_t at, int *failed)
{
	const struct compare_side *side = &view->ask->sides[at];
	json_t *runs = json_array();
	json_t *stats = json_object();

	for (size_t i = 0; i < side->count; i++)
		(void)json_value_append(runs, run_json(view, &side->runs[i], failed),
					failed);
	for (size_t i = 0; i < COMPARE_WHATS; i++)
		if (is_told(view, (enum compare_what)i))
			(void)json_value_set(
				stats, compare_what_text((enum compare_what)i),
				stats_json(&view->outcome->stats[at][i], failed), failed);

	const struct member members[] = {
		{ "side", json_value_text(side->name) },
		{ "left_out", json_value_count(side->left_out) },
		{ "inside", json_value_count(side->inside) },
		{ "stats", stats },
		{ "runs", runs },
	};

	return object_of(members, ARRAY_SIZE(members), failed);
}

static json_t *test_json(const struct compare_test *test, int *failed)
{
	const struct member members[] = {
		{ "name", json_value_text(test->name) },
		{ "statistic", test->known ? real(test->statistic) : json_null() },
		{ "p", test->known ? real(test->p) : json_null() },
		{ "why", json_value_text_or_null(test->why) },
	};

	return object_of(members, ARRAY_SIZE(members), failed);
}

static json_t *result_json(const struct compare_view *view, enum compare_what what,
			   const struct compare_result *result, int *failed)
{
	bool difference = what == COMPARE_METRIC;
	json_t *tests = json_array();

	for (size_t i = 0; i < COMPARE_TESTS; i++)
		(void)json_value_append(tests, test_json(&result->tests[i], failed),
					failed);

	const struct member members[] = {
		{ "verdict", json_value_text(compare_verdict_text(result->verdict)) },
		{ "is_difference", json_boolean(difference) },
		{ "value", result->known ? real(result->ratio) : json_null() },
		{ "low", real(result->low) },
		{ "high", real(result->high) },
		{ "random_low", real(result->random_low) },
		{ "random_high", real(result->random_high) },
		{ "systematic_log", real(result->systematic_ratio) },
		{ "bootstrap_low", real(result->bootstrap_low) },
		{ "bootstrap_high", real(result->bootstrap_high) },
		{ "p_welch", real(result->p_welch) },
		{ "p_adjusted", real(result->p_adjusted) },
		{ "p_permutation", real(result->p_permutation) },
		{ "permutation_exact", isfinite(result->p_permutation)
					       ? json_boolean(result->permutation_exact)
					       : json_null() },
		{ "p_mann_whitney", real(result->p_mann_whitney) },
		{ "p_equivalence", real(result->p_equivalence) },
		{ "margin",
		  real(difference ? view->ask->metric_margin : view->ask->margin) },
		{ "cliffs_delta", real(result->cliffs_delta) },
		{ "cliffs_low", real(result->cliffs_low) },
		{ "cliffs_high", real(result->cliffs_high) },
		{ "runs_needed", real(result->runs_needed) },
		{ "tests", tests },
	};

	return object_of(members, ARRAY_SIZE(members), failed);
}

static json_t *sentence_json(const struct compare_view *view,
			     const struct compare_pair *pair)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	compare_say(view, pair, &text);
	return text.failed ? NULL : json_value_text(text.text);
}

static json_t *pair_json(const struct compare_view *view, const struct compare_pair *pair,
			 int *failed)
{
	enum compare_verdict verdict = pair->what[view->ask->what].verdict;
	json_t *results = json_object();

	for (size_t i = 0; i < COMPARE_WHATS; i++)
		if (is_told(view, (enum compare_what)i))
			(void)json_value_set(results,
					     compare_what_text((enum compare_what)i),
					     result_json(view, (enum compare_what)i,
							 &pair->what[i], failed),
					     failed);

	const struct member members[] = {
		{ "side", json_value_text(view->ask->sides[pair->side].name) },
		{ "against", json_value_text(view->ask->sides[0].name) },
		{ "verdict", json_value_text(compare_verdict_text(verdict)) },
		{ "sentence", sentence_json(view, pair) },
		{ "results", results },
	};

	return object_of(members, ARRAY_SIZE(members), failed);
}

static json_t *order_json(const struct compare_view *view, int *failed)
{
	json_t *order = json_array();

	for (size_t i = 0; i < view->ask->side_count; i++) {
		size_t side = view->outcome->by_energy[i];

		(void)json_value_append(order,
					json_value_text(view->ask->sides[side].name),
					failed);
	}
	return order;
}

static json_t *warnings_json(const struct compare_outcome *outcome, int *failed)
{
	json_t *warnings = json_array();

	for (size_t i = 0; i < outcome->warning_count; i++) {
		const struct member members[] = {
			{ "code", json_value_text(outcome->warnings[i].code) },
			{ "text", json_value_text(outcome->warnings[i].text) },
		};

		(void)json_value_append(warnings,
					object_of(members, ARRAY_SIZE(members), failed),
					failed);
	}
	return warnings;
}

int compare_json(const struct compare_view *view, char **ret)
{
	const struct compare_ask *ask = view->ask;
	json_t *sides = json_array();
	json_t *pairs = json_array();
	int failed = 0;

	for (size_t i = 0; i < ask->side_count; i++)
		(void)json_value_append(sides, side_json(view, i, &failed), &failed);
	for (size_t i = 0; i < view->outcome->pair_count; i++)
		(void)json_value_append(pairs,
					pair_json(view, &view->outcome->pairs[i],
						  &failed),
					&failed);

	const struct member members[] = {
		{ "schema", json_value_text("gramme.compare/1") },
		{ "quantity", json_value_text(compare_what_text(ask->what)) },
		{ "metric",
		  ask->has_metric ? json_value_text(ask->metric) : json_null() },
		{ "level", real(ask->level) },
		{ "margin", real(ask->margin) },
		{ "metric_margin", real(ask->metric_margin) },
		{ "sides", sides },
		{ "pairs", pairs },
		{ "by_energy", order_json(view, &failed) },
		{ "carbon_ranked", json_boolean(view->outcome->carbon_ranked) },
		{ "warnings", warnings_json(view->outcome, &failed) },
	};
	CLEANUP(json_value_release)
	json_t *root = object_of(members, ARRAY_SIZE(members), &failed);

	return failed < 0 ? failed : json_value_dump(root, ret);
}
