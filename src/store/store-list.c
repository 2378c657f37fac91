/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  the table of runs.
 * Gives:  runs, newest first, and found by what people call them.
 * Needs:  an open store; store_reap() writes where there is a run to end.
 * Limits: an ambiguous prefix names PREFIX_SHOWN of the runs it fits.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/store-internal.h"

#define PREFIX_SHOWN 5

/* "SELECT key, project, experiment, <fields> FROM run …" and what follows. */
int store_prepare_runs(struct store *store, const char *where, struct diag *diag,
		       sqlite3_stmt **ret)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;

	strbuf_add(&sql, "SELECT run.key, project.name, experiment.name, ");
	store_add_columns(&sql, "run", store_run_fields());
	strbuf_printf(&sql,
		      " FROM run LEFT JOIN project ON project.key = run.project "
		      "LEFT JOIN experiment ON experiment.key = run.experiment %s",
		      where);
	if (sql.failed)
		return -ENOMEM;
	return store_prepare(store, sql.text, diag, ret);
}

int store_take_run(sqlite3_stmt *stmt, struct run_info *info)
{
	int err;

	info->key = sqlite3_column_int64(stmt, 0);
	store_take_text(stmt, 1, info->project, sizeof info->project);
	store_take_text(stmt, 2, info->experiment, sizeof info->experiment);
	err = store_take_fields(stmt, 3, store_run_fields(), info);
	if (err < 0)
		run_info_done(info);
	return err;
}

static int take_runs(struct store *store, sqlite3_stmt *stmt, struct diag *diag,
		     struct store_grow *grow)
{
	int err;

	while ((err = store_next(store, stmt, diag)) > 0) {
		struct run_info *info = store_grow(grow);

		err = info ? store_take_run(stmt, info) : -ENOMEM;
		if (err < 0)
			return store_not_understood(store, err, diag);
		grow->count++;
	}
	return err;
}

static void bind_filter(sqlite3_stmt *stmt, const struct store_filter *filter)
{
	store_bind_text(stmt, 1, filter->project);
	store_bind_text(stmt, 2, filter->experiment);
	store_bind_text(stmt, 3, filter->name);
	if (filter->limit > 0 && filter->limit <= INT64_MAX)
		store_bind_u64(stmt, 4, filter->limit);
	else
		(void)sqlite3_bind_int64(stmt, 4, -1);
	(void)sqlite3_bind_int64(stmt, 5, filter->from_unix_ns);
	(void)sqlite3_bind_int64(stmt, 6, filter->to_unix_ns);
}

int store_list(struct store *store, const struct store_filter *filter, struct diag *diag,
	       struct run_info **ret, size_t *ret_count)
{
	static const struct store_filter everything;
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct store_grow grow = { .size = sizeof(struct run_info) };
	int err;

	err = store_prepare_runs(
		store,
		"WHERE (?1 IS NULL OR ifnull(project.name, '') = ?1) "
		"AND (?2 IS NULL OR ifnull(experiment.name, '') = ?2) "
		"AND (?3 IS NULL OR run.name = ?3) "
		"AND (?5 = 0 OR run.started_unix_ns >= ?5) "
		"AND (?6 = 0 OR run.started_unix_ns < ?6) "
		"ORDER BY run.started_unix_ns DESC, run.key DESC LIMIT ?4",
		diag, &stmt);
	if (err < 0)
		return err;
	bind_filter(stmt, filter ? filter : &everything);
	err = take_runs(store, stmt, diag, &grow);
	if (err < 0) {
		store_free_infos((struct run_info *)(void *)grow.items, grow.count);
		return err;
	}
	*ret = (struct run_info *)(void *)grow.items;
	*ret_count = grow.count;
	return 0;
}

void store_free_infos(struct run_info *infos, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_info_done(&infos[i]);
	free(infos);
}

/* --- finding --- */

/* 1 and the key of the first row, 0 for none. */
static int find_by(struct store *store, const char *sql, const char *what,
		   struct diag *diag, int64_t *ret_run)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(store, sql, diag, &stmt);

	if (err < 0)
		return err;
	if (sqlite3_bind_parameter_count(stmt) > 0)
		store_bind_text(stmt, 1, what);
	err = store_next(store, stmt, diag);
	if (err > 0)
		*ret_run = sqlite3_column_int64(stmt, 0);
	return err;
}

