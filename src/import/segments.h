/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joules of stretches of time, one after the other, as rows: what a tool says of an epoch or a
 * window. The time between stretches, before the first and after the last is a gap.
 */
#pragma once

#include "import/records.h"

/* Not known of a part: NAN. */
struct segment {
	int64_t from_ns; /* since the run's start */
	int64_t to_ns;
	double *parts_j; /* one a domain; in the list's own memory */
};

struct segments {
	struct segment *items;
	size_t count;
	size_t parts;
	bool failed; /* memory ran out */
};

void segments_done(struct segments *segments);

/* One more, all its parts at NAN; NULL without memory. */
struct segment *segments_add(struct segments *segments);

/* Sorted by their starts, the longest first of those that start alike. */
void segments_sort(struct segments *segments);

/*
 * Gives the rows of all stretches, which are in order and do not overlap, and adds the gaps to
 * the record: a domain a part, in order. The machine is the run's alone (records_whole_machine()).
 * What the sink answers.
 */
MUST_USE int segments_give(const struct segments *segments, uint32_t gpu_count,
			   struct records *records, const struct import_sink *sink);
