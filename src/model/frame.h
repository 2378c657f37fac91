/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sampler saw at one instant, raw: every domain's reading and who used the machine.
 * calc/series turns frames into rows; nothing else looks at raw counters.
 */
#pragma once

#include "model/domain.h"
#include "model/reading.h"
#include "model/use.h"

struct frame {
	int64_t t_ns; /* HOST_MONOTONIC since the run's start, at the begin of the frame */
	int64_t asleep_ns; /* BOOTTIME minus MONOTONIC since the run's start: suspended so far */
	enum read_why why;
	uint32_t missed; /* ticks lost before this one */
	uint32_t domain_count;
	uint32_t gpu_count;
	struct reading reading[DOMAINS_MAX]; /* t_ns of each: absolute HOST_MONOTONIC */
	struct use use; /* only at READ_TICK and READ_EDGE; has is 0 else */
};
