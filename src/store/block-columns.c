/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  rows, or a block's columns.
 * Gives:  the other. One list of columns serves both ways, so that they cannot differ.
 * Needs:  nothing.
 * Limits: a value its field cannot hold is -EPROTO.
 */
#include <errno.h>
#include <string.h>

#include "store/block-internal.h"

/* Where an offset of 0 lies, so that one a little below does not wrap. */
#define OFFSET_ZERO (UINT64_C(1) << 63)

enum shape {
	SHAPE_LEVEL,   /* rounded to the nearest unit */
	SHAPE_COUNTER, /* ends exact; unit 0: by the mean step */
	SHAPE_OFFSET,  /* a time, less the row's */
};

/* The rows that have a value in a column go to row_of; how many. */
typedef size_t rows_with(const struct sample *rows, size_t count, uint32_t index,
			 uint16_t *row_of);

struct column {
	size_t offset; /* in struct sample, of the array's first */
	size_t stride; /* 0: no array */
	size_t width;
	enum shape shape;
	uint64_t unit;
	uint64_t max;    /* what decoding may give */
	rows_with *rows; /* NULL: all of them */
};

/* Without a branch, since what a row has may be as random as its values. */
#define ROWS_WITH(name, test)                                                            \
	static size_t name(const struct sample *rows, size_t count, uint32_t index,      \
			   uint16_t *row_of)                                             \
	{                                                                                \
		size_t used = 0;                                                         \
                                                                                         \
		(void)index;                                                             \
		for (size_t i = 0; i < count; i++) {                                     \
			const struct sample *row = &rows[i];                             \
                                                                                         \
			row_of[used] = (uint16_t)i;                                      \
			used += (test) ? 1 : 0;                                          \
		}                                                                        \
		return used;                                                             \
	}

#define GPU_HAS(bit) index < row->gpu_count && (row->use.gpu[index].has & (bit))

ROWS_WITH(with_use, row->use.has != 0 || row->gpu_count > 0)
ROWS_WITH(with_scope_cpu, row->use.has &USE_SCOPE_CPU)
ROWS_WITH(with_machine_cpu, row->use.has &USE_MACHINE_CPU)
ROWS_WITH(with_scope_mem, row->use.has &USE_SCOPE_MEM)
ROWS_WITH(with_machine_mem, row->use.has &USE_MACHINE_MEM)
ROWS_WITH(with_processes, row->use.has &USE_PROCESSES)
ROWS_WITH(with_domain, index < row->domain_count)
ROWS_WITH(with_energy, index < row->domain_count && row->state[index] != SAMPLE_NONE)
ROWS_WITH(with_gpu, index < row->gpu_count)
ROWS_WITH(with_clients, GPU_HAS(GPU_USE_CLIENTS))
ROWS_WITH(with_sm, GPU_HAS(GPU_USE_SM))

#define WIDTH(field) sizeof(((struct sample *)0)->field)
#define FIELD(field) .offset = offsetof(struct sample, field), .width = WIDTH(field)
#define COUNT(most)  .shape = SHAPE_LEVEL, .max = (most)
#define COUNTER      .shape = SHAPE_COUNTER, .max = UINT64_MAX
#define MEMORY       .shape = SHAPE_LEVEL, .unit = BLOCK_MEM_BYTES, .max = UINT64_MAX
#define TIME(of)     .shape = (of), .unit = BLOCK_TIME_NS, .max = UINT64_MAX
#define EACH_GPU     .stride = sizeof(struct gpu_use)

/* A column's `rows` may look only at columns before it. */
static const struct column row_columns[] = {
	{ FIELD(t_ns), TIME(SHAPE_COUNTER) },
	{ FIELD(domain_count), COUNT(DOMAINS_MAX) },
	{ FIELD(gpu_count), COUNT(GPUS_MAX) },
	{ FIELD(use.has), COUNT(UINT32_MAX) },
	{ FIELD(use.t_ns), TIME(SHAPE_OFFSET), .rows = with_use },
	{ FIELD(use.scope_cpu_ns), COUNTER, .rows = with_scope_cpu },
	{ FIELD(use.machine_cpu_ns), COUNTER, .rows = with_machine_cpu },
	{ FIELD(use.scope_mem_bytes), MEMORY, .rows = with_scope_mem },
	{ FIELD(use.machine_mem_bytes), MEMORY, .rows = with_machine_mem },
	{ FIELD(use.processes_seen), COUNT(UINT32_MAX), .rows = with_processes },
	{ FIELD(use.processes_ended), COUNT(UINT32_MAX), .rows = with_processes },
};

static const struct column domain_columns[] = {
	{ FIELD(state[0]), .stride = 1, COUNT(SAMPLE_RESTART), .rows = with_domain },
	{ FIELD(energy_uj[0]), .stride = WIDTH(energy_uj[0]), COUNTER,
	  .rows = with_energy },
};

