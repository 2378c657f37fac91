/* SPDX-License-Identifier: Apache-2.0 */
#include "report/import-view.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/shown.h"

#define LABEL_COLUMNS 12
#define LINES_MAX     40 /* for people; programs get all */

void import_view_done(struct import_view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		free(view->lines[i].file);
		free(view->lines[i].figures);
		free(view->lines[i].warnings);
	}
	for (size_t i = 0; i < view->failure_count; i++)
		free(view->failures[i].file);
	free(view->lines);
	free(view->failures);
	memset(view, 0, sizeof *view);
}

/* Room for one more item, zeroed; NULL without memory. */
static void *grow(void *items_at, size_t count, size_t *room, size_t size)
{
	void **items = items_at;

	if (count == *room) {
		size_t more = *room ? *room * 2 : 16;
		void *grown = reallocarray(*items, more, size);

		if (!grown)
			return NULL;
		*items = grown;
		*room = more;
	}
	return memset((char *)*items + count * size, 0, size);
}

struct import_line *import_view_line(struct import_view *view)
{
	struct import_line *line =
		grow(&view->lines, view->count, &view->room, sizeof *line);

	if (line)
		view->count++;
	return line;
}

int import_view_fail(struct import_view *view, const char *file, const char *text)
{
	struct import_failure *failure = grow(&view->failures, view->failure_count,
					      &view->failure_room, sizeof *failure);

	if (!failure)
		return -ENOMEM;
	failure->file = strdup(file);
	if (!failure->file)
		return -ENOMEM;
	(void)copy_text(failure->text, sizeof failure->text, text);
	view->failure_count++;
	return 0;
}

int import_line_fill(struct import_line *line, struct run_view *run)
{
	struct run_record *record = &run->record;

	(void)copy_text(line->id, sizeof line->id, record->info.id);
	(void)copy_text(line->name, sizeof line->name, record->info.name);
	line->duration_s = (double)record->info.duration_ns / (double)NS_PER_S;
	line->attributed_j = run->attributed_j;
	line->facility_kwh = run->facility_kwh;
	line->carbon_kg = run->carbon_kg;
	line->warnings = STEAL(record->warnings);
	line->warning_count = record->warning_count;
	record->warning_count = 0;
	if (!record->import)
		return 0;
	(void)copy_text(line->format, sizeof line->format, record->import->format);
	line->file = STEAL(record->import->file);
	line->figures = STEAL(record->import->figures);
	line->figure_count = record->import->figure_count;
	record->import->figure_count = 0;
	return 0;
}

/* --- for people --------------------------------------------------------------------------- */

static const char *state_text(enum import_state state)
{
	switch (state) {
	case IMPORT_NEW:
		return "new";
	case IMPORT_THERE:
		return "there";
	case IMPORT_WOULD:
	default:
		return "would";
	}
}

static const char *state_words(enum import_state state)
{
	switch (state) {
	case IMPORT_NEW:
		return "taken in";
	case IMPORT_THERE:
		return "already there";
	case IMPORT_WOULD:
	default:
		return "would be taken in";
	}
}

static void add_label(struct strbuf *out, const char *label)
{
	strbuf_printf(out, "  %-*s", LABEL_COLUMNS, label);
}

static void add_warnings(struct strbuf *out, const struct import_line *line,
			 const struct report_opts *opts)
{
	for (size_t i = 0; i < line->warning_count; i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		strbuf_printf(&text, "%s: %s", line->warnings[i].code,
			      line->warnings[i].text);
		add_label(out, "warning");
		shown_wrap(out, strbuf_part(out, &text), LABEL_COLUMNS + 2,
			   shown_columns(opts));
	}
}

static void add_figures(struct strbuf *out, const struct import_line *line)
{
	for (size_t i = 0; i < line->figure_count; i++) {
		const struct run_figure *figure = &line->figures[i];

		strbuf_add(out, "  ");
		shown_add(out, figure->name);
		strbuf_printf(out, " = %.9g%s", figure->value, *figure->unit ? " " : "");
		shown_add(out, figure->unit);
		strbuf_add(out, "\n");
	}
}

static void add_ours(struct strbuf *out, const struct import_line *line)
{
	char text[NUMBER_TEXT_MAX];

	number_quantity(&line->attributed_j, NUMBER_J, text, sizeof text);
	add_label(out, "energy");
	strbuf_printf(out, "%s\n", text);
	number_quantity(&line->facility_kwh, NUMBER_KWH, text, sizeof text);
	add_label(out, "facility");
	strbuf_printf(out, "%s\n", text);
	number_quantity(&line->carbon_kg, NUMBER_CO2E, text, sizeof text);
	add_label(out, "carbon");
	strbuf_printf(out, "%s\n", text);
}

static void add_line(struct strbuf *out, const struct import_view *view,
		     const struct import_line *line, const struct report_opts *opts)
{
	char duration[TIME_TEXT_MAX];

	duration_text((int64_t)(line->duration_s * (double)NS_PER_S), duration,
		      sizeof duration);
	shown_add(out, line->name);
	strbuf_printf(out, "  %s  %s  %s\n", line->id, duration,
		      state_words(line->state));
	if (view->original)
		add_figures(out, line);
	else
		add_ours(out, line);
	add_warnings(out, line, opts);
}

