/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns back to rows. What a column is and which rows have it is one list, as where they are
 * written (report/export-rows.c); what comes of it is looked at row by row, for the equations
 * take it that neither time nor a counter goes back.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "import/gramme-record.h"

/* Some hundred kB have the widest machine's. */
#define OBJECT_MAX (8 << 20)

struct column {
	const char *name;
	size_t offset; /* in struct sample, of the array's first */
	size_t stride; /* 0: no array */
	size_t width;
	bool (*has)(const struct sample *row, uint32_t index);
};

struct unpacking {
	struct sample *rows;
	size_t count;
};

static void release(json_t **value)
{
	json_decref(*value);
}

/* --- which rows have it ------------------------------------------------------------------- */

static bool always(const struct sample *row, uint32_t index)
{
	(void)row;
	(void)index;
	return true;
}

static bool with_use(const struct sample *row, uint32_t index)
{
	(void)index;
	return row->use.has != 0 || row->gpu_count > 0;
}

#define WITH(name, test)                                                                 \
	static bool name(const struct sample *row, uint32_t index)                       \
	{                                                                                \
		(void)index;                                                             \
		return test;                                                             \
	}

WITH(with_scope_cpu, row->use.has &USE_SCOPE_CPU)
WITH(with_machine_cpu, row->use.has &USE_MACHINE_CPU)
WITH(with_scope_mem, row->use.has &USE_SCOPE_MEM)
WITH(with_machine_mem, row->use.has &USE_MACHINE_MEM)
WITH(with_processes, row->use.has &USE_PROCESSES)
WITH(with_energy, index < row->domain_count && row->state[index] != SAMPLE_NONE)
WITH(with_gpu, index < row->gpu_count)
WITH(with_clients, index < row->gpu_count && (row->use.gpu[index].has & GPU_USE_CLIENTS))
WITH(with_sm, index < row->gpu_count && (row->use.gpu[index].has & GPU_USE_SM))

#define FIELD(member)                                                                    \
	.offset = offsetof(struct sample, member),                                       \
	.width = sizeof(((struct sample *)0)->member)
#define EACH_GPU .stride = sizeof(struct gpu_use)

/* In this order: which rows have a column is told by those before it. */
static const struct column row_columns[] = {
	{ "t_ns", FIELD(t_ns), .has = always },
	{ "use", FIELD(use.has), .has = always },
	{ "gpu_count", FIELD(gpu_count), .has = always },
	{ "use_t_ns", FIELD(use.t_ns), .has = with_use },
	{ "scope_cpu_ns", FIELD(use.scope_cpu_ns), .has = with_scope_cpu },
	{ "machine_cpu_ns", FIELD(use.machine_cpu_ns), .has = with_machine_cpu },
	{ "scope_mem_bytes", FIELD(use.scope_mem_bytes), .has = with_scope_mem },
	{ "machine_mem_bytes", FIELD(use.machine_mem_bytes), .has = with_machine_mem },
	{ "processes_seen", FIELD(use.processes_seen), .has = with_processes },
	{ "processes_ended", FIELD(use.processes_ended), .has = with_processes },
};

static const struct column energy_column = { "uj", FIELD(energy_uj[0]),
					     .stride = sizeof(uint64_t),
					     .has = with_energy };

static const struct column gpu_columns[] = {
	{ "has", FIELD(use.gpu[0].has), EACH_GPU, .has = with_gpu },
	{ "scope_clients", FIELD(use.gpu[0].scope_clients), EACH_GPU,
	  .has = with_clients },
	{ "all_clients", FIELD(use.gpu[0].all_clients), EACH_GPU, .has = with_clients },
	{ "scope_sm_permille", FIELD(use.gpu[0].scope_sm_permille), EACH_GPU,
	  .has = with_sm },
	{ "all_sm_permille", FIELD(use.gpu[0].all_sm_permille), EACH_GPU,
	  .has = with_sm },
};

/* --- columns ------------------------------------------------------------------------------ */

static int put_value(struct sample *row, const struct column *column, uint32_t index,
		     uint64_t value)
{
	char *at = (char *)row + column->offset + column->stride * index;
	uint32_t narrow = (uint32_t)value;

	if (column->width == sizeof value) {
		memcpy(at, &value, sizeof value);
		return 0;
	}
	if (narrow != value)
		return -EPROTO;
	memcpy(at, &narrow, sizeof narrow);
	return 0;
}

/* Differences, one for each row that has it; one number stands for all. A column that no row
 * has is not there. */
static int take_column(const struct unpacking *rows, const json_t *object,
		       const struct column *column, uint32_t index)
{
	const json_t *steps = json_object_get(object, column->name);
	bool same = json_is_integer(steps);
	uint64_t value = same ? (uint64_t)json_integer_value(steps) : 0;
	size_t at = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const json_t *step = same ? steps : json_array_get(steps, at);

		if (!column->has(&rows->rows[i], index))
			continue;
		if (!json_is_integer(step))
			return -EPROTO;
		if (!same)
			value += (uint64_t)json_integer_value(step);
		if (put_value(&rows->rows[i], column, index, value) < 0)
			return -EPROTO;
		at++;
	}
	return same || json_array_size(steps) == at ? 0 : -EPROTO;
}

static int take_columns(const struct unpacking *rows, const json_t *object,
			const struct column *columns, size_t count, uint32_t index)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++)
		r = take_column(rows, object, &columns[i], index);
	return r;
}

