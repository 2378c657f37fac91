/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  all that the ledger has of one run.
 * Gives:  a run_record; samples in order.
 * Needs:  an open store.
 * Limits: a block that cannot be unpacked ends store_rows() with an error, not with a hole.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/block.h"
#include "store/store-internal.h"

struct table {
	const char *sql;       /* ?1 is the run */
	store_sql_maker *make; /* or this writes it */
	size_t size;
	int (*take)(sqlite3_stmt *stmt, void *item);
};

static int load_table(struct store *store, const struct table *table, int64_t run,
		      struct diag *diag, struct store_grow *ret)
{
	LENT lent = { .stmt = NULL };
	struct store_grow grow = { .size = table->size };
	int err = table->sql ? store_lend(store, table->sql, diag, &lent)
			     : store_lend_made(store, table->make, diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	while ((err = store_next(store, lent.stmt, diag)) > 0) {
		void *item = store_grow(&grow);

		err = item ? table->take(lent.stmt, item) : -ENOMEM;
		if (err < 0) {
			err = store_not_understood(store, err, diag);
			break;
		}
		grow.count++;
	}
	if (err < 0)
		free(grow.items);
	else
		*ret = grow;
	return err;
}

static int take_gap(sqlite3_stmt *stmt, void *item)
{
	struct gap *gap = item;
	char why[32];
	unsigned value;
	int err;

	gap->domain = (uint32_t)sqlite3_column_int64(stmt, 0);
	gap->from_ns = sqlite3_column_int64(stmt, 1);
	gap->to_ns = sqlite3_column_int64(stmt, 2);
	store_take_text(stmt, 3, why, sizeof why);
	err = field_gap_words.value(why, &value);
	if (err == 0)
		gap->why = (enum gap_why)value;
	return err;
}

static int take_mark(sqlite3_stmt *stmt, void *item)
{
	struct run_mark *mark = item;

	mark->t_ns = sqlite3_column_int64(stmt, 0);
	store_take_text(stmt, 1, mark->name, sizeof mark->name);
	return 0;
}

static int take_metric(sqlite3_stmt *stmt, void *item)
{
	struct run_metric *metric = item;

	metric->t_ns = sqlite3_column_int64(stmt, 0);
	store_take_text(stmt, 1, metric->name, sizeof metric->name);
	metric->value = sqlite3_column_type(stmt, 2) == SQLITE_NULL
				? __builtin_nan("")
				: sqlite3_column_double(stmt, 2);
	return 0;
}

static int take_tag(sqlite3_stmt *stmt, void *item)
{
	struct run_tag *tag = item;

	store_take_text(stmt, 0, tag->key, sizeof tag->key);
	store_take_text(stmt, 1, tag->value, sizeof tag->value);
	return 0;
}

static int take_warning(sqlite3_stmt *stmt, void *item)
{
	struct run_warning *warning = item;

	store_take_text(stmt, 0, warning->code, sizeof warning->code);
	store_take_text(stmt, 1, warning->text, sizeof warning->text);
	return 0;
}

static const struct table gap_table = {
	.sql = "SELECT domain, from_ns, to_ns, why FROM gap WHERE run = ?1 ORDER BY rowid",
	.size = sizeof(struct gap),
	.take = take_gap,
};

static const struct table mark_table = {
	.sql = "SELECT t_ns, name FROM mark WHERE run = ?1 ORDER BY rowid",
	.size = sizeof(struct run_mark),
	.take = take_mark,
};

static const struct table metric_table = {
	.sql = "SELECT t_ns, name, value FROM metric WHERE run = ?1 ORDER BY rowid",
	.size = sizeof(struct run_metric),
	.take = take_metric,
};

static const struct table tag_table = {
	.sql = "SELECT name, value FROM tag WHERE run = ?1 ORDER BY name",
	.size = sizeof(struct run_tag),
	.take = take_tag,
};

static const struct table warning_table = {
	.sql = "SELECT code, text FROM warning WHERE run = ?1 ORDER BY rowid",
	.size = sizeof(struct run_warning),
	.take = take_warning,
};

static int take_work(sqlite3_stmt *stmt, void *item)
{
	struct run_work *work = item;

	store_take_text(stmt, 0, work->unit, sizeof work->unit);
	work->amount = sqlite3_column_double(stmt, 1);
	work->count = (uint64_t)sqlite3_column_int64(stmt, 2);
	return 0;
}

static const struct table work_table = {
	.sql = "SELECT unit, amount, count FROM work WHERE run = ?1 ORDER BY unit",
	.size = sizeof(struct run_work),
	.take = take_work,
};

static int take_figure(sqlite3_stmt *stmt, void *item)
{
	struct run_figure *figure = item;

	store_take_text(stmt, 0, figure->name, sizeof figure->name);
	figure->value = sqlite3_column_double(stmt, 1);
	store_take_text(stmt, 2, figure->unit, sizeof figure->unit);
	return 0;
}

static const struct table figure_table = {
	.sql = "SELECT name, value, unit FROM import_figure WHERE run = ?1 ORDER BY number",
	.size = sizeof(struct run_figure),
	.take = take_figure,
};

static int take_domain(sqlite3_stmt *stmt, void *item)
{
	return store_take_fields(stmt, 0, fields_of_domain(), item);
}

static void domains_sql(struct strbuf *sql)
{
	strbuf_add(sql, "SELECT ");
	store_add_columns(sql, "domain", fields_of_domain());
	strbuf_printf(sql, " FROM domain WHERE run = ?1 ORDER BY number LIMIT %d",
		      DOMAINS_MAX);
}

static const struct table domain_table = {
	.make = domains_sql,
	.size = sizeof(struct run_domain),
	.take = take_domain,
};

int store_domains(struct store *store, int64_t run, struct diag *diag,
		  struct run_domain **ret, size_t *ret_count)
{
	struct store_grow domains = { 0 };
	int err = load_table(store, &domain_table, run, diag, &domains);

