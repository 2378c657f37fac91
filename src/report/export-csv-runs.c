/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of whole runs, and of their components. */
#include <jansson.h>
#include <math.h>
#include <stddef.h>

#include "report/export-cells.h"
#include "report/export-csv.h"
#include "report/json-value.h"
#include "report/phrase.h"

/* --- runs --------------------------------------------------------------------------------- */

static const struct run_info *info_of(const void *item)
{
	return &((const struct run_view *)item)->record.info;
}

static void state_cell(struct strbuf *out, const void *item)
{
	strbuf_add(out, run_state_text(info_of(item)->state));
}

static void exit_cell(struct strbuf *out, const void *item)
{
	if (info_of(item)->has_exit_status)
		strbuf_printf(out, "%d", info_of(item)->exit_status);
}

static void started_cell(struct strbuf *out, const void *item)
{
	cell_time(out, info_of(item)->started_unix_ns);
}

static void duration_cell(struct strbuf *out, const void *item)
{
	cell_seconds(out, info_of(item)->duration_ns);
}

static void period_cell(struct strbuf *out, const void *item)
{
	if (info_of(item)->period_ns > 0)
		cell_seconds(out, info_of(item)->period_ns);
}

static void directory_cell(struct strbuf *out, const void *item)
{
	cell_text(out, info_of(item)->directory);
}

static void command_cell(struct strbuf *out, const void *item)
{
	cell_text(out, info_of(item)->command_json);
}

/* What a user put there may hold any sign that could part one tag from the next: JSON. */
static void tags_cell(struct strbuf *out, const void *item)
{
	const struct run_record *record = &((const struct run_view *)item)->record;
	CLEANUP(json_value_release) json_t *tags = json_object();
	AUTO_FREE char *text = NULL;
	int failed = 0;

	if (record->tag_count == 0)
		return;
	for (size_t i = 0; i < record->tag_count; i++) {
		CLEANUP(json_value_release)
		json_t *key = json_value_text(record->tags[i].key);

		(void)json_value_set(tags, key ? json_string_value(key) : "",
				     json_value_text(record->tags[i].value), &failed);
	}
	if (failed < 0 || json_value_compact(tags, &text) < 0)
		out->failed = true;
	else
		cell_text(out, text);
}

static void coverage_cell(struct strbuf *out, const void *item)
{
	const struct run_view *view = item;

	cell_real(out, view->coverage_ratio < 0 ? NAN : view->coverage_ratio);
}

static void in_time_cell(struct strbuf *out, const void *item)
{
	const struct run_view *view = item;

	cell_real(out, view->intensity.value.known ? view->in_time.covered_ratio : NAN);
}

static void intensity_source_cell(struct strbuf *out, const void *item)
{
	const struct run_view *view = item;

	if (view->intensity.value.known)
		cell_text(out, view->intensity.value.source);
}

static void cpu_cell(struct strbuf *out, const void *item)
{
	if (info_of(item)->has_scope_cpu)
		cell_decimal(out, info_of(item)->scope_cpu_ns, 9);
}

static void machine_cpu_cell(struct strbuf *out, const void *item)
{
	if (info_of(item)->has_machine_cpu)
		cell_decimal(out, info_of(item)->machine_cpu_ns, 9);
}

static void processes_cell(struct strbuf *out, const void *item)
{
	cell_count(out, info_of(item)->processes_seen);
}

static void samples_cell(struct strbuf *out, const void *item)
{
	cell_count(out, info_of(item)->samples);
}

static void missed_cell(struct strbuf *out, const void *item)
{
	cell_count(out, info_of(item)->missed);
}

static void gaps_cell(struct strbuf *out, const void *item)
{
	cell_count(out, ((const struct run_view *)item)->record.gap_count);
}

