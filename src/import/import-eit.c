/* SPDX-License-Identifier: Apache-2.0 */
/*
 * experiment-impact-tracker (Henderson et al. 2020), all versions.
 *
 * Reads:  data.json, a line a sample, with info.pkl beside it; of its first months data.csv, the
 *         same names as columns.
 * Gives:  a run with a domain for all packages and one for all boards, and its own figures.
 * Needs:  nothing: the zone of its local times comes of the first sample's Unix time.
 * Limits: the memory's power stands in no log apart from the packages' sum.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "import/cells.h"
#include "import/eit.h"
#include "import/zone.h"

#define QUARTER_NS   (900 * NS_PER_S)
#define HOUR_NS      (3600 * NS_PER_S)
#define FIRST_MAX_NS (60 * NS_PER_S) /* from the start to the first sample */
#define SLACK_NS     NS_PER_S
#define TAIL_PACES                                                                       \
	5 /* a longer end than so many samples' time was not seen but assumed */
#define LATEST_S 7.2e9 /* of the year 2198 */

static void run_done(struct eit_run *run)
{
	free(run->rows);
	eit_pids_done(&run->pids);
}

static int knows(const char *name, const char *head, size_t size)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;
	bool json = strcmp(base, "data.json") == 0;

	if (!json && strcmp(base, "data.csv") != 0)
		return 0;
	if (!head)
		return 2;
	if (!memmem(head, size, "timestamp", 9))
		return 0;
	if (memmem(head, size, "rapl_power_draw_absolute", 24) ||
	    memmem(head, size, "cpu_time_seconds", 16))
		return 2;
	return json && memmem(head, size, "average_relative_cpu_utilization", 32);
}

/* --- rows --------------------------------------------------------------------------------- */

static struct eit_row *next_row(struct eit_run *run)
{
	if (run->count == run->room) {
		size_t more = run->room ? run->room * 2 : 256;
		struct eit_row *rows = reallocarray(run->rows, more, sizeof *rows);

		if (!rows)
			return NULL;
		run->rows = rows;
		run->room = more;
	}
	return &run->rows[run->count];
}

static bool is_time(double t_s)
{
	return t_s > 0 && t_s < LATEST_S;
}

/* A row that is no later than the one before it says nothing of any time. */
static void keep_row(struct eit_run *run)
{
	double t_s = run->rows[run->count].is[EIT_TIMESTAMP];

	if (run->count > 0 && !(t_s > run->rows[run->count - 1].is[EIT_TIMESTAMP]))
		run->unordered++;
	else
		run->count++;
}

static int take_lines(struct eit_run *run, const struct import_file *file)
{
	const char *at = file->bytes, *end = at + file->size;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct eit_row *row = next_row(run);

		if (!row)
			return -ENOMEM;
		stop = stop ? stop : end;
		if (stop - at > 1) {
			bool whole = eit_line(at, stop, &run->pids, row) &&
				     is_time(row->is[EIT_TIMESTAMP]);

			run->torn += !whole;
			run->torn_last = !whole;
			if (whole)
				keep_row(run);
		}
		at = stop + (stop < end);
	}
	return 0;
}

static void done_cells(struct cells *cells)
{
	cells_done(cells);
}

/* A copy of the names, for the next row takes their place. */
static size_t take_names(const struct cells *cells, char (*names)[64])
{
	for (size_t i = 0; i < cells->count; i++)
		(void)copy_text(names[i], sizeof names[i], cells->fields[i]);
	return cells->count;
}