	if (err < 0)
		return err;
	*ret = (struct run_domain *)(void *)domains.items;
	*ret_count = domains.count;
	return 0;
}

/* --- one run, whole --- */

static void info_sql(struct strbuf *sql)
{
	store_add_runs(sql, "WHERE run.key = ?1");
}

static int load_info(struct store *store, int64_t run, struct diag *diag,
		     struct run_info *ret)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend_made(store, info_sql, diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	err = store_next(store, lent.stmt, diag);
	if (err < 0)
		return err;
	if (err == 0)
		return diag_say(diag, -ENOENT, "there is no run %lld in the ledger %s",
				(long long)run, store->path);
	err = store_take_run(lent.stmt, ret);
	return err < 0 ? store_not_understood(store, err, diag) : 0;
}

static int load_inventory(struct store *store, int64_t run, struct diag *diag,
			  struct run_record *record)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend(store,
			     "SELECT hardware_json, software_json FROM inventory "
			     "WHERE run = ?1",
			     diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	err = store_next(store, lent.stmt, diag);
	if (err <= 0)
		return err;
	err = store_take_owned(lent.stmt, 0, &record->hardware_json);
	return err < 0 ? err : store_take_owned(lent.stmt, 1, &record->software_json);
}

#define LOAD(store, table, run, diag, record, member, counter)                           \
	({                                                                               \
		struct store_grow grow_ = { 0 };                                         \
		int err_ = load_table(store, table, run, diag, &grow_);                  \
                                                                                         \
		if (err_ == 0) {                                                         \
			(record)->member = (void *)grow_.items;                          \
			(record)->counter = grow_.count;                                 \
		}                                                                        \
		err_;                                                                    \
	})

static int load_lists(struct store *store, int64_t run, struct diag *diag,
		      struct run_record *record)
{
	int err = LOAD(store, &gap_table, run, diag, record, gaps, gap_count);

	if (err == 0)
		err = LOAD(store, &mark_table, run, diag, record, marks, mark_count);
	if (err == 0)
		err = LOAD(store, &metric_table, run, diag, record, metrics,
			   metric_count);
	if (err == 0)
		err = LOAD(store, &tag_table, run, diag, record, tags, tag_count);
	if (err == 0)
		err = LOAD(store, &warning_table, run, diag, record, warnings,
			   warning_count);
	return err;
}

static int take_import(sqlite3_stmt *stmt, struct run_import *import)
{
	store_take_text(stmt, 0, import->format, sizeof import->format);
	store_take_text(stmt, 1, import->tool, sizeof import->tool);
	store_take_text(stmt, 2, import->tool_version, sizeof import->tool_version);
	store_take_text(stmt, 3, import->digest, sizeof import->digest);
	import->imported_unix_ns = sqlite3_column_int64(stmt, 4);
	return store_take_owned(stmt, 5, &import->file);
}

/* Few runs have one. */
static int load_import(struct store *store, int64_t run, struct diag *diag,
		       struct run_record *record)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend(store,
			     "SELECT format, tool, tool_version, digest, "
			     "imported_unix_ns, file FROM import WHERE run = ?1",
			     diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	err = store_next(store, lent.stmt, diag);
	if (err <= 0)
		return err;
	record->import = calloc(1, sizeof *record->import);
	err = record->import ? take_import(lent.stmt, record->import) : -ENOMEM;
	return err < 0 ? store_not_understood(store, err, diag)
		       : LOAD(store, &figure_table, run, diag, record->import, figures,
			      figure_count);
}

static int load_record(struct store *store, int64_t run, struct diag *diag,
		       struct run_record *record)
{
	struct store_grow domains = { 0 };
	int err = load_info(store, run, diag, &record->info);

