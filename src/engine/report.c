/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_report(). */
#include <errno.h>

#include "engine/context.h"

int gramme_report(struct gramme *gramme, const struct gramme_report_opts *opts,
		  const char *format, uint32_t flags, char **ret)
{
	(void)opts;
	(void)format;
	(void)flags;
	(void)ret;
	return diag_say(&gramme->diag, -ENOSYS, "report is not written yet");
}