static int take_cells(struct eit_run *run, const struct import_file *file)
{
	CLEANUP(done_cells) struct cells cells;
	char names[CELLS_FIELDS_MAX][64];
	size_t count;
	int r;

	cells_begin(&cells, file->bytes, file->size);
	r = cells_next(&cells);
	if (r <= 0)
		return r;
	count = take_names(&cells, names);
	while ((r = cells_next(&cells)) > 0) {
		struct eit_row *row = next_row(run);

		if (!row)
			return -ENOMEM;
		eit_row_clear(row);
		for (size_t i = 0; i < count && i < cells.count; i++)
			eit_cell(names[i], cells.fields[i], &run->pids, row);
		run->torn_last = !is_time(row->is[EIT_TIMESTAMP]);
		run->torn += run->torn_last;
		if (!run->torn_last)
			keep_row(run);
	}
	return r;
}

static int take_rows(struct eit_run *run, const struct import_file *file,
		     struct diag *diag)
{
	size_t len = strlen(file->name);
	bool csv = len > 4 && strcmp(file->name + len - 4, ".csv") == 0;
	int r = csv ? take_cells(run, file) : take_lines(run, file);

	if (r < 0)
		return diag_fail(diag, r, "cannot read %s", file->name);
	return run->count > 0
		       ? 0
		       : diag_say(diag, -ENODATA, "%s holds no whole sample", file->name);
}

/* --- times -------------------------------------------------------------------------------- */

static int64_t first_ns(const struct eit_run *run)
{
	return eit_row_ns(&run->rows[0]);
}

static int64_t last_ns(const struct eit_run *run)
{
	return eit_row_ns(&run->rows[run->count - 1]);
}

static int64_t floor_to(int64_t value, int64_t unit)
{
	return (value >= 0 ? value : value - unit + 1) / unit * unit;
}

/* By the user's word, which also knows of summer's end between start and end. */
static int time_by_zone(struct eit_run *run, struct records *records,
			const struct import_log *log, struct diag *diag)
{
	const struct eit_info *info = &run->info;
	struct zone *zone = NULL;
	int r = zone_open(log->zone, diag, &zone);

	if (r < 0)
		return r;
	run->start_ns = zone_unix_s(zone, info->start_local_ns / NS_PER_S) * NS_PER_S +
			info->start_local_ns % NS_PER_S;
	if (info->has_end)
		run->end_ns =
			zone_unix_s(zone, info->end_local_ns / NS_PER_S) * NS_PER_S +
			info->end_local_ns % NS_PER_S;
	zone_free(zone);
	(void)copy_text(records->record.info.zone, sizeof records->record.info.zone,
			log->zone);
	if (first_ns(run) < run->start_ns || first_ns(run) - run->start_ns > FIRST_MAX_NS)
		records_warning(records, "zone-doubtful",
				"by the zone %.40s the first sample came %.0f s after "
				"the start, which is not likely",
				log->zone, (double)(first_ns(run) - run->start_ns) / 1e9);
	return 0;
}

/* The quarter of an hour of offset that puts the first sample right behind the start. */
static void time_by_sample(struct eit_run *run, struct records *records)
{
	const struct eit_info *info = &run->info;
	int64_t ahead_ns = info->start_local_ns - first_ns(run);
	int64_t offset_ns = floor_to(ahead_ns + QUARTER_NS - 1, QUARTER_NS);

	run->start_ns = info->start_local_ns - offset_ns;
	if (offset_ns - ahead_ns > FIRST_MAX_NS)
		records_warning(records, "zone-doubtful",
				"by no zone the first sample came within a minute of "
				"the start: by the nearest one %.0f s after",
				(double)(offset_ns - ahead_ns) / 1e9);
	zone_offset_text((int32_t)(offset_ns / NS_PER_S), records->record.info.zone,
			 sizeof records->record.info.zone);
	if (!info->has_end)
		return;
	/* Clocks may have been moved in between; the last sample is before the end. */
	run->end_ns = info->end_local_ns - offset_ns;
	if (run->end_ns < last_ns(run) - SLACK_NS)
		run->end_ns += HOUR_NS;
	else if (run->end_ns - last_ns(run) >= HOUR_NS - SLACK_NS)
		records_warning(records, "end-doubtful",
				"the end is an hour or more after the last sample: "
				"clocks may have been set back meanwhile");
}

