/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the run was: info.pkl has its start and end in a local time that names no zone, the samples
 * have theirs since 1970.
 */
#include <errno.h>

#include "base/parse.h"
#include "import/eit.h"
#include "import/zone.h"

#define QUARTER_NS   (900 * NS_PER_S)
#define HOUR_NS      (3600 * NS_PER_S)
#define FIRST_MAX_NS (60 * NS_PER_S) /* from the start to the first sample */
#define SLACK_NS     NS_PER_S

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
	if (eit_first_ns(run) < run->start_ns ||
	    eit_first_ns(run) - run->start_ns > FIRST_MAX_NS)
		records_warning(records, "zone-doubtful",
				"by the zone %.40s the first sample came %.0f s after "
				"the start, which is not likely",
				log->zone,
				(double)(eit_first_ns(run) - run->start_ns) / 1e9);
	return 0;
}

/* The quarter of an hour of offset that puts the first sample right behind the start. */
static void time_by_sample(struct eit_run *run, struct records *records)
{
	const struct eit_info *info = &run->info;
	int64_t ahead_ns = info->start_local_ns - eit_first_ns(run);
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
	if (run->end_ns < eit_last_ns(run) - SLACK_NS)
		run->end_ns += HOUR_NS;
	else if (run->end_ns - eit_last_ns(run) >= HOUR_NS - SLACK_NS)
		records_warning(records, "end-doubtful",
				"the end is an hour or more after the last sample: "
				"clocks may have been set back meanwhile");
}

int eit_times(struct eit_run *run, struct records *records, const struct import_log *log,
	      struct diag *diag)
{
	struct run_info *info = &records->record.info;
	int r = 0;

	run->start_ns = eit_first_ns(run);
	if (run->info.has_start && log->zone)
		r = time_by_zone(run, records, log, diag);
	else if (run->info.has_start)
		time_by_sample(run, records);
	if (r < 0)
		return r;
	if (!run->info.has_start || !run->info.has_end)
		run->end_ns = eit_last_ns(run);
	if (run->start_ns <= 0 || run->start_ns > eit_first_ns(run) ||
	    run->end_ns < eit_last_ns(run) - SLACK_NS)
		return diag_say(diag, -EPROTO,
				"its samples are not between its start and its end");
	if (run->end_ns < eit_last_ns(run))
		run->end_ns = eit_last_ns(run);
	info->started_unix_ns = run->start_ns;
	info->duration_ns = run->end_ns - run->start_ns;
	return 0;
}
