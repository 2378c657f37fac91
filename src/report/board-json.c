/* SPDX-License-Identifier: Apache-2.0 */
/* gramme.leaderboard/1. */
#include "report/board-view.h"
#include "report/json-value.h"

static json_t *value_json(const struct board_value *value)
{
	json_t *object;
	int failed = 0;

	if (value->count == 0)
		return json_null();
	object = json_object();
	(void)json_value_set(object, "mean", json_value_real(value->mean), &failed);
	(void)json_value_set(object, "sem", json_value_real(value->sem), &failed);
	(void)json_value_set(object, "low", json_value_real(value->low), &failed);
	(void)json_value_set(object, "high", json_value_real(value->high), &failed);
	(void)json_value_set(object, "count", json_value_count(value->count), &failed);
	if (failed == 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *dominated_json(const struct board *board, const struct board_row *row)
{
	if (!board->pareto || row->energy_j.count == 0 || row->metric.count == 0)
		return json_null();
	return json_boolean(row->dominated);
}

static json_t *row_json(const struct board *board, const struct board_row *row,
			int *failed)
{
	json_t *object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} members[] = {
		{ "rank", json_value_count((uint64_t)(row - board->rows) + 1) },
		{ "project", json_value_text_or_null(row->project) },
		{ "experiment", json_value_text_or_null(row->experiment) },
		{ "name", json_value_text_or_null(row->name) },
		{ "runs", json_value_count(row->runs) },
		{ "inside", json_value_count(row->inside) },
		{ "failed", json_value_count(row->failed) },
		{ "energy_j", value_json(&row->energy_j) },
		{ "all_j", json_value_real(row->all_j) },
		{ "duration_s", value_json(&row->duration_s) },
		{ "carbon_kg", value_json(&row->carbon_kg) },
		{ "metric", value_json(&row->metric) },
		{ "metric_per_kwh", value_json(&row->metric_per_kwh) },
		{ "target_j", value_json(&row->target_j) },
		{ "reached",
		  board->has_target ? json_value_count(row->reached) : json_null() },
		{ "kind", row->energy_j.count > 0 ? json_value_text(kind_text(row->kind))
						  : json_null() },
		{ "hardware", json_value_text_or_null(row->hardware) },
		{ "grid", json_value_text_or_null(row->grid) },
		{ "coverage_ratio", json_value_real(row->coverage_ratio) },
		{ "machines",
		  row->machines > 0 ? json_value_count(row->machines) : json_null() },
		{ "dominated", dominated_json(board, row) },
		{ "dominated_by", json_value_text_or_null(row->dominated_by) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		(void)json_value_set(object, members[i].key, members[i].value, failed);
	return object;
}

int board_json(const struct board *board, const struct report_opts *opts, char **ret)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	int failed = 0;
	json_t *list;

	(void)opts;

	const struct {
		const char *key;
		json_t *value;
	} members[] = {
		{ "schema", json_value_text("gramme.leaderboard/1") },
		{ "by", json_value_text(board->by) },
		{ "metric", json_value_text_or_null(board->metric) },
		{ "metric_less", json_boolean(board->metric_less) },
		{ "target",
		  board->has_target ? json_value_real(board->target) : json_null() },
		{ "pareto", json_boolean(board->pareto) },
		{ "one_grid", json_boolean(board->one_grid) },
		{ "all", json_value_count(board->all) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		(void)json_value_set(root, members[i].key, members[i].value, &failed);
	list = json_value_set(root, "warnings", json_array(), &failed);
	for (size_t i = 0; i < board->warning_count; i++)
		(void)json_value_append(list, json_value_text(board->warnings[i]),
					&failed);
	list = json_value_set(root, "experiments", json_array(), &failed);
	for (size_t i = 0; i < board->count; i++)
		(void)json_value_append(list, row_json(board, &board->rows[i], &failed),
					&failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
