/* SPDX-License-Identifier: Apache-2.0 */
#include "report/list.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time-text.h"
#include "report/json-value.h"
#include "report/number.h"
#include "report/shown.h"

#define STATE_COLUMNS    11
#define STARTED_COLUMNS  16
#define DURATION_COLUMNS 9
#define ENERGY_COLUMNS   8
#define KIND_COLUMNS     8
#define NAME_LEAST       8
#define NAME_MOST        40
#define STARTED_FROM     100 /* columns from which there is room for the start */
#define GAP              2
#define J_PER_KWH        3.6e6

struct entry {
	const struct run_info *info;
	const struct list_extra *extra; /* NULL: none */
};

static int newest_first(const void *a, const void *b)
{
	const struct run_info *left = ((const struct entry *)a)->info;
	const struct run_info *right = ((const struct entry *)b)->info;

	if (left->started_unix_ns != right->started_unix_ns)
		return left->started_unix_ns < right->started_unix_ns ? 1 : -1;
	return strcmp(right->id, left->id);
}

/* The caller frees. NULL when memory ran out. */
static struct entry *sorted(const struct run_info *infos, size_t count,
			    const struct list_extra *extra)
{
	struct entry *entries = calloc(count + 1, sizeof *entries);

	if (!entries)
		return NULL;
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct entry){ &infos[i], extra ? &extra[i] : NULL };
	qsort(entries, count, sizeof *entries, newest_first);
	return entries;
}

struct layout {
	size_t id;
	size_t name;
	bool started;
};

static size_t most(size_t a, size_t b)
{
	return a > b ? a : b;
}

static struct layout layout_of(const struct run_info *infos, size_t count, int width)
{
	struct layout layout = { sizeof "id" - 1, sizeof "name" - 1, false };
	size_t rest = 5 * GAP + STATE_COLUMNS + DURATION_COLUMNS + ENERGY_COLUMNS +
		      KIND_COLUMNS;

	for (size_t i = 0; i < count; i++) {
		layout.id = most(layout.id, shown_width(infos[i].id));
		layout.name = most(layout.name, shown_width(infos[i].name));
	}
	layout.started = width <= 0 || width >= STARTED_FROM;
	if (width <= 0)
		return layout;
	rest += layout.id + (layout.started ? STARTED_COLUMNS + GAP : 0);
	layout.name = layout.name > NAME_MOST ? NAME_MOST : layout.name;
	if (rest + layout.name > (size_t)width)
		layout.name =
			most(NAME_LEAST, (size_t)width > rest ? (size_t)width - rest : 0);
	return layout;
}

static void add_cell(struct strbuf *out, const char *text, size_t width,
		     enum shown_side side)
{
	strbuf_printf(out, "%*s", GAP, "");
	shown_cell(out, text, width, side);
}

/* Seven texts, one a column; the start's is left out where it has none. */
struct cells {
	const char *id;
	const char *name;
	const char *state;
	const char *started;
	const char *duration;
	const char *energy;
	const char *kind;
};

static void add_line(struct strbuf *out, const struct layout *layout,
		     const struct cells *cells)
{
	shown_cell(out, cells->id, layout->id, SHOWN_LEFT);
	add_cell(out, cells->name, layout->name, SHOWN_LEFT);
	add_cell(out, cells->state, STATE_COLUMNS, SHOWN_LEFT);
	if (layout->started)
		add_cell(out, cells->started, STARTED_COLUMNS, SHOWN_LEFT);
	add_cell(out, cells->duration, DURATION_COLUMNS, SHOWN_RIGHT);
	add_cell(out, cells->energy, ENERGY_COLUMNS, SHOWN_RIGHT);
	strbuf_printf(out, "%*s", GAP, "");
	shown_add(out, cells->kind);
	strbuf_add(out, "\n");
}

static void add_run(struct strbuf *out, const struct layout *layout,
		    const struct run_info *info)
{
	char started[TIME_TEXT_MAX];
	char duration[TIME_TEXT_MAX];
	char energy[NUMBER_TEXT_MAX] = "-";
	bool known = info->attributed_j >= 0;

	time_text(info->started_unix_ns, started, sizeof started);
	started[STARTED_COLUMNS] = '\0';
	started[sizeof "2026-11-23" - 1] = ' ';
	duration_text(info->duration_ns, duration, sizeof duration);
	if (known)
		number_text(info->attributed_j, NUMBER_J, energy, sizeof energy);
	add_line(out, layout,
		 &(struct cells){ info->id, info->name, run_state_text(info->state),
				  started, duration, energy,
				  known ? kind_text(info->energy_kind) : "-" });
}

