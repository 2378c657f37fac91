/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  where a run came from, what its tracker said, and the bytes that were read.
 * Gives:  the same back; a run by its digest.
 * Needs:  an open store.
 * Limits: an original of ORIGINAL_MAX or more is refused: a row of SQLite has no room for it.
 */
#include <errno.h>
#include <zstd.h>

#include "store/store-internal.h"

#define ZSTD_LEVEL   1
#define MATCH_BYTES  7
#define HASH_BITS    12
#define ORIGINAL_MAX (UINT64_C(900) << 20)

/* --- where from ---------------------------------------------------------------------------- */

static int put_import(struct store *store, int64_t run, const struct run_import *import,
		      struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	sqlite3_stmt *stmt;
	int err = store_lend(store,
			     "INSERT INTO import (run, format, tool, tool_version, "
			     "file, digest, imported_unix_ns) "
			     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			     diag, &lent);

	if (err < 0)
		return err;
	stmt = lent.stmt;
	(void)sqlite3_bind_int64(stmt, 1, run);
	store_bind_text(stmt, 2, import->format);
	store_bind_text(stmt, 3, import->tool);
	store_bind_text(stmt, 4, import->tool_version);
	store_bind_text(stmt, 5, import->file ? import->file : "");
	store_bind_text(stmt, 6, import->digest);
	(void)sqlite3_bind_int64(stmt, 7, import->imported_unix_ns);
	err = store_run(store, stmt, diag);
	return err == -EEXIST ? diag_say(diag, err, "it is in the ledger %s already",
					 store->path)
			      : err;
}

static int put_figures(struct store *store, int64_t run, const struct run_import *import,
		       struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend(store,
			     "INSERT INTO import_figure (run, number, name, value, "
			     "unit) VALUES (?1, ?2, ?3, ?4, ?5)",
			     diag, &lent);

	for (size_t i = 0; i < import->figure_count && err == 0; i++) {
		const struct run_figure *figure = &import->figures[i];
		sqlite3_stmt *stmt = lent.stmt;

		(void)sqlite3_bind_int64(stmt, 1, run);
		(void)sqlite3_bind_int64(stmt, 2, (int64_t)i);
		store_bind_text(stmt, 3, figure->name);
		(void)sqlite3_bind_double(stmt, 4, figure->value);
		store_bind_text(stmt, 5, figure->unit);
		err = store_run(store, stmt, diag);
	}
	return err;
}

int store_import_put(struct store *store, int64_t run, const struct run_import *import,
		     struct diag *diag)
{
	int err = store_enter(store, diag);

	if (err < 0)
		return err;
	err = put_import(store, run, import, diag);
	if (err == 0)
		err = put_figures(store, run, import, diag);
	return store_leave(store, err, diag);
}

int store_import_find(struct store *store, const char *digest, struct diag *diag,
		      int64_t *ret_run)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend(store, "SELECT run FROM import WHERE digest = ?1", diag,
			     &lent);

	if (err < 0)
		return err;
	store_bind_text(lent.stmt, 1, digest);
	err = store_next(store, lent.stmt, diag);
	if (err < 0)
		return err;
	*ret_run = err ? sqlite3_column_int64(lent.stmt, 0) : 0;
	return 0;
}

/* --- the bytes ----------------------------------------------------------------------------- */

/*
 * Kept from one original to the next. A log is the same line over and over: long matches alone,
 * looked up in a table that the nearest cache holds, make it both smaller and a third quicker
 * than level 1 as it comes.
 */