	if (err == 0)
		err = load_table(store, &domain_table, run, diag, &domains);
	record->domains = (struct run_domain *)(void *)domains.items;
	record->domain_count = domains.count;
	if (err == 0)
		err = load_lists(store, run, diag, record);
	if (err == 0)
		err = LOAD(store, &work_table, run, diag, record, works, work_count);
	if (err == 0)
		err = load_import(store, run, diag, record);
	return err < 0 ? err : load_inventory(store, run, diag, record);
}

/* One snapshot for all the statements, so that a run that goes on is seen at one instant. */
int store_load(struct store *store, int64_t run, struct diag *diag,
	       struct run_record *ret)
{
	struct run_record record = { 0 };
	bool alone = sqlite3_get_autocommit(store->db);
	int err = alone ? store_exec(store, "BEGIN", diag) : 0;

	if (err < 0)
		return err;
	err = load_record(store, run, diag, &record);
	if (alone)
		(void)sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
	if (err < 0) {
		run_record_done(&record);
		return err;
	}
	*ret = record;
	return 0;
}

/* --- samples --- */

/* Like a statement it is lent to one loop at a time: a run's few blocks cost less to unpack than
 * the room for them to make. */
struct lent_decoder {
	struct store *store;
	struct block_decoder *decoder;
};

static int take_decoder(struct lent_decoder *lent)
{
	if (!lent->decoder)
		lent->decoder = STEAL(lent->store->decoder);
	return lent->decoder ? 0 : block_decoder_new(&lent->decoder);
}

static void give_decoder(struct lent_decoder *lent)
{
	if (lent->store->decoder)
		block_decoder_free(lent->decoder);
	else
		lent->store->decoder = lent->decoder;
}

typedef int unpack(struct block_decoder *decoder, const struct block_bytes *from,
		   struct block_rows *ret);

/* What each block goes through. */
struct block_pass {
	unpack *unpack;
	int (*each)(void *ctx, const struct store_block *block);
	void *ctx;
};

static int pass_block(const struct store *store, sqlite3_stmt *stmt,
		      struct block_decoder *decoder, const struct block_pass *pass,
		      struct diag *diag)
{
	struct block_bytes packed = { sqlite3_column_blob(stmt, 1),
				      (size_t)sqlite3_column_bytes(stmt, 1) };
	struct block_rows rows = { .rows = NULL };
	struct store_block block = { .number = (uint32_t)sqlite3_column_int64(stmt, 0) };
	int err = pass->unpack(decoder, &packed, &rows);

	if (err < 0)
		return diag_fail(diag, err, "cannot unpack block %u in the ledger %s",
				 block.number, store->path);
	block.rows = rows.rows;
	block.count = rows.count;
	return pass->each(pass->ctx, &block);
}

static int walk_blocks(struct store *store, const struct store_cursor *from,
		       const struct block_pass *pass, struct diag *diag)
{
	CLEANUP(give_decoder) struct lent_decoder own = { .store = store };
	LENT lent = { .stmt = NULL };
	int err = store_lend(store,
			     "SELECT number, packed FROM block "
			     "WHERE run = ?1 AND (number > ?2 OR "
			     "(number = ?2 AND samples != ?3)) ORDER BY number",
			     diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, from->run);
	(void)sqlite3_bind_int64(lent.stmt, 2, from->block);
	store_bind_u64(lent.stmt, 3, from->rows);
	while ((err = store_next(store, lent.stmt, diag)) > 0) {
		err = take_decoder(&own);
		if (err == 0)
			err = pass_block(store, lent.stmt, own.decoder, pass, diag);
		if (err != 0)
			return err;
	}
	return err;
}

int store_blocks(struct store *store, const struct store_cursor *from,
		 int (*each)(void *ctx, const struct store_block *block), void *ctx,
		 struct diag *diag)
{
	struct block_pass pass = { block_decoder_rows, each, ctx };

	return walk_blocks(store, from, &pass, diag);
}

struct row_pass {
	int (*each)(void *ctx, const struct sample *row);
	void *ctx;
};

static int each_row(void *ctx, const struct store_block *block)
{
	const struct row_pass *pass = ctx;
	int err = 0;

	for (size_t i = 0; i < block->count && err == 0; i++)
		err = pass->each(pass->ctx, &block->rows[i]);
	return err;
}

int store_rows(struct store *store, int64_t run,
	       int (*each)(void *ctx, const struct sample *row), void *ctx,
	       struct diag *diag)
{
	struct row_pass rows = { each, ctx };
	struct block_pass pass = { block_decoder_rows, each_row, &rows };

	return walk_blocks(store, &(struct store_cursor){ .run = run }, &pass, diag);
}

int store_energies(struct store *store, int64_t run,
		   int (*each)(void *ctx, const struct sample *row), void *ctx,
		   struct diag *diag)
{
	struct row_pass rows = { each, ctx };
	struct block_pass pass = { block_decoder_energies, each_row, &rows };

	return walk_blocks(store, &(struct store_cursor){ .run = run }, &pass, diag);
}
