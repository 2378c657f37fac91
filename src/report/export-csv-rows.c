/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of what was read in time, row by row as the ledger gives it: no more than a block is
 * ever held.
 *
 * energy_j counts up from the run's start with gaps left out. Between two rows of a domain there
 * were as many joules as it rose, but where `state` is "restart": there the counter began anew,
 * and the time since the last row with an energy is in no number.
 */
#include <math.h>

#include "report/export-cells.h"
#include "report/export-csv.h"

#define UJ_PLACES       6
#define NS_PLACES       9
#define PERMILLE_PLACES 3

/* A sample's domain; domain >= what is there: a row of use alone. */
struct row_item {
	const struct run_record *record;
	const struct sample *row;
	uint32_t domain;
};

static bool has_domain(const struct row_item *item)
{
	return item->domain < item->row->domain_count;
}

static const struct gpu_use *gpu_of(const struct row_item *item, uint32_t wanted)
{
	int gpu = has_domain(item) && item->domain < item->record->domain_count
			  ? item->record->domains[item->domain].domain.gpu
			  : -1;

	if (gpu < 0 || (uint32_t)gpu >= item->row->gpu_count ||
	    !(item->row->use.gpu[gpu].has & wanted))
		return NULL;
	return &item->row->use.gpu[gpu];
}

static void t_cell(struct strbuf *out, const void *item)
{
	cell_seconds(out, ((const struct row_item *)item)->row->t_ns);
}

static void domain_cell(struct strbuf *out, const void *item)
{
	const struct row_item *own = item;

	if (has_domain(own) && own->domain < own->record->domain_count)
		cell_text(out, own->record->domains[own->domain].domain.id);
}

static void state_cell(struct strbuf *out, const void *item)
{
	static const char *const words[] = {
		[SAMPLE_NONE] = "none", [SAMPLE_OK] = "ok", [SAMPLE_RESTART] = "restart"
	};
	const struct row_item *own = item;

	if (has_domain(own) && own->row->state[own->domain] < ARRAY_SIZE(words))
		strbuf_add(out, words[own->row->state[own->domain]]);
}

static void energy_cell(struct strbuf *out, const void *item)
{
	const struct row_item *own = item;

	if (has_domain(own) && own->row->state[own->domain] != SAMPLE_NONE)
		cell_decimal(out, own->row->energy_uj[own->domain], UJ_PLACES);
}

static void use_cell(struct strbuf *out, const struct use *use, uint32_t bit,
		     uint64_t value, unsigned int places)
{
	if (use->has & bit)
		cell_decimal(out, value, places);
}

#define USE_CELL(name, bit, member, places)                                              \
	static void name(struct strbuf *out, const void *item)                           \
	{                                                                                \
		const struct use *use = &((const struct row_item *)item)->row->use;      \
                                                                                         \
		use_cell(out, use, bit, use->member, places);                            \
	}

USE_CELL(scope_cpu_cell, USE_SCOPE_CPU, scope_cpu_ns, NS_PLACES)
USE_CELL(machine_cpu_cell, USE_MACHINE_CPU, machine_cpu_ns, NS_PLACES)
USE_CELL(scope_mem_cell, USE_SCOPE_MEM, scope_mem_bytes, 0)
USE_CELL(machine_mem_cell, USE_MACHINE_MEM, machine_mem_bytes, 0)
USE_CELL(processes_cell, USE_PROCESSES, processes_seen, 0)

#define GPU_CELL(name, bit, member, places)                                              \
	static void name(struct strbuf *out, const void *item)                           \
	{                                                                                \
		const struct gpu_use *gpu = gpu_of(item, bit);                           \
                                                                                         \
		if (gpu)                                                                 \
			cell_decimal(out, gpu->member, places);                          \
	}

GPU_CELL(scope_clients_cell, GPU_USE_CLIENTS, scope_clients, 0)
GPU_CELL(machine_clients_cell, GPU_USE_CLIENTS, all_clients, 0)
GPU_CELL(scope_sm_cell, GPU_USE_SM, scope_sm_permille, PERMILLE_PLACES)
GPU_CELL(machine_sm_cell, GPU_USE_SM, all_sm_permille, PERMILLE_PLACES)

