/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of CodeCarbon 3's emissions.csv (github.com/mlco2/codecarbon, MIT) in their order
 * and units: kWh and W with the PUE in them, kg, GiB. The run's own share is told, so that
 * tracking_mode is "process".
 *
 *	timestamp	the end, as there; UTC, for a run's zone is but a label
 *	experiment_id, project_name	the names here
 *	water_consumed, wue	empty: theirs is the site's alone, ours the generation's too
 *	codecarbon_version	"gramme 0.1.0": which program measured
 *
 * What is not known is empty, where CodeCarbon has 0.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "report/export-cells.h"
#include "report/export.h"
#include "report/json-value.h"

#define J_PER_KWH 3.6e6
#define GIB       (1024.0 * 1024 * 1024)

/* A run, and what several of its cells need. */
struct line {
	const struct run_view *view;
	const struct statement *statement;
	const json_t *hardware;
	const json_t *software;
	double seconds; /* NAN: none */
	double pue;     /* NAN: not known */
};

static double family_j(const struct run_view *view, enum family family)
{
	double sum = NAN;

	for (size_t i = 0; i < view->component_count; i++) {
		const struct component_view *own = &view->components[i];

		if (!own->what.counted || own->what.domain.family != family)
			continue;
		sum = (isnan(sum) ? 0 : sum) + quantity_or_nan(&own->attributed_j);
		if (isnan(sum))
			return NAN;
	}
	return sum;
}

#define FAMILY_CELLS(name, family)                                                       \
	static void name##_power(struct strbuf *out, const void *item)                   \
	{                                                                                \
		const struct line *line = item;                                          \
                                                                                         \
		cell_exact(out,                                                          \
			   line->pue *family_j(line->view, family) / line->seconds);     \
	}                                                                                \
                                                                                         \
	static void name##_energy(struct strbuf *out, const void *item)                  \
	{                                                                                \
		const struct line *line = item;                                          \
                                                                                         \
		cell_exact(out, line->pue *family_j(line->view, family) / J_PER_KWH);    \
	}

FAMILY_CELLS(cpu, FAMILY_CPU)
FAMILY_CELLS(gpu, FAMILY_GPU)
FAMILY_CELLS(ram, FAMILY_MEMORY)

static void nothing(struct strbuf *out, const void *item)
{
	(void)out;
	(void)item;
}

/* --- who and when ------------------------------------------------------------------------- */

static const struct run_info *info_of(const void *item)
{
	return &((const struct line *)item)->view->record.info;
}

/* Whole seconds, without a zone. */
static void timestamp(struct strbuf *out, const void *item)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	const struct run_info *info = info_of(item);

	cell_time(&text, run_time_unix_ns(info, info->duration_ns));
	if (!text.failed)
		text.text[strcspn(text.text, ".Z")] = '\0';
	strbuf_add(out, strbuf_part(out, &text));
}

static void project_name(struct strbuf *out, const void *item)
{
	cell_text(out, info_of(item)->project);
}

static void run_id(struct strbuf *out, const void *item)
{
	cell_text(out, info_of(item)->id);
}

static void experiment_id(struct strbuf *out, const void *item)
{
	cell_text(out, info_of(item)->experiment);
}

static void duration(struct strbuf *out, const void *item)
{
	cell_seconds(out, info_of(item)->duration_ns);
}

static void version(struct strbuf *out, const void *item)
{
	const char *text = info_of(item)->version;

	if (text[0] == '\0')
		return;
	strbuf_add(out, "gramme ");
	cell_text(out, text);
}

/* --- how much ----------------------------------------------------------------------------- */

static void emissions(struct strbuf *out, const void *item)
{
	const struct line *line = item;

	cell_exact(out, quantity_or_nan(&line->view->carbon_kg));
}

static void emissions_rate(struct strbuf *out, const void *item)
{
	const struct line *line = item;

	cell_exact(out, quantity_or_nan(&line->view->carbon_kg) / line->seconds);
}

static void energy_consumed(struct strbuf *out, const void *item)
{
	const struct line *line = item;

	cell_exact(out, quantity_or_nan(&line->view->facility_kwh));
}

static void pue(struct strbuf *out, const void *item)
{
	cell_exact(out, ((const struct line *)item)->pue);
}

