/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gramme.report/1: the figures behind a report's page. A run in it is a gramme.run/1 whose
 * metrics are thinned and whose gaps are the first ones, with its curve, its sections and what it
 * would weigh elsewhere. Curves have four significant digits: they are for the eye.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/json-value.h"
#include "report/page-region-rows.h"
#include "report/page-sections.h"
#include "report/page-series.h"
#include "report/page-view.h"
#include "report/regions-view.h"
#include "report/report.h"

#define GAPS_KEPT    200
#define CURVE_DIGITS 4
#define EDGE_DIGITS  8

struct writer {
	const struct page_run *run;
	int failed;
};

static void set(struct writer *w, json_t *object, const char *key, json_t *value)
{
	(void)json_value_set(object, key, value, &w->failed);
}

static json_t *child(struct writer *w, json_t *object, const char *key)
{
	return json_value_set(object, key, json_object(), &w->failed);
}

static json_t *children(struct writer *w, json_t *object, const char *key)
{
	return json_value_set(object, key, json_array(), &w->failed);
}

static json_t *next(struct writer *w, json_t *array)
{
	return json_value_append(array, json_object(), &w->failed);
}

/* --- the curve ---------------------------------------------------------------------------- */

static double rounded(double value, int digits)
{
	char text[40];

	if (!isfinite(value))
		return value;
	(void)snprintf(text, sizeof text, "%.*g", digits, value);
	return strtod(text, NULL);
}

static void set_values(struct writer *w, json_t *object, const char *key,
		       const double *values, int digits)
{
	size_t count = w->run->curve.bins + (digits == EDGE_DIGITS ? 1 : 0);
	json_t *array = children(w, object, key);

	for (size_t i = 0; values && w->run->curve.bins > 0 && i < count; i++)
		json_value_append(array, json_value_real(rounded(values[i], digits)),
				  &w->failed);
}

static void set_values_or_null(struct writer *w, json_t *object, const char *key,
			       const double *values)
{
	if (values)
		set_values(w, object, key, values, CURVE_DIGITS);
	else
		set(w, object, key, json_null());
}

static void add_lane(struct writer *w, json_t *lanes, const struct curve_lane *lane)
{
	const struct run_domain *what = &w->run->view->components[lane->domain].what;
	json_t *object;

	if (!what->counted && what->domain.boundary != BOUNDARY_NODE)
		return;
	object = next(w, lanes);
	set(w, object, "domain", json_value_text(what->domain.id));
	set(w, object, "family", json_value_text(family_text(what->domain.family)));
	set(w, object, "counted", json_boolean(what->counted));
	set_values(w, object, "machine_w", lane->machine_w, CURVE_DIGITS);
	set_values(w, object, "peak_w", lane->peak_w, CURVE_DIGITS);
	set_values(w, object, "attributed_w", lane->attributed_w, CURVE_DIGITS);
}

static void add_curve(struct writer *w, json_t *root)
{
	const struct run_curve *curve = &w->run->curve;
	json_t *object = child(w, root, "curve");
	json_t *lanes;

	set(w, object, "bins", json_value_count(curve->bins));
	set(w, object, "thinned", json_boolean(curve->thinned));
	set_values(w, object, "edge_s", curve->edge_s, EDGE_DIGITS);
	lanes = children(w, object, "lanes");
	for (size_t i = 0; i < curve->lane_count; i++)
		add_lane(w, lanes, &curve->lanes[i]);
	set_values_or_null(w, object, "intensity_gpkwh", curve->intensity_gpkwh);
	set_values_or_null(w, object, "scope_cpu_ratio", curve->scope_cpu_ratio);
}

/* --- sections, metrics, places ------------------------------------------------------------ */

static void add_sections(struct writer *w, json_t *root)
{
	AUTO_FREE struct page_section *sections =
		calloc(PAGE_SECTIONS_MAX, sizeof *sections);
	json_t *array = children(w, root, "sections");
	size_t count;

	if (!sections) {
		w->failed = -1;
		return;
	}
	count = page_sections_of(w->run, sections);
	for (size_t i = 0; i < count; i++) {
		json_t *object = next(w, array);

		set(w, object, "name", json_value_text(sections[i].name));
		set(w, object, "from_s", json_value_real(sections[i].from_s));
		set(w, object, "to_s", json_value_real(sections[i].to_s));
		set(w, object, "attributed_j", json_value_real(sections[i].attributed_j));
		set(w, object, "attributed_w", json_value_real(sections[i].attributed_w));
		set(w, object, "machine_j", json_value_real(sections[i].machine_j));
		set(w, object, "coverage_ratio",
		    json_value_real(sections[i].coverage_ratio));
	}
}

static void add_metric(struct writer *w, json_t *metrics,
		       const struct page_metric *metric, struct page_points *points)
{
	json_t *name = json_value_text(metric->name);
	json_t *object = child(w, metrics, name ? json_string_value(name) : "");
	json_t *values;

	page_points_of(&w->run->view->record, metric, points);
	set(w, object, "count", json_value_count(metric->count));
	set(w, object, "last", json_value_real(metric->last));
	set(w, object, "least", json_value_real(metric->least));
	set(w, object, "most", json_value_real(metric->most));
	values = children(w, object, "values");
	for (size_t i = 0; i < points->count; i++) {
		json_t *pair = json_value_append(values, json_array(), &w->failed);

		json_value_append(pair, json_value_real(points->t_s[i]), &w->failed);
		json_value_append(pair, json_value_real(points->value[i]), &w->failed);
	}
	json_decref(name);
}