void list_text(const struct run_info *infos, size_t count, const struct report_opts *opts,
	       struct strbuf *out)
{
	static const struct cells names = {
		"id", "name", "state", "started (UTC)", "duration", "energy", "kind"
	};
	CLEANUP(plain_locale_leave) struct plain_locale locale = plain_locale_enter();
	AUTO_FREE struct entry *entries = sorted(infos, count, NULL);
	CLEANUP(strbuf_done) struct strbuf head = STRBUF_INIT;
	struct layout layout = layout_of(infos, count, opts->width);

	(void)locale;
	if (count == 0) {
		strbuf_add(out, "No runs yet. Track one: gramme run -- CMD\n");
		return;
	}
	if (!entries) {
		out->failed = true;
		return;
	}
	add_line(&head, &layout, &names);
	ink_add(out, opts, INK_STRONG, strbuf_part(out, &head));
	for (size_t i = 0; i < count; i++)
		add_run(out, &layout, entries[i].info);
}

static json_t *real_if(double value)
{
	return json_value_real(value < 0 ? NAN : value);
}

static double facility_kwh(const struct run_info *info, const struct list_extra *extra)
{
	if (extra)
		return extra->facility_kwh;
	if (info->attributed_j < 0 || info->pue <= 0)
		return -1;
	return info->pue * info->attributed_j / J_PER_KWH;
}

static json_t *run_object(const struct run_info *info, const struct list_extra *extra,
			  int *failed)
{
	json_t *run = json_object();
	bool known = info->attributed_j >= 0;

	json_value_set(run, "id", json_value_text(info->id), failed);
	json_value_set(run, "name", json_value_text(info->name), failed);
	json_value_set(run, "experiment", json_value_text_or_null(info->experiment),
		       failed);
	json_value_set(run, "project", json_value_text_or_null(info->project), failed);
	json_value_set(run, "state", json_value_text(run_state_text(info->state)),
		       failed);
	json_value_set(run, "started", json_value_time(info->started_unix_ns), failed);
	json_value_set(run, "duration_s", json_value_seconds(info->duration_ns), failed);
	json_value_set(run, "attributed_j", real_if(info->attributed_j), failed);
	json_value_set(run, "facility_kwh", real_if(facility_kwh(info, extra)), failed);
	json_value_set(run, "carbon_kg", real_if(extra ? extra->carbon_kg : -1), failed);
	json_value_set(run, "kind",
		       json_value_text(known ? kind_text(info->energy_kind) : NULL),
		       failed);
	json_value_set(run, "source_file",
		       json_value_text(extra ? extra->source_file : NULL), failed);
	json_value_set(run, "how", json_value_text_or_null(info->how), failed);
	json_value_set(run, "inside", json_value_text_or_null(info->inside), failed);
	return run;
}

/* As deep as it stands in the list: no text has a line's end in it, JSON writes that "\n". */
static void add_indented(struct strbuf *out, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		strbuf_add(out, "\n    ");
		strbuf_add_bytes(out, text, len);
		text += len + (text[len] == '\n');
	}
}

static int add_object(struct strbuf *out, const struct entry *entry)
{
	CLEANUP(json_value_release) json_t *run = NULL;
	AUTO_FREE char *text = NULL;
	int r = 0;

	run = run_object(entry->info, entry->extra, &r);
	if (r == 0)
		r = json_value_dump(run, &text);
	if (r == 0)
		add_indented(out, text);
	return r;
}

/* A run at a time: ten thousand of them as jansson's objects are ten million bytes. */
int list_json(const struct list_runs *list, char **ret)
{
	AUTO_FREE struct entry *entries = sorted(list->infos, list->count, list->extra);
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	int r = entries ? 0 : -ENOMEM;

	strbuf_printf(&out,
		      "{\n  \"schema\": \"gramme.list/1\",\n  \"total\": %zu,\n"
		      "  \"runs\": [",
		      list->total);
	for (size_t i = 0; i < list->count && r == 0; i++) {
		if (i > 0)
			strbuf_add(&out, ",");
		r = add_object(&out, &entries[i]);
	}
	strbuf_add(&out, list->count > 0 ? "\n  ]\n}\n" : "]\n}\n");
	return r < 0 ? r : strbuf_steal(&out, ret);
}
