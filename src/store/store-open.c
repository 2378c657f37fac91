/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  the ledger's file, through SQLite only: opening and closing it by hand would drop
 *         the locks that another connection of this process holds.
 * Gives:  an open store, or the reason why this file is none.
 * Needs:  for writing, a folder in which -wal and -shm files can be made.
 * Limits: a path of PATH_LIMIT bytes. Another program's file is never written to, nor locked.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/strbuf.h"
#include "store/store-internal.h"

#define PATH_LIMIT  480 /* SQLite's is 512, with "-journal" and the working folder */
#define HEADER_SIZE 100
#define MAGIC       "SQLite format 3"
#define IN_MEMORY   ":memory:"

static int no_ledger(const char *path, struct diag *diag)
{
	(void)diag_say(diag, -ENOENT, "there is no ledger at %s", path);
	diag_fix(diag, "gramme run -- CMD makes it; GRAMME_DB names another");
	return -ENOENT;
}

static int not_ours(const char *path, const char *what, struct diag *diag)
{
	(void)diag_say(diag, -EPROTO, "%s is %s: it is left alone", path, what);
	diag_fix(diag, "set GRAMME_DB to another file");
	return -EPROTO;
}

/* 0 with a file of any size, or none. A fifo or a device would hang SQLite or worse. */
static int check_path(const char *path, struct diag *diag)
{
	struct stat st;

	if (path[0] == '\0')
		return diag_say(diag, -EINVAL, "the ledger's path is empty");
	if (strlen(path) > PATH_LIMIT)
		return diag_say(diag, -ENAMETOOLONG,
				"the ledger's path is longer than %d bytes: %.60s…",
				PATH_LIMIT, path);
	if (stat(path, &st) < 0)
		return errno == ENOENT ? 0
				       : diag_fail(diag, -errno,
						   "cannot open the ledger %s", path);
	if (S_ISDIR(st.st_mode)) {
		(void)diag_say(diag, -EISDIR, "the ledger %s is a folder, not a file",
			       path);
		diag_fix(diag, "set GRAMME_DB to a file in it, %s/gramme.db", path);
		return -EISDIR;
	}
	if (!S_ISREG(st.st_mode))
		return not_ours(path, "no regular file", diag);
	return 0;
}

static int make_folders(const char *path, struct diag *diag)
{
	char part[PATH_LIMIT + 1];

	for (const char *slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		if (mkdir(part, 0700) < 0 && errno != EEXIST) {
			int err = -errno;

			/* What we may not make can be there all the same. */
			if (access(part, F_OK) == 0)
				continue;
			(void)diag_fail(diag, err, "cannot make the folder %s", part);
			store_fix(diag, err);
			return err;
		}
	}
	return 0;
}

/* Said here, because SQLite says of a file it may not make that there is none. */
static int check_folder(const char *path, struct diag *diag)
{
	char folder[PATH_LIMIT + 1] = ".";
	const char *slash = strrchr(path, '/');
	int err;

	if (slash)
		(void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1),
			       path);
	if (access(path, F_OK) == 0 || access(folder, W_OK | X_OK) == 0)
		return 0;
	err = errno == EROFS ? -EROFS : errno == EACCES ? -EACCES : 0;
	if (err < 0) {
		(void)diag_fail(diag, err, "cannot make the ledger %s", path);
		store_fix(diag, err);
	}
	return err;
}

/* A text that sqlite3_open takes for a file's name whatever it begins with. */
static int file_name(const char *path, bool immutable, char **ret_name)
{
	CLEANUP(strbuf_done) struct strbuf name = STRBUF_INIT;
	const char *here = path[0] == '/' ? "" : "./";

	if (!immutable) {
		strbuf_printf(&name, "%s%s", strcmp(path, IN_MEMORY) == 0 ? "" : here,
			      path);
		return strbuf_steal(&name, ret_name);
	}
	strbuf_printf(&name, "file:%s", here);
	for (const char *c = path; *c; c++)
		strbuf_printf(&name, strchr("?#%", *c) ? "%%%02X" : "%c",
			      (unsigned char)*c);
	strbuf_add(&name, "?immutable=1");
	return strbuf_steal(&name, ret_name);
}

