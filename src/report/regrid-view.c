/* SPDX-License-Identifier: Apache-2.0 */
#include "report/regrid-view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/shown.h"

#define LABEL_COLUMNS 9
#define DATE_LEN      16 /* "2026-11-23T08:37" */
#define SAME_RATIO    5e-4

void regrid_view_done(struct regrid_view *view)
{
	if (!view)
		return;
	for (size_t i = 0; i < view->count; i++)
		free(view->rows[i].weighings);
	free(view->rows);
	memset(view, 0, sizeof *view);
}

static void answer_of(struct regrid_answer *answer, const struct run_view *view)
{
	const struct factor *intensity = &view->intensity;

	answer->carbon_kg = view->carbon_kg;
	answer->intensity_gpkwh = intensity->value;
	answer->covered_ratio = view->in_time.covered_ratio;
	(void)snprintf(answer->from, sizeof answer->from, "%s; by the %s",
		       intensity->value.source, intensity->resolution);
	(void)copy_text(answer->zone, sizeof answer->zone, intensity->zone);
}

void regrid_row_begin(struct regrid_row *row, const struct run_view *before)
{
	const struct run_info *info = &before->record.info;

	(void)copy_text(row->id, sizeof row->id, info->id);
	(void)copy_text(row->name, sizeof row->name, info->name);
	answer_of(&row->before, before);
}

void regrid_row_end(struct regrid_row *row, const struct run_view *after)
{
	answer_of(&row->after, after);
}

/* --- for people --------------------------------------------------------------------------- */

static void add_line(struct strbuf *out, const char *label, const char *text,
		     const struct report_opts *opts)
{
	strbuf_printf(out, "  %-*s", LABEL_COLUMNS, label);
	shown_wrap(out, text, LABEL_COLUMNS + 2, shown_columns(opts));
}

static void add_amount(struct strbuf *text, const struct quantity *carbon_kg,
		       const struct quantity *gpkwh, const char *from)
{
	char kg[NUMBER_TEXT_MAX];
	char intensity[NUMBER_TEXT_MAX];

	number_quantity(carbon_kg, NUMBER_CO2E, kg, sizeof kg);
	number_text(gpkwh->value, NUMBER_GPKWH, intensity, sizeof intensity);
	strbuf_printf(text, "%s", kg);
	if (gpkwh->known)
		strbuf_printf(text, ", %s, %s", intensity, from);
}

static void add_answer(struct strbuf *out, const char *label,
		       const struct regrid_answer *answer, const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	add_amount(&text, &answer->carbon_kg, &answer->intensity_gpkwh, answer->from);
	add_line(out, label, strbuf_part(out, &text), opts);
}

static void add_change(struct strbuf *out, const struct regrid_row *row,
		       const struct report_opts *opts)
{
	const struct quantity *before = &row->before.carbon_kg;
	const struct quantity *after = &row->after.carbon_kg;
	char text[64] = "none";
	double ratio;

	if (!before->known || !after->known || !(before->value > 0))
		return;
	ratio = after->value / before->value - 1;
	if (fabs(ratio) >= SAME_RATIO)
		(void)snprintf(text, sizeof text, "%+.1f %%", 100 * ratio);
	add_line(out, "change", text, opts);
}

static void add_weighing(struct strbuf *out, const struct weighing *weighing,
			 const struct report_opts *opts)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	char at[TIME_TEXT_MAX];

	time_text(weighing->at_unix_ns, at, sizeof at);
	strbuf_printf(&text, "%.*s  ", DATE_LEN, at);
	add_amount(&text, &weighing->carbon_kg, &weighing->intensity_gpkwh,
		   weighing->carbon_kg.source);
	strbuf_printf(&text, " (equations %s, data of %s)", weighing->method,
		      weighing->data_version);
	add_line(out, "said", strbuf_part(out, &text), opts);
}