static int state_of(char letter)
{
	switch (letter) {
	case 'n':
		return SAMPLE_NONE;
	case 'o':
		return SAMPLE_OK;
	case 'r':
		return SAMPLE_RESTART;
	default:
		return -EPROTO;
	}
}

/* '.': the domain was not there yet; none comes after one that was not. */
static int take_states(const struct unpacking *rows, const json_t *object, uint32_t index)
{
	const char *letters = json_string_value(json_object_get(object, "state"));
	size_t len = letters ? strlen(letters) : 0;

	if (len != rows->count && len != 1)
		return -EPROTO;
	for (size_t i = 0; i < rows->count; i++) {
		struct sample *row = &rows->rows[i];
		char letter = letters[len == 1 ? 0 : i];
		int state = state_of(letter);

		if (letter == '.')
			continue;
		if (state < 0 || row->domain_count != index)
			return -EPROTO;
		row->state[index] = (uint8_t)state;
		row->domain_count = index + 1;
	}
	return 0;
}

static int take_domains(const struct unpacking *rows, const json_t *root, uint32_t most)
{
	const json_t *domains = json_object_get(root, "domains");
	size_t count = json_array_size(domains);
	int r = count <= most ? 0 : -EPROTO;

	for (uint32_t i = 0; i < count && r == 0; i++) {
		const json_t *object = json_array_get(domains, i);

		r = take_states(rows, object, i);
		if (r == 0)
			r = take_column(rows, object, &energy_column, i);
	}
	return r;
}

static int take_gpus(const struct unpacking *rows, const json_t *root)
{
	const json_t *gpus = json_object_get(root, "gpus");
	size_t count = json_array_size(gpus);
	int r = 0;

	for (size_t i = 0; i < rows->count; i++)
		if (rows->rows[i].gpu_count > count)
			return -EPROTO;
	for (uint32_t i = 0; i < count && r == 0; i++)
		r = take_columns(rows, json_array_get(gpus, i), gpu_columns,
				 ARRAY_SIZE(gpu_columns), i);
	return r;
}

/* gpu_count is left out where there are none. */
static int take_row_columns(const struct unpacking *rows, const json_t *root)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(row_columns) && r == 0; i++) {
		const struct column *column = &row_columns[i];

		if (strcmp(column->name, "gpu_count") == 0 &&
		    !json_object_get(root, column->name))
			continue;
		r = take_column(rows, root, column, 0);
		for (size_t k = 0; k < rows->count && r == 0; k++)
			r = rows->rows[k].gpu_count <= GPUS_MAX ? 0 : -EPROTO;
	}
	for (size_t i = 0; i < rows->count && r == 0; i++)
		if (with_use(&rows->rows[i], 0))
			rows->rows[i].use.t_ns =
				(int64_t)((uint64_t)rows->rows[i].use.t_ns +
					  (uint64_t)rows->rows[i].t_ns);
	return r;
}

/* --- from row to row ---------------------------------------------------------------------- */

static bool goes_back(uint64_t *last, uint64_t value)
{
	bool back = value < *last;

	*last = value;
	return back;
}

static int check_row(struct gramme_rows *rows, const struct sample *row)
{
	struct sample *last = &rows->last;
	bool back = row->t_ns < last->t_ns || row->t_ns < 0;

	last->t_ns = row->t_ns;
	for (uint32_t i = 0; i < row->domain_count; i++)
		if (row->state[i] != SAMPLE_NONE)
			back |= goes_back(&last->energy_uj[i], row->energy_uj[i]);
	if (row->use.has & USE_SCOPE_CPU)
		back |= goes_back(&last->use.scope_cpu_ns, row->use.scope_cpu_ns);
	if (row->use.has & USE_MACHINE_CPU)
		back |= goes_back(&last->use.machine_cpu_ns, row->use.machine_cpu_ns);
	return back ? -EPROTO : 0;
}

static int take_rows(const json_t *root, struct gramme_rows *rows,
		     const struct unpacking *made)
{
	int r = take_row_columns(made, root);

	if (r == 0)
		r = take_domains(made, root, rows->domain_count);
	if (r == 0)
		r = take_gpus(made, root);
	for (size_t i = 0; i < made->count && r == 0; i++)
		r = check_row(rows, &made->rows[i]);
	return r;
}

int gramme_rows_read(const struct span *text, struct gramme_rows *rows, struct diag *diag,
		     struct sample *ret, size_t *ret_count)
{
	CLEANUP(release) json_t *root = NULL;
	struct unpacking made = { .rows = ret };
	json_int_t count;
	json_error_t error;

	if (text->size > OBJECT_MAX)
		return diag_say(diag, -EPROTO, "more rows in a piece than there can be");
	root = json_loadb(text->at, text->size, 0, &error);
	count = json_integer_value(json_object_get(root, "n"));
	if (!root || count < 1 || count > GRAMME_ROWS_MAX)
		return diag_say(diag, -EPROTO, "its rows are not understood: %.120s",
				root ? "how many they are" : error.text);
	made.count = (size_t)count;
	memset(ret, 0, made.count * sizeof *ret);
	if (take_rows(root, rows, &made) < 0)
		return diag_say(
			diag, -EPROTO,
			"its rows are not understood: columns that do not fit, or "
			"a time or counter that goes back");
	*ret_count = made.count;
	return 0;
}
