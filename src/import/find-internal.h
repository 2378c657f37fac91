/* SPDX-License-Identifier: Apache-2.0 */
/* What find.c and find-open.c share. */
#pragma once

#include "import/find.h"
#include "import/zip.h"

/* The archive at path, opened or still open. */
MUST_USE int find_archive(struct import_find *find, const char *path, struct diag *diag,
			  const struct zip **ret);
