/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CodeCarbon's emissions.csv, of versions 1 to 3: a run a row.
 *
 * Reads:  timestamp (local, the end), duration, energies in kWh, country, region, cloud, pue.
 * Gives:  a run with a row at its start and one at its end, a domain for each energy.
 * Needs:  the zone of the timestamp; it stands nowhere in the file.
 * Limits: whether a processor's energy was read or comes of a constant is not told: it is
 *         taken for modelled.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "import/cells.h"
#include "import/records.h"
#include "import/zone.h"

#define FORMAT "codecarbon"

enum column {
	TIMESTAMP,
	PROJECT_NAME,
	RUN_ID,
	EXPERIMENT_ID,
	DURATION,
	EMISSIONS,
	EMISSIONS_RATE,
	CPU_POWER,
	GPU_POWER,
	RAM_POWER,
	CPU_ENERGY,
	GPU_ENERGY,
	RAM_ENERGY,
	ENERGY_CONSUMED,
	WATER_CONSUMED,
	COUNTRY_NAME,
	COUNTRY_ISO_CODE,
	REGION,
	CLOUD_PROVIDER,
	CLOUD_REGION,
	OS,
	PYTHON_VERSION,
	CODECARBON_VERSION,
	CPU_COUNT,
	CPU_MODEL,
	GPU_COUNT,
	GPU_MODEL,
	LONGITUDE,
	LATITUDE,
	RAM_TOTAL_SIZE,
	TRACKING_MODE,
	CPU_UTILIZATION_PERCENT,
	GPU_UTILIZATION_PERCENT,
	RAM_UTILIZATION_PERCENT,
	RAM_USED_GB,
	ON_CLOUD,
	PUE,
	WUE,
	COLUMNS
};

/* Their names and, of those that are their figures, the unit. */
static const struct {
	const char *name;
	const char *unit;
} columns[COLUMNS] = {
	[TIMESTAMP] = { "timestamp", NULL },
	[PROJECT_NAME] = { "project_name", NULL },
	[RUN_ID] = { "run_id", NULL },
	[EXPERIMENT_ID] = { "experiment_id", NULL },
	[DURATION] = { "duration", "s" },
	[EMISSIONS] = { "emissions", "kg" },
	[EMISSIONS_RATE] = { "emissions_rate", "kg/s" },
	[CPU_POWER] = { "cpu_power", "W" },
	[GPU_POWER] = { "gpu_power", "W" },
	[RAM_POWER] = { "ram_power", "W" },
	[CPU_ENERGY] = { "cpu_energy", "kWh" },
	[GPU_ENERGY] = { "gpu_energy", "kWh" },
	[RAM_ENERGY] = { "ram_energy", "kWh" },
	[ENERGY_CONSUMED] = { "energy_consumed", "kWh" },
	[WATER_CONSUMED] = { "water_consumed", "l" },
	[COUNTRY_NAME] = { "country_name", NULL },
	[COUNTRY_ISO_CODE] = { "country_iso_code", NULL },
	[REGION] = { "region", NULL },
	[CLOUD_PROVIDER] = { "cloud_provider", NULL },
	[CLOUD_REGION] = { "cloud_region", NULL },
	[OS] = { "os", NULL },
	[PYTHON_VERSION] = { "python_version", NULL },
	[CODECARBON_VERSION] = { "codecarbon_version", NULL },
	[CPU_COUNT] = { "cpu_count", NULL },
	[CPU_MODEL] = { "cpu_model", NULL },
	[GPU_COUNT] = { "gpu_count", NULL },
	[GPU_MODEL] = { "gpu_model", NULL },
	[LONGITUDE] = { "longitude", NULL },
	[LATITUDE] = { "latitude", NULL },
	[RAM_TOTAL_SIZE] = { "ram_total_size", NULL },
	[TRACKING_MODE] = { "tracking_mode", NULL },
	[CPU_UTILIZATION_PERCENT] = { "cpu_utilization_percent", "%" },
	[GPU_UTILIZATION_PERCENT] = { "gpu_utilization_percent", "%" },
	[RAM_UTILIZATION_PERCENT] = { "ram_utilization_percent", "%" },
	[RAM_USED_GB] = { "ram_used_gb", "GB" },
	[ON_CLOUD] = { "on_cloud", NULL },
	[PUE] = { "pue", "" },
	[WUE] = { "wue", "l/kWh" },
};

struct sheet {
	const struct import_log *log;
	const struct import_sink *sink;
	struct cells cells;
	const char *header; /* its bytes */
	size_t header_size;
	size_t at[COLUMNS];
	struct zone *zone;
};

