/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  metrics, gaps and inventories.
 * Gives:  of many runs what a ranking needs, without their records.
 * Needs:  an open store.
 * Limits: a metric's every value of a run is looked at: there is no index by its name.
 */
#include <errno.h>
#include <math.h>

#include "base/parse.h"
#include "store/store-internal.h"

static void take_value(sqlite3_stmt *stmt, const struct store_metric_ask *ask,
		       struct store_metric_of *of)
{
	int64_t t_ns = sqlite3_column_int64(stmt, 0);
	bool is_number = sqlite3_column_type(stmt, 1) != SQLITE_NULL;
	double value = is_number ? sqlite3_column_double(stmt, 1) : NAN;

	if (!of->has || t_ns >= of->last_ns) {
		of->has = true;
		of->last_ns = t_ns;
		of->last = value;
	}
	if (!ask->has_target ||
	    !(ask->less ? value <= ask->target : value >= ask->target))
		return;
	if (!of->reached || t_ns < of->reached_ns)
		of->reached_ns = t_ns;
	of->reached = true;
}

static int take_metric(struct store *store, sqlite3_stmt *stmt,
		       const struct store_metric_ask *ask, struct store_metric_of *of,
		       struct diag *diag)
{
	int64_t run = of->run;
	int err;

	*of = (struct store_metric_of){ .run = run, .last = NAN };
	(void)sqlite3_bind_int64(stmt, 2, run);
	while ((err = store_next(store, stmt, diag)) > 0)
		take_value(stmt, ask, of);
	(void)sqlite3_reset(stmt);
	return err;
}

int store_metric_last(struct store *store, const struct store_metric_ask *ask,
		      struct diag *diag, struct store_metric_of *runs, size_t count)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(store,
				"SELECT t_ns, value FROM metric WHERE name = ?1 "
				"AND run = ?2 ORDER BY rowid",
				diag, &stmt);

	if (err == 0)
		store_bind_text(stmt, 1, ask->name);
	for (size_t i = 0; i < count && err == 0; i++)
		err = take_metric(store, stmt, ask, &runs[i], diag);
	return err;
}

int store_tag_get(struct store *store, int64_t run, const char *key, struct diag *diag,
		  struct run_tag *ret)
{
	LENT lent = { .stmt = NULL };
	struct run_tag tag = { .key = "" };
	int err = store_lend(store, "SELECT value FROM tag WHERE run = ?1 AND name = ?2",
			     diag, &lent);

	if (err < 0)
		return err;
	(void)copy_text(tag.key, sizeof tag.key, key);
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	store_bind_text(lent.stmt, 2, key);
	err = store_next(store, lent.stmt, diag);
	if (err < 0)
		return err;
	if (err > 0)
		store_take_text(lent.stmt, 0, tag.value, sizeof tag.value);
	*ret = tag;
	return 0;
}

int store_metric_after(struct store *store, struct store_metric_from *from,
		       int (*each)(void *ctx, const struct run_metric *metric), void *ctx,
		       struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	struct run_metric metric = { .t_ns = 0 };
	int err = store_lend(store,
			     "SELECT rowid, t_ns, value FROM metric WHERE run = ?1 "
			     "AND name = ?2 AND rowid > ?3 ORDER BY rowid",
			     diag, &lent);

	if (err < 0)
		return err;
	(void)copy_text(metric.name, sizeof metric.name, from->name);
	(void)sqlite3_bind_int64(lent.stmt, 1, from->run);
	store_bind_text(lent.stmt, 2, from->name);
	(void)sqlite3_bind_int64(lent.stmt, 3, from->number);
	while ((err = store_next(store, lent.stmt, diag)) > 0) {
		metric.t_ns = sqlite3_column_int64(lent.stmt, 1);
		metric.value = sqlite3_column_type(lent.stmt, 2) == SQLITE_NULL
				       ? NAN
				       : sqlite3_column_double(lent.stmt, 2);
		from->number = sqlite3_column_int64(lent.stmt, 0);
		err = each(ctx, &metric);
		if (err != 0)
			return err;
	}
	return err;
}