static const struct cell_column row_columns[] = {
	{ "t_s", CELL_OWN, 0, t_cell },
	{ "domain", CELL_OWN, 0, domain_cell },
	{ "state", CELL_OWN, 0, state_cell },
	{ "energy_j", CELL_OWN, 0, energy_cell },
	{ "scope_cpu_s", CELL_OWN, 0, scope_cpu_cell },
	{ "machine_cpu_s", CELL_OWN, 0, machine_cpu_cell },
	{ "scope_mem_bytes", CELL_OWN, 0, scope_mem_cell },
	{ "machine_mem_bytes", CELL_OWN, 0, machine_mem_cell },
	{ "processes_seen", CELL_OWN, 0, processes_cell },
	{ "gpu_clients", CELL_OWN, 0, scope_clients_cell },
	{ "gpu_machine_clients", CELL_OWN, 0, machine_clients_cell },
	{ "gpu_sm_ratio", CELL_OWN, 0, scope_sm_cell },
	{ "gpu_machine_sm_ratio", CELL_OWN, 0, machine_sm_cell },
};

static const struct cell_table rows_table = { row_columns, ARRAY_SIZE(row_columns) };

void export_csv_run_cells(struct strbuf *out, const struct run_info *info)
{
	cell_text(out, info->id);
	strbuf_add(out, ",");
	cell_text(out, info->name);
	strbuf_add(out, ",");
	cell_text(out, info->experiment);
	strbuf_add(out, ",");
}

/* What each row of one run begins with, made once. */
struct rows_ctx {
	const struct run_record *record;
	struct export_out *out;
	const char *begin;
};

static void put_row(struct rows_ctx *ctx, const struct sample *row, uint32_t domain)
{
	strbuf_add(&ctx->out->text, ctx->begin);
	cell_row(&ctx->out->text, &rows_table,
		 &(struct row_item){ ctx->record, row, domain });
}

static int put_rows(void *each_ctx, const struct sample *rows, size_t count)
{
	struct rows_ctx *ctx = each_ctx;
	int err = 0;

	for (size_t i = 0; i < count && err == 0; i++) {
		for (uint32_t k = 0; k < rows[i].domain_count; k++)
			put_row(ctx, &rows[i], k);
		if (rows[i].domain_count == 0)
			put_row(ctx, &rows[i], 0);
		err = export_pass(ctx->out);
	}
	return err;
}

void export_csv_rows_head(struct export_out *out)
{
	strbuf_add(&out->text, EXPORT_CSV_RUN_HEAD);
	cell_head(&out->text, &rows_table);
}

int export_csv_rows(const struct export_run *run, struct export_out *out)
{
	CLEANUP(strbuf_done) struct strbuf begin = STRBUF_INIT;
	struct rows_ctx ctx = { &run->view->record, out, NULL };

	export_csv_run_cells(&begin, &run->view->record.info);
	ctx.begin = strbuf_part(&out->text, &begin);
	return run->door.rows(run->door.ctx, put_rows, &ctx);
}

/* --- metrics ------------------------------------------------------------------------------ */

void export_csv_metrics_head(struct export_out *out)
{
	strbuf_add(&out->text, EXPORT_CSV_RUN_HEAD "t_s,metric,value\r\n");
}

int export_csv_metrics(const struct export_run *run, struct export_out *out)
{
	const struct run_record *record = &run->view->record;
	int err = 0;

	for (size_t i = 0; i < record->metric_count && err == 0; i++) {
		export_csv_run_cells(&out->text, &record->info);
		cell_seconds(&out->text, record->metrics[i].t_ns);
		strbuf_add(&out->text, ",");
		cell_text(&out->text, record->metrics[i].name);
		strbuf_add(&out->text, ",");
		cell_exact(&out->text, record->metrics[i].value);
		strbuf_add(&out->text, "\r\n");
		err = export_pass(out);
	}
	return err;
}
