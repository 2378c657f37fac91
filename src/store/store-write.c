/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  runs, rows and lists of model/.
 * Gives:  rows of the ledger; each call is all written or not at all.
 * Needs:  a store opened for writing.
 * Limits: every write waits at most STORE_BUSY_MS for another process's.
 */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/block.h"
#include "store/store-internal.h"

int store_no_run(const struct store *store, int64_t run, struct diag *diag)
{
	return diag_say(diag, -ENOENT, "there is no run %lld in the ledger %s",
			(long long)run, store->path);
}

/* --- runs --- */

/* The key of the row with this name, made where there is none; 0 for no name. */
static int project_key(struct store *store, const char *name, struct diag *diag,
		       int64_t *ret_key)
{
	AUTO_STMT sqlite3_stmt *insert = NULL;
	AUTO_STMT sqlite3_stmt *select = NULL;
	int err;

	if (name[0] == '\0') {
		*ret_key = 0;
		return 0;
	}
	err = store_prepare(store, "INSERT OR IGNORE INTO project (name) VALUES (?1)",
			    diag, &insert);
	if (err < 0)
		return err;
	store_bind_text(insert, 1, name);
	err = store_run(store, insert, diag);
	if (err == 0)
		err = store_prepare(store, "SELECT key FROM project WHERE name = ?1",
				    diag, &select);
	if (err < 0)
		return err;
	store_bind_text(select, 1, name);
	err = store_next(store, select, diag);
	if (err <= 0)
		return err < 0 ? err : -EIO;
	*ret_key = sqlite3_column_int64(select, 0);
	return 0;
}

static int experiment_key(struct store *store, int64_t project, const char *name,
			  struct diag *diag, int64_t *ret_key)
{
	AUTO_STMT sqlite3_stmt *insert = NULL;
	AUTO_STMT sqlite3_stmt *select = NULL;
	int err;

	if (name[0] == '\0') {
		*ret_key = 0;
		return 0;
	}
	err = store_prepare(store,
			    "INSERT OR IGNORE INTO experiment (name, project) "
			    "VALUES (?1, nullif(?2, 0))",
			    diag, &insert);
	if (err < 0)
		return err;
	store_bind_text(insert, 1, name);
	(void)sqlite3_bind_int64(insert, 2, project);
	err = store_run(store, insert, diag);
	if (err == 0)
		err = store_prepare(store,
				    "SELECT key FROM experiment "
				    "WHERE name = ?1 AND ifnull(project, 0) = ?2",
				    diag, &select);
	if (err < 0)
		return err;
	store_bind_text(select, 1, name);
	(void)sqlite3_bind_int64(select, 2, project);
	err = store_next(store, select, diag);
	if (err <= 0)
		return err < 0 ? err : -EIO;
	*ret_key = sqlite3_column_int64(select, 0);
	return 0;
}

static int insert_sql(const char *table, const char *first, struct fields fields,
		      struct strbuf *sql)
{
	strbuf_printf(sql, "INSERT INTO %s (%s", table, first);
	store_add_names(sql, fields);
	strbuf_add(sql, ") VALUES (nullif(?1, 0), nullif(?2, 0)");
	store_add_marks(sql, fields, 3);
	strbuf_add(sql, ")");
	return sql->failed ? -ENOMEM : 0;
}

static int insert_run(struct store *store, const struct run_info *info, struct diag *diag)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int64_t project = 0, experiment = 0;
	int err;

	err = project_key(store, info->project, diag, &project);
	if (err == 0)
		err = experiment_key(store, project, info->experiment, diag, &experiment);
	if (err == 0)
		err = insert_sql("run", "project, experiment", fields_of_run(), &sql);
	if (err == 0)
		err = store_prepare(store, sql.text, diag, &stmt);
	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, project);
	(void)sqlite3_bind_int64(stmt, 2, experiment);
	store_bind_fields(stmt, 3, fields_of_run(), info);
	return store_run(store, stmt, diag);
}