static int take_times(struct eit_run *run, struct records *records,
		      const struct import_log *log, struct diag *diag)
{
	struct run_info *info = &records->record.info;
	int r = 0;

	run->start_ns = first_ns(run);
	if (run->info.has_start && log->zone)
		r = time_by_zone(run, records, log, diag);
	else if (run->info.has_start)
		time_by_sample(run, records);
	if (r < 0)
		return r;
	if (!run->info.has_start || !run->info.has_end)
		run->end_ns = last_ns(run);
	if (run->start_ns > first_ns(run) || run->end_ns < last_ns(run) - SLACK_NS)
		return diag_say(diag, -EPROTO,
				"its samples are not between its start and its end");
	if (run->end_ns < last_ns(run))
		run->end_ns = last_ns(run);
	info->started_unix_ns = run->start_ns;
	info->duration_ns = run->end_ns - run->start_ns;
	return 0;
}

/* --- what is wrong with it ------------------------------------------------------------------ */

static void warn_torn(const struct eit_run *run, struct records *records)
{
	if (run->torn == 1 && run->torn_last)
		records_warning(records, "torn-line",
				"the last line is torn, and was left out");
	else if (run->torn > 0)
		records_warning(records, "torn-lines",
				"%zu lines are no whole samples, and were left out",
				run->torn);
	if (run->unordered > 0)
		records_warning(records, "time-went-back",
				"%zu samples are no later than the one before, and were "
				"left out",
				run->unordered);
}

static void warn_tail(const struct eit_run *run, struct records *records)
{
	double tail_s = (double)(run->end_ns - last_ns(run)) / 1e9;
	double all_s = (double)(run->end_ns - run->start_ns) / 1e9;
	double median_s = run->median_s;

	if (!(tail_s > TAIL_PACES * median_s) || !(tail_s > 1))
		return;
	records_warning(
		records, "extrapolated-tail",
		"the last %.0f s of %.0f s have no sample (one came every %.1f s): "
		"its figures take the last sample's power for them, ours none",
		tail_s, all_s, median_s);
}

static void warn_intensity(const struct eit_run *run, struct records *records)
{
	size_t live = 0;

	for (size_t i = 0; i < run->count; i++)
		live += isfinite(run->rows[i].is[EIT_GPKWH]) ? 1 : 0;
	if (live == 0)
		records_warning(
			records, "no-live-intensity",
			"it read no live carbon intensity: its carbon goes by the "
			"zone's mean of 2019");
	else if (live < run->count)
		records_warning(records, "live-intensity-gaps",
				"%zu of %zu samples have no live carbon intensity: its "
				"figure fills them with a neighbour's",
				run->count - live, run->count);
}

static void warn(const struct eit_run *run, struct records *records)
{
	const struct eit_info *info = &run->info;

	warn_torn(run, records);
	warn_tail(run, records);
	warn_intensity(run, records);
	if (records_is_before(info->version, "0.1.9"))
		records_warning(records, "memory-counted-twice",
				"versions before 0.1.9 counted the memory's power twice; "
				"ours goes by the packages' power alone");
	if (!info->has_start)
		records_warning(
			records, "no-info",
			"info.pkl is not there or tells no start: the run begins "
			"with its first sample, and its own figures are not known");
	else if (!info->has_end)
		records_warning(records, "no-end",
				"it was not stopped cleanly: the run ends with its last "
				"sample");
	if (info->gpus > 1)
		records_warning(records, "boards-summed",
				"the log holds the sum of %zu boards: they are split by "
				"what the tool credited",
				info->gpus);
}

/* --- a run -------------------------------------------------------------------------------- */

static void take_digest(const struct import_log *log, struct records *records)
{
	const struct import_file *info = import_log_file(log, "info.pkl");
	struct sha256 sha;

	records_digest_begin(&sha, EIT_FORMAT);
	records_digest_add(&sha, log->files[0].bytes, log->files[0].size);
	if (info)
		records_digest_add(&sha, info->bytes, info->size);
	records_digest_end(&sha, records);
}

