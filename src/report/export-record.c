/* SPDX-License-Identifier: Apache-2.0 */
#include "report/export-record.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "model/fields.h"
#include "report/json-value.h"

struct writer {
	int failed;
};

static void set(struct writer *w, json_t *object, const char *key, json_t *value)
{
	(void)json_value_set(object, key, value, &w->failed);
}

static void append(struct writer *w, json_t *array, json_t *value)
{
	(void)json_value_append(array, value, &w->failed);
}

static json_t *children(struct writer *w, json_t *object, const char *key)
{
	return json_value_set(object, key, json_array(), &w->failed);
}

static json_t *next(struct writer *w, json_t *array)
{
	return json_value_append(array, json_array(), &w->failed);
}

/* JSON's readers know no whole number over 2^63 - 1: a text then. */
static json_t *whole(uint64_t value)
{
	char text[24];

	if (value <= INT64_MAX)
		return json_integer((json_int_t)value);
	(void)snprintf(text, sizeof text, "%" PRIu64, value);
	return json_string(text);
}

static json_t *real(double value, double absent)
{
	bool is_absent = value <= absent && value >= absent;

	return isfinite(value) && !is_absent ? json_real(value) : json_null();
}

static json_t *field_value(const struct field *field, const char *from)
{
	const void *value = from + field->offset;

	switch (field->type) {
	case FIELD_TEXT:
		return json_value_text(value);
	case FIELD_OWNED:
		return json_value_text(*(char *const *)value);
	case FIELD_I64:
		return json_integer(*(const int64_t *)value);
	case FIELD_U64:
		return whole(*(const uint64_t *)value);
	case FIELD_U32:
		return json_integer(*(const uint32_t *)value);
	case FIELD_INT:
		return json_integer(*(const int *)value);
	case FIELD_BOOL:
		return json_boolean(*(const bool *)value);
	case FIELD_REAL:
		return real(*(const double *)value, field->absent);
	case FIELD_WORD:
	default:
		return json_value_text(field->words->text(*(const unsigned *)value));
	}
}

static void set_fields(struct writer *w, json_t *object, struct fields fields,
		       const void *from)
{
	for (size_t i = 0; i < fields.count; i++) {
		const struct field *field = &fields.field[i];
		const char *base = from;
		bool has = !field->has || *(const bool *)(base + field->has);

		set(w, object, field->column,
		    has ? field_value(field, base) : json_null());
	}
}

static void add_run(struct writer *w, json_t *root, const struct run_info *info)
{
	json_t *run = json_value_set(root, "run", json_object(), &w->failed);

	set(w, run, "project", json_value_text(info->project));
	set(w, run, "experiment", json_value_text(info->experiment));
	set(w, run, "inside", json_value_text(info->inside));
	set_fields(w, run, fields_of_run(), info);
}

static void add_domains(struct writer *w, json_t *root, const struct run_record *record)
{
	json_t *domains = children(w, root, "domains");

	for (size_t i = 0; i < record->domain_count; i++)
		set_fields(w, json_value_append(domains, json_object(), &w->failed),
			   fields_of_domain(), &record->domains[i]);
}

static void add_gaps(struct writer *w, json_t *root, const struct run_record *record)
{
	json_t *gaps = children(w, root, "gaps");

	for (size_t i = 0; i < record->gap_count; i++) {
		const struct gap *gap = &record->gaps[i];
		json_t *row = next(w, gaps);

		append(w, row, json_integer(gap->domain));
		append(w, row, json_integer(gap->from_ns));
		append(w, row, json_integer(gap->to_ns));
		append(w, row, json_string(field_gap_words.text((unsigned)gap->why)));
	}
}

static void add_story(struct writer *w, json_t *root, const struct run_record *record)
{
	json_t *marks = children(w, root, "marks");
	json_t *metrics = children(w, root, "metrics");

	for (size_t i = 0; i < record->mark_count; i++) {
		json_t *row = next(w, marks);

		append(w, row, json_integer(record->marks[i].t_ns));
		append(w, row, json_value_text(record->marks[i].name));
	}
	for (size_t i = 0; i < record->metric_count; i++) {
		json_t *row = next(w, metrics);

		append(w, row, json_integer(record->metrics[i].t_ns));
		append(w, row, json_value_text(record->metrics[i].name));
		append(w, row, json_value_real(record->metrics[i].value));
	}
}

