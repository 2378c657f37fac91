/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_compare(). */
#include <errno.h>

#include "engine/context.h"

int gramme_compare(struct gramme *gramme, const struct gramme_compare_opts *opts,
		   const char *format, uint32_t flags, char **ret)
{
	(void)opts;
	(void)format;
	(void)flags;
	(void)ret;
	return diag_say(&gramme->diag, -ENOSYS, "compare is not written yet");
}
