/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_import(): other trackers' runs into the ledger. */
#include <errno.h>

#include "engine/context.h"

int gramme_import(struct gramme *gramme, const struct gramme_import_opts *opts,
		  const char *format, uint32_t flags, char **ret)
{
	(void)opts;
	(void)flags;
	(void)format;
	(void)ret;
	return diag_say(&gramme->diag, -ENOSYS, "not yet");
}

const char *gramme_import_format(size_t i, const char **ret_about)
{
	(void)i;
	(void)ret_about;
	return NULL;
}
