/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that came from other trackers: where from, what those said, and the bytes themselves. */
#include <errno.h>

#include "store/store-internal.h"

int store_import_put(struct store *store, int64_t run, const struct run_import *import,
		     struct diag *diag)
{
	(void)store;
	(void)run;
	(void)import;
	return diag_say(diag, -ENOSYS, "not yet");
}