static void sheet_done(struct sheet *sheet)
{
	cells_done(&sheet->cells);
	zone_free(sheet->zone);
}

static const char *text_of(const struct sheet *sheet, enum column column)
{
	return cells_field(&sheet->cells, sheet->at[column]);
}

/* NAN: it is not there, or no number. */
static double number_of(const struct sheet *sheet, enum column column)
{
	double value;

	return parse_double(text_of(sheet, column), &value) == 0 ? value : NAN;
}

static int knows(const char *name, const char *head, size_t size)
{
	size_t len = strlen(name);
	const char *slash = strrchr(name, '/');
	bool own = strcmp(slash ? slash + 1 : name, "emissions.csv") == 0;

	if (!head)
		return len >= 4 && same_ascii(name + len - 4, ".csv") ? 1 + own : 0;
	if (!memmem(head, size, "emissions", 9) || !memmem(head, size, "duration", 8) ||
	    !memmem(head, size, "timestamp", 9))
		return 0;
	return memmem(head, size, "energy_consumed", 15) ? 2 : own;
}

static int take_header(struct sheet *sheet, struct diag *diag)
{
	int r = cells_next(&sheet->cells);

	if (r <= 0)
		return r == 0 ? diag_say(diag, -ENODATA, "the file is empty")
			      : diag_fail(diag, r, "cannot read its first line");
	for (size_t i = 0; i < COLUMNS; i++)
		sheet->at[i] = cells_column(&sheet->cells, columns[i].name);
	if (sheet->at[TIMESTAMP] == SIZE_MAX || sheet->at[DURATION] == SIZE_MAX)
		return diag_say(diag, -EPROTO,
				"it has no columns timestamp and duration");
	sheet->header = sheet->cells.row;
	sheet->header_size = sheet->cells.row_size;
	return 0;
}

/* --- a row -------------------------------------------------------------------------------- */

static int take_time(struct sheet *sheet, struct records *run, struct diag *diag)
{
	struct run_info *info = &run->record.info;
	double duration_s = number_of(sheet, DURATION);
	int64_t local_ns, end_ns;
	int32_t offset_s;

	if (zone_local_of_text(text_of(sheet, TIMESTAMP), &local_ns, &offset_s) < 0)
		return diag_say(diag, -EPROTO, "'%.40s' is no time",
				text_of(sheet, TIMESTAMP));
	if (!(duration_s >= 0 && duration_s < 3e9))
		return diag_say(diag, -EPROTO, "'%.40s' is no duration",
				text_of(sheet, DURATION));
	if (offset_s != INT32_MIN)
		end_ns = local_ns - offset_s * NS_PER_S;
	else
		end_ns = zone_unix_s(sheet->zone, local_ns / NS_PER_S) * NS_PER_S +
			 local_ns % NS_PER_S;
	info->duration_ns = (int64_t)(duration_s * 1e9);
	info->started_unix_ns = end_ns - info->duration_ns;
	if (offset_s == INT32_MIN && !sheet->log->zone)
		records_warning(run, "zone-assumed",
				"the log's times are local and tell no zone: this "
				"machine's was taken; --zone says another");
	return 0;
}

static void take_place(struct sheet *sheet, struct run_info *info)
{
	const char *provider = text_of(sheet, CLOUD_PROVIDER);
	const char *cloud = text_of(sheet, CLOUD_REGION);
	const char *country = text_of(sheet, COUNTRY_ISO_CODE);

	if (*provider && *cloud)
		(void)snprintf(info->region, sizeof info->region, "%.16s:%.40s", provider,
			       cloud);
	else
		(void)copy_text(info->region, sizeof info->region, country);
	if (*info->region == '\0')
		return;
	(void)copy_text(info->region_how, sizeof info->region_how, "log");
	(void)copy_text(info->region_from, sizeof info->region_from, "CodeCarbon");
}

static void take_info(struct sheet *sheet, struct records *run)
{
	struct run_info *info = &run->record.info;

	(void)copy_text(info->name, sizeof info->name, text_of(sheet, PROJECT_NAME));
	if (*info->name == '\0')
		(void)copy_text(info->name, sizeof info->name, sheet->log->base);
	(void)copy_text(info->experiment, sizeof info->experiment,
			text_of(sheet, EXPERIMENT_ID));
	(void)copy_text(run->import.tool_version, sizeof run->import.tool_version,
			text_of(sheet, CODECARBON_VERSION));
	take_place(sheet, info);
	/* 1 is what it writes where nobody said anything. */
	if (number_of(sheet, PUE) > 1 && number_of(sheet, PUE) < 100) {
		info->pue = number_of(sheet, PUE);
		(void)copy_text(info->pue_source, sizeof info->pue_source,
				"CodeCarbon's log");
	}
	info->period_ns = info->duration_ns;
	info->samples = 2;
}