/* Busy time of all threads over all their time. */
static void cpu_percent(struct strbuf *out, const void *item)
{
	const struct line *line = item;
	double threads = json_number_value(
		json_object_get(json_object_get(line->hardware, "cpu"), "threads"));

	if (info_of(item)->has_machine_cpu && threads > 0)
		cell_real(out, 1e-7 * (double)info_of(item)->machine_cpu_ns /
				       (threads * line->seconds));
}

static void gpu_percent(struct strbuf *out, const void *item)
{
	const struct run_view *view = ((const struct line *)item)->view;
	double sum = 0;

	for (size_t i = 0; i < view->gpu_count; i++)
		sum += view->gpus[i].has_sm ? view->gpus[i].all_sm_ratio : NAN;
	if (view->gpu_count > 0)
		cell_real(out, 100 * sum / (double)view->gpu_count);
}

/* --- where and on what -------------------------------------------------------------------- */

static void country_name(struct strbuf *out, const void *item)
{
	const struct line *line = item;

	if (line->statement)
		cell_text(out, line->statement->country_name);
}

#define PLACE_CELL(name, member)                                                         \
	static void name(struct strbuf *out, const void *item)                           \
	{                                                                                \
		cell_text(out, ((const struct line *)item)->view->place.member);         \
	}

PLACE_CELL(country_iso_code, country)
PLACE_CELL(region, state)
PLACE_CELL(cloud_provider, cloud)
PLACE_CELL(cloud_region, cloud_region)

/* Where nobody knows the place nobody knows that either. */
static void on_cloud(struct strbuf *out, const void *item)
{
	const struct place *place = &((const struct line *)item)->view->place;

	if (place->cloud[0] != '\0')
		strbuf_add(out, "Y");
	else if (info_of(item)->region[0] != '\0')
		strbuf_add(out, "N");
}

static void longitude(struct strbuf *out, const void *item)
{
	const struct place *place = &((const struct line *)item)->view->place;

	cell_exact(out, place->has_position ? place->longitude : NAN);
}

static void latitude(struct strbuf *out, const void *item)
{
	const struct place *place = &((const struct line *)item)->view->place;

	cell_exact(out, place->has_position ? place->latitude : NAN);
}

static void system_name(struct strbuf *out, const void *item)
{
	cell_text(out,
		  json_string_value(
			  json_object_get(((const struct line *)item)->software, "os")));
}

static void python_version(struct strbuf *out, const void *item)
{
	const json_t *python =
		json_object_get(((const struct line *)item)->software, "python");

	cell_text(out, json_string_value(json_object_get(python, "version")));
}

static const json_t *cpu_of(const void *item)
{
	return json_object_get(((const struct line *)item)->hardware, "cpu");
}

static void cpu_count(struct strbuf *out, const void *item)
{
	json_int_t threads = json_integer_value(json_object_get(cpu_of(item), "threads"));

	if (threads > 0)
		cell_count(out, (uint64_t)threads);
}

static void cpu_model(struct strbuf *out, const void *item)
{
	cell_text(out, json_string_value(json_object_get(cpu_of(item), "name")));
}

static const json_t *boards_of(const void *item)
{
	return json_object_get(((const struct line *)item)->hardware, "gpus");
}

static void gpu_count(struct strbuf *out, const void *item)
{
	if (json_array_size(boards_of(item)) > 0)
		cell_count(out, json_array_size(boards_of(item)));
}

static const char *board_name(const json_t *boards, size_t i)
{
	const char *name =
		json_string_value(json_object_get(json_array_get(boards, i), "name"));

	return name ? name : "";
}

/* "2 x NVIDIA H100 & 1 x …", alike ones together, as there. */
static void gpu_model(struct strbuf *out, const void *item)
{
	const json_t *boards = boards_of(item);
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT;
	size_t count = json_array_size(boards);

	for (size_t i = 0, same; i < count; i += same) {
		const char *name = board_name(boards, i);

		for (same = 1; i + same < count; same++)
			if (strcmp(board_name(boards, i + same), name) != 0)
				break;
		strbuf_printf(&text, "%s%zu x %s", i ? " & " : "", same, name);
	}
	cell_text(out, strbuf_part(out, &text));
}

