/* SPDX-License-Identifier: Apache-2.0 */
/* Where this machine is, for a call that asks in the open: the same order as a run's. */
#pragma once

#include "engine/context.h"
#include "model/place.h"

/*
 * region (may be NULL) by its name; the configuration's; where the ledger remembers it was found
 * to be less than a day ago; the network, where it may be asked; the time zone; the world, with a
 * note.
 * -ENOENT, -EINVAL for a region that is not known, -ENOMEM; nothing else fails.
 */
MUST_USE int locate(struct gramme *gramme, const char *region, bool may_ask,
		    struct place *ret);

/* The host's name in the ledger: "" when not known. */
void locate_host(char *buf, size_t size);

/* How long what was found out is good for, and that nobody knew. */
#define LOCATE_GOOD_S   (24 * 3600)
#define LOCATE_NOBODY_S 600

struct store;

/* What the ledger remembers of this host. True when it is recent: then *ret is a place, or one
 * whose how is "", since nobody knew a moment ago. */
bool locate_remembered(struct store *store, int64_t now_unix_s, struct place *ret);