static void add_row(struct strbuf *out, const struct regrid_view *view,
		    const struct regrid_row *row, const struct report_opts *opts)
{
	ink_add(out, opts, INK_NONE, "");
	shown_add(out, row->name);
	strbuf_printf(out, "  %s\n", row->id);
	if (view->old) {
		for (size_t i = 0; i < row->weighing_count; i++)
			add_weighing(out, &row->weighings[i], opts);
		add_answer(out, "now", &row->after, opts);
		return;
	}
	add_answer(out, "before", &row->before, opts);
	add_answer(out, "now", &row->after, opts);
	add_change(out, row, opts);
	if (row->note[0] != '\0')
		add_line(out, "note", row->note, opts);
}

void regrid_text(const struct regrid_view *view, const struct report_opts *opts,
		 struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();

	(void)locale;
	for (size_t i = 0; i < view->count; i++) {
		strbuf_add(out, i > 0 ? "\n" : "");
		add_row(out, view, &view->rows[i], opts);
	}
	if (view->look_only)
		strbuf_add(out, "\nlooked only: nothing was kept\n");
}

/* --- for programs ------------------------------------------------------------------------- */

static json_t *answer_json(const struct regrid_answer *answer, int *failed)
{
	json_t *object = json_object();

	(void)json_value_set(object, "carbon_kg", json_value_quantity(&answer->carbon_kg),
			     failed);
	(void)json_value_set(object, "intensity_gpkwh",
			     json_value_quantity(&answer->intensity_gpkwh), failed);
	(void)json_value_set(object, "zone", json_value_text_or_null(answer->zone),
			     failed);
	(void)json_value_set(object, "covered_ratio",
			     json_value_real(answer->covered_ratio), failed);
	return object;
}

static json_t *weighing_json(const struct weighing *weighing, int *failed)
{
	json_t *object = json_object();

	const struct {
		const char *key;
		json_t *value;
	} rows[] = {
		{ "at", json_value_time(weighing->at_unix_ns) },
		{ "carbon_kg", json_value_quantity(&weighing->carbon_kg) },
		{ "facility_kwh", json_value_quantity(&weighing->facility_kwh) },
		{ "intensity_gpkwh", json_value_quantity(&weighing->intensity_gpkwh) },
		{ "region", json_value_text_or_null(weighing->place) },
		{ "grid", json_value_text_or_null(weighing->grid) },
		{ "method", json_value_text_or_null(weighing->method) },
		{ "data_version", json_value_text_or_null(weighing->data_version) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		(void)json_value_set(object, rows[i].key, rows[i].value, failed);
	return object;
}

static json_t *row_json(const struct regrid_row *row, bool old, int *failed)
{
	json_t *object = json_object();
	json_t *said;

	(void)json_value_set(object, "id", json_value_text(row->id), failed);
	(void)json_value_set(object, "name", json_value_text(row->name), failed);
	(void)json_value_set(object, "before", answer_json(&row->before, failed), failed);
	(void)json_value_set(object, "after", answer_json(&row->after, failed), failed);
	(void)json_value_set(object, "note", json_value_text_or_null(row->note), failed);
	if (!old)
		return object;
	said = json_value_set(object, "said", json_array(), failed);
	for (size_t i = 0; i < row->weighing_count; i++)
		(void)json_value_append(said, weighing_json(&row->weighings[i], failed),
					failed);
	return object;
}

int regrid_json(const struct regrid_view *view, char **ret)
{
	CLEANUP(json_value_release) json_t *root = json_object();
	int failed = 0;
	json_t *runs;

	(void)json_value_set(root, "schema", json_value_text("gramme.regrid/1"), &failed);
	(void)json_value_set(root, "kept", json_boolean(!view->look_only && !view->old),
			     &failed);
	runs = json_value_set(root, "runs", json_array(), &failed);
	for (size_t i = 0; i < view->count; i++)
		(void)json_value_append(runs,
					row_json(&view->rows[i], view->old, &failed),
					&failed);
	return failed < 0 ? failed : json_value_dump(root, ret);
}