int store_gaps_each(struct store *store, struct diag *diag,
		    int (*each)(void *ctx, int64_t run, int64_t unread_ns), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(
		store,
		"SELECT run, max(unread) FROM (SELECT gap.run AS run, total(to_ns - "
		"from_ns) AS unread FROM gap JOIN domain ON domain.run = gap.run AND "
		"domain.number = gap.domain WHERE counted GROUP BY gap.run, gap.domain) "
		"GROUP BY run ORDER BY run",
		diag, &stmt);

	while (err == 0 && (err = store_next(store, stmt, diag)) > 0)
		err = each(ctx, sqlite3_column_int64(stmt, 0),
			   sqlite3_column_int64(stmt, 1));
	return err;
}

int store_hardware_each(struct store *store, struct diag *diag,
			int (*each)(void *ctx, int64_t run, const char *json), void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(store,
				"SELECT run, hardware_json FROM inventory "
				"WHERE hardware_json IS NOT NULL ORDER BY run",
				diag, &stmt);

	while (err == 0 && (err = store_next(store, stmt, diag)) > 0)
		err = each(ctx, sqlite3_column_int64(stmt, 0),
			   (const char *)sqlite3_column_text(stmt, 1));
	return err;
}

int store_import_files_each(struct store *store, struct diag *diag,
			    int (*each)(void *ctx, int64_t run, const char *file),
			    void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(store, "SELECT run, file FROM import ORDER BY run", diag,
				&stmt);

	while (err == 0 && (err = store_next(store, stmt, diag)) > 0)
		err = each(ctx, sqlite3_column_int64(stmt, 0),
			   (const char *)sqlite3_column_text(stmt, 1));
	return err;
}

int store_boots_each(struct store *store, struct diag *diag,
		     int (*each)(void *ctx, const char *boot_id, const char *json),
		     void *ctx)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(
		store,
		"SELECT run.boot_id, software_json FROM (SELECT min(run.key) AS first "
		"FROM run JOIN inventory ON inventory.run = run.key WHERE software_json "
		"IS NOT NULL AND boot_id <> '' GROUP BY boot_id) JOIN run ON run.key = "
		"first JOIN inventory ON inventory.run = first ORDER BY run.boot_id",
		diag, &stmt);

	while (err == 0 && (err = store_next(store, stmt, diag)) > 0)
		err = each(ctx, (const char *)sqlite3_column_text(stmt, 0),
			   (const char *)sqlite3_column_text(stmt, 1));
	return err;
}

/* A ledger made by hand may go round and round. */
int store_outers(struct store *store, int64_t run, struct diag *diag,
		 char (**ret)[RUN_ID_MAX], size_t *ret_count)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct store_grow grow = { .size = RUN_ID_MAX };
	int err = store_prepare(
		store,
		"WITH RECURSIVE up (id, depth) AS (SELECT inside, 1 FROM nested "
		"WHERE run = ?1 UNION ALL SELECT nested.inside, depth + 1 FROM up "
		"JOIN run ON run.id = up.id JOIN nested ON nested.run = run.key "
		"WHERE depth < ?2) SELECT id FROM up ORDER BY depth",
		diag, &stmt);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, run);
	(void)sqlite3_bind_int64(stmt, 2, RUN_OUTERS_MAX);
	while ((err = store_next(store, stmt, diag)) > 0) {
		char *id = store_grow(&grow);

		if (!id) {
			err = -ENOMEM;
			break;
		}
		store_take_text(stmt, 0, id, RUN_ID_MAX);
		grow.count++;
	}
	if (err < 0) {
		free(grow.items);
		return err;
	}
	*ret = (char(*)[RUN_ID_MAX])grow.items;
	*ret_count = grow.count;
	return 0;
}
