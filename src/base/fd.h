/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes of a descriptor; an interrupted one goes on. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/macro.h"

/* At offset 0, again and again: the way of the sampling loop. The text is terminated. */
MUST_USE ssize_t fd_read_text(int fd, char *buf, size_t size);
MUST_USE int fd_read_u64(int fd, uint64_t *ret);

/* All of it, however many calls that takes, from the descriptor's present position; stops at
 * the end or when buf is full. How many bytes, or a negative errno. */
MUST_USE ssize_t fd_read_full(int fd, void *buf, size_t size);

/* 0, or a negative errno: then some of it may have been written. */
MUST_USE int fd_write_all(int fd, const void *bytes, size_t size);
