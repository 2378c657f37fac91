/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block's bytes, as they stand in the ledger. The first byte of the input chooses what the
 * rest is: 'B' a block, 'P' a block's columns, which get an honest head and an honest zstd
 * frame here, because no chance finds its way through those: rows, domains, gpus, columns.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "store/block.h"
#include "store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct sample *rows, size_t count)
{
	AUTO_FREE uint8_t *bytes = NULL;
	AUTO_FREE struct sample *back = NULL;
	size_t size = 0, back_count = 0;

	/* What was decoded can be encoded, and that decoded. */
	if (block_encode(rows, count, &bytes, &size) < 0 ||
	    block_decode(bytes, size, &back, &back_count) < 0 || back_count != count)
		abort();
}

static void decode(const uint8_t *data, size_t size)
{
	AUTO_FREE struct sample *rows = NULL;
	size_t count = 0;
	int err = block_decode(data, size, &rows, &count);

	if (err > 0 || (err < 0 && (rows || count)) || count > STORE_BLOCK_ROWS)
		abort();
	if (err == 0)
		check_again(rows, count);
}

static size_t put_varint(uint8_t *to, size_t value)
{
	size_t at = 0;

	for (; value >= 0x80; value >>= 7)
		to[at++] = (uint8_t)(value | 0x80);
	to[at++] = (uint8_t)value;
	return at;
}

static void decode_columns(const uint8_t *data, size_t size)
{
	AUTO_FREE uint8_t *bytes = NULL;
	size_t room, at = 0, body;

	if (size < 3)
		return;
	room = 64 + ZSTD_compressBound(size);
	bytes = malloc(room);
	if (!bytes)
		return;
	bytes[at++] = BLOCK_VERSION;
	at += put_varint(bytes + at, (size_t)data[0] + 1);
	at += put_varint(bytes + at, data[1] % (DOMAINS_MAX + 1));
	at += put_varint(bytes + at, data[2] % (GPUS_MAX + 1));
	at += put_varint(bytes + at, size - 3);
	body = ZSTD_compress(bytes + at, room - at, data + 3, size - 3, 1);
	if (!ZSTD_isError(body))
		decode(bytes, at + body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0 && data[0] == 'P')
		decode_columns(data + 1, size - 1);
	else if (size > 0)
		decode(data + 1, size - 1);
	return 0;
}