int store_run_insert(struct store *store, struct run_info *info, struct diag *diag)
{
	int64_t key;
	int err = store_enter(store, diag);

	if (err < 0)
		return err;
	err = insert_run(store, info, diag);
	key = sqlite3_last_insert_rowid(store->db);
	if (err == -EEXIST)
		(void)diag_say(diag, err, "the ledger %s has a run %s already",
			       store->path, info->id);
	err = store_leave(store, err, diag);
	if (err == 0)
		info->key = key;
	return err;
}

/* Fixed fields keep their place in the numbering, so that one list binds both. */
static int update_sql(struct fields fields, struct strbuf *sql)
{
	const char *comma = "";

	strbuf_add(sql, "UPDATE run SET ");
	for (size_t i = 0; i < fields.count; i++) {
		if (fields.field[i].fixed)
			continue;
		strbuf_printf(sql, "%s%s = ?%zu", comma, fields.field[i].column, i + 2);
		comma = ", ";
	}
	strbuf_add(sql, " WHERE key = ?1");
	return sql->failed ? -ENOMEM : 0;
}

static int update_statement(struct store *store, struct diag *diag, sqlite3_stmt **ret)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;
	int err = store_keep(store, KEPT_RUN, NULL, diag, ret);

	if (err < 0 || *ret)
		return err;
	err = update_sql(fields_of_run(), &sql);
	return err < 0 ? err : store_keep(store, KEPT_RUN, sql.text, diag, ret);
}

static int update_run(struct store *store, const struct run_info *info, struct diag *diag)
{
	sqlite3_stmt *stmt = NULL;
	int err = update_statement(store, diag, &stmt);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, info->key);
	store_bind_fields(stmt, 2, fields_of_run(), info);
	err = store_run(store, stmt, diag);
	if (err == 0 && sqlite3_changes(store->db) == 0)
		return store_no_run(store, info->key, diag);
	return err;
}

int store_run_update(struct store *store, const struct run_info *info, struct diag *diag)
{
	int err = store_enter(store, diag);

	return err < 0 ? err : store_leave(store, update_run(store, info, diag), diag);
}

/* --- everything of a run. `write` binds and runs one statement. --- */

/* Prepares, binds the run as ?1, lets the caller bind the rest. */
struct write {
	struct store *store;
	int64_t run;
	struct diag *diag;
	sqlite3_stmt *stmt;
	bool kept;
};

static void write_done(struct write *write)
{
	if (!write->kept)
		(void)sqlite3_finalize(write->stmt);
}

static int write_open(struct write *write, const char *sql)
{
	int err = store_may_write(write->store, write->diag);

	if (err == 0)
		err = store_prepare(write->store, sql, write->diag, &write->stmt);
	if (err == 0)
		(void)sqlite3_bind_int64(write->stmt, 1, write->run);
	return err;
}

static int write_run(struct write *write)
{
	int err = store_run(write->store, write->stmt, write->diag);

	return err == -ENOENT ? store_no_run(write->store, write->run, write->diag) : err;
}

/* One statement, in a transaction of its own. */
static int write_once(struct write *write)
{
	int err = store_enter(write->store, write->diag);

	return err < 0 ? err : store_leave(write->store, write_run(write), write->diag);
}

#define WRITE CLEANUP(write_done) struct write

static int domain_sql(struct fields fields, struct strbuf *sql)
{
	strbuf_add(sql, "INSERT INTO domain (run, number");
	store_add_names(sql, fields);
	strbuf_add(sql, ") VALUES (?1, ?2");
	store_add_marks(sql, fields, 3);
	strbuf_add(sql, ") ON CONFLICT DO UPDATE SET ");
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, "%s%s = excluded.%s", i ? ", " : "",
			      fields.field[i].column, fields.field[i].column);
	/* The list is put at every flush and hardly ever changes: write no page then. */
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, "%s%s IS NOT excluded.%s", i ? " OR " : " WHERE ",
			      fields.field[i].column, fields.field[i].column);
	return sql->failed ? -ENOMEM : 0;
}

