/* SPDX-License-Identifier: Apache-2.0 */
#include "report/told.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"

void told_j_per_unit(const struct run_view *view, const struct run_work *work,
		     struct quantity *ret)
{
	const struct quantity *all = &view->attributed_j;

	*ret = (struct quantity){ .known = false };
	if (!all->known || !(work->amount > 0) || !isfinite(work->amount))
		return;
	ret->known = true;
	ret->value = all->value / work->amount;
	ret->low = all->low / work->amount;
	ret->high = all->high / work->amount;
	ret->kind = kind_worse(all->kind, KIND_DERIVED);
	(void)copy_text(ret->source, sizeof ret->source,
			"attributed_j over what was done");
}

/* --- words -------------------------------------------------------------------------------- */

static bool ends_in(const char *text, size_t len, const char *ending)
{
	size_t tail = strlen(ending);

	return len > tail && strncmp(text + len - tail, ending, tail) == 0;
}

/* "tokens" to "token", "batches" to "batch", "queries" to "query"; else as it is. */
static void add_one(const char *unit, struct strbuf *out)
{
	static const char *const longer[] = { "ches", "shes", "sses", "xes" };
	size_t len = strlen(unit);

	for (size_t i = 0; i < ARRAY_SIZE(longer); i++)
		if (ends_in(unit, len, longer[i])) {
			strbuf_add_bytes(out, unit, len - 2);
			return;
		}
	if (ends_in(unit, len, "ies")) {
		strbuf_add_bytes(out, unit, len - 3);
		strbuf_add(out, "y");
		return;
	}
	if (ends_in(unit, len, "s") && !ends_in(unit, len, "ss"))
		len--;
	strbuf_add_bytes(out, unit, len);
}

void told_per_unit(const struct run_view *view, const struct run_work *work,
		   struct strbuf *out)
{
	struct quantity each;
	char number[NUMBER_TEXT_MAX];
	const char *range;

	told_j_per_unit(view, work, &each);
	if (!each.known) {
		strbuf_add(out, "not known what each used");
		return;
	}
	number_quantity(&each, NUMBER_J, number, sizeof number);
	range = strstr(number, " (");
	strbuf_add_bytes(out, number, range ? (size_t)(range - number) : strlen(number));
	strbuf_add(out,
		   work->unit[0] && strchr("aeiouAEIOU", work->unit[0]) ? " an " : " a ");
	add_one(work->unit, out);
	strbuf_add(out, range ? range : "");
}

void told_amount(const struct run_work *work, struct strbuf *out)
{
	strbuf_printf(out, "%.15g %s", work->amount, work->unit);
}

void told_import(const struct run_import *import, struct strbuf *out)
{
	char time[TIME_TEXT_MAX];

	time_text(import->imported_unix_ns, time, sizeof time);
	strbuf_printf(out, "%s%s%s", import->tool, import->tool_version[0] ? " " : "",
		      import->tool_version);
	if (import->file && import->file[0] != '\0')
		strbuf_printf(out, ", from %s", import->file);
	strbuf_printf(out, ", on %.10s", time);
}

void told_figure(const struct run_figure *figure, struct strbuf *out)
{
	strbuf_printf(out, "%s: ", figure->name);
	if (isfinite(figure->value))
		strbuf_printf(out, "%.6g%s%s", figure->value, figure->unit[0] ? " " : "",
			      figure->unit);
	else
		strbuf_add(out, "not known");
}

/* --- for programs ------------------------------------------------------------------------- */

static double seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

static json_t *times_json(const struct section_view *section, int *failed)
{
	json_t *array = json_array();

	for (size_t i = 0; i < section->time_count; i++) {
		const struct section_time *time = &section->times[i];
		json_t *triple = json_value_append(array, json_array(), failed);

		json_value_append(triple, json_value_real(seconds(time->from_ns)),
				  failed);
		json_value_append(triple, json_value_real(seconds(time->to_ns)), failed);
		json_value_append(triple, json_value_real(time->attributed_j), failed);
	}
	return array;
}

static void section_json(const struct section_view *section, json_t *array, int *failed)
{
	json_t *object = json_value_append(array, json_object(), failed);

	json_value_set(object, "name", json_value_text(section->name), failed);
	json_value_set(object, "count", json_value_count(section->count), failed);
	json_value_set(object, "duration_s", json_value_seconds(section->duration_ns),
		       failed);
	json_value_set(object, "attributed_j",
		       json_value_quantity(&section->attributed_j), failed);
	json_value_set(object, "machine_j", json_value_quantity(&section->machine_j),
		       failed);
	json_value_set(object, "coverage_ratio", json_value_real(section->coverage_ratio),
		       failed);
	json_value_set(object, "each", times_json(section, failed), failed);
}

static json_t *whole(json_t *value, int failed)
{
	if (failed == 0)
		return value;
	json_decref(value);
	return NULL;
}

json_t *told_sections_json(const struct run_view *view)
{
	json_t *array = json_array();
	int failed = array ? 0 : -1;

	for (size_t i = 0; i < view->section_count; i++)
		if (view->sections[i].paired)
			section_json(&view->sections[i], array, &failed);
	return whole(array, failed);
}

json_t *told_work_json(const struct run_view *view)
{
	const struct run_record *record = &view->record;
	json_t *works = json_object();
	int failed = works ? 0 : -1;

	for (size_t i = 0; i < record->work_count; i++) {
		const struct run_work *work = &record->works[i];
		json_t *unit = json_value_text(work->unit);
		json_t *object =
			json_value_set(works, unit ? json_string_value(unit) : "",
				       json_object(), &failed);
		struct quantity each;

		told_j_per_unit(view, work, &each);
		json_value_set(object, "amount", json_value_real(work->amount), &failed);
		json_value_set(object, "count", json_value_count(work->count), &failed);
		json_value_set(object, "j_per_unit", json_value_quantity(&each), &failed);
		json_decref(unit);
	}
	return whole(works, failed);
}

json_t *told_import_json(const struct run_import *import)
{
	json_t *object;
	json_t *figures;
	int failed = 0;

	if (!import)
		return json_null();
	object = json_object();
	json_value_set(object, "format", json_value_text(import->format), &failed);
	json_value_set(object, "tool", json_value_text_or_null(import->tool), &failed);
	json_value_set(object, "tool_version",
		       json_value_text_or_null(import->tool_version), &failed);
	json_value_set(object, "file", json_value_text_or_null(import->file), &failed);
	json_value_set(object, "imported", json_value_time(import->imported_unix_ns),
		       &failed);
	figures = json_value_set(object, "figures", json_array(), &failed);
	for (size_t i = 0; i < import->figure_count; i++) {
		const struct run_figure *own = &import->figures[i];
		json_t *figure = json_value_append(figures, json_object(), &failed);

		json_value_set(figure, "name", json_value_text(own->name), &failed);
		json_value_set(figure, "value", json_value_real(own->value), &failed);
		json_value_set(figure, "unit", json_value_text_or_null(own->unit),
			       &failed);
	}
	return whole(object, failed);
}
