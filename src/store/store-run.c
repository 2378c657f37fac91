/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  a run's own row, with the names of its project and experiment.
 * Gives:  a row of the ledger: put, changed, taken away.
 * Needs:  a store opened for writing.
 * Limits: every write waits at most STORE_BUSY_MS for another process's.
 */
#include <errno.h>

#include "base/strbuf.h"
#include "store/store-internal.h"

int store_no_run(const struct store *store, int64_t run, struct diag *diag)
{
	return diag_say(diag, -ENOENT, "there is no run %lld in the ledger %s",
			(long long)run, store->path);
}

/* --- names and runs --- */

/* The key of the row with this name, made where there is none; 0 for no name. */
static int project_key(struct store *store, const char *name, struct diag *diag,
		       int64_t *ret_key)
{
	LENT insert = { .stmt = NULL };
	LENT select = { .stmt = NULL };
	int err;

	if (name[0] == '\0') {
		*ret_key = 0;
		return 0;
	}
	err = store_lend(store, "INSERT OR IGNORE INTO project (name) VALUES (?1)", diag,
			 &insert);
	if (err < 0)
		return err;
	store_bind_text(insert.stmt, 1, name);
	err = store_run(store, insert.stmt, diag);
	if (err == 0)
		err = store_lend(store, "SELECT key FROM project WHERE name = ?1", diag,
				 &select);
	if (err < 0)
		return err;
	store_bind_text(select.stmt, 1, name);
	err = store_next(store, select.stmt, diag);
	if (err <= 0)
		return err < 0 ? err : -EIO;
	*ret_key = sqlite3_column_int64(select.stmt, 0);
	return 0;
}

static int experiment_key(struct store *store, int64_t project, const char *name,
			  struct diag *diag, int64_t *ret_key)
{
	LENT insert = { .stmt = NULL };
	LENT select = { .stmt = NULL };
	int err;

	if (name[0] == '\0') {
		*ret_key = 0;
		return 0;
	}
	err = store_lend(store,
			 "INSERT OR IGNORE INTO experiment (name, project) "
			 "VALUES (?1, nullif(?2, 0))",
			 diag, &insert);
	if (err < 0)
		return err;
	store_bind_text(insert.stmt, 1, name);
	(void)sqlite3_bind_int64(insert.stmt, 2, project);
	err = store_run(store, insert.stmt, diag);
	if (err == 0)
		err = store_lend(store,
				 "SELECT key FROM experiment "
				 "WHERE name = ?1 AND ifnull(project, 0) = ?2",
				 diag, &select);
	if (err < 0)
		return err;
	store_bind_text(select.stmt, 1, name);
	(void)sqlite3_bind_int64(select.stmt, 2, project);
	err = store_next(store, select.stmt, diag);
	if (err <= 0)
		return err < 0 ? err : -EIO;
	*ret_key = sqlite3_column_int64(select.stmt, 0);
	return 0;
}

static void insert_sql(struct strbuf *sql)
{
	strbuf_add(sql, "INSERT INTO run (project, experiment");
	store_add_names(sql, fields_of_run());
	strbuf_add(sql, ") VALUES (nullif(?1, 0), nullif(?2, 0)");
	store_add_marks(sql, fields_of_run(), 3);
	strbuf_add(sql, ")");
}

static int insert_run(struct store *store, const struct run_info *info, struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	int64_t project = 0, experiment = 0;
	int err;

	err = project_key(store, info->project, diag, &project);
	if (err == 0)
		err = experiment_key(store, project, info->experiment, diag, &experiment);
	if (err == 0)
		err = store_lend_made(store, insert_sql, diag, &lent);
	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, project);
	(void)sqlite3_bind_int64(lent.stmt, 2, experiment);
	store_bind_fields(lent.stmt, 3, fields_of_run(), info);
	return store_run(store, lent.stmt, diag);
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
static void update_sql(struct strbuf *sql)
{
	const struct fields fields = fields_of_run();
	const char *comma = "";

	strbuf_add(sql, "UPDATE run SET ");
	for (size_t i = 0; i < fields.count; i++) {
		if (fields.field[i].fixed)
			continue;
		strbuf_printf(sql, "%s%s = ?%zu", comma, fields.field[i].column, i + 2);
		comma = ", ";
	}
	strbuf_add(sql, " WHERE key = ?1");
}

static int update_run(struct store *store, const struct run_info *info, struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend_made(store, update_sql, diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, info->key);
	store_bind_fields(lent.stmt, 2, fields_of_run(), info);
	err = store_run(store, lent.stmt, diag);
	if (err == 0 && sqlite3_changes(store->db) == 0)
		return store_no_run(store, info->key, diag);
	return err;
}

int store_run_update(struct store *store, const struct run_info *info, struct diag *diag)
{
	int err = store_enter(store, diag);

	return err < 0 ? err : store_leave(store, update_run(store, info, diag), diag);
}

/* --- and away --- */

/* Names that no run bears any more go too. */
static int remove_run(struct store *store, int64_t run, struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend(store, "DELETE FROM run WHERE key = ?1", diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	err = store_run(store, lent.stmt, diag);
	store->domains_run = 0;
	if (err < 0)
		return err;
	if (sqlite3_changes(store->db) == 0)
		return store_no_run(store, run, diag);
	return store_exec(store,
			  "DELETE FROM experiment WHERE key NOT IN "
			  "(SELECT experiment FROM run WHERE experiment IS NOT NULL); "
			  "DELETE FROM project WHERE key NOT IN "
			  "(SELECT project FROM run WHERE project IS NOT NULL)",
			  diag);
}

int store_run_remove(struct store *store, int64_t run, struct diag *diag)
{
	int err = store_enter(store, diag);

	return err < 0 ? err : store_leave(store, remove_run(store, run, diag), diag);
}
