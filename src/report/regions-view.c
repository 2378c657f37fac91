/* SPDX-License-Identifier: Apache-2.0 */
#include "report/regions-view.h"

#include <math.h>

#include "report/json-value.h"

static const char *const agrees[] = {
	[REGION_UNKNOWN] = "unknown",           [REGION_BOTH_LOW] = "both-low",
	[REGION_AVERAGE_ONLY] = "average-only", [REGION_MARGINAL_ONLY] = "marginal-only",
	[REGION_NEITHER] = "neither",
};

const char *region_agree_text(enum region_agree value)
{
	return agrees[(size_t)value < ARRAY_SIZE(agrees) ? value : REGION_UNKNOWN];
}

bool regions_view_shows(const struct regions_view *view, size_t i)
{
	return view->limit == 0 || i < view->limit || view->list->rows[i].own;
}

static json_t *rank_json(uint32_t rank)
{
	return rank > 0 ? json_value_count(rank) : json_null();
}

static json_t *row_json(const struct region_row *row, int *failed)
{
	json_t *object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "region", json_value_text(row->name) },
		{ "location", json_value_text_or_null(row->location) },
		{ "country", json_value_text_or_null(row->place.country) },
		{ "zone", json_value_text_or_null(row->place.zone) },
		{ "own", json_boolean(row->own) },
		{ "is_region", json_boolean(!row->apart) },
		{ "average_gpkwh", json_value_factor(&row->average, failed) },
		{ "marginal_gpkwh", json_value_factor(&row->marginal, failed) },
		{ "pue", json_value_factor(&row->pue, failed) },
		{ "average_kg", json_value_quantity(&row->average_kg) },
		{ "marginal_kg", json_value_quantity(&row->marginal_kg) },
		{ "average_rank", rank_json(row->average_rank) },
		{ "marginal_rank", rank_json(row->marginal_rank) },
		{ "low_by", json_value_text(region_agree_text(row->agree)) },
		{ "note", json_value_text_or_null(row->place.note) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

static json_t *agreement_json(const struct region_list *list, int *failed)
{
	json_t *object = json_object();

	(void)json_value_set(object, "correlation",
			     json_value_real(list->has_correlation ? list->correlation
								   : NAN),
			     failed);
	(void)json_value_set(object, "regions", json_value_count(list->both_ranked),
			     failed);
	for (size_t i = 0; i < ARRAY_SIZE(agrees); i++)
		(void)json_value_set(object, agrees[i], json_value_count(list->agree[i]),
				     failed);
	return object;
}

int regions_json(const struct regions_view *view, char **ret)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	const struct region_list *list = view->list;
	int failed = 0;
	json_t *rows;

	(void)json_value_set(root, "schema", json_value_text("gramme.regions/1"),
			     &failed);
	(void)json_value_set(root, "of", json_value_text_or_null(view->of), &failed);
	(void)json_value_set(root, "energy_kwh", json_value_quantity(&list->energy_kwh),
			     &failed);
	(void)json_value_set(root, "average_ranked",
			     json_value_count(list->average_ranked), &failed);
	(void)json_value_set(root, "marginal_ranked",
			     json_value_count(list->marginal_ranked), &failed);
	(void)json_value_set(root, "agreement", agreement_json(list, &failed), &failed);
	rows = json_value_set(root, "regions", json_array(), &failed);
	for (size_t i = 0; i < list->count; i++)
		if (regions_view_shows(view, i))
			(void)json_value_append(rows, row_json(&list->rows[i], &failed),
						&failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
