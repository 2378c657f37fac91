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
#define RUN_JOINS                                                                        \
	"LEFT JOIN project ON project.key = run.project "                                \
	"LEFT JOIN experiment ON experiment.key = run.experiment "

#define RUN_INSIDE "ifnull((SELECT inside FROM nested WHERE nested.run = run.key), '')"

void store_add_runs(struct strbuf *sql, const char *where)
{
	strbuf_add(sql,
		   "SELECT run.key, project.name, experiment.name, " RUN_INSIDE ", ");
	store_add_columns(sql, "run", fields_of_run());
	strbuf_printf(sql, " FROM run " RUN_JOINS "%s", where);
}

int store_prepare_runs(struct store *store, const char *where, struct diag *diag,
		       sqlite3_stmt **ret)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;

	store_add_runs(&sql, where);
	return sql.failed ? -ENOMEM : store_prepare(store, sql.text, diag, ret);
}

int store_take_run(sqlite3_stmt *stmt, struct run_info *info)
{
	int err;

	info->key = sqlite3_column_int64(stmt, 0);
	store_take_text(stmt, 1, info->project, sizeof info->project);
	store_take_text(stmt, 2, info->experiment, sizeof info->experiment);
	store_take_text(stmt, 3, info->inside, sizeof info->inside);
	err = store_take_fields(stmt, 4, fields_of_run(), info);
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

/* What a filter asks, by numbered marks. A name finds its row first, so that the index of runs by
 * it is used; "" is the runs without one. */
static void add_where(struct strbuf *sql, const struct store_filter *filter)
{
	strbuf_add(sql, "WHERE 1");
	if (filter->project)
		strbuf_add(sql, *filter->project
					? " AND run.project = (SELECT key FROM project "
					  "WHERE name = ?1)"
					: " AND run.project IS NULL");
	if (filter->experiment)
		strbuf_add(sql, *filter->experiment
					? " AND run.experiment IN (SELECT key FROM "
					  "experiment WHERE name = ?2)"
					: " AND run.experiment IS NULL");
	if (filter->name)
		strbuf_add(sql, " AND run.name = ?3");
	if (filter->from_unix_ns)
		strbuf_add(sql, " AND run.started_unix_ns >= ?4");
	if (filter->to_unix_ns)
		strbuf_add(sql, " AND run.started_unix_ns < ?5");
	/* Those that run have an index of their own, which SQLite takes for this word only. */
	if (filter->has_state)
		strbuf_add(sql, filter->state == RUN_RUNNING
					? " AND run.key IN (SELECT key FROM run WHERE "
					  "state = 'running')"
					: " AND run.state = ?6");
	if (filter->search)
		strbuf_add(sql, " AND (instr(lower(run.name), lower(?7)) "
				"OR instr(lower(run.id), lower(?7)) "
				"OR instr(lower(ifnull(experiment.name, '')), lower(?7)) "
				"OR instr(lower(ifnull(project.name, '')), lower(?7)))");
}

static void bind_filter(sqlite3_stmt *stmt, const struct store_filter *filter)
{
	/* A mark that the statement lacks is refused, which is right. */
	store_bind_text(stmt, 1, filter->project);
	store_bind_text(stmt, 2, filter->experiment);
	store_bind_text(stmt, 3, filter->name);
	(void)sqlite3_bind_int64(stmt, 4, filter->from_unix_ns);
	(void)sqlite3_bind_int64(stmt, 5, filter->to_unix_ns);
	store_bind_text(stmt, 6, run_state_text(filter->state));
	store_bind_text(stmt, 7, filter->search);
}

static void bind_count(sqlite3_stmt *stmt, int at, size_t count)
{
	if (count > 0 && count <= INT64_MAX)
		store_bind_u64(stmt, at, count);
	else
		(void)sqlite3_bind_int64(stmt, at, count > 0 ? INT64_MAX : -1);
}

#define NEWEST_FIRST " ORDER BY run.started_unix_ns DESC, run.key DESC"

/* A part of them is picked by keys alone first: to sort and pass over whole rows is dear. */
static void add_picked(struct strbuf *sql, const struct store_filter *filter)
{
	bool part = filter->limit > 0 || filter->offset > 0;

	if (part)
		strbuf_printf(sql, "WHERE run.key IN (SELECT run.key FROM run %s",
			      filter->search ? RUN_JOINS : "");
	add_where(sql, filter);
	if (part)
		strbuf_add(sql, NEWEST_FIRST " LIMIT ?8 OFFSET ?9)");
	strbuf_add(sql, NEWEST_FIRST);
}

static int prepare_list(struct store *store, const struct store_filter *filter,
			struct diag *diag, sqlite3_stmt **ret)
{
	CLEANUP(strbuf_done) struct strbuf where = STRBUF_INIT;
	int err;

	add_picked(&where, filter);
	if (where.failed)
		return -ENOMEM;
	err = store_prepare_runs(store, where.text, diag, ret);
	if (err < 0)
		return err;
	bind_filter(*ret, filter);
	bind_count(*ret, 8, filter->limit);
	bind_count(*ret, 9, filter->offset);
	return 0;
}

static const struct store_filter everything;

int store_list(struct store *store, const struct store_filter *filter, struct diag *diag,
	       struct run_info **ret, size_t *ret_count)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct store_grow grow = { .size = sizeof(struct run_info) };
	int err = prepare_list(store, filter ? filter : &everything, diag, &stmt);

	if (err < 0)
		return err;
	err = take_runs(store, stmt, diag, &grow);
	if (err < 0) {
		store_free_infos((struct run_info *)(void *)grow.items, grow.count);
		return err;
	}
	*ret = (struct run_info *)(void *)grow.items;
	*ret_count = grow.count;
	return 0;
}

int store_count(struct store *store, const struct store_filter *filter, struct diag *diag,
		size_t *ret)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err;

	filter = filter ? filter : &everything;
	strbuf_add(&sql, "SELECT count(*) FROM run ");
	if (filter->search)
		strbuf_add(&sql, RUN_JOINS);
	add_where(&sql, filter);
	if (sql.failed)
		return -ENOMEM;
	err = store_prepare(store, sql.text, diag, &stmt);
	if (err < 0)
		return err;
	bind_filter(stmt, filter);
	err = store_next(store, stmt, diag);
	if (err <= 0)
		return err < 0 ? err : -EIO;
	*ret = (size_t)sqlite3_column_int64(stmt, 0);
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
