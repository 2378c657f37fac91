/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the format experiment-impact-tracker share: import-eit.c. */
#pragma once

#include "import/eit-line.h"
#include "import/records.h"

#define EIT_FORMAT "experiment-impact-tracker"
#define EIT_PUE    1.58 /* the tool's, of every building */

/* So many seconds are still nanoseconds of an int64_t: 291 years. */
#define EIT_NS_MAX_S 9.2e9

/* info.pkl */
struct eit_info {
	bool has_start;
	bool has_end; /* only a run that was stopped cleanly */
	int64_t start_local_ns;
	int64_t end_local_ns;
	char region[PLACE_NAME_MAX];
	double region_gpkwh; /* NAN: not told */
	char version[32];
	size_t gpus;
	char gpu_name[DOMAIN_TEXT_MAX];
	char cpu_name[DOMAIN_TEXT_MAX];
};

struct eit_run {
	struct eit_info info;
	struct eit_row *rows;
	size_t count;
	size_t room;
	size_t torn; /* lines, of which the last is one where torn_last */
	bool torn_last;
	size_t unordered; /* rows that are no later than the one before */
	double median_s; /* the middle one of the times between rows; 0: fewer than two */
	struct eit_pids pids;
	/* Unix ns. */
	int64_t start_ns;
	int64_t end_ns; /* where there is none the last row's */
};

/* Fills info, and the record's version, region and inventory. -EPROTO. */
MUST_USE int eit_info_read(const struct import_file *file, struct records *records,
			   struct eit_info *ret, struct diag *diag);

/* Every whole sample of the file. -ENODATA: there is none. */
MUST_USE int eit_rows(struct eit_run *run, const struct import_file *file,
		      struct diag *diag);

/* The start and end, with the zone that they were told in. -EPROTO: they cannot be. */
MUST_USE int eit_times(struct eit_run *run, struct records *records,
		       const struct import_log *log, struct diag *diag);

/* Their figures, by their arithmetic. */
void eit_figures(const struct eit_run *run, struct records *records);

/* Ours: domains and their sums, gaps; then the rows go to the sink. */
void eit_domains(const struct eit_run *run, struct records *records);
MUST_USE int eit_series(const struct eit_run *run, struct records *records,
			const struct import_sink *sink);

/* Fills median_s. -ENOMEM. */
MUST_USE int eit_median(struct eit_run *run);

/* Its time, Unix ns. */
int64_t eit_row_ns(const struct eit_row *row);

static inline int64_t eit_first_ns(const struct eit_run *run)
{
	return eit_row_ns(&run->rows[0]);
}

static inline int64_t eit_last_ns(const struct eit_run *run)
{
	return eit_row_ns(&run->rows[run->count - 1]);
}