static void add_metrics(struct writer *w, json_t *run)
{
	AUTO_FREE struct page_points *points = malloc(sizeof *points);
	struct page_metric metrics[PAGE_METRICS_MAX];
	size_t left;
	size_t count = page_metrics_of(&w->run->view->record, metrics, &left);
	json_t *object = child(w, run, "metrics");

	if (!points) {
		w->failed = -1;
		return;
	}
	for (size_t i = 0; i < count; i++)
		add_metric(w, object, &metrics[i], points);
}

static json_t *rank_of(uint32_t rank)
{
	return rank > 0 ? json_value_count(rank) : json_null();
}

static void add_regions(struct writer *w, json_t *root)
{
	const struct region_list *list = &w->run->regions;
	json_t *array = children(w, root, "regions");
	struct page_region_rows rows;

	page_region_rows_of(list, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		const struct region_row *row = &list->rows[rows.i[i]];
		json_t *object = next(w, array);

		set(w, object, "region", json_value_text(row->name));
		set(w, object, "location", json_value_text_or_null(row->location));
		set(w, object, "own", json_boolean(row->own));
		set(w, object, "average_gpkwh", json_value_quantity(&row->average.value));
		set(w, object, "average_kg", json_value_quantity(&row->average_kg));
		set(w, object, "average_rank", rank_of(row->average_rank));
		set(w, object, "marginal_gpkwh",
		    json_value_quantity(&row->marginal.value));
		set(w, object, "marginal_kg", json_value_quantity(&row->marginal_kg));
		set(w, object, "marginal_rank", rank_of(row->marginal_rank));
	}
}

static void add_alike(struct writer *w, json_t *root, const struct page_alike *alike)
{
	json_t *array = children(w, root, "equivalences");

	for (size_t i = 0; i < alike->count; i++) {
		json_t *object = next(w, array);

		set(w, object, "amount", json_value_real(alike->of[i].amount));
		set(w, object, "per", json_value_text(alike->of[i].per));
		set(w, object, "source", json_value_text(alike->of[i].source));
	}
}

/* --- the run ------------------------------------------------------------------------------ */

/* gramme.run/1, made from a view without its metrics and with the first of its gaps. */
static json_t *run_object(struct writer *w)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct report *form = report_find("json");
	struct run_view view = *w->run->view;
	struct report_opts opts = { .width = 0 };
	AUTO_FREE char *whole = NULL;

	view.record.metric_count = 0;
	if (view.record.gap_count > GAPS_KEPT)
		view.record.gap_count = GAPS_KEPT;
	form->run(&view, &opts, &text);
	if (strbuf_steal(&text, &whole) < 0)
		return NULL;
	return json_value_parse(whole, JSON_OBJECT);
}

static void add_run(struct writer *w, json_t *runs)
{
	const struct run_record *record = &w->run->view->record;
	json_t *object = next(w, runs);
	json_t *run = json_value_set(object, "run", run_object(w), &w->failed);

	add_metrics(w, run);
	set(w, object, "gaps_left_out",
	    json_value_count(record->gap_count > GAPS_KEPT ? record->gap_count - GAPS_KEPT
							   : 0));
	add_curve(w, object);
	add_sections(w, object);
	add_regions(w, object);
	add_alike(w, object, &w->run->alike);
}

static void add_total(struct writer *w, json_t *root, const struct statement *total)
{
	json_t *object = child(w, root, "total");

	set(w, object, "runs", json_value_count(total->count));
	set(w, object, "inside", json_value_count(total->inside));
	set(w, object, "in_part", json_value_count(total->in_part));
	set(w, object, "attributed_j", json_value_quantity(&total->total.attributed_j));
	set(w, object, "facility_kwh", json_value_quantity(&total->total.facility_kwh));
	set(w, object, "carbon_kg", json_value_quantity(&total->total.carbon_kg));
	set(w, object, "unknown_energy", json_value_count(total->total.unknown_energy));
	set(w, object, "unknown_carbon", json_value_count(total->total.unknown_carbon));
}

static void fill(struct writer *w, json_t *root, const struct page_view *page)
{
	json_t *runs;

	set(w, root, "schema", json_value_text("gramme.report/1"));
	set(w, root, "title", json_value_text_or_null(page->title));
	set(w, root, "written",
	    page->total->written_unix_ns > 0
		    ? json_value_time(page->total->written_unix_ns)
		    : json_null());
	set(w, root, "version", json_value_text_or_null(page->total->version));
	set(w, root, "method", json_value_text_or_null(page->total->method));
	set(w, root, "data_version", json_value_text_or_null(page->total->data_version));
	add_total(w, root, page->total);
	runs = children(w, root, "runs");
	for (size_t i = 0; i < page->count; i++) {
		w->run = &page->runs[i];
		add_run(w, runs);
	}
}

json_t *page_json(const struct page_view *page)
{
	struct writer w = { .run = NULL };
	json_t *root = json_object();

	fill(&w, root, page);
	if (w.failed == 0)
		return root;
	json_decref(root);
	return NULL;
}
