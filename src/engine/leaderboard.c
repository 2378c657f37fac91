/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_leaderboard(). */
#include <errno.h>

#include "engine/context.h"

int gramme_leaderboard(struct gramme *gramme, const struct gramme_leaderboard_opts *opts,
		       const char *format, uint32_t flags, char **ret)
{
	(void)opts;
	(void)format;
	(void)flags;
	(void)ret;
	return diag_say(&gramme->diag, -ENOSYS, "leaderboard is not written yet");
}
