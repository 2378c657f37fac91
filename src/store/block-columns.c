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

struct column {
	size_t offset; /* in struct sample, of the array's first */
	size_t stride; /* 0: no array */
	size_t width;
	enum shape shape;
	uint64_t unit;
	uint64_t max; /* what decoding may give */
	bool (*has)(const struct sample *row, uint32_t index);
};

static bool has_use(const struct sample *row, uint32_t index)
{
	(void)index;
	return row->use.has != 0 || row->gpu_count > 0;
}

static bool has_scope_cpu(const struct sample *row, uint32_t index)
{
	(void)index;
	return row->use.has & USE_SCOPE_CPU;
}

static bool has_machine_cpu(const struct sample *row, uint32_t index)
{
	(void)index;
	return row->use.has & USE_MACHINE_CPU;
}

static bool has_scope_mem(const struct sample *row, uint32_t index)
{
	(void)index;
	return row->use.has & USE_SCOPE_MEM;
}

static bool has_machine_mem(const struct sample *row, uint32_t index)
{
	(void)index;
	return row->use.has & USE_MACHINE_MEM;
}

static bool has_processes(const struct sample *row, uint32_t index)
{
	(void)index;
	return row->use.has & USE_PROCESSES;
}

static bool has_domain(const struct sample *row, uint32_t index)
{
	return index < row->domain_count;
}

static bool has_energy(const struct sample *row, uint32_t index)
{
	return has_domain(row, index) && row->state[index] != SAMPLE_NONE;
}

static bool has_gpu(const struct sample *row, uint32_t index)
{
	return index < row->gpu_count;
}

static bool has_clients(const struct sample *row, uint32_t index)
{
	return has_gpu(row, index) && row->use.gpu[index].has & GPU_USE_CLIENTS;
}

static bool has_sm(const struct sample *row, uint32_t index)
{
	return has_gpu(row, index) && row->use.gpu[index].has & GPU_USE_SM;
}

#define WIDTH(field) sizeof(((struct sample *)0)->field)
#define FIELD(field) .offset = offsetof(struct sample, field), .width = WIDTH(field)
#define COUNT(most)  .shape = SHAPE_LEVEL, .max = (most)
#define COUNTER      .shape = SHAPE_COUNTER, .max = UINT64_MAX
#define MEMORY       .shape = SHAPE_LEVEL, .unit = BLOCK_MEM_BYTES, .max = UINT64_MAX
#define TIME(of)     .shape = (of), .unit = BLOCK_TIME_NS, .max = UINT64_MAX
#define EACH_GPU     .stride = sizeof(struct gpu_use)

/* A column's `has` may look only at columns before it. */
static const struct column row_columns[] = {
	{ FIELD(t_ns), TIME(SHAPE_COUNTER) },
	{ FIELD(domain_count), COUNT(DOMAINS_MAX) },
	{ FIELD(gpu_count), COUNT(GPUS_MAX) },
	{ FIELD(use.has), COUNT(UINT32_MAX) },
	{ FIELD(use.t_ns), TIME(SHAPE_OFFSET), .has = has_use },
	{ FIELD(use.scope_cpu_ns), COUNTER, .has = has_scope_cpu },
	{ FIELD(use.machine_cpu_ns), COUNTER, .has = has_machine_cpu },
	{ FIELD(use.scope_mem_bytes), MEMORY, .has = has_scope_mem },
	{ FIELD(use.machine_mem_bytes), MEMORY, .has = has_machine_mem },
	{ FIELD(use.processes_seen), COUNT(UINT32_MAX), .has = has_processes },
	{ FIELD(use.processes_ended), COUNT(UINT32_MAX), .has = has_processes },
};

static const struct column domain_columns[] = {
	{ FIELD(state[0]), .stride = 1, COUNT(SAMPLE_RESTART), .has = has_domain },
	{ FIELD(energy_uj[0]), .stride = WIDTH(energy_uj[0]), COUNTER,
	  .has = has_energy },
};

static const struct column gpu_columns[] = {
	{ FIELD(use.gpu[0].has), EACH_GPU, COUNT(UINT32_MAX), .has = has_gpu },
	{ FIELD(use.gpu[0].scope_clients), EACH_GPU, COUNT(UINT32_MAX),
	  .has = has_clients },
	{ FIELD(use.gpu[0].all_clients), EACH_GPU, COUNT(UINT32_MAX),
	  .has = has_clients },
	{ FIELD(use.gpu[0].scope_sm_permille), EACH_GPU, COUNT(UINT32_MAX),
	  .has = has_sm },
	{ FIELD(use.gpu[0].all_sm_permille), EACH_GPU, COUNT(UINT32_MAX), .has = has_sm },
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

static void cell_store(struct sample *row, size_t offset, size_t width, uint64_t value)
{
	uint8_t *at = (uint8_t *)row + offset;
	uint32_t narrow = (uint32_t)value;

	if (width == 1)
		*at = (uint8_t)value;
	else if (width == sizeof narrow)
		memcpy(at, &narrow, sizeof narrow);
	else
		memcpy(at, &value, sizeof value);
}

static void column_gather(struct block_codec *codec, const struct column *column,
			  uint32_t index)
{
	size_t offset = column->offset + column->stride * index;

	codec->used = 0;
	for (size_t i = 0; i < codec->count; i++) {
		const struct sample *row = &codec->rows[i];

		if (column->has && !column->has(row, index))
			continue;
		codec->row_of[codec->used] = (uint16_t)i;
		codec->value[codec->used] = cell_load(row, offset, column->width);
		if (column->shape == SHAPE_OFFSET)
			codec->value[codec->used] += OFFSET_ZERO - (uint64_t)row->t_ns;
		codec->used++;
	}
}

static int column_scatter(struct block_codec *codec, const struct column *column,
			  uint32_t index)
{
	size_t offset = column->offset + column->stride * index;

	for (size_t i = 0; i < codec->used; i++) {
		struct sample *row = &codec->made[codec->row_of[i]];
		uint64_t value = codec->value[i];

		if (column->shape == SHAPE_OFFSET)
			value += (uint64_t)row->t_ns - OFFSET_ZERO;
		if (value > column->max)
			return -EPROTO;
		cell_store(row, offset, column->width, value);
	}
	return 0;
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
		column_gather(codec, &columns[i], index);
		if (!codec->made) {
			column_put(codec, &columns[i]);
			continue;
		}
		if (column_get(codec, &columns[i]) < 0 ||
		    column_scatter(codec, &columns[i], index) < 0)
			return -EPROTO;
	}
	return 0;
}

int block_columns(struct block_codec *codec)
{
	int err;

	err = columns_walk(codec, row_columns, ARRAY_SIZE(row_columns), 0);
	for (uint32_t i = 0; err == 0 && i < codec->domains; i++)
		err = columns_walk(codec, domain_columns, ARRAY_SIZE(domain_columns), i);
	for (uint32_t i = 0; err == 0 && i < codec->gpus; i++)
		err = columns_walk(codec, gpu_columns, ARRAY_SIZE(gpu_columns), i);
	return err;
}
