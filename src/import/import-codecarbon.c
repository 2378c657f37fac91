/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CodeCarbon's emissions.csv, of versions 1 to 3: a run a row.
 *
 * Reads:  timestamp (local, the end), duration, energies in kWh, country, region, cloud, pue.
 * Gives:  a run with a row at its start and one at its end, a domain for each energy.
 * Needs:  the zone of the timestamp; it stands nowhere in the file.
 * Limits: whether a processor's energy was read or comes of a constant is not told: see
 *         kind_of_cpu. An energy of 0 is a meter that could not be read, and is not known.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "import/cells.h"
#include "import/records.h"
#include "import/zone.h"

#define FORMAT         "codecarbon"
#define J_PER_KWH      3.6e6
#define CONSTANT_RATIO 0.02 /* a constant's energy is off by the time it took to start */
#define SAME_START_S   2.0

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
	if (sheet->log->zone)
		(void)copy_text(info->zone, sizeof info->zone, sheet->log->zone);
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

/* Since it knows of a PUE (2.3) its energies hold it: emissions_tracker.py multiplies each part. */
static double part_j(const struct sheet *sheet, enum column energy)
{
	double pue = number_of(sheet, PUE);

	return number_of(sheet, energy) * J_PER_KWH / (pue > 1 && pue < 100 ? pue : 1);
}

/* A rated power, or half of one, has few digits; a mean of readings has all of them. Of a short
 * run the constant's energy lacks what it took to begin and to look up the place. */
static bool is_rated(double w)
{
	return fabs(w * 1000 - round(w * 1000)) < 1e-6;
}

/*
 * Before 2.8 a processor was either read or taken for a constant, whose power times the duration
 * is the energy. Later ones also go by a load and a design power, which looks like a reading.
 */
static enum kind kind_of_cpu(const struct sheet *sheet)
{
	double j = part_j(sheet, CPU_ENERGY);
	double constant_j = number_of(sheet, CPU_POWER) * number_of(sheet, DURATION);

	if (!records_is_before(text_of(sheet, CODECARBON_VERSION), "2.8") ||
	    is_rated(number_of(sheet, CPU_POWER)))
		return KIND_MODELLED;
	return fabs(j - constant_j) > CONSTANT_RATIO * constant_j ? KIND_MEASURED
								  : KIND_MODELLED;
}

struct part {
	enum column energy;
	const char *id[2]; /* modelled, measured */
	const char *label;
	enum family family;
	uint32_t u_permille[2];
};

static void take_part(struct sheet *sheet, struct records *run, const struct part *part,
		      enum kind kind, struct sample *last)
{
	double j = part_j(sheet, part->energy);
	bool measured = kind == KIND_MEASURED;
	struct run_domain *domain;

	if (!(j >= 0))
		return;
	if (!(j > 0)) {
		if (part->family != FAMILY_GPU || *text_of(sheet, GPU_MODEL))
			records_warning(run, "energy-zero",
					"it tells 0 for %s: no meter that could be read, "
					"and so not known",
					columns[part->energy].name);
		return;
	}
	domain = records_domain(run, part->id[measured], part->family);
	domain->domain.kind = kind;
	domain->domain.gain_u_permille = part->u_permille[measured];
	domain->domain.gpu = part->family == FAMILY_GPU ? 0 : -1;
	(void)copy_text(domain->domain.label, sizeof domain->domain.label, part->label);
	(void)copy_text(domain->source, sizeof domain->source, FORMAT);
	last->state[last->domain_count] = SAMPLE_OK;
	last->energy_uj[last->domain_count++] = records_uj(j);
}

/* The model's widths are those of source/source-model.c, a reading's those of ours. */
static void take_domains(struct sheet *sheet, struct records *run, struct sample *last)
{
	static const struct part cpu = { CPU_ENERGY,
					 { "cpu-model", "package-sum" },
					 "processors",
					 FAMILY_CPU,
					 { 400, 30 } };
	static const struct part gpu = { GPU_ENERGY,
					 { "gpu-model-0", "gpu-sum" },
					 "all GPUs",
					 FAMILY_GPU,
					 { 300, 29 } };
	static const struct part ram = { RAM_ENERGY,
					 { "memory-model", "memory-model" },
					 "memory",
					 FAMILY_MEMORY,
					 { 400, 400 } };

	take_part(sheet, run, &cpu, kind_of_cpu(sheet), last);
	take_part(sheet, run, &gpu, KIND_MEASURED, last);
	take_part(sheet, run, &ram, KIND_MODELLED, last);
	records_warning(run, "whole-machine",
			strcmp(text_of(sheet, TRACKING_MODE), "process") == 0
				? "it tells no shares: what it charged to the process is "
				  "taken for the run's, and may be the whole machine's"
				: "it charged the whole machine to the run, whoever else "
				  "was there");
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
	first.gpu_count = last->gpu_count = 1;
	records_whole_machine(&first);
	records_whole_machine(last);
	r = sink->row(sink->ctx, &first);
	return r == 0 ? sink->row(sink->ctx, last) : r;
}

/* The header and the row, which make a file of one run. text is good until the run's end. */
static int give_original(struct sheet *sheet, struct strbuf *text)
{
	struct import_file file = { .name = "emissions.csv" };

	strbuf_add_bytes(text, sheet->header, sheet->header_size);
	strbuf_add(text, "\n");
	strbuf_add_bytes(text, sheet->cells.row, sheet->cells.row_size);
	strbuf_add(text, "\n");
	if (text->failed)
		return -ENOMEM;
	file.bytes = text->text;
	file.size = text->len;
	return sheet->sink->original(sheet->sink->ctx, &file);
}