static ZSTD_CCtx *packer_of(struct store *store)
{
	if (store->packer)
		return store->packer;
	store->packer = ZSTD_createCCtx();
	if (!store->packer)
		return NULL;
	(void)ZSTD_CCtx_setParameter(store->packer, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	(void)ZSTD_CCtx_setParameter(store->packer, ZSTD_c_strategy, ZSTD_fast);
	(void)ZSTD_CCtx_setParameter(store->packer, ZSTD_c_minMatch, MATCH_BYTES);
	(void)ZSTD_CCtx_setParameter(store->packer, ZSTD_c_hashLog, HASH_BITS);
	return store->packer;
}

/* Room that was reserved and not written costs nothing; a copy to cut it off would. */
static int pack(struct store *store, const struct store_original *original, void **ret,
		size_t *ret_size)
{
	size_t room = ZSTD_compressBound(original->size);
	AUTO_FREE void *packed = malloc(room);
	ZSTD_CCtx *packer = packer_of(store);
	size_t size;

	if (!packed || !packer)
		return -ENOMEM;
	size = ZSTD_compress2(packer, packed, room, original->bytes, original->size);
	if (ZSTD_isError(size))
		return -ENOMEM;
	*ret = STEAL(packed);
	*ret_size = size;
	return 0;
}

static int put_original(struct store *store, int64_t run,
			const struct store_original *original, struct diag *diag)
{
	AUTO_FREE void *packed = NULL;
	LENT lent = { .stmt = NULL };
	size_t size = 0;
	int err = pack(store, original, &packed, &size);

	if (err < 0)
		return diag_fail(diag, err, "cannot pack %s", original->name);
	err = store_lend(store,
			 "INSERT INTO import_original (run, name, size, packed) "
			 "VALUES (?1, ?2, ?3, ?4)",
			 diag, &lent);
	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	store_bind_text(lent.stmt, 2, original->name);
	store_bind_u64(lent.stmt, 3, original->size);
	(void)sqlite3_bind_blob64(lent.stmt, 4, packed, size, SQLITE_STATIC);
	return store_run(store, lent.stmt, diag);
}

int store_original_put(struct store *store, int64_t run,
		       const struct store_original *original, struct diag *diag)
{
	int err;

	if (original->size >= ORIGINAL_MAX)
		return diag_say(diag, -EFBIG, "%s is too large to be kept as it is",
				original->name);
	err = store_enter(store, diag);
	if (err < 0)
		return err;
	return store_leave(store, put_original(store, run, original, diag), diag);
}

/* The caller frees. */
static int unpack(sqlite3_stmt *stmt, char **ret_bytes, size_t *ret_size)
{
	const void *packed = sqlite3_column_blob(stmt, 2);
	size_t packed_size = (size_t)sqlite3_column_bytes(stmt, 2);
	uint64_t size = (uint64_t)sqlite3_column_int64(stmt, 1);
	AUTO_FREE char *bytes = NULL;

	/* Memory is not given on the word of a row that its own bytes do not bear out. */
	if (size >= ORIGINAL_MAX || ZSTD_getFrameContentSize(packed, packed_size) != size)
		return -EPROTO;
	bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	if (ZSTD_decompress(bytes, size, packed, packed_size) != size)
		return -EPROTO;
	*ret_bytes = STEAL(bytes);
	*ret_size = size;
	return 0;
}

static int give_original(const struct store *store, sqlite3_stmt *stmt,
			 int (*each)(void *ctx, const struct store_original *original),
			 void *ctx, struct diag *diag)
{
	struct store_original original = { .name = (const char *)sqlite3_column_text(stmt,
										     0) };
	AUTO_FREE char *bytes = NULL;
	int err = original.name ? unpack(stmt, &bytes, &original.size) : -ENOMEM;

	if (err < 0)
		return store_not_understood(store, err, diag);
	original.bytes = bytes;
	return each(ctx, &original);
}

int store_originals_each(struct store *store, int64_t run,
			 int (*each)(void *ctx, const struct store_original *original),
			 void *ctx, struct diag *diag)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(store,
				"SELECT name, size, packed FROM import_original "
				"WHERE run = ?1 ORDER BY rowid",
				diag, &stmt);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, run);
	while ((err = store_next(store, stmt, diag)) > 0) {
		err = give_original(store, stmt, each, ctx, diag);
		if (err != 0)
			return err;
	}
	return err;
}
