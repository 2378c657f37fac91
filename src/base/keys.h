/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of online services, from the environment (GRAMME_<NAME>_KEY, in capitals) or from a file
 * of `name = value` lines that only its owner may read. A key never goes into a log, a
 * sentence, the store or a command line; it is overwritten when freed.
 */
#pragma once

#include <stdbool.h>

#include "base/diag.h"
#include "base/macro.h"

struct keys;

/*
 * file: NULL for $XDG_CONFIG_HOME/gramme/keys or ~/.config/gramme/keys, which may be missing.
 * A file that others may read, or that is not the user's, is not read: -EACCES with `chmod 600`
 * as the fix, and *ret then holds those of the environment. A line that is not understood is
 * -EPROTO with its number, never its text, and *ret likewise. So with any other error, but for
 * -ENOMEM: only then is *ret untouched. The environment goes before the file.
 */
MUST_USE int keys_open(const char *file, struct diag *diag, struct keys **ret);
void keys_free(struct keys *keys);

/* The variable that may hold it: "GRAMME_EIA_KEY". */
#define KEYS_VARIABLE_MAX 64
void keys_variable(const char *name, char buf[KEYS_VARIABLE_MAX]);

/* NULL when there is none. keys may be NULL, here and below: there are none. */
const char *keys_get(const struct keys *keys, const char *name);
/* "GRAMME_EIA_KEY", or the file's path; "" when there is none. For doctor. */
const char *keys_from(const struct keys *keys, const char *name);
