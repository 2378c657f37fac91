/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  nothing itself; statements for the files beside it.
 * Gives:  SQLite's results as 0, 1 or a negative errno with a sentence.
 * Needs:  sqlite3.
 * Limits: every value is bound, no text of a user's ever becomes SQL.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "store/store-internal.h"

int store_prepare(struct store *store, const char *sql, struct diag *diag,
		  sqlite3_stmt **ret)
{
	int err = store_usable(store, diag);

	if (err < 0)
		return err;
	if (sqlite3_prepare_v2(store->db, sql, -1, ret, NULL) != SQLITE_OK)
		return store_sql_failed(store, "read", diag);
	return 0;
}

/* --- statements that are kept -------------------------------------------------------------- */

/* Where it is kept, or will be; NULL: there is no more room. */
static struct store_kept *slot_of(struct store *store, const char *sql,
				  store_sql_maker *make)
{
	struct store_kept *slot;

	for (size_t i = 0; i < store->kept_count; i++) {
		slot = &store->kept[i];
		if (slot->sql == sql && slot->make == make)
			return slot;
	}
	if (store->kept_count == STORE_KEPT_MAX)
		return NULL;
	slot = &store->kept[store->kept_count++];
	*slot = (struct store_kept){ .sql = sql, .make = make };
	return slot;
}

static int prepare_kept(struct store *store, const char *sql, struct diag *diag,
			sqlite3_stmt **ret)
{
	if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret,
			       NULL) != SQLITE_OK)
		return store_sql_failed(store, "read", diag);
	return 0;
}

static int make_kept(struct store *store, store_sql_maker *make, struct diag *diag,
		     sqlite3_stmt **ret)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;

	make(&sql);
	return sql.failed ? -ENOMEM : prepare_kept(store, sql.text, diag, ret);
}

static int lend(struct store *store, const char *sql, store_sql_maker *make,
		struct diag *diag, struct store_lent *ret)
{
	struct store_lent lent = { .store = store };
	int err = store_usable(store, diag);

	if (err < 0)
		return err;
	lent.slot = slot_of(store, sql, make);
	if (lent.slot)
		lent.stmt = STEAL(lent.slot->stmt);
	if (!lent.stmt)
		err = make ? make_kept(store, make, diag, &lent.stmt)
			   : prepare_kept(store, sql, diag, &lent.stmt);
	if (err == 0)
		*ret = lent;
	return err;
}

int store_lend(struct store *store, const char *sql, struct diag *diag,
	       struct store_lent *ret)
{
	return lend(store, sql, NULL, diag, ret);
}

int store_lend_made(struct store *store, store_sql_maker *make, struct diag *diag,
		    struct store_lent *ret)
{
	return lend(store, NULL, make, diag, ret);
}

void store_give_back(struct store_lent *lent)
{
	sqlite3_stmt *stmt = STEAL(lent->stmt);

	if (!stmt)
		return;
	if (!lent->slot || lent->slot->stmt) {
		(void)sqlite3_finalize(stmt);
		return;
	}
	(void)sqlite3_reset(stmt);
	(void)sqlite3_clear_bindings(stmt);
	lent->slot->stmt = stmt;
}

void store_drop_kept(struct store *store)
{
	for (size_t i = 0; i < store->kept_count; i++)
		(void)sqlite3_finalize(STEAL(store->kept[i].stmt));
	store->kept_count = 0;
}

/* --- running them -------------------------------------------------------------------------- */

int store_next(struct store *store, sqlite3_stmt *stmt, struct diag *diag)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return store_sql_failed(store, sqlite3_stmt_readonly(stmt) ? "read" : "write",
				diag);
}

int store_run(struct store *store, sqlite3_stmt *stmt, struct diag *diag)
{
	int err;

	do
		err = store_next(store, stmt, diag);
	while (err > 0);
	(void)sqlite3_reset(stmt);
	return err;
}

int store_number(struct store *store, const char *sql, int *ret, struct diag *diag)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(store, sql, diag, &stmt);

	if (err == 0)
		err = store_next(store, stmt, diag);
	if (err <= 0)
		return err < 0 ? err : -EIO;
	*ret = sqlite3_column_int(stmt, 0);
	return 0;
}

int store_exec(struct store *store, const char *sql, struct diag *diag)
{
	if (sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return store_sql_failed(store, "use", diag);
	return 0;
}

/* STATIC: statements are run before the text they were given goes. */
void store_bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
	(void)sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

void store_bind_u64(sqlite3_stmt *stmt, int at, uint64_t value)
{
	(void)sqlite3_bind_int64(stmt, at, (int64_t)value);
}

void store_take_text(sqlite3_stmt *stmt, int at, char *buf, size_t size)
{
	const unsigned char *text = sqlite3_column_text(stmt, at);

	(void)copy_text(buf, size, text ? (const char *)text : "");
}

int store_take_owned(sqlite3_stmt *stmt, int at, char **ret)
{
	const unsigned char *text = sqlite3_column_text(stmt, at);
	char *copy = NULL;

	if (text) {
		copy = strdup((const char *)text);
		if (!copy)
			return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

void *store_grow(struct store_grow *grow)
{
	if (grow->count == grow->room) {
		size_t room = grow->room ? grow->room * 2 : 8;
		char *items = reallocarray(grow->items, room, grow->size);

		if (!items)
			return NULL;
		grow->items = items;
		grow->room = room;
	}
	return memset(grow->items + grow->count * grow->size, 0, grow->size);
}

int store_not_understood(const struct store *store, int err, struct diag *diag)
{
	return diag_fail(diag, err, "cannot understand a row of the ledger %s",
			 store->path);
}
