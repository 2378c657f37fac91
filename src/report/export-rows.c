/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows as an object of columns. A column has a number for each row that has it: the first as it
 * is, each further one as its difference to the one before, so that files stay small and
 * running sums give the numbers back. Which rows have it stands before it: `domains` by the
 * letters of `state`, the use's by the bits of `use`.
 *
 *	{"n":3, "t_ns":[0,1000000000,1000000000], "use":3, "use_t_ns":[...], "scope_cpu_ns":[...],
 *	 "domains":[{"state":"roo","uj":[0,20000000,20000000]}], "gpus":[...]}
 *
 * Where all rows have the same it stands once: "use":3 of "use":[3,3,3].
 */
#include <inttypes.h>

#include "report/export-record.h"

/* The value of a row in a column, where it has one. */
typedef bool column_value(const struct sample *row, uint32_t index, uint64_t *ret);

static void add_whole(struct strbuf *out, uint64_t value)
{
	char text[24];
	char *at = text + sizeof text;

	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	strbuf_add_bytes(out, at, (size_t)(text + sizeof text - at));
}

/* Modulo 2^64, as the sums that undo it: no number is more than what JSON's readers hold. */
static void add_difference(struct strbuf *out, uint64_t value, uint64_t before)
{
	uint64_t difference = value - before;
	bool less = difference > INT64_MAX;

	if (less)
		strbuf_add_bytes(out, "-", 1);
	add_whole(out, less ? -difference : difference);
}

struct packing {
	struct strbuf *out;
	const struct sample *rows;
	size_t count;
};

static void add_column(const struct packing *packing, const char *name,
		       column_value *value_of, uint32_t index)
{
	uint64_t before = 0;
	bool begun = false;

	for (size_t i = 0; i < packing->count; i++) {
		uint64_t value;

		if (!value_of(&packing->rows[i], index, &value))
			continue;
		if (!begun)
			strbuf_printf(packing->out, ",\"%s\":[", name);
		else
			strbuf_add_bytes(packing->out, ",", 1);
		add_difference(packing->out, value, before);
		before = value;
		begun = true;
	}
	if (begun)
		strbuf_add(packing->out, "]");
}

/* A level that mostly stays: once where it does. */
static void add_levels(const struct packing *packing, const char *name,
		       column_value *value_of, uint32_t index)
{
	uint64_t first = 0;
	uint64_t value = 0;
	bool same = true;

	(void)value_of(&packing->rows[0], index, &first);
	for (size_t i = 1; i < packing->count && same; i++) {
		(void)value_of(&packing->rows[i], index, &value);
		same = value == first;
	}
	if (!same) {
		add_column(packing, name, value_of, index);
		return;
	}
	strbuf_printf(packing->out, ",\"%s\":", name);
	add_whole(packing->out, first);
}

/* --- columns ------------------------------------------------------------------------------ */

#define ALWAYS(name, member)                                                             \
	static bool name(const struct sample *row, uint32_t index, uint64_t *ret)        \
	{                                                                                \
		(void)index;                                                             \
		*ret = (uint64_t)(row->member);                                          \
		return true;                                                             \
	}

#define WITH_USE(name, bit, member)                                                      \
	static bool name(const struct sample *row, uint32_t index, uint64_t *ret)        \
	{                                                                                \
		(void)index;                                                             \
		*ret = row->use.member;                                                  \
		return row->use.has & (bit);                                             \
	}

#define WITH_GPU(name, bit, member)                                                      \
	static bool name(const struct sample *row, uint32_t index, uint64_t *ret)        \
	{                                                                                \
		if (index >= row->gpu_count)                                             \
			return false;                                                    \
		*ret = row->use.gpu[index].member;                                       \
		return row->use.gpu[index].has & (bit);                                  \
	}

ALWAYS(t_of, t_ns)
ALWAYS(use_of, use.has)
ALWAYS(gpu_count_of, gpu_count)
WITH_USE(scope_cpu_of, USE_SCOPE_CPU, scope_cpu_ns)
WITH_USE(machine_cpu_of, USE_MACHINE_CPU, machine_cpu_ns)
WITH_USE(scope_mem_of, USE_SCOPE_MEM, scope_mem_bytes)
WITH_USE(machine_mem_of, USE_MACHINE_MEM, machine_mem_bytes)
WITH_USE(seen_of, USE_PROCESSES, processes_seen)
WITH_USE(ended_of, USE_PROCESSES, processes_ended)
WITH_GPU(scope_clients_of, GPU_USE_CLIENTS, scope_clients)
WITH_GPU(all_clients_of, GPU_USE_CLIENTS, all_clients)
WITH_GPU(scope_sm_of, GPU_USE_SM, scope_sm_permille)
WITH_GPU(all_sm_of, GPU_USE_SM, all_sm_permille)