static int take_row(struct sheet *sheet, struct records *run, struct diag *diag)
{
	const struct import_sink *sink = sheet->sink;
	struct sample last = { .domain_count = 0 };
	CLEANUP(strbuf_done) struct strbuf original = STRBUF_INIT;
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
	if (r == 0)
		r = give_original(sheet, &original);
	return r == 0 ? sink->end(sink->ctx, &run->record) : r;
}

static int one_row(struct sheet *sheet, size_t earlier, struct diag *diag)
{
	CLEANUP(records_done) struct records run;

	records_begin(&run, FORMAT, "CodeCarbon");
	if (earlier > 0)
		records_warning(
			&run, "rows-of-one-run",
			"%zu earlier rows tell the same run so far, and were left "
			"out",
			earlier);
	return take_row(sheet, &run, diag);
}

/* --- rows of one run ------------------------------------------------------------------------ */

/* flush() writes the run so far, as a row of its own: of these the longest one is the run. */
struct seen {
	char whose[64]; /* its run_id; of old versions, which have none, its project */
	double start_s;
	double duration_s;
	size_t number;
	bool dropped;
	size_t earlier; /* rows of the same run */
};

struct seen_list {
	struct seen *rows;
	size_t count;
	size_t room;
	size_t next; /* to be asked about, by number */
};

static void seen_done(struct seen_list *seen)
{
	free(seen->rows);
}

static int see(struct sheet *sheet, struct seen_list *seen, size_t number)
{
	struct seen *row;
	int64_t local_ns;
	int32_t offset_s;

	if (!(number_of(sheet, DURATION) >= 0) ||
	    zone_local_of_text(text_of(sheet, TIMESTAMP), &local_ns, &offset_s) < 0)
		return 0;
	if (seen->count == seen->room) {
		size_t more = seen->room ? seen->room * 2 : 64;
		struct seen *rows = reallocarray(seen->rows, more, sizeof *rows);

		if (!rows)
			return -ENOMEM;
		seen->rows = rows;
		seen->room = more;
	}
	row = &seen->rows[seen->count++];
	*row = (struct seen){ .number = number };
	(void)copy_text(row->whose, sizeof row->whose,
			*text_of(sheet, RUN_ID) ? text_of(sheet, RUN_ID)
						: text_of(sheet, PROJECT_NAME));
	row->duration_s = number_of(sheet, DURATION);
	row->start_s = (double)local_ns / 1e9 - row->duration_s;
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	int order = strcmp(x->whose, y->whose);

	if (order != 0)
		return order;
	return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static int by_number(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static bool are_one_run(const struct seen *a, const struct seen *b)
{
	return strcmp(a->whose, b->whose) == 0 && b->start_s - a->start_s < SAME_START_S;
}

/* from to end are one run. */
static void keep_longest(struct seen *from, const struct seen *end)
{
	struct seen *longest = from;

	for (struct seen *row = from; row < end; row++) {
		row->dropped = true;
		if (row->duration_s > longest->duration_s)
			longest = row;
	}
	longest->dropped = false;
	longest->earlier = (size_t)(end - from) - 1;
}

static void drop_earlier(struct seen_list *seen)
{
	struct seen *end;

	if (seen->count == 0)
		return;
	end = seen->rows + seen->count;
	qsort(seen->rows, seen->count, sizeof *seen->rows, by_start);
	for (struct seen *from = seen->rows, *to; from < end; from = to) {
		for (to = from + 1; to < end && are_one_run(from, to);)
			to++;
		keep_longest(from, to);
	}
	qsort(seen->rows, seen->count, sizeof *seen->rows, by_number);
}

/* NULL: a row that is none. */
static const struct seen *seen_of(struct seen_list *seen, size_t number)
{
	while (seen->next < seen->count && seen->rows[seen->next].number < number)
		seen->next++;
	return seen->next < seen->count && seen->rows[seen->next].number == number
		       ? &seen->rows[seen->next]
		       : NULL;
}

static int look_ahead(struct sheet *sheet, struct seen_list *seen)
{
	struct cells here = sheet->cells;
	size_t number = 0;
	int r;

	/* The rows' texts go into a buffer of their own meanwhile. */
	sheet->cells.text = NULL;
	sheet->cells.text_room = 0;
	while ((r = cells_next(&sheet->cells)) != 0 && r != -ENOMEM) {
		r = r > 0 ? see(sheet, seen, number) : 0;
		if (r < 0)
			break;
		number++;
	}
	cells_done(&sheet->cells);
	sheet->cells = here;
	if (r < 0)
		return r;
	drop_earlier(seen);
	return 0;
}

/* A row that is no run leaves the others; what the ledger or memory says ends it all. */
static int each_row(struct sheet *sheet, struct diag *diag)
{
	CLEANUP(seen_done) struct seen_list seen = { .count = 0 };
	size_t number = 0;
	int r = look_ahead(sheet, &seen);

	if (r < 0)
		return diag_fail(diag, r, "cannot read its rows");
	for (; (r = cells_next(&sheet->cells)) != 0 && r != -ENOMEM; number++) {
		const struct seen *row;
		struct diag own = { 0 };
		char where[32];

		row = seen_of(&seen, number);
		if (r > 0 && row && row->dropped)
			continue;
		r = r > 0 ? one_row(sheet, row ? row->earlier : 0, &own)
			  : diag_fail(&own, r, "cannot read it");
		(void)snprintf(where, sizeof where, "line %zu", sheet->cells.line);
		if (r < 0)
			r = sheet->sink->failed(sheet->sink->ctx, where, r, &own);
		if (r < 0)
			return *diag = own, r;
	}
	return r < 0 ? diag_fail(diag, r, "cannot read its rows") : 0;
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