/* Opens the file, and reads and locks nothing yet. */
static int connect(struct store *store, int flags, bool immutable, struct diag *diag)
{
	AUTO_FREE char *name = NULL;
	int err = file_name(store->path, immutable, &name);

	if (err < 0)
		return err;
	store_drop_kept(store);
	(void)sqlite3_close(STEAL(store->db));
	if (immutable)
		flags |= SQLITE_OPEN_URI;
	if (sqlite3_open_v2(name, &store->db, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		return store->db ? store_sql_failed(store, "open", diag) : -ENOMEM;
	(void)sqlite3_extended_result_codes(store->db, 1);
	(void)sqlite3_busy_timeout(store->db, STORE_BUSY_MS);
	return 0;
}

struct header {
	sqlite3_int64 size;
	uint8_t bytes[HEADER_SIZE];
};

/* The file's first bytes, past locks and log: enough to tell whose it is. */
static int read_header(struct store *store, struct header *ret, struct diag *diag)
{
	struct header header = { 0 };
	sqlite3_file *file = NULL;

	(void)sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (file && file->pMethods) {
		int rc = file->pMethods->xFileSize(file, &header.size);
		int amount = header.size < HEADER_SIZE ? (int)header.size : HEADER_SIZE;

		if (rc == SQLITE_OK && amount > 0)
			rc = file->pMethods->xRead(file, header.bytes, amount, 0);
		if (rc != SQLITE_OK)
			return diag_fail(diag, -EIO, "cannot read the ledger %s",
					 store->path);
	}
	*ret = header;
	return 0;
}

static uint32_t big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

static int count_tables(struct store *store, struct diag *diag)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err =
		store_prepare(store, "SELECT 1 FROM sqlite_master LIMIT 1", diag, &stmt);

	return err < 0 ? err : store_next(store, stmt, diag);
}

/* A database without our mark: only an empty one may be taken. Looked at without a lock. */
static int check_foreign(const char *path, const struct header *header, struct diag *diag)
{
	struct store probe = { .pid = getpid() };
	AUTO_FREE char *copy = strdup(path);
	int tables;

	if (!copy)
		return -ENOMEM;
	probe.path = copy;
	tables = connect(&probe, SQLITE_OPEN_READONLY, true, diag);
	if (tables == 0)
		tables = count_tables(&probe, diag);
	(void)sqlite3_close(probe.db);
	if (tables == 0 && big_endian(header->bytes + 68) == 0)
		return 0;
	return not_ours(path, "another program's database", diag);
}

static int check_header(struct store *store, const struct header *header,
			struct diag *diag)
{
	if (header->size == 0)
		return 0;
	if (header->size < HEADER_SIZE || memcmp(header->bytes, MAGIC, sizeof MAGIC) != 0)
		return not_ours(store->path, "not a database", diag);
	if (big_endian(header->bytes + 68) == STORE_APPLICATION_ID)
		return 0;
	return check_foreign(store->path, header, diag);
}

static int too_new(const struct store *store, int version, struct diag *diag)
{
	(void)diag_say(diag, -ESTALE,
		       "%s was written by a newer gramme (schema %d, this one knows %d)",
		       store->path, version, STORE_SCHEMA_VERSION);
	diag_fix(diag, "upgrade gramme or set GRAMME_DB to another file");
	return -ESTALE;
}

static int may_not_write(const struct store *store, struct diag *diag)
{
	int err = access(store->path, W_OK) < 0 && errno == EROFS ? -EROFS : -EACCES;

	(void)diag_fail(diag, err, "cannot write the ledger %s", store->path);
	store_fix(diag, err);
	return err;
}

/*
 * Small pages waste less after a block of samples, and cost less at each flush. A new file is
 * not waited for here: going to WAL mode next does that, once for all of it.
 */
static int create_or_migrate(struct store *store, const struct header *header,
			     struct diag *diag)
{
	size_t count;
	const struct store_step *steps = store_steps(&count);
	int err = store_exec(store,
			     header->size == 0
				     ? "PRAGMA page_size = 2048; PRAGMA synchronous = OFF"
				     : "PRAGMA synchronous = NORMAL",
			     diag);

	return err < 0 ? err : store_migrate(store, steps, count, diag);
}

/*
 * In WAL mode the processes share memory, which those on two machines cannot: on a file system
 * of a network's the log would be torn. A home on one is what clusters have.
 */
static bool on_a_network(const char *path)
{
	/* As statfs(2) and linux/magic.h have them. */
	static const uint32_t types[] = {
		0x6969,     0x0bd00bd0, 0x47504653, /* NFS, Lustre, GPFS */
		0x19830326, 0x00c36400, 0xaad7aaea, /* BeeGFS, Ceph, PanFS */
		0xff534d42, 0xfe534d42, 0x517b,     /* CIFS, SMB2, SMB */
		0x5346414f, 0x6b414653, 0x01021997, /* AFS, kAFS, 9P */
		0x01161970, 0x7461636f, 0x65735546, /* GFS2, OCFS2, FUSE */
	};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if ((uint32_t)fs.f_type == types[i])
			return true;
	return false;
}

/*
 * Bytes 18 and 19 are 2 in WAL mode. Where that cannot be had SQLite stays with its rollback
 * journal, which works too.
 */
static void choose_journal(struct store *store, const struct header *header)
{
	bool network = on_a_network(store->path);
	bool wal = header->bytes[18] == 2;

	if (network == wal)
		(void)sqlite3_exec(store->db,
				   network ? "PRAGMA journal_mode = DELETE"
					   : "PRAGMA journal_mode = WAL",
				   NULL, NULL, NULL);
}

static int open_writable(struct store *store, struct diag *diag)
{
	struct header header = { 0 };
	int version = 0;
	int err;

	err = connect(store, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, false, diag);
	if (err == 0)
		err = read_header(store, &header, diag);
	if (err == 0)
		err = check_header(store, &header, diag);
	if (err < 0)
		return err;
	if (sqlite3_db_readonly(store->db, "main") == 1)
		return may_not_write(store, diag);
	store_tidy_on_close(store, false);
	err = store_number(store, "PRAGMA user_version", &version, diag);
	if (err == 0 && version > STORE_SCHEMA_VERSION)
		return too_new(store, version, diag);
	if (err == 0 && version < STORE_SCHEMA_VERSION)
		err = create_or_migrate(store, &header, diag);
	if (err == 0)
		err = store_exec(store, "PRAGMA synchronous = NORMAL", diag);
	if (err == 0)
		choose_journal(store, &header);
	if (err == 0)
		err = store_exec(store,
				 "PRAGMA foreign_keys = ON; "
				 "PRAGMA wal_autocheckpoint = 256",
				 diag);
	if (err == 0)
		err = store_number(store, "PRAGMA page_size", &store->page_size, diag);
	store->writable = err == 0;
	return err;
}

/* Whether something belongs to the file that an immutable file's reader would not see. */
static const char *unread_log(const char *path)
{
	static const char *const suffixes[] = { "-wal", "-journal" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		char log[PATH_LIMIT + 16];
		struct stat st;

		(void)snprintf(log, sizeof log, "%s%s", path, suffixes[i]);
		if (stat(log, &st) == 0 && st.st_size > 0)
			return suffixes[i];
	}
	return NULL;
}

/* WAL mode wants a -shm file; where none can be made nobody writes, and none is needed. */
static int version_of_readonly(struct store *store, int *ret_version, struct diag *diag)
{
	int err = store_number(store, "PRAGMA user_version", ret_version, diag);
	int code = sqlite3_errcode(store->db) & 0xff;
	const char *log;

	if (err == 0 || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
		return err;
	log = unread_log(store->path);
	if (log) {
		(void)diag_say(diag, -EACCES,
			       "the newest runs of %s are in its %s file, and reading "
			       "them needs a folder that can be written",
			       store->path, log);
		diag_fix(diag, "copy both files to a folder of yours and set GRAMME_DB");
		return -EACCES;
	}
	err = connect(store, SQLITE_OPEN_READONLY, true, diag);
	return err < 0 ? err
		       : store_number(store, "PRAGMA user_version", ret_version, diag);
}

/* A file that was begun and never finished has to be written before it can be read. */
static int migrate_for_reading(struct store *store, int version, struct diag *diag)
{
	struct store *writer = NULL;
	struct diag why = { 0 };
	int err = store_open(store->path, STORE_WRITE, &why, &writer);

	if (err == 0) {
		store_close(writer);
		return connect(store, SQLITE_OPEN_READONLY, false, diag);
	}
	(void)diag_say(diag, -ESTALE,
		       "%s was written by an older gramme (schema %d, this one reads %d) "
		       "and cannot be brought up to date: %s",
		       store->path, version, STORE_SCHEMA_VERSION, why.text);
	return -ESTALE;
}

/* An older file stays as it is, so that the older gramme can still use it. */
static int read_older(struct store *store, int version, struct diag *diag)
{
	size_t count;
	const struct store_step *steps = store_steps(&count);
	int err = 0;

	for (size_t i = 0; err == 0 && i < count; i++) {
		if (steps[i].to <= version)
			continue;
		if (!steps[i].read_sql)
			return migrate_for_reading(store, version, diag);
		err = store_exec(store, steps[i].read_sql, diag);
	}
	return err;
}

static int open_readonly(struct store *store, struct diag *diag)
{
	struct header header = { 0 };
	int version = 0;
	int err;

	err = connect(store, SQLITE_OPEN_READONLY, false, diag);
	if (err == 0)
		err = read_header(store, &header, diag);
	if (err == 0)
		err = check_header(store, &header, diag);
	if (err < 0)
		return err;
	if (header.size == 0 || big_endian(header.bytes + 68) != STORE_APPLICATION_ID)
		return no_ledger(store->path, diag);
	err = version_of_readonly(store, &version, diag);
	if (err == 0 && version > STORE_SCHEMA_VERSION)
		return too_new(store, version, diag);
	if (err == 0 && version < STORE_SCHEMA_VERSION)
		err = read_older(store, version, diag);
	return err;
}

/* What the path says before SQLite sees it. */
static int prepare_path(const char *path, enum store_mode mode, struct diag *diag)
{
	int err;

	if (strcmp(path, IN_MEMORY) == 0)
		return 0;
	err = check_path(path, diag);
	if (err < 0)
		return err;
	if (mode == STORE_READ)
		return access(path, F_OK) < 0 ? no_ledger(path, diag) : 0;
	err = make_folders(path, diag);
	return err < 0 ? err : check_folder(path, diag);
}

int store_open(const char *path, enum store_mode mode, struct diag *diag,
	       struct store **ret)
{
	struct store *store;
	int err = prepare_path(path, mode, diag);

	if (err < 0)
		return err;
	store = calloc(1, sizeof *store);
	if (!store)
		return -ENOMEM;
	store->pid = getpid();
	store->path = strdup(path);
	if (!store->path)
		err = -ENOMEM;
	else
		err = mode == STORE_WRITE ? open_writable(store, diag)
					  : open_readonly(store, diag);
	if (err < 0) {
		store_close(store);
		return err;
	}
	*ret = store;
	return 0;
}
