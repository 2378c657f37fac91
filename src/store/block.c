/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  rows, or a block's bytes, which may be anything.
 * Gives:  the other.
 * Needs:  zstd.
 * Limits: STORE_BLOCK_ROWS rows; about 1.5 MiB of memory for the widest block.
 *
 * A block: version byte; varints rows, domains, gpus, payload size; the payload in zstd.
 */
#include "store/block.h"

#include <errno.h>
#include <string.h>
#include <zstd.h>

#include "store/block-internal.h"

#define HEAD_MAX   (1 + 4 * BLOCK_VARINT_MAX)
#define ZSTD_LEVEL 1 /* noise is packed already; only dull columns get smaller */

/* Rows that decoding would refuse are not written. */
static int shape_of(struct block_codec *codec)
{
	for (size_t i = 0; i < codec->count; i++) {
		const struct sample *row = &codec->rows[i];

		if (row->domain_count > DOMAINS_MAX || row->gpu_count > GPUS_MAX)
			return -EINVAL;
		for (uint32_t k = 0; k < row->domain_count; k++)
			if (row->state[k] > SAMPLE_RESTART)
				return -EINVAL;
		if (row->domain_count > codec->domains)
			codec->domains = row->domain_count;
		if (row->gpu_count > codec->gpus)
			codec->gpus = row->gpu_count;
	}
	return 0;
}

static void head_put(const struct block_codec *codec, struct block_codec *head)
{
	block_byte_put(head, BLOCK_VERSION);
	block_varint_put(head, codec->count);
	block_varint_put(head, codec->domains);
	block_varint_put(head, codec->gpus);
	block_varint_put(head, codec->at);
}

static int pack(const struct block_codec *codec, uint8_t **ret_bytes, size_t *ret_size)
{
	size_t room = HEAD_MAX + ZSTD_compressBound(codec->at);
	AUTO_FREE uint8_t *bytes = malloc(room);
	struct block_codec head = { .bytes = bytes, .size = room };
	size_t body;

	if (!bytes)
		return -ENOMEM;
	head_put(codec, &head);
	body = ZSTD_compress(bytes + head.at, room - head.at, codec->bytes, codec->at,
			     ZSTD_LEVEL);
	if (ZSTD_isError(body))
		return -ENOMEM;
	*ret_size = head.at + body;
	*ret_bytes = STEAL(bytes);
	return 0;
}

int block_encode(const struct sample *rows, size_t count, uint8_t **ret_bytes,
		 size_t *ret_size)
{
	struct block_codec codec = { .rows = rows, .count = count };
	AUTO_FREE uint8_t *payload = NULL;
	int err;

	if (count == 0 || count > STORE_BLOCK_ROWS)
		return -EINVAL;
	err = shape_of(&codec);
	if (err < 0)
		return err;
	codec.size = block_columns_max(&codec);
	payload = malloc(codec.size);
	if (!payload)
		return -ENOMEM;
	codec.bytes = payload;
	err = block_columns(&codec);
	return err < 0 ? err : pack(&codec, ret_bytes, ret_size);
}

/* The counts, each within its limit, and the payload, no larger than they allow. */
static int head_get(struct block_codec *codec, const uint8_t *bytes, size_t size,
		    size_t *ret_body)
{
	uint8_t copy[HEAD_MAX];
	struct block_codec head = { .bytes = copy,
				    .size = size < sizeof copy ? size : sizeof copy };
	uint64_t rows, domains, gpus, payload;
	uint8_t version;

	if (size > 0)
		memcpy(copy, bytes, head.size);
	if (block_byte_get(&head, &version) < 0 || version == 0)
		return -EPROTO;
	if (version > BLOCK_VERSION)
		return -ENOSYS;
	if (block_varint_get(&head, &rows) < 0 || block_varint_get(&head, &domains) < 0 ||
	    block_varint_get(&head, &gpus) < 0 || block_varint_get(&head, &payload) < 0)
		return -EPROTO;
	if (rows == 0 || rows > STORE_BLOCK_ROWS || domains > DOMAINS_MAX ||
	    gpus > GPUS_MAX)
		return -EPROTO;
	codec->count = (size_t)rows;
	codec->domains = (uint32_t)domains;
	codec->gpus = (uint32_t)gpus;
	if (payload > block_columns_max(codec))
		return -EPROTO;
	codec->size = (size_t)payload;
	*ret_body = head.at;
	return 0;
}

