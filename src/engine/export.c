/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_export(): runs out of the ledger. */
#include <errno.h>

#include "engine/context.h"

int gramme_export(struct gramme *gramme, const struct gramme_export_opts *opts,
		  const char *format, uint32_t flags)
{
	(void)opts;
	(void)flags;
	(void)format;
	return diag_say(&gramme->diag, -ENOSYS, "not yet");
}