/* The processes' own sum; what no processors can have done in any time is not known. */
static void fill_cpu(const struct eit_run *run, struct records *records)
{
	struct run_info *info = &records->record.info;
	double cpu_s = run->pids.cpu_s;

	info->processes_seen =
		run->pids.count < UINT32_MAX ? (uint32_t)run->pids.count : UINT32_MAX;
	if (run->pids.count == 0)
		return;
	info->has_scope_cpu = cpu_s >= 0 && cpu_s < EIT_NS_MAX_S;
	if (info->has_scope_cpu)
		info->scope_cpu_ns = (uint64_t)(cpu_s * 1e9);
	else
		records_warning(records, "cpu-time-absurd",
				"the processes' CPU times add up to %.3g s, which "
				"cannot be: it is not known",
				cpu_s);
}

static void fill(struct eit_run *run, struct records *records,
		 const struct import_log *log)
{
	struct run_info *info = &records->record.info;

	(void)copy_text(info->name, sizeof info->name, log->base);
	(void)copy_text(info->region, sizeof info->region, run->info.region);
	if (*info->region) {
		(void)copy_text(info->region_how, sizeof info->region_how, "log");
		(void)copy_text(info->region_from, sizeof info->region_from, EIT_FORMAT);
	}
	info->state =
		run->info.has_start && run->info.has_end ? RUN_FINISHED : RUN_INTERRUPTED;
	fill_cpu(run, records);
	eit_domains(run, records);
	eit_figures(run, records);
	warn(run, records);
}

static int give(struct eit_run *run, struct records *records,
		const struct import_log *log, const struct import_sink *sink)
{
	int r = sink->begin(sink->ctx, &records->record);

	if (r == -EEXIST)
		return 0;
	if (r == 0)
		r = eit_series(run, records, sink);
	for (size_t i = 0; i < log->file_count && r == 0; i++)
		r = sink->original(sink->ctx, &log->files[i]);
	if (r == 0 && records->failed)
		r = -ENOMEM;
	return r == 0 ? sink->end(sink->ctx, &records->record) : r;
}

/* info.pkl that cannot be read leaves the samples, which are the larger part. */
static int take_info(struct eit_run *run, struct records *records,
		     const struct import_log *log)
{
	const struct import_file *file = import_log_file(log, "info.pkl");
	struct diag diag = { 0 };
	int r;

	run->info.region_gpkwh = NAN;
	if (!file)
		return 0;
	r = eit_info_read(file, records, &run->info, &diag);
	if (r < 0 && r != -ENOMEM)
		records_warning(records, "info-unreadable", "%.200s", diag.text);
	return r == -ENOMEM ? r : 0;
}

static int read_log(const struct import_log *log, const struct import_sink *sink,
		    struct diag *diag)
{
	CLEANUP(records_done) struct records records;
	CLEANUP(run_done) struct eit_run run = { .count = 0 };
	int r;

	records_begin(&records, EIT_FORMAT, EIT_FORMAT);
	r = take_info(&run, &records, log);
	if (r == 0)
		r = take_rows(&run, &log->files[0], diag);
	if (r == 0)
		r = take_times(&run, &records, log, diag);
	if (r == 0)
		r = eit_median(&run);
	if (r < 0)
		return r == -ENOMEM ? diag_fail(diag, r, "cannot read %s", log->path) : r;
	fill(&run, &records, log);
	take_digest(log, &records);
	if (records.failed)
		return diag_fail(diag, -ENOMEM, "cannot keep what it says");
	return give(&run, &records, log, sink);
}

static const char *const beside[] = { "info.pkl", NULL };

const struct import_format import_eit = {
	.name = EIT_FORMAT,
	.knows = knows,
	.beside = beside,
	.read = read_log,
};