static int cut_domains(struct store *store, int64_t run, size_t count, struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err =
		write_open(&write, "DELETE FROM domain WHERE run = ?1 AND number >= ?2");

	if (err < 0)
		return err;
	store_bind_u64(write.stmt, 2, count);
	return write_run(&write);
}

static int put_domains(struct store *store, int64_t run, const struct run_domain *domains,
		       size_t count, struct diag *diag)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = domain_sql(fields_of_domain(), &sql);

	if (err == 0)
		err = write_open(&write, sql.text);
	for (size_t i = 0; err == 0 && i < count; i++) {
		store_bind_u64(write.stmt, 2, i);
		store_bind_fields(write.stmt, 3, fields_of_domain(), &domains[i]);
		err = write_run(&write);
	}
	return err < 0 ? err : cut_domains(store, run, count, diag);
}

static bool domains_are_put(const struct store *store, int64_t run,
			    const struct run_domain *domains, size_t count)
{
	return run > 0 && store->domains_run == run && store->domain_count == count &&
	       (count == 0 ||
		memcmp(store->domains, domains, count * sizeof *domains) == 0);
}

/* Without memory for it the list is only written again. */
static void remember_domains(struct store *store, int64_t run,
			     const struct run_domain *domains, size_t count)
{
	struct run_domain *copy;

	store->domains_run = 0;
	copy = reallocarray(store->domains, count + 1, sizeof *copy);
	if (!copy)
		return;
	if (count > 0)
		memcpy(copy, domains, count * sizeof *copy);
	store->domains = copy;
	store->domain_count = count;
	store->domains_run = run;
}

int store_domains_put(struct store *store, int64_t run, const struct run_domain *domains,
		      size_t count, struct diag *diag)
{
	int err;

	if (count > DOMAINS_MAX)
		return diag_say(diag, -EINVAL, "a run has at most %d domains",
				DOMAINS_MAX);
	err = store_enter(store, diag);
	if (err < 0)
		return err;
	if (!domains_are_put(store, run, domains, count))
		err = put_domains(store, run, domains, count, diag);
	err = store_leave(store, err, diag);
	if (err == 0)
		remember_domains(store, run, domains, count);
	return err;
}

/*
 * A block that grows where it lies leaves half of its pages empty. Once it is full it is
 * taken away and put behind the others, where nothing grows any more.
 */
static int block_statement(struct store *store, bool full, struct diag *diag,
			   sqlite3_stmt **ret)
{
	if (full)
		return store_keep(store, KEPT_BLOCK_FULL,
				  "REPLACE INTO block (run, number, samples, packed) "
				  "VALUES (?1, ?2, ?3, ?4)",
				  diag, ret);
	return store_keep(store, KEPT_BLOCK,
			  "INSERT INTO block (run, number, samples, packed) "
			  "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
			  "samples = excluded.samples, packed = excluded.packed",
			  diag, ret);
}

int store_block_put(struct store *store, int64_t run, const struct store_block *block,
		    struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag, .kept = true };
	AUTO_FREE uint8_t *bytes = NULL;
	size_t size = 0;
	int err = block_encode(block->rows, block->count, &bytes, &size);

	if (err < 0)
		return diag_fail(diag, err, "cannot pack %zu rows for the ledger",
				 block->count);
	err = block_statement(store, block->count == STORE_BLOCK_ROWS, diag, &write.stmt);
	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(write.stmt, 1, run);
	store_bind_u64(write.stmt, 2, block->number);
	store_bind_u64(write.stmt, 3, block->count);
	(void)sqlite3_bind_blob64(write.stmt, 4, bytes, size, SQLITE_STATIC);
	return write_once(&write);
}

