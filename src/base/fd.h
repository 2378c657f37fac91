/* SPDX-License-Identifier: Apache-2.0 */
/* All of a read or a write, however many calls it takes; an interrupted one goes on. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/macro.h"

/* Fills buf from the descriptor's present position; stops at the end or when it is full. How
 * many bytes, or a negative errno. */
MUST_USE ssize_t fd_read_full(int fd, void *buf, size_t size);

/* 0, or a negative errno: then some of it may have been written. */
MUST_USE int fd_write_all(int fd, const void *bytes, size_t size);
