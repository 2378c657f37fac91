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
#include "import/eit.h"

#define TAIL_PACES                                                                       \
	5 /* a longer end than so many samples' time was not seen but assumed */

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
	double tail_s = (double)(run->end_ns - eit_last_ns(run)) / 1e9;
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
		r = eit_rows(&run, &log->files[0], diag);
	if (r == 0)
		r = eit_times(&run, &records, log, diag);
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
