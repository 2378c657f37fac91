/* SPDX-License-Identifier: Apache-2.0 */
/* What sections-marks.c finds, sections.c gathers and sections-end.c makes numbers of. No one
 * else looks inside. */
#pragma once

#include "calc/sections.h"

#define SECTION_NONE UINT32_MAX

/* A section by its marks. */
struct section {
	char name[RUN_NAME_MAX];
	bool paired;
	size_t count;
	uint32_t kept; /* times of it that are in `times` */
	int64_t duration_ns;
};

/* A time that one was open. */
struct section_open {
	uint32_t section;
	int64_t from_ns;
	int64_t to_ns;
};

/* Where one begins or ends. */
struct section_event {
	int64_t t_ns;
	int64_t from_ns;  /* the time that it begins or ends */
	int64_t since_ns; /* when the section was last closed and then opened */
	uint32_t section;
	uint32_t time; /* SECTION_NONE: it is told in the section's sum alone */
	bool begins;
	bool edge; /* of the section: no other time of it is open */
};

/* A counted domain's sums at an instant. */
struct section_point {
	int64_t t_ns;
	int64_t covered_ns;
	uint64_t machine_uj;
	uint64_t active_uj;
	uint64_t unknown_uj;
	uint64_t owed_uj;
};

/* Where the machine's joules stood at an event, and may have stood. */
struct section_at {
	double uj;
	double time_uj; /* the same for the one time: it differs in a gap */
	double low_uj;
	double high_uj;
	int64_t covered_ns;
};

struct section_sum {
	double machine_uj;
	double active_uj;
	double nobody_uj;
	double covered_ns;
};

/* What a cut between two readings may be wrong by. */
struct section_doubt {
	double machine_down_uj;
	double machine_up_uj;
	double active_down_uj;
	double active_up_uj;
	size_t edges; /* inside the time that was read */
};

struct section_lane {
	uint32_t domain;
	struct domain meter;
	bool based;
	struct section_point first;
	struct section_point last;
	struct section_point settled; /* up to here it is known whose the joules are */
	size_t next;                  /* event that was not come to */
	size_t open;                  /* the first whose share is not settled */
	struct section_at *at;        /* one an event */
	struct section_sum *sums;     /* the sections, then the times */
	struct section_doubt *doubts; /* the sections */
};

struct sections {
	struct section *list;
	size_t count;
	struct section_open *times;
	size_t time_count;
	struct section_event *events;
	size_t event_count;
	size_t lost_ends;
	size_t left_out;
	size_t lane_count;
	struct section_lane *lanes;
};

/* Fills list, times and events from the record's marks. -ENOMEM. */
MUST_USE int sections_of_marks(const struct run_record *record,
			       struct sections *sections);

/* The rest of the run, for which there are no rows: all events have come. */
void sections_flush(struct sections *sections);
