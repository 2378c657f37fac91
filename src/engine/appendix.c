/* SPDX-License-Identifier: Apache-2.0 */
/* gramme_appendix(). */
#include <errno.h>

#include "engine/context.h"

int gramme_appendix(struct gramme *gramme, const struct gramme_appendix_opts *opts,
		    size_t *ret_pages)
{
	(void)opts;
	(void)ret_pages;
	return diag_say(&gramme->diag, -ENOSYS, "appendix is not written yet");
}
