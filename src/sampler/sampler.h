/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When to read what. The sampler keeps the open sources and activities of one run, knows
 * their paces, and makes frames; it never looks at what the numbers mean. It owns what is
 * handed to it and closes it at the end. Nothing here allocates after sampler_new().
 *
 * Ticks lie on a grid: start + k * period. A tick that comes so late that the next is due too
 * is one tick, and the others count as missed: energy is in counters and loses nothing.
 */
#pragma once

#include "activity/activity.h"
#include "model/frame.h"
#include "source/source.h"

#define SAMPLER_PERIOD_MIN_NS NS_PER_MS
#define SAMPLER_PERIOD_MAX_NS (3600 * NS_PER_S)

struct sampler;

/* period_ns within the limits above, else -ERANGE. The clock starts at the first frame. */
MUST_USE int sampler_new(const struct host *host, int64_t period_ns,
			 struct sampler **ret);
void sampler_free(struct sampler *sampler);

/*
 * Takes over a source. slots[i] is the frame's index for the source's domain i, -1: not kept.
 * read_ns is how often it must be read between ticks (its pace, or what its wraps ask for);
 * INT64_MAX: ticks will do. -ENOSPC when there are too many.
 */
MUST_USE int sampler_add_source(struct sampler *sampler, const struct source *source,
				void *state, const int32_t *slots, int64_t read_ns);

MUST_USE int sampler_add_activity(struct sampler *sampler,
				  const struct activity *activity, void *state);

/* HOST_MONOTONIC of the next frame, and which it is. */
int64_t sampler_next(const struct sampler *sampler, enum read_why *ret_why);

/* Reads now. The first frame sets the start. READ_EDGE is for start, end and marks. */
void sampler_take(struct sampler *sampler, enum read_why why, struct frame *ret);

/* HOST_MONOTONIC and HOST_REALTIME of the first frame. */
int64_t sampler_start_ns(const struct sampler *sampler);
int64_t sampler_start_unix_ns(const struct sampler *sampler);