int store_gap_add(struct store *store, int64_t run, const struct gap *gap,
		  struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO gap (run, domain, from_ns, to_ns, why) "
				     "VALUES (?1, ?2, ?3, ?4, ?5)");

	if (err < 0)
		return err;
	store_bind_u64(write.stmt, 2, gap->domain);
	(void)sqlite3_bind_int64(write.stmt, 3, gap->from_ns);
	(void)sqlite3_bind_int64(write.stmt, 4, gap->to_ns);
	store_bind_text(write.stmt, 5, field_gap_words.text((unsigned)gap->why));
	return write_once(&write);
}

int store_mark_add(struct store *store, int64_t run, const struct run_mark *mark,
		   struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write,
			     "INSERT INTO mark (run, t_ns, name) VALUES (?1, ?2, ?3)");

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(write.stmt, 2, mark->t_ns);
	store_bind_text(write.stmt, 3, mark->name);
	return write_once(&write);
}

int store_metric_add(struct store *store, int64_t run, const struct run_metric *metric,
		     struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO metric (run, t_ns, name, value) "
				     "VALUES (?1, ?2, ?3, ?4)");

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(write.stmt, 2, metric->t_ns);
	store_bind_text(write.stmt, 3, metric->name);
	/* SQLite keeps what is no number as NULL: a loss that diverged reads so again. */
	(void)sqlite3_bind_double(write.stmt, 4, metric->value);
	return write_once(&write);
}

int store_warning_add(struct store *store, int64_t run, const struct run_warning *warning,
		      struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO warning (run, code, text) "
				     "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, warning->code);
	store_bind_text(write.stmt, 3, warning->text);
	return write_once(&write);
}

int store_tag_put(struct store *store, int64_t run, const struct run_tag *tag,
		  struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err =
		write_open(&write,
			   tag->value[0] == '\0'
				   ? "DELETE FROM tag WHERE run = ?1 AND name = ?2"
				   : "INSERT INTO tag (run, name, value) "
				     "VALUES (?1, ?2, ?3) "
				     "ON CONFLICT DO UPDATE SET value = excluded.value");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, tag->key);
	if (tag->value[0] != '\0')
		store_bind_text(write.stmt, 3, tag->value);
	return write_once(&write);
}

int store_inventory_put(struct store *store, int64_t run, const char *hardware_json,
			const char *software_json, struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write,
			     "INSERT INTO inventory (run, hardware_json, software_json) "
			     "VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
			     "hardware_json = excluded.hardware_json, "
			     "software_json = excluded.software_json");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, hardware_json);
	store_bind_text(write.stmt, 3, software_json);
	return write_once(&write);
}

/* Names that no run bears any more go too. */
static int remove_run(struct write *write)
{
	int err = write_run(write);

	write->store->domains_run = 0;
	if (err == 0 && sqlite3_changes(write->store->db) == 0)
		return store_no_run(write->store, write->run, write->diag);
	if (err < 0)
		return err;
	return store_exec(write->store,
			  "DELETE FROM experiment WHERE key NOT IN "
			  "(SELECT experiment FROM run WHERE experiment IS NOT NULL); "
			  "DELETE FROM project WHERE key NOT IN "
			  "(SELECT project FROM run WHERE project IS NOT NULL)",
			  write->diag);
}

int store_run_remove(struct store *store, int64_t run, struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "DELETE FROM run WHERE key = ?1");

	if (err == 0)
		err = store_enter(store, diag);
	return err < 0 ? err : store_leave(store, remove_run(&write), diag);
}

int store_inside_put(struct store *store, int64_t run, const char *inside,
		     struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "REPLACE INTO nested (run, inside) VALUES (?1, ?2)");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, inside);
	return write_once(&write);
}

int store_work_add(struct store *store, int64_t run, const struct run_work *work,
		   struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO work (run, unit, amount, count) "
				     "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
				     "amount = amount + excluded.amount, "
				     "count = count + excluded.count");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, work->unit);
	(void)sqlite3_bind_double(write.stmt, 3, work->amount);
	store_bind_u64(write.stmt, 4, work->count);
	return write_once(&write);
}