static void take_domains(struct sheet *sheet, struct records *run, struct sample *last)
{
	static const struct {
		enum column energy;
		const char *id;
		const char *label;
		enum family family;
		enum kind kind;
		uint32_t u_permille;
	} parts[] = {
		{ CPU_ENERGY, "cpu-model", "processors", FAMILY_CPU, KIND_MODELLED, 250 },
		{ GPU_ENERGY, "gpu-sum", "all GPUs", FAMILY_GPU, KIND_MEASURED, 25 },
		{ RAM_ENERGY, "memory-model", "memory", FAMILY_MEMORY, KIND_MODELLED,
		  500 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		double kwh = number_of(sheet, parts[i].energy);
		struct run_domain *domain;

		if (!(kwh >= 0))
			continue;
		domain = records_domain(run, parts[i].id, parts[i].family);
		domain->domain.kind = parts[i].kind;
		domain->domain.gain_u_permille = parts[i].u_permille;
		(void)copy_text(domain->domain.label, sizeof domain->domain.label,
				parts[i].label);
		(void)copy_text(domain->source, sizeof domain->source, FORMAT);
		last->state[last->domain_count] = SAMPLE_OK;
		last->energy_uj[last->domain_count++] = records_uj(kwh * 3.6e6);
	}
}

static void take_figures(struct sheet *sheet, struct records *run)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (columns[i].unit)
			records_figure(run, columns[i].name,
				       number_of(sheet, (enum column)i), columns[i].unit);
}

/* By names and values, so that a column that a later version adds makes no other run. */
static void take_digest(struct sheet *sheet, struct records *run)
{
	struct sha256 sha;

	records_digest_begin(&sha, FORMAT);
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *text = text_of(sheet, (enum column)i);

		if (*text == '\0')
			continue;
		records_digest_add(&sha, columns[i].name, strlen(columns[i].name));
		records_digest_add(&sha, text, strlen(text));
	}
	records_digest_end(&sha, run);
}

static int give_rows(const struct import_sink *sink, const struct records *run,
		     struct sample *last)
{
	struct sample first = { .domain_count = last->domain_count };
	int r;

	for (size_t i = 0; i < first.domain_count; i++)
		first.state[i] = SAMPLE_RESTART;
	last->t_ns = run->record.info.duration_ns;
	/* The whole machine's, and all of it the run's. */
	first.use.has = last->use.has = USE_SCOPE_CPU | USE_MACHINE_CPU;
	last->use.scope_cpu_ns = last->use.machine_cpu_ns = (uint64_t)last->t_ns;
	last->use.t_ns = last->t_ns;
	r = sink->row(sink->ctx, &first);
	return r == 0 ? sink->row(sink->ctx, last) : r;
}

static int take_row(struct sheet *sheet, struct records *run, struct diag *diag)
{
	const struct import_sink *sink = sheet->sink;
	struct sample last = { .domain_count = 0 };
	int r = take_time(sheet, run, diag);

	if (r < 0)
		return r;
	take_info(sheet, run);
	take_domains(sheet, run, &last);
	take_figures(sheet, run);
	take_digest(sheet, run);
	if (run->failed)
		return diag_fail(diag, -ENOMEM, "cannot keep what it says");
	r = sink->begin(sink->ctx, &run->record);
	if (r == -EEXIST)
		return 0;
	if (r == 0)
		r = give_rows(sink, run, &last);
	return r == 0 ? sink->end(sink->ctx, &run->record) : r;
}

static int each_row(struct sheet *sheet, struct diag *diag)
{
	int r;

	while ((r = cells_next(&sheet->cells)) > 0) {
		CLEANUP(records_done) struct records run;

		records_begin(&run, FORMAT, "CodeCarbon");
		r = take_row(sheet, &run, diag);
		if (r < 0)
			return r;
	}
	return r;
}

static int read_log(const struct import_log *log, const struct import_sink *sink,
		    struct diag *diag)
{
	CLEANUP(sheet_done) struct sheet sheet = { .log = log, .sink = sink };
	int r = zone_open(log->zone, diag, &sheet.zone);

	if (r < 0)
		return r;
	cells_begin(&sheet.cells, log->files[0].bytes, log->files[0].size);
	r = take_header(&sheet, diag);
	return r < 0 ? r : each_row(&sheet, diag);
}

const struct import_format import_codecarbon = {
	.name = FORMAT,
	.knows = knows,
	.read = read_log,
};