static void add_words(struct writer *w, json_t *root, const struct run_record *record)
{
	json_t *tags = children(w, root, "tags");
	json_t *works = children(w, root, "works");
	json_t *warnings = children(w, root, "warnings");

	for (size_t i = 0; i < record->tag_count; i++) {
		json_t *row = next(w, tags);

		append(w, row, json_value_text(record->tags[i].key));
		append(w, row, json_value_text(record->tags[i].value));
	}
	for (size_t i = 0; i < record->work_count; i++) {
		json_t *row = next(w, works);

		append(w, row, json_value_text(record->works[i].unit));
		append(w, row, json_value_real(record->works[i].amount));
		append(w, row, whole(record->works[i].count));
	}
	for (size_t i = 0; i < record->warning_count; i++) {
		json_t *row = next(w, warnings);

		append(w, row, json_value_text(record->warnings[i].code));
		append(w, row, json_value_text(record->warnings[i].text));
	}
}

static void add_import(struct writer *w, json_t *root, const struct run_import *import)
{
	json_t *object = import ? json_object() : json_null();
	json_t *figures;

	set(w, root, "import", object);
	if (!import)
		return;
	set(w, object, "format", json_value_text(import->format));
	set(w, object, "tool", json_value_text(import->tool));
	set(w, object, "tool_version", json_value_text(import->tool_version));
	set(w, object, "file", json_value_text(import->file));
	set(w, object, "digest", json_value_text(import->digest));
	set(w, object, "imported_unix_ns", json_integer(import->imported_unix_ns));
	figures = children(w, object, "figures");
	for (size_t i = 0; i < import->figure_count; i++) {
		json_t *row = next(w, figures);

		append(w, row, json_value_text(import->figures[i].name));
		append(w, row, json_value_real(import->figures[i].value));
		append(w, row, json_value_text(import->figures[i].unit));
	}
}

static void add_points(struct writer *w, json_t *object,
		       const struct intensity_series *series)
{
	json_t *points = children(w, object, "points");

	for (size_t i = 0; i < series->count; i++) {
		const struct intensity_point *point = &series->points[i];
		json_t *row = next(w, points);

		append(w, row, json_integer(point->from_unix_s));
		append(w, row, json_integer(point->to_unix_s));
		append(w, row, json_value_real(point->gpkwh));
		append(w, row, json_boolean(point->estimated));
		append(w, row, json_boolean(point->forecast));
	}
}

static void add_intensity(struct writer *w, json_t *root, const struct export_run *run)
{
	json_t *all = children(w, root, "intensity");

	for (size_t i = 0; i < run->series_count; i++) {
		const struct intensity_series *series = &run->series[i];
		json_t *object;

		if (series->count == 0)
			continue;
		object = json_value_append(all, json_object(), &w->failed);
		set(w, object, "provider", json_value_text(series->provider));
		set(w, object, "zone", json_value_text(series->zone));
		set(w, object, "signal", json_string(signal_text(series->signal)));
		set(w, object, "basis", json_value_text(series->basis));
		set(w, object, "error_ratio", json_value_real(series->error_ratio));
		set(w, object, "fetched_unix_s", json_integer(series->fetched_unix_s));
		add_points(w, object, series);
	}
}

static void add_weighings(struct writer *w, json_t *root, const struct export_run *run)
{
	json_t *all = children(w, root, "weighings");

	for (size_t i = 0; i < run->weighing_count; i++) {
		json_t *object = json_value_append(all, json_object(), &w->failed);

		set(w, object, "at_unix_ns", json_integer(run->weighings[i].at_unix_ns));
		set_fields(w, object, fields_of_weighing(), &run->weighings[i]);
	}
}

json_t *export_record(const struct export_run *run)
{
	const struct run_record *record = &run->view->record;
	struct writer w = { 0 };
	json_t *root = json_object();

	set(&w, root, "version", json_integer(EXPORT_RECORD_VERSION));
	add_run(&w, root, &record->info);
	add_domains(&w, root, record);
	add_gaps(&w, root, record);
	add_story(&w, root, record);
	add_words(&w, root, record);
	set(&w, root, "hardware_json", json_value_text(record->hardware_json));
	set(&w, root, "software_json", json_value_text(record->software_json));
	add_import(&w, root, record->import);
	add_intensity(&w, root, run);
	add_weighings(&w, root, run);
	if (w.failed == 0)
		return root;
	json_decref(root);
	return NULL;
}