/* Each code once, blanks between them; codes have none. */
static void warnings_cell(struct strbuf *out, const void *item)
{
	const struct run_record *record = &((const struct run_view *)item)->record;
	CLEANUP(json_value_release) json_t *seen = json_object();
	CLEANUP(strbuf_done) struct strbuf codes = STRBUF_INIT;

	for (size_t i = 0; i < record->warning_count; i++) {
		const char *code = record->warnings[i].code;

		if (json_object_get(seen, code))
			continue;
		strbuf_printf(&codes, "%s%s", json_object_size(seen) ? " " : "", code);
		codes.failed |= json_object_set_new_nocheck(seen, code, json_true()) != 0;
	}
	cell_text(out, strbuf_part(out, &codes));
}

static void hardware_cell(struct strbuf *out, const void *item)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;

	phrase_hardware(&((const struct run_view *)item)->record, &text);
	cell_text(out, strbuf_part(out, &text));
}

static void host_cell(struct strbuf *out, const void *item)
{
	const struct run_record *record = &((const struct run_view *)item)->record;
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(record->software_json, JSON_OBJECT);

	cell_text(out, json_string_value(json_object_get(software, "hostname")));
}

static const struct run_import *import_of(const void *item)
{
	return ((const struct run_view *)item)->record.import;
}

static void import_format_cell(struct strbuf *out, const void *item)
{
	if (import_of(item))
		cell_text(out, import_of(item)->format);
}

static void import_tool_cell(struct strbuf *out, const void *item)
{
	if (import_of(item))
		cell_text(out, import_of(item)->tool);
}

static void import_file_cell(struct strbuf *out, const void *item)
{
	if (import_of(item))
		cell_text(out, import_of(item)->file);
}

/* A member's name cannot stand in parentheses. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define INFO(member) offsetof(struct run_view, record.info.member)
#define VIEW(member) offsetof(struct run_view, member)
#define OWN(name, cell)                                                                  \
	{                                                                                \
		name, CELL_OWN, 0, cell                                                  \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct cell_column run_columns[] = {
	{ "id", CELL_TEXT, INFO(id), NULL },
	{ "name", CELL_TEXT, INFO(name), NULL },
	{ "experiment", CELL_TEXT, INFO(experiment), NULL },
	{ "project", CELL_TEXT, INFO(project), NULL },
	OWN("tags", tags_cell),
	OWN("state", state_cell),
	OWN("exit_status", exit_cell),
	OWN("started_utc", started_cell),
	OWN("duration_s", duration_cell),
	{ "attributed_j", CELL_QUANTITY, VIEW(attributed_j), NULL },
	{ "machine_j", CELL_QUANTITY, VIEW(machine_j), NULL },
	{ "marginal_j", CELL_QUANTITY, VIEW(marginal_j), NULL },
	{ "reserved_j", CELL_QUANTITY, VIEW(reserved_j), NULL },
	{ "estimate_beside_j", CELL_QUANTITY, VIEW(beside_j), NULL },
	{ "wall_j", CELL_QUANTITY, VIEW(wall_j), NULL },
	{ "facility_kwh", CELL_QUANTITY, VIEW(facility_kwh), NULL },
	{ "carbon_kg", CELL_QUANTITY, VIEW(carbon_kg), NULL },
	{ "carbon_marginal_kg", CELL_QUANTITY, VIEW(carbon_marginal_kg), NULL },
	{ "pue", CELL_QUANTITY, VIEW(pue.value), NULL },
	{ "intensity_gpkwh", CELL_QUANTITY, VIEW(intensity.value), NULL },
	OWN("intensity_source", intensity_source_cell),
	{ "intensity_zone", CELL_TEXT, VIEW(intensity.zone), NULL },
	OWN("in_time_ratio", in_time_cell),
	{ "region", CELL_TEXT, VIEW(place.text), NULL },
	{ "country", CELL_TEXT, VIEW(place.country), NULL },
	{ "water_l", CELL_QUANTITY, VIEW(water_l), NULL },
	{ "cost_country_usd", CELL_VALUE, VIEW(cost_country.usd), NULL },
	{ "cost_global_usd", CELL_VALUE, VIEW(cost_global.usd), NULL },
	OWN("coverage_ratio", coverage_cell),
	OWN("cpu_s", cpu_cell),
	OWN("machine_cpu_s", machine_cpu_cell),
	OWN("processes_seen", processes_cell),
	OWN("samples", samples_cell),
	OWN("missed", missed_cell),
	OWN("gaps", gaps_cell),
	OWN("warnings", warnings_cell),
	OWN("hardware", hardware_cell),
	OWN("host", host_cell),
	OWN("command", command_cell),
	OWN("directory", directory_cell),
	{ "how", CELL_TEXT, INFO(how), NULL },
	{ "inside", CELL_TEXT, INFO(inside), NULL },
	OWN("import_format", import_format_cell),
	OWN("import_tool", import_tool_cell),
	OWN("import_file", import_file_cell),
	OWN("period_s", period_cell),
	{ "version", CELL_TEXT, INFO(version), NULL },
	{ "method", CELL_TEXT, VIEW(method), NULL },
	{ "data_version", CELL_TEXT, VIEW(data_version), NULL },
};

static const struct cell_table runs_table = { run_columns, ARRAY_SIZE(run_columns) };

void export_csv_runs_head(struct export_out *out)
{
	cell_head(&out->text, &runs_table);
}

int export_csv_runs(const struct export_run *run, struct export_out *out)
{
	cell_row(&out->text, &runs_table, run->view);
	return export_pass(out);
}

/* --- components --------------------------------------------------------------------------- */

