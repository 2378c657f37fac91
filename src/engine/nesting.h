/* SPDX-License-Identifier: Apache-2.0 */
/* Which run's processes another run's are too: its joules are in both, and count once in a sum. */
#pragma once

#include "base/host.h"
#include "model/run.h"
#include "store/store.h"

/*
 * The id of the run that goes on and whose root is nearest above own->root_pid, or is that
 * process itself; of several of one root the latest. -ENOENT: there is none.
 */
MUST_USE int nesting_find(struct store *store, const struct host *here,
			  const struct run_info *own, char ret[RUN_ID_MAX]);
