/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a power source: one file source-<name>.c with one constant source_<name>,
 * and one row in sources.def. Best first: where two sources give the same domain id, the one
 * higher in sources.def is used.
 *
 * A source has no globals, prints nothing, never sleeps, starts no thread, and never invents:
 * a value it could not read is not there. It opens once and preads after; it takes the time
 * right after the value. Raw device units become uj or uw by one constant.
 */
#pragma once

#include <stddef.h>

#include "base/diag.h"
#include "base/host.h"
#include "model/domain.h"
#include "model/reading.h"

enum {
	/* Opening may take longer than a millisecond (a vendor's library): the job does not
	 * wait for it, and its first reading comes late. */
	SOURCE_SLOW = 1u << 0,
	/* An estimate: used only where no other source covers the family. */
	SOURCE_ESTIMATE = 1u << 1,
	/* Needs its readings in a row on the CPU itself; see source-perf. */
};

struct source {
	const char *name;
	unsigned flags;

	/*
	 * 0 and a state, or: -ENODEV the machine has none; -EACCES it has, and we may not (the
	 * diag says what would allow it); -EPROTO the machine said something not understood;
	 * -ENOSYS not compiled in. A source of which a part can be read opens with that part
	 * and leaves the first failure in diag.
	 */
	int (*open)(const struct host *host, struct diag *diag, void **ret_state);

	/* What it reads: borrowed, unchanged until close. At least one, at most DOMAINS_MAX.
	 * Domains with duplicate_of set are listed for people and give no readings. */
	size_t (*domains)(const void *state, const struct domain **ret);

	/*
	 * Fills readings[i] for domain i, each with its own err; allocates nothing. A domain
	 * that failed is tried again at the next call, reopened where that can help.
	 */
	void (*read)(void *state, enum read_why why, struct reading *readings);

	/* Takes NULL. */
	void (*close)(void *state);
};

struct source_row {
	const struct source *source;
	const char *about; /* what it reads, in a few words */
};

/* sources.def as a table, best first. */
extern const struct source_row source_rows[];
extern const size_t source_row_count;