static void family_cell(struct strbuf *out, const void *item)
{
	const struct component_view *own = item;

	strbuf_add(out, family_text(own->what.domain.family));
}

static void kind_cell(struct strbuf *out, const void *item)
{
	const struct component_view *own = item;

	strbuf_add(out, kind_text(own->what.domain.kind));
}

static void boundary_cell(struct strbuf *out, const void *item)
{
	const struct component_view *own = item;

	strbuf_add(out, boundary_text(own->what.domain.boundary));
}

static void counted_cell(struct strbuf *out, const void *item)
{
	const struct component_view *own = item;

	strbuf_add(out, own->what.counted ? "true" : "false");
}

static void share_cell(struct strbuf *out, const void *item)
{
	const struct component_view *own = item;

	cell_real(out, own->has_share ? own->share_ratio : NAN);
}

static void idle_cell(struct strbuf *out, const void *item)
{
	const struct component_view *own = item;

	cell_real(out, own->idle_w < 0 ? NAN : own->idle_w);
}

/* NOLINTNEXTLINE(bugprone-macro-parentheses) */
#define PART(member) offsetof(struct component_view, member)

static const struct cell_column component_columns[] = {
	{ "domain", CELL_TEXT, PART(what.domain.id), NULL },
	OWN("family", family_cell),
	{ "device", CELL_TEXT, PART(what.domain.device), NULL },
	{ "label", CELL_TEXT, PART(what.domain.label), NULL },
	{ "source", CELL_TEXT, PART(what.source), NULL },
	OWN("kind", kind_cell),
	OWN("boundary", boundary_cell),
	OWN("counted", counted_cell),
	{ "why_not", CELL_TEXT, PART(what.why_not), NULL },
	{ "machine_j", CELL_QUANTITY, PART(machine_j), NULL },
	{ "attributed_j", CELL_QUANTITY, PART(attributed_j), NULL },
	{ "marginal_j", CELL_QUANTITY, PART(marginal_j), NULL },
	{ "reserved_j", CELL_QUANTITY, PART(reserved_j), NULL },
	OWN("share_ratio", share_cell),
	{ "coverage_ratio", CELL_REAL, PART(coverage_ratio), NULL },
	OWN("idle_w", idle_cell),
	{ "idle_how", CELL_TEXT, PART(idle_how), NULL },
};

static const struct cell_table components_table = { component_columns,
						    ARRAY_SIZE(component_columns) };

void export_csv_components_head(struct export_out *out)
{
	strbuf_add(&out->text, EXPORT_CSV_RUN_HEAD);
	cell_head(&out->text, &components_table);
}

int export_csv_components(const struct export_run *run, struct export_out *out)
{
	const struct run_view *view = run->view;

	for (size_t i = 0; i < view->component_count; i++) {
		export_csv_run_cells(&out->text, &view->record.info);
		cell_row(&out->text, &components_table, &view->components[i]);
	}
	return export_pass(out);
}
