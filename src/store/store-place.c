/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  where a machine was found to be.
 * Gives:  that again, with the time it was found.
 * Needs:  an open store.
 * Limits: one place a host, the last.
 */
#include <errno.h>

#include "base/strbuf.h"
#include "store/store-internal.h"

static int put_place(struct store *store, const char *host, const struct place *place,
		     int64_t fetched_unix_s, struct diag *diag)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err;

	strbuf_add(&sql, "REPLACE INTO place (host, fetched_unix_s");
	store_add_names(&sql, fields_of_place());
	strbuf_add(&sql, ") VALUES (?1, ?2");
	store_add_marks(&sql, fields_of_place(), 3);
	strbuf_add(&sql, ")");
	if (sql.failed)
		return -ENOMEM;
	err = store_prepare(store, sql.text, diag, &stmt);
	if (err < 0)
		return err;
	store_bind_text(stmt, 1, host);
	(void)sqlite3_bind_int64(stmt, 2, fetched_unix_s);
	store_bind_fields(stmt, 3, fields_of_place(), place);
	return store_run(store, stmt, diag);
}

int store_place_put(struct store *store, const char *host, const struct place *place,
		    int64_t fetched_unix_s, struct diag *diag)
{
	int err = store_enter(store, diag);

	if (err < 0)
		return err;
	err = put_place(store, host, place, fetched_unix_s, diag);
	return store_leave(store, err, diag);
}

static int prepare_place(struct store *store, struct diag *diag, sqlite3_stmt **ret)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;

	strbuf_add(&sql, "SELECT fetched_unix_s, ");
	store_add_columns(&sql, "place", fields_of_place());
	strbuf_add(&sql, " FROM place WHERE host = ?1");
	return sql.failed ? -ENOMEM : store_prepare(store, sql.text, diag, ret);
}

int store_place_get(struct store *store, const char *host, struct diag *diag,
		    struct place *ret, int64_t *ret_fetched_unix_s)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct place place = { .has_position = false };
	int err = prepare_place(store, diag, &stmt);

	if (err < 0)
		return err;
	store_bind_text(stmt, 1, host);
	err = store_next(store, stmt, diag);
	if (err < 0)
		return err;
	if (err == 0)
		return diag_say(diag, -ENOENT, "the ledger %s does not know where %s is",
				store->path, host);
	err = store_take_fields(stmt, 1, fields_of_place(), &place);
	if (err < 0)
		return store_not_understood(store, err, diag);
	*ret = place;
	*ret_fetched_unix_s = sqlite3_column_int64(stmt, 0);
	return 0;
}
