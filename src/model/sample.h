/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row of a run's series, as the sampler makes it, the store keeps it and the calculation
 * reads it. Everything counts up from the run's start, unwrapped: rows may be dropped, merged
 * or cut anywhere and the joules stay.
 */
#pragma once

#include "model/domain.h"
#include "model/use.h"

enum sample_state {
	SAMPLE_NONE, /* this domain has no new value here; the next one covers this time too */
	SAMPLE_OK, /* energy_uj is good: the interval reaches back to the last OK or RESTART */
	SAMPLE_RESTART, /* the counter starts here: the time since the last OK is a gap */
};

struct sample {
	int64_t t_ns; /* since the run's start, HOST_MONOTONIC */
	uint32_t domain_count;
	uint32_t gpu_count;
	uint8_t state[DOMAINS_MAX];      /* enum sample_state */
	uint64_t energy_uj[DOMAINS_MAX]; /* since the run's start, gaps left out */
	struct use use;                  /* its pids are not kept */
};

enum gap_why {
	GAP_READ_FAILED, /* no reading for a while */
	GAP_WENT_BACK,   /* a counter that cannot wrap went back */
	GAP_STOOD_STILL, /* the counter did not move */
	GAP_RESET, /* the zone vanished, or the machine slept, and the counter began anew */
	GAP_LATE,        /* the source was opened after the run had begun */
	GAP_IMPLAUSIBLE, /* the step would need more power than the part can draw */
};

const char *gap_why_text(enum gap_why why);

struct gap {
	uint32_t domain; /* index */
	int64_t from_ns; /* since the run's start */
	int64_t to_ns;
	enum gap_why why;
};
