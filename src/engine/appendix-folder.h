/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder that a site is written to. Everything is written beside what stands there, in a
 * folder of its own inside, and comes to its place at the end; until then an older site is
 * whole. The file .gramme-site lists what was written, and nothing else is ever removed but
 * what an interrupted call left beside: with replace, by its name and the marker in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

struct appendix_folder;

/*
 * Makes the folder, with those above it, where it is missing. -EEXIST: there is something in
 * it that no site of gramme's has (named in diag), or a site and replace is false.
 */
MUST_USE int appendix_folder_open(const char *path, bool replace, struct diag *diag,
				  struct appendix_folder **ret);

/* file: "experiments/a.html": letters, digits, - _ and ., at most three folders deep. -EEXIST:
 * it was written already. */
MUST_USE int appendix_folder_write(struct appendix_folder *folder, const char *file,
				   const char *text, size_t len, struct diag *diag);

/* The old site goes, the new one takes its place. */
MUST_USE int appendix_folder_finish(struct appendix_folder *folder, struct diag *diag);

/* Takes NULL. What was not finished leaves nothing behind. */
void appendix_folder_close(struct appendix_folder *folder);