static size_t count_of(const struct import_view *view, enum import_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < view->count; i++)
		count += view->lines[i].state == state;
	return count;
}

static void add_sum(struct strbuf *out, const struct import_view *view)
{
	static const enum import_state states[] = { IMPORT_NEW, IMPORT_WOULD,
						    IMPORT_THERE };

	const char *comma = "";

	strbuf_printf(out, "%zu run%s: ", view->count, view->count == 1 ? "" : "s");
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		size_t count = count_of(view, states[i]);

		if (count == 0)
			continue;
		strbuf_printf(out, "%s%zu %s", comma, count, state_words(states[i]));
		comma = ", ";
	}
	strbuf_add(out, view->count ? "\n" : "none\n");
	if (view->look_only)
		strbuf_add(out, "looked only: nothing was kept\n");
}

static void add_failures(struct strbuf *out, const struct import_view *view,
			 const struct report_opts *opts)
{
	for (size_t i = 0; i < view->failure_count; i++) {
		CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

		strbuf_printf(&text, "%s: %s", view->failures[i].file,
			      view->failures[i].text);
		add_label(out, "not read");
		shown_wrap(out, strbuf_part(out, &text), LABEL_COLUMNS + 2,
			   shown_columns(opts));
	}
}

void import_text(const struct import_view *view, const struct report_opts *opts,
		 struct strbuf *out)
{
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	size_t shown = view->count < LINES_MAX ? view->count : LINES_MAX;

	(void)locale;
	for (size_t i = 0; i < shown; i++) {
		add_line(out, view, &view->lines[i], opts);
		strbuf_add(out, "\n");
	}
	if (shown < view->count)
		strbuf_printf(out, "and %zu more: --json tells all\n\n",
			      view->count - shown);
	add_failures(out, view, opts);
	add_sum(out, view);
}

/* --- for programs ------------------------------------------------------------------------- */

static void set_figures(json_t *object, const struct import_line *line, int *failed)
{
	json_t *figures = json_value_set(object, "figures", json_object(), failed);

	for (size_t i = 0; i < line->figure_count; i++) {
		const struct run_figure *figure = &line->figures[i];
		json_t *one =
			json_value_set(figures, figure->name, json_object(), failed);

		json_value_set(one, "value", json_value_real(figure->value), failed);
		json_value_set(one, "unit", json_value_text_or_null(figure->unit),
			       failed);
	}
}

static void set_flags(json_t *object, const struct import_line *line, int *failed)
{
	json_t *flags = json_value_set(object, "flags", json_array(), failed);

	for (size_t i = 0; i < line->warning_count; i++) {
		json_t *flag = json_value_append(flags, json_object(), failed);

		json_value_set(flag, "code", json_value_text(line->warnings[i].code),
			       failed);
		json_value_set(flag, "text", json_value_text(line->warnings[i].text),
			       failed);
	}
}

static void set_ours(json_t *object, const struct import_line *line, int *failed)
{
	json_t *ours = json_value_set(object, "ours", json_object(), failed);

	json_value_set(ours, "attributed_j", json_value_quantity(&line->attributed_j),
		       failed);
	json_value_set(ours, "facility_kwh", json_value_quantity(&line->facility_kwh),
		       failed);
	json_value_set(ours, "carbon_kg", json_value_quantity(&line->carbon_kg), failed);
}

static json_t *line_json(const struct import_line *line)
{
	json_t *object = json_object();
	int failed = 0;

	json_value_set(object, "id", json_value_text(line->id), &failed);
	json_value_set(object, "name", json_value_text(line->name), &failed);
	json_value_set(object, "file", json_value_text_or_null(line->file), &failed);
	json_value_set(object, "format", json_value_text_or_null(line->format), &failed);
	json_value_set(object, "state", json_value_text(state_text(line->state)),
		       &failed);
	json_value_set(object, "duration_s", json_value_real(line->duration_s), &failed);
	set_figures(object, line, &failed);
	set_ours(object, line, &failed);
	set_flags(object, line, &failed);
	if (failed == 0)
		return object;
	json_decref(object);
	return NULL;
}

int import_json(const struct import_view *view, char **ret)
{
	CLEANUP(json_value_release) json_t *object = json_object();
	json_t *list;
	int failed = 0;

	json_value_set(object, "schema", json_value_text("gramme.import/1"), &failed);
	list = json_value_set(object, "runs", json_array(), &failed);
	for (size_t i = 0; i < view->count && failed == 0; i++)
		json_value_append(list, line_json(&view->lines[i]), &failed);
	list = json_value_set(object, "failures", json_array(), &failed);
	for (size_t i = 0; i < view->failure_count && failed == 0; i++) {
		json_t *one = json_value_append(list, json_object(), &failed);

		json_value_set(one, "file", json_value_text(view->failures[i].file),
			       &failed);
		json_value_set(one, "error", json_value_text(view->failures[i].text),
			       &failed);
	}
	return failed < 0 ? failed : json_value_dump(object, ret);
}