static bool use_t_of(const struct sample *row, uint32_t index, uint64_t *ret)
{
	(void)index;
	*ret = (uint64_t)row->use.t_ns - (uint64_t)row->t_ns;
	return row->use.has != 0 || row->gpu_count > 0;
}

static bool gpu_has_of(const struct sample *row, uint32_t index, uint64_t *ret)
{
	*ret = index < row->gpu_count ? row->use.gpu[index].has : 0;
	return index < row->gpu_count;
}

static bool uj_of(const struct sample *row, uint32_t index, uint64_t *ret)
{
	if (index >= row->domain_count || row->state[index] == SAMPLE_NONE)
		return false;
	*ret = row->energy_uj[index];
	return true;
}

static char state_of(const struct sample *row, uint32_t index)
{
	static const char letters[] = {
		[SAMPLE_NONE] = 'n', [SAMPLE_OK] = 'o', [SAMPLE_RESTART] = 'r'
	};

	if (index >= row->domain_count)
		return '.';
	return letters[row->state[index] % ARRAY_SIZE(letters)];
}

static void add_state(const struct packing *packing, uint32_t index)
{
	char letters[1024];
	size_t count = packing->count < sizeof letters ? packing->count : sizeof letters;
	bool same = true;

	for (size_t i = 0; i < count; i++) {
		letters[i] = state_of(&packing->rows[i], index);
		same = same && letters[i] == letters[0];
	}
	strbuf_add(packing->out, "\"state\":\"");
	strbuf_add_bytes(packing->out, letters, same ? 1 : count);
	strbuf_add(packing->out, "\"");
}

static void add_domains(const struct packing *packing)
{
	uint32_t most = 0;

	for (size_t i = 0; i < packing->count; i++)
		if (packing->rows[i].domain_count > most)
			most = packing->rows[i].domain_count;
	if (most == 0)
		return;
	strbuf_add(packing->out, ",\"domains\":[");
	for (uint32_t k = 0; k < most; k++) {
		strbuf_add(packing->out, k ? ",{" : "{");
		add_state(packing, k);
		add_column(packing, "uj", uj_of, k);
		strbuf_add(packing->out, "}");
	}
	strbuf_add(packing->out, "]");
}

static void add_gpus(const struct packing *packing)
{
	uint32_t most = 0;

	for (size_t i = 0; i < packing->count; i++)
		if (packing->rows[i].gpu_count > most)
			most = packing->rows[i].gpu_count;
	if (most == 0)
		return;
	add_levels(packing, "gpu_count", gpu_count_of, 0);
	strbuf_add(packing->out, ",\"gpus\":[");
	for (uint32_t k = 0; k < most; k++) {
		/* A first key that is always there: commas come before the others. */
		strbuf_printf(packing->out, "%s{\"gpu\":%" PRIu32, k ? "," : "", k);
		add_column(packing, "has", gpu_has_of, k);
		add_column(packing, "scope_clients", scope_clients_of, k);
		add_column(packing, "all_clients", all_clients_of, k);
		add_column(packing, "scope_sm_permille", scope_sm_of, k);
		add_column(packing, "all_sm_permille", all_sm_of, k);
		strbuf_add(packing->out, "}");
	}
	strbuf_add(packing->out, "]");
}

void export_rows_pack(struct strbuf *out, const struct sample *rows, size_t count)
{
	struct packing packing = { out, rows, count };

	strbuf_printf(out, "{\"n\":%zu", count);
	add_column(&packing, "t_ns", t_of, 0);
	add_levels(&packing, "use", use_of, 0);
	add_column(&packing, "use_t_ns", use_t_of, 0);
	add_column(&packing, "scope_cpu_ns", scope_cpu_of, 0);
	add_column(&packing, "machine_cpu_ns", machine_cpu_of, 0);
	add_column(&packing, "scope_mem_bytes", scope_mem_of, 0);
	add_column(&packing, "machine_mem_bytes", machine_mem_of, 0);
	add_column(&packing, "processes_seen", seen_of, 0);
	add_column(&packing, "processes_ended", ended_of, 0);
	add_domains(&packing);
	add_gpus(&packing);
	strbuf_add(out, "}");
}
