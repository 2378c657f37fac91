/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  SQLite's results.
 * Gives:  transactions, and errors in words.
 * Needs:  a store of store-open.c.
 * Limits: waits for another writer as long as store_patience() says.
 */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <zstd.h>

#include "store/block.h"
#include "store/store-internal.h"

/*
 * Taking the log into the file when the last one closes it waits for the disk twice, some
 * 10 to 50 ms. A short run's user would notice, and a log of some kB costs the next one
 * nothing; who wrote this much has run for minutes.
 */
#define TIDY_BYTES UINT64_C(262144)

static int errno_of_system(int err)
{
	switch (err) {
	case 0:
		return -EIO;
	case EFBIG:
	case EDQUOT:
	case ENOSPC:
		return -ENOSPC;
	case EPERM:
		return -EACCES;
	default:
		return -err;
	}
}

/* Of a failed write SQLite keeps the errno with the file only: the log's, or the main one. */
static int errno_of_write(sqlite3 *db)
{
	static const int files[] = { SQLITE_FCNTL_JOURNAL_POINTER,
				     SQLITE_FCNTL_FILE_POINTER };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		sqlite3_file *file = NULL;
		int err = 0;

		(void)sqlite3_file_control(db, "main", files[i], &file);
		if (!file || !file->pMethods)
			continue;
		(void)file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &err);
		if (err != 0)
			return errno_of_system(err);
	}
	return -EIO;
}

static int errno_of_constraint(int extended)
{
	switch (extended) {
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return -ENOENT;
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		return -EEXIST;
	default:
		return -EINVAL;
	}
}

int store_errno(sqlite3 *db)
{
	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_IOERR:
		if (sqlite3_extended_errcode(db) == SQLITE_IOERR_WRITE)
			return errno_of_write(db);
		return errno_of_system(sqlite3_system_errno(db));
	case SQLITE_CANTOPEN:
		return errno_of_system(sqlite3_system_errno(db));
	case SQLITE_CONSTRAINT:
		return errno_of_constraint(sqlite3_extended_errcode(db));
	case SQLITE_TOOBIG:
		return -E2BIG;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
	case SQLITE_ERROR:
		return -EPROTO;
	default:
		return -EIO;
	}
}

void store_fix(struct diag *diag, int err)
{
	switch (-err) {
	case ENOSPC:
		diag_fix(diag, "free some space, or set GRAMME_DB to a file elsewhere");
		break;
	case EACCES:
	case EROFS:
		diag_fix(diag, "set GRAMME_DB to a file you may write");
		break;
	case EBUSY:
		diag_fix(diag, "try again when the other process has ended");
		break;
	default:
		break;
	}
}

int store_sql_failed(const struct store *store, const char *verb, struct diag *diag)
{
	int err = store_errno(store->db);

	(void)diag_say(diag, err, "cannot %s the ledger %s: %s (%s)", verb, store->path,
		       diag_errno_text(err), sqlite3_errmsg(store->db));
	store_fix(diag, err);
	return err;
}

void store_tidy_on_close(struct store *store, bool tidy)
{
	(void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !tidy, NULL);
}

void store_patience(struct store *store, int ms)
{
	(void)sqlite3_busy_timeout(store->db, ms);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	/* In a fork's child the connection is the parent's: only the memory is ours. */
	if (store->pid == getpid()) {
		if (store->writable && store_written_bytes(store) >= TIDY_BYTES)
			store_tidy_on_close(store, true);
		store_drop_kept(store);
		(void)sqlite3_close_v2(store->db);
	}
	block_decoder_free(store->decoder);
	(void)ZSTD_freeCCtx(store->packer);
	free(store->domains);
	free(store->path);
	free(store);
}

/* --- transactions --- */

int store_usable(const struct store *store, struct diag *diag)
{
	if (store->pid != getpid())
		return diag_fail(diag, -ECHILD, "cannot use the ledger %s", store->path);
	return 0;
}

int store_may_write(const struct store *store, struct diag *diag)
{
	int err = store_usable(store, diag);

	if (err < 0)
		return err;
	if (!store->writable)
		return diag_say(diag, -EROFS, "the ledger %s is open for reading only",
				store->path);
	return 0;
}

static int lost(const struct store *store, struct diag *diag)
{
	(void)diag_fail(diag, store->lost,
			"an earlier write to the ledger %s failed and undid this one",
			store->path);
	store_fix(diag, store->lost);
	return store->lost;
}

static const char begin_word[] = "BEGIN IMMEDIATE";
static const char commit_word[] = "COMMIT";
static const char save_word[] = "SAVEPOINT one";
static const char release_word[] = "RELEASE one";

static int say(struct store *store, const char *word, struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend(store, word, diag, &lent);

	if (err == 0 && sqlite3_step(lent.stmt) != SQLITE_DONE)
		err = store_sql_failed(store, "use", diag);
	return err;
}

int store_enter(struct store *store, struct diag *diag)
{
	int err = store_may_write(store, diag);

	if (err < 0)
		return err;
	if (store->lost < 0)
		return lost(store, diag);
	return say(store, store->in_transaction ? save_word : begin_word, diag);
}

/* What was remembered of earlier writes may be undone with them. */
static void undo(struct store *store, const char *sql)
{
	store->domains_run = 0;
	(void)sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

/* A full disk makes SQLite undo everything, the caller's larger transaction included. */
static void note_loss(struct store *store, int err)
{
	if (store->in_transaction && sqlite3_get_autocommit(store->db))
		store->lost = err;
}

int store_leave(struct store *store, int err, struct diag *diag)
{
	if (err >= 0) {
		int end = say(store, store->in_transaction ? release_word : commit_word,
			      diag);

		if (end == 0)
			return err;
		err = end;
	}
	note_loss(store, err);
	if (!store->in_transaction)
		undo(store, "ROLLBACK");
	else if (store->lost == 0)
		undo(store, "ROLLBACK TO one; RELEASE one");
	return err;
}

int store_begin(struct store *store, struct diag *diag)
{
	int err = store_may_write(store, diag);

	if (err < 0)
		return err;
	assert(!store->in_transaction);
	err = say(store, begin_word, diag);
	store->in_transaction = err == 0;
	return err;
}

int store_commit(struct store *store, struct diag *diag)
{
	int err = store_may_write(store, diag);

	if (err < 0)
		return err;
	assert(store->in_transaction);
	if (store->lost < 0)
		err = lost(store, diag);
	else
		err = say(store, commit_word, diag);
	if (err < 0)
		store_rollback(store);
	store->in_transaction = false;
	return err;
}

void store_rollback(struct store *store)
{
	if (store->pid != getpid() || !store->in_transaction)
		return;
	undo(store, "ROLLBACK");
	store->in_transaction = false;
	store->lost = 0;
}

const char *store_path(const struct store *store)
{
	return store->path ? store->path : "";
}

/* Pages handed to the log, or to the file where there is none. */
uint64_t store_written_bytes(const struct store *store)
{
	int pages = 0, most = 0;

	(void)sqlite3_db_status(store->db, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &most, 0);
	return (uint64_t)pages * (uint64_t)store->page_size;
}