static int ambiguous(sqlite3_stmt *stmt, const char *what, const char *first,
		     struct diag *diag)
{
	CLEANUP(strbuf_done) struct strbuf ids = STRBUF_INIT;
	size_t count = 1;

	strbuf_add(&ids, first);
	do {
		if (count < PREFIX_SHOWN)
			strbuf_printf(&ids, " %s",
				      (const char *)sqlite3_column_text(stmt, 1));
		count++;
	} while (sqlite3_step(stmt) == SQLITE_ROW);
	(void)diag_say(diag, -EEXIST, "\"%.40s\" fits %zu runs: %s%s", what, count,
		       ids.text ? ids.text : "", count > PREFIX_SHOWN ? " …" : "");
	diag_fix(diag, "give more of the id");
	return -EEXIST;
}

/* A range and not LIKE: it uses the index, and % and _ mean themselves. */
static int find_by_prefix(struct store *store, const char *what, struct diag *diag,
			  int64_t *ret_run)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	char first[RUN_ID_MAX];
	int64_t key;
	int err = store_prepare(
		store,
		"SELECT key, id FROM run WHERE id >= ?1 AND "
		"substr(id, 1, length(?1)) = ?1 AND id < ?1 || char(1114111) "
		"ORDER BY id DESC",
		diag, &stmt);

	if (err < 0)
		return err;
	store_bind_text(stmt, 1, what);
	err = store_next(store, stmt, diag);
	if (err <= 0)
		return err;
	key = sqlite3_column_int64(stmt, 0);
	store_take_text(stmt, 1, first, sizeof first);
	err = store_next(store, stmt, diag);
	if (err > 0)
		return ambiguous(stmt, what, first, diag);
	if (err < 0)
		return err;
	*ret_run = key;
	return 1;
}

#define NEWEST "ORDER BY started_unix_ns DESC, key DESC LIMIT 1"

/* What fits entirely goes before what fits in part. */
int store_find(struct store *store, const char *what, struct diag *diag, int64_t *ret_run)
{
	int found =
		find_by(store, "SELECT key FROM run WHERE id = ?1", what, diag, ret_run);

	if (found == 0 && strcmp(what, "last") == 0)
		found = find_by(store, "SELECT key FROM run " NEWEST, what, diag,
				ret_run);
	if (found == 0 && what[0] != '\0')
		found = find_by(store, "SELECT key FROM run WHERE name = ?1 " NEWEST,
				what, diag, ret_run);
	if (found == 0 && what[0] != '\0')
		found = find_by_prefix(store, what, diag, ret_run);
	if (found > 0)
		return 0;
	if (found < 0)
		return found;
	(void)diag_say(diag, -ENOENT, "there is no run \"%.100s\" in the ledger %s", what,
		       store->path);
	diag_fix(diag, "gramme list shows the runs there are");
	return -ENOENT;
}

/* --- runs nobody tracks any more --- */

/* Only what still says so: its tracker may have ended it since it was read. */
static int interrupt(struct store *store, int64_t run, struct diag *diag)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_may_write(store, diag);

	if (err == 0)
		err = store_prepare(store,
				    "UPDATE run SET state = 'interrupted' "
				    "WHERE key = ?1 AND state = 'running'",
				    diag, &stmt);
	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, run);
	err = store_enter(store, diag);
	if (err < 0)
		return err;
	err = store_run(store, stmt, diag);
	return store_leave(store, err < 0 ? err : sqlite3_changes(store->db), diag);
}

int store_reap(struct store *store, bool (*alive)(void *ctx, const struct run_info *info),
	       void *ctx, struct diag *diag)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct store_grow grow = { .size = sizeof(struct run_info) };
	struct run_info *infos;
	int reaped = 0;
	int err = store_prepare_runs(store, "WHERE run.state = 'running'", diag, &stmt);

	if (err < 0)
		return err;
	err = take_runs(store, stmt, diag, &grow);
	infos = (struct run_info *)(void *)grow.items;
	for (size_t i = 0; i < grow.count && err >= 0; i++) {
		if (alive(ctx, &infos[i]))
			continue;
		err = interrupt(store, infos[i].key, diag);
		reaped += err > 0;
	}
	store_free_infos(infos, grow.count);
	return err < 0 ? err : reaped;
}
