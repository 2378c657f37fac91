/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the block's three files share: bytes (block.c), columns of rows (block-columns.c)
 * and columns of numbers (block-code.c). Nobody else includes this.
 */
#pragma once

#include <stdbool.h>

#include "store/block.h"
#include "store/store.h"

#define BLOCK_VARINT_MAX 10
#define BLOCK_VALUE_MAX  11 /* bytes of one number, however written */

/* What may be read behind the payload before a column's end shows that it was not there. */
#define BLOCK_PAD (STORE_BLOCK_ROWS * BLOCK_VALUE_MAX + 8)

struct block_codec {
	const struct sample *rows;
	struct sample *made; /* the same, while decoding; else NULL */
	size_t count;
	uint32_t domains; /* the most of any row */
	uint32_t gpus;
	bool energies_only; /* of made: without the columns of GPUs, which come last */
	uint8_t *bytes;
	size_t at;
	size_t size;
	uint8_t bits; /* of a byte begun */
	unsigned bit; /* how many */
	size_t used;  /* of value and row_of */
	uint64_t value[STORE_BLOCK_ROWS];
	uint16_t row_of[STORE_BLOCK_ROWS];
};

/* --- block-code.c: numbers in value[0 … used) --- */

void block_byte_put(struct block_codec *codec, uint8_t byte);
MUST_USE int block_byte_get(struct block_codec *codec, uint8_t *ret);
void block_varint_put(struct block_codec *codec, uint64_t value);
MUST_USE int block_varint_get(struct block_codec *codec, uint64_t *ret);

/* Rounded to the nearest whole units; unit 0: not rounded. */
void block_level_put(struct block_codec *codec, uint64_t unit);
MUST_USE int block_level_get(struct block_codec *codec);

/* Both ends exact, rounded down to whole units between; unit 0: by the mean step. */
void block_counter_put(struct block_codec *codec, uint64_t unit);
MUST_USE int block_counter_get(struct block_codec *codec);

/* --- block-columns.c --- */

/* All columns in their order, to or from codec->bytes. Encoding does not fail. */
MUST_USE int block_columns(struct block_codec *codec);

/* The most bytes the columns can take: nothing larger is ever unpacked. */
size_t block_columns_max(const struct block_codec *codec);
