/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows to bytes and back. Columns of numbers, each guessed from those before it, what is left
 * in Rice codes, zstd. A block stands alone. The format's first byte is its version.
 *
 * What comes back, beside exact counts, states and GPU levels:
 *  - counters (energy_uj, scope_cpu_ns, machine_cpu_ns): the first and the last value a block
 *    holds of each are exact, so no run's sum is ever rounded. Those between are rounded down
 *    by less than 1/BLOCK_STEPS of the column's mean step from row to row (at 1 Hz: half a
 *    millisecond of the mean power), and not at all where that is under one unit. Rounding
 *    never adds up and never makes a counter go back, inside a block or from one to the next.
 *  - t_ns: rounded down by less than BLOCK_TIME_NS; first and last exact.
 *  - use.t_ns: within two BLOCK_TIME_NS.
 *  - memory: to the nearest BLOCK_MEM_BYTES.
 * energy_uj is 0 where the state is SAMPLE_NONE, every field of use is 0 where its bit in
 * `has` is not set, and pids are not kept. docs/decisions/ledger-blocks.md says why.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "model/sample.h"

#define BLOCK_VERSION   1
#define BLOCK_STEPS     2048
#define BLOCK_TIME_NS   1000
#define BLOCK_MEM_BYTES 65536

struct block_bytes {
	const uint8_t *bytes;
	size_t size;
};

/* The caller frees *ret_bytes. -ENOMEM, -EINVAL for no rows or too many. */
MUST_USE int block_encode(const struct sample *rows, size_t count, uint8_t **ret_bytes,
			  size_t *ret_size);

/* Any bytes end in rows or an error: -EPROTO for what is not a block, -ENOSYS for a newer
 * version. The caller frees *ret_rows. Bounded: at most STORE_BLOCK_ROWS rows. */
MUST_USE int block_decode(const uint8_t *bytes, size_t size, struct sample **ret_rows,
			  size_t *ret_count);

/* The same for many blocks, with what decoding needs kept between them. */
struct block_decoder;

struct block_rows {
	const struct sample *rows; /* the decoder's: good until its next block */
	size_t count;
};

MUST_USE int block_decoder_new(struct block_decoder **ret);
void block_decoder_free(struct block_decoder *decoder); /* takes NULL */

/* Of a row, times, counts, states, energies and `use` are filled, but for use.gpu where only
 * energies are wanted. What lies beyond its counts is not to be looked at. */
MUST_USE int block_decoder_rows(struct block_decoder *decoder,
				const struct block_bytes *from, struct block_rows *ret);
MUST_USE int block_decoder_energies(struct block_decoder *decoder,
				    const struct block_bytes *from,
				    struct block_rows *ret);
