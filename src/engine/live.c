/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_live_open() and its kin. */
#include <errno.h>

#include "engine/context.h"

int gramme_live_open(struct gramme *gramme, const struct gramme_live_opts *opts,
		     struct gramme_live **ret)
{
	(void)opts;
	(void)ret;
	return diag_say(&gramme->diag, -ENOSYS, "live is not written yet");
}

void gramme_live_close(struct gramme_live *live)
{
	(void)live;
}

int gramme_live_read(struct gramme_live *live)
{
	(void)live;
	return -ENOSYS;
}

int gramme_live_text(struct gramme_live *live, const char *format, char **ret)
{
	(void)live;
	(void)format;
	(void)ret;
	return -ENOSYS;
}
