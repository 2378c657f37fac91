/* SPDX-License-Identifier: Apache-2.0 */
/* What the store's own files share. Nobody else includes this. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "model/fields.h"
#include "store/store.h"

/* "grm1": tells gramme's files from other programs'. Never changes. */
#define STORE_APPLICATION_ID 0x67726d31

#define STORE_BUSY_MS        2000

#define STORE_KEPT_MAX       64

/* Writes the text of a statement that is made of lists of fields. */
typedef void store_sql_maker(struct strbuf *sql);

/* A statement that was prepared once, and stays so until the store is closed: known by the
 * address of its text, or by who makes that. */
struct store_kept {
	const char *sql;
	store_sql_maker *make;
	sqlite3_stmt *stmt; /* NULL: it is lent */
};

struct store {
	sqlite3 *db;
	char *path;
	pid_t pid; /* of the process that opened it: a fork's child must not touch it */
	bool writable;
	int page_size;
	bool in_transaction; /* store_begin() was called */
	/* The list of domains last put, and its run: put again it costs nothing. 0: none. */
	int64_t domains_run;
	struct run_domain *domains;
	size_t domain_count;
	int lost; /* why SQLite rolled the open transaction back by itself; 0: it stands */
	struct store_kept kept[STORE_KEPT_MAX];
	size_t kept_count;
	struct block_decoder *decoder; /* NULL: none yet, or it is in use */
	struct ZSTD_CCtx_s *packer;    /* of originals; NULL: none yet */
};

/* --- store.c: errors and transactions --- */

/* The errno of SQLite's last error on this connection. Never 0. */
int store_errno(sqlite3 *db);

/* The line that mends it, for errors that have one. */
void store_fix(struct diag *diag, int err);

/* Says what went wrong with the file, and what helps; returns store_errno(). */
int store_sql_failed(const struct store *store, const char *verb, struct diag *diag);

/* Whether closing takes the log into the file, which waits for the disk. */
void store_tidy_on_close(struct store *store, bool tidy);

/* Around every write: one transaction, or a savepoint within the caller's larger one. */
MUST_USE int store_enter(struct store *store, struct diag *diag);
MUST_USE int store_leave(struct store *store, int err, struct diag *diag);

MUST_USE int store_usable(const struct store *store, struct diag *diag);

/* -EROFS for a store that is open for reading. Asked before a write's statement is prepared:
 * over an older file SQLite knows no such statement. */
MUST_USE int store_may_write(const struct store *store, struct diag *diag);

/* --- store-run.c --- */

/* The sentence for a run that is not there; returns -ENOENT. */
int store_no_run(const struct store *store, int64_t run, struct diag *diag);

/* --- store-grid.c --- */

/* The steps of a series that touch from..to. The one that holds at `from` may have begun before;
 * no other one before it is looked at. */
#define STORE_TOUCHES(series, from, to)                                                  \
	"point.from_unix_s < " to " AND point.to_unix_s > " from                         \
	" AND point.from_unix_s >= ifnull((SELECT max(from_unix_s) FROM "                \
	"intensity_point WHERE series = " series " AND from_unix_s <= " from "), " from  \
	")"

/* --- store-migrate.c --- */

/* One version to the next. Each may be several statements; `sql` is one transaction in all. */
struct store_step {
	int to;
	const char *sql;
	/* Lets a connection read the version before as this one, and writes nothing to the file;
	 * NULL: that cannot be. */
	const char *read_sql;
};

const struct store_step *store_steps(size_t *ret_count);

/* Brings the file up to the last step's version; all of it or nothing. */
MUST_USE int store_migrate(struct store *store, const struct store_step *steps,
			   size_t count, struct diag *diag);

/* --- store-sql.c: statements --- */

static inline void store_finalize(sqlite3_stmt *const *stmt)
{
	(void)sqlite3_finalize(*stmt);
}

#define AUTO_STMT CLEANUP(store_finalize)

MUST_USE int store_prepare(struct store *store, const char *sql, struct diag *diag,
			   sqlite3_stmt **ret);

/*
 * A statement on loan: to one borrower at a time, so that a call from within a loop over its rows
 * gets another one. It goes back reset and without bindings on every way out: one that was left
 * between two rows would hold the ledger as it was then, for as long as the store is open.
 */
struct store_lent {
	struct store *store;
	struct store_kept *slot; /* NULL: there is no room to keep it */
	sqlite3_stmt *stmt;
};

void store_give_back(struct store_lent *lent);

#define LENT CLEANUP(store_give_back) struct store_lent

/* `sql` is a constant: its address stands for it. */
MUST_USE int store_lend(struct store *store, const char *sql, struct diag *diag,
			struct store_lent *ret);
MUST_USE int store_lend_made(struct store *store, store_sql_maker *make,
			     struct diag *diag, struct store_lent *ret);

/* Before the connection is closed. */
void store_drop_kept(struct store *store);

/* Runs a statement that gives no rows. */
MUST_USE int store_run(struct store *store, sqlite3_stmt *stmt, struct diag *diag);

/* 1: a row is there; 0: no more. */
MUST_USE int store_next(struct store *store, sqlite3_stmt *stmt, struct diag *diag);

/* The one number a PRAGMA gives. */
MUST_USE int store_number(struct store *store, const char *sql, int *ret,
			  struct diag *diag);

MUST_USE int store_exec(struct store *store, const char *sql, struct diag *diag);

/* Binding does not fail but for memory, which store_run() then reports. */
void store_bind_text(sqlite3_stmt *stmt, int at, const char *text); /* NULL: NULL */
void store_bind_u64(sqlite3_stmt *stmt, int at, uint64_t value);

/* A column as text, cut to the buffer; NULL reads as "". */
void store_take_text(sqlite3_stmt *stmt, int at, char *buf, size_t size);

/* A column as text of the caller's; NULL stays NULL. */
MUST_USE int store_take_owned(sqlite3_stmt *stmt, int at, char **ret);

/* Rows into an array. */
struct store_grow {
	char *items;
	size_t count;
	size_t room;
	size_t size; /* of one */
};

/* Room for one more, zeroed and not yet counted; NULL when there is no memory. */
void *store_grow(struct store_grow *grow);

/* The sentence for a row that could not be taken; returns err. */
int store_not_understood(const struct store *store, int err, struct diag *diag);

/* --- store-fields.c: structs to rows and back --- */

/* "table.column, table.column, …" in the list's order. */
void store_add_columns(struct strbuf *sql, const char *table, struct fields fields);

/* ", column, column" and ", ?first, ?first+1", for an INSERT. */
void store_add_names(struct strbuf *sql, struct fields fields);
void store_add_marks(struct strbuf *sql, struct fields fields, size_t first);

void store_bind_fields(sqlite3_stmt *stmt, int first, struct fields fields,
		       const void *from);

/* `to` is all zeros before. -EPROTO for a word nobody knows, -ENOMEM. What was taken is the
 * caller's to free. */
MUST_USE int store_take_fields(sqlite3_stmt *stmt, int first, struct fields fields,
			       void *to);

/* --- store-list.c --- */

/* "SELECT key, project, experiment, inside, <fields> FROM run …" and what follows. */
void store_add_runs(struct strbuf *sql, const char *where);
MUST_USE int store_prepare_runs(struct store *store, const char *where, struct diag *diag,
				sqlite3_stmt **ret);
MUST_USE int store_take_run(sqlite3_stmt *stmt, struct run_info *info);
