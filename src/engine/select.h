/* SPDX-License-Identifier: Apache-2.0 */
/* Which runs a call is about, and the ledger they are in. Shared by the calls that look back. */
#pragma once

#include "engine/context.h"
#include "engine/view.h"
#include "store/store.h"

static inline void select_close(struct store **store)
{
	store_close(*store);
}

/* The ledger to read, after saying of runs whose sampler is gone that they were interrupted.
 * That needs to write: where it cannot be done, nothing else is lost. */
MUST_USE int select_open(struct gramme *gramme, struct store **ret);

/* The ledger to write, interrupted runs told as above. -ENOENT where there is none yet. */
MUST_USE int select_open_to_write(struct gramme *gramme, struct store **ret);

/* A run as gramme_show() names it, worked out. Free with run_view_done(). */
MUST_USE int select_view(struct gramme *gramme, const char *run, struct run_view *ret);

/* The public filter as the store's; NULL: everything. -EINVAL with what a time looks like. */
MUST_USE int select_filter(struct gramme *gramme, const struct gramme_filter *filter,
			   struct store_filter *ret);

/* "2026-11-01", RFC 3339, or "7d", "12h" before now_unix_ns. -EPROTO. */
MUST_USE int select_time(const char *text, int64_t now_unix_ns, int64_t *ret_unix_ns);

struct selection {
	int64_t *keys; /* oldest first, each once; a named list as it was named */
	size_t count;
};

static inline void selection_done(struct selection *selection)
{
	free(selection->keys);
}

/*
 * The runs that are named (NULL-terminated), or else those that the filter lets through; without
 * either the newest run. -ENOENT when there are none.
 */
MUST_USE int select_runs(struct gramme *gramme, struct store *store,
			 const char *const *runs, const struct gramme_filter *filter,
			 struct selection *ret);
