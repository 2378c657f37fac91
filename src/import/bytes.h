/* SPDX-License-Identifier: Apache-2.0 */
/* A file's bytes: read, or mapped where it is large. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct bytes {
	char *at; /* never NULL once read */
	size_t size;
	bool mapped;
};

/* Regular files only: -EINVAL else, and a pipe is not waited for. A file that is cut short
 * while it is read: what was there. */
MUST_USE int bytes_read(const char *path, struct bytes *ret);
void bytes_done(struct bytes *bytes);