static const struct column gpu_columns[] = {
	{ FIELD(use.gpu[0].has), EACH_GPU, COUNT(UINT32_MAX), .rows = with_gpu },
	{ FIELD(use.gpu[0].scope_clients), EACH_GPU, COUNT(UINT32_MAX),
	  .rows = with_clients },
	{ FIELD(use.gpu[0].all_clients), EACH_GPU, COUNT(UINT32_MAX),
	  .rows = with_clients },
	{ FIELD(use.gpu[0].scope_sm_permille), EACH_GPU, COUNT(UINT32_MAX),
	  .rows = with_sm },
	{ FIELD(use.gpu[0].all_sm_permille), EACH_GPU, COUNT(UINT32_MAX),
	  .rows = with_sm },
};

size_t block_columns_max(const struct block_codec *codec)
{
	size_t columns = ARRAY_SIZE(row_columns) +
			 codec->domains * ARRAY_SIZE(domain_columns) +
			 codec->gpus * ARRAY_SIZE(gpu_columns);

	return columns * (codec->count + 5) * BLOCK_VALUE_MAX;
}

static uint64_t cell_load(const struct sample *row, size_t offset, size_t width)
{
	const uint8_t *at = (const uint8_t *)row + offset;
	uint32_t narrow;
	uint64_t wide;

	if (width == 1)
		return *at;
	if (width == sizeof narrow) {
		memcpy(&narrow, at, sizeof narrow);
		return narrow;
	}
	memcpy(&wide, at, sizeof wide);
	return wide;
}

static void column_rows(struct block_codec *codec, const struct column *column,
			uint32_t index)
{
	if (column->rows) {
		codec->used =
			column->rows(codec->rows, codec->count, index, codec->row_of);
		return;
	}
	for (size_t i = 0; i < codec->count; i++)
		codec->row_of[i] = (uint16_t)i;
	codec->used = codec->count;
}

static void column_gather(struct block_codec *codec, const struct column *column,
			  uint32_t index)
{
	size_t offset = column->offset + column->stride * index;

	for (size_t i = 0; i < codec->used; i++) {
		const struct sample *row = &codec->rows[codec->row_of[i]];

		codec->value[i] = cell_load(row, offset, column->width);
		if (column->shape == SHAPE_OFFSET)
			codec->value[i] += OFFSET_ZERO - (uint64_t)row->t_ns;
	}
}

static int column_check(struct block_codec *codec, const struct column *column)
{
	uint64_t most = 0;

	if (column->shape == SHAPE_OFFSET)
		for (size_t i = 0; i < codec->used; i++)
			codec->value[i] += (uint64_t)codec->made[codec->row_of[i]].t_ns -
					   OFFSET_ZERO;
	if (column->max == UINT64_MAX)
		return 0;
	for (size_t i = 0; i < codec->used; i++)
		most = codec->value[i] > most ? codec->value[i] : most;
	return most > column->max ? -EPROTO : 0;
}

/* A loop a width: most of unpacking is done here. */
static void column_scatter(struct block_codec *codec, const struct column *column,
			   uint32_t index)
{
	uint8_t *at = (uint8_t *)codec->made + column->offset + column->stride * index;

	if (column->width == 1) {
		for (size_t i = 0; i < codec->used; i++)
			at[codec->row_of[i] * sizeof(struct sample)] =
				(uint8_t)codec->value[i];
	} else if (column->width == sizeof(uint32_t)) {
		for (size_t i = 0; i < codec->used; i++) {
			uint32_t narrow = (uint32_t)codec->value[i];

			memcpy(at + codec->row_of[i] * sizeof(struct sample), &narrow,
			       sizeof narrow);
		}
	} else {
		for (size_t i = 0; i < codec->used; i++)
			memcpy(at + codec->row_of[i] * sizeof(struct sample),
			       &codec->value[i], sizeof codec->value[i]);
	}
}

static void column_put(struct block_codec *codec, const struct column *column)
{
	if (column->shape == SHAPE_COUNTER)
		block_counter_put(codec, column->unit);
	else
		block_level_put(codec, column->unit);
}

static int column_get(struct block_codec *codec, const struct column *column)
{
	if (column->shape == SHAPE_COUNTER)
		return block_counter_get(codec);
	return block_level_get(codec);
}

static int columns_walk(struct block_codec *codec, const struct column *columns,
			size_t count, uint32_t index)
{
	for (size_t i = 0; i < count; i++) {
		column_rows(codec, &columns[i], index);
		if (!codec->made) {
			column_gather(codec, &columns[i], index);
			column_put(codec, &columns[i]);
			continue;
		}
		if (column_get(codec, &columns[i]) < 0 ||
		    column_check(codec, &columns[i]) < 0)
			return -EPROTO;
		column_scatter(codec, &columns[i], index);
	}
	return 0;
}

int block_columns(struct block_codec *codec)
{
	int err;

	err = columns_walk(codec, row_columns, ARRAY_SIZE(row_columns), 0);
	for (uint32_t i = 0; err == 0 && i < codec->domains; i++)
		err = columns_walk(codec, domain_columns, ARRAY_SIZE(domain_columns), i);
	for (uint32_t i = 0; err == 0 && i < codec->gpus && !codec->energies_only; i++)
		err = columns_walk(codec, gpu_columns, ARRAY_SIZE(gpu_columns), i);
	return err;
}
