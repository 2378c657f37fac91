/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows to bytes and back. Columns of numbers, differences of differences, zig-zag varints,
 * zstd. A block stands alone. Energy is rounded to the domain's quantum before it is
 * differenced, so that rounding never adds up. The format's first byte is its version.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "model/sample.h"

/* The caller frees *ret_bytes. -ENOMEM, -EINVAL for no rows or too many. */
MUST_USE int block_encode(const struct sample *rows, size_t count, uint8_t **ret_bytes,
			  size_t *ret_size);

/* Any bytes end in rows or an error: -EPROTO for what is not a block, -ENOSYS for a newer
 * version. The caller frees *ret_rows. Bounded: at most STORE_BLOCK_ROWS rows. */
MUST_USE int block_decode(const uint8_t *bytes, size_t size, struct sample **ret_rows,
			  size_t *ret_count);