/* No row may claim more than the head did: its columns were not written. */
static bool fits(const struct block_codec *codec)
{
	for (size_t i = 0; i < codec->count; i++)
		if (codec->rows[i].domain_count > codec->domains ||
		    codec->rows[i].gpu_count > codec->gpus)
			return false;
	return codec->energies_only || codec->at == codec->size;
}

struct block_decoder {
	ZSTD_DCtx *zstd;
	uint8_t *payload; /* and BLOCK_PAD behind it */
	size_t room;
	uint32_t domains; /* the most that rows may still hold */
	uint32_t gpus;
	struct block_codec codec;
	struct sample rows[STORE_BLOCK_ROWS];
};

int block_decoder_new(struct block_decoder **ret)
{
	struct block_decoder *decoder = calloc(1, sizeof *decoder);

	if (!decoder)
		return -ENOMEM;
	decoder->zstd = ZSTD_createDCtx();
	if (!decoder->zstd) {
		free(decoder);
		return -ENOMEM;
	}
	*ret = decoder;
	return 0;
}

void block_decoder_free(struct block_decoder *decoder)
{
	if (!decoder)
		return;
	(void)ZSTD_freeDCtx(decoder->zstd);
	free(decoder->payload);
	free(decoder);
}

static int make_room(struct block_decoder *decoder, size_t size)
{
	uint8_t *payload;

	if (size <= decoder->room)
		return 0;
	payload = calloc(1, size + BLOCK_PAD);
	if (!payload)
		return -ENOMEM;
	free(decoder->payload);
	decoder->payload = payload;
	decoder->room = size;
	return 0;
}

/* A row is a kilobyte, of which a run's use a quarter: only what columns can have been put into
 * is made zeros again. */
static void clear_rows(struct block_decoder *decoder, const struct block_codec *codec)
{
	if (decoder->domains < codec->domains)
		decoder->domains = codec->domains;
	if (decoder->gpus < codec->gpus)
		decoder->gpus = codec->gpus;
	for (size_t i = 0; i < codec->count; i++) {
		struct sample *row = &decoder->rows[i];

		memset(row->state, 0, decoder->domains);
		memset(row->energy_uj, 0, decoder->domains * sizeof row->energy_uj[0]);
		memset(&row->use, 0, offsetof(struct use, gpu));
		memset(row->use.gpu, 0, decoder->gpus * sizeof row->use.gpu[0]);
	}
}

static int unpack(struct block_decoder *decoder, const struct block_bytes *from)
{
	struct block_codec *codec = &decoder->codec;
	size_t body = 0;
	int err = head_get(codec, from->bytes, from->size, &body);

	if (err == 0)
		err = make_room(decoder, codec->size);
	if (err < 0)
		return err;
	if (ZSTD_decompressDCtx(decoder->zstd, decoder->payload, codec->size,
				from->bytes + body, from->size - body) != codec->size)
		return -EPROTO;
	clear_rows(decoder, codec);
	codec->bytes = decoder->payload;
	codec->at = 0;
	codec->rows = codec->made = decoder->rows;
	return block_columns(codec) < 0 || !fits(codec) ? -EPROTO : 0;
}

static int decode(struct block_decoder *decoder, const struct block_bytes *from,
		  struct block_rows *ret)
{
	int err = unpack(decoder, from);

	if (err == 0)
		*ret = (struct block_rows){ decoder->rows, decoder->codec.count };
	return err;
}

int block_decoder_rows(struct block_decoder *decoder, const struct block_bytes *from,
		       struct block_rows *ret)
{
	decoder->codec.energies_only = false;
	return decode(decoder, from, ret);
}

int block_decoder_energies(struct block_decoder *decoder, const struct block_bytes *from,
			   struct block_rows *ret)
{
	decoder->codec.energies_only = true;
	return decode(decoder, from, ret);
}

static void free_decoder(struct block_decoder **decoder)
{
	block_decoder_free(*decoder);
}

int block_decode(const uint8_t *bytes, size_t size, struct sample **ret_rows,
		 size_t *ret_count)
{
	CLEANUP(free_decoder) struct block_decoder *decoder = NULL;
	struct block_rows made = { .count = 0 };
	struct sample *rows;
	int err = block_decoder_new(&decoder);

	if (err == 0)
		err = block_decoder_rows(decoder, &(struct block_bytes){ bytes, size },
					 &made);
	if (err < 0)
		return err;
	rows = calloc(made.count + 1, sizeof *rows);
	if (!rows)
		return -ENOMEM;
	memcpy(rows, made.rows, made.count * sizeof *rows);
	*ret_count = made.count;
	*ret_rows = rows;
	return 0;
}