static void memory_gib(struct strbuf *out, const void *item)
{
	double bytes = json_number_value(
		json_object_get(((const struct line *)item)->hardware, "memory_bytes"));

	cell_exact(out, bytes > 0 ? bytes / GIB : NAN);
}

static void tracking_mode(struct strbuf *out, const void *item)
{
	(void)item;
	strbuf_add(out, "process");
}

static const struct cell_column columns[] = {
	{ "timestamp", CELL_OWN, 0, timestamp },
	{ "project_name", CELL_OWN, 0, project_name },
	{ "run_id", CELL_OWN, 0, run_id },
	{ "experiment_id", CELL_OWN, 0, experiment_id },
	{ "duration", CELL_OWN, 0, duration },
	{ "emissions", CELL_OWN, 0, emissions },
	{ "emissions_rate", CELL_OWN, 0, emissions_rate },
	{ "cpu_power", CELL_OWN, 0, cpu_power },
	{ "gpu_power", CELL_OWN, 0, gpu_power },
	{ "ram_power", CELL_OWN, 0, ram_power },
	{ "cpu_energy", CELL_OWN, 0, cpu_energy },
	{ "gpu_energy", CELL_OWN, 0, gpu_energy },
	{ "ram_energy", CELL_OWN, 0, ram_energy },
	{ "energy_consumed", CELL_OWN, 0, energy_consumed },
	{ "water_consumed", CELL_OWN, 0, nothing },
	{ "country_name", CELL_OWN, 0, country_name },
	{ "country_iso_code", CELL_OWN, 0, country_iso_code },
	{ "region", CELL_OWN, 0, region },
	{ "cloud_provider", CELL_OWN, 0, cloud_provider },
	{ "cloud_region", CELL_OWN, 0, cloud_region },
	{ "os", CELL_OWN, 0, system_name },
	{ "python_version", CELL_OWN, 0, python_version },
	{ "codecarbon_version", CELL_OWN, 0, version },
	{ "cpu_count", CELL_OWN, 0, cpu_count },
	{ "cpu_model", CELL_OWN, 0, cpu_model },
	{ "gpu_count", CELL_OWN, 0, gpu_count },
	{ "gpu_model", CELL_OWN, 0, gpu_model },
	{ "longitude", CELL_OWN, 0, longitude },
	{ "latitude", CELL_OWN, 0, latitude },
	{ "ram_total_size", CELL_OWN, 0, memory_gib },
	{ "tracking_mode", CELL_OWN, 0, tracking_mode },
	{ "cpu_utilization_percent", CELL_OWN, 0, cpu_percent },
	{ "gpu_utilization_percent", CELL_OWN, 0, gpu_percent },
	{ "ram_utilization_percent", CELL_OWN, 0, nothing },
	{ "ram_used_gb", CELL_OWN, 0, nothing },
	{ "on_cloud", CELL_OWN, 0, on_cloud },
	{ "pue", CELL_OWN, 0, pue },
	{ "wue", CELL_OWN, 0, nothing },
};

static const struct cell_table table = { columns, ARRAY_SIZE(columns) };

static void write_head(struct export_out *out)
{
	cell_head(&out->text, &table);
}

static int write_run(const struct export_run *run, struct export_out *out)
{
	const struct run_record *record = &run->view->record;
	CLEANUP(json_value_release)
	json_t *hardware = json_value_parse(record->hardware_json, JSON_OBJECT);
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(record->software_json, JSON_OBJECT);
	double seconds = (double)record->info.duration_ns / (double)NS_PER_S;
	struct line line = { .view = run->view,
			     .statement = run->statement,
			     .hardware = hardware,
			     .software = software,
			     .seconds = seconds > 0 ? seconds : NAN,
			     .pue = quantity_or_nan(&run->view->pue.value) };

	cell_row(&out->text, &table, &line);
	return export_pass(out);
}

static const struct export_what whats[] = {
	{ "runs", "a row a run", EXPORT_VIEW | EXPORT_STATEMENT, write_head, write_run },
};

const struct export_format export_codecarbon = { .name = "codecarbon",
						 .whats = whats,
						 .what_count = ARRAY_SIZE(whats) };
