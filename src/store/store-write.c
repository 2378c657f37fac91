/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  rows and lists of model/, of a run that is there.
 * Gives:  rows of the ledger; each call is all written or not at all.
 * Needs:  a store opened for writing.
 * Limits: every write waits at most STORE_BUSY_MS for another process's.
 */
#include <errno.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/block.h"
#include "store/store-internal.h"

/* --- everything of a run. `write` binds and runs one statement. --- */

/* Prepares, binds the run as ?1, lets the caller bind the rest. */
struct write {
	struct store *store;
	int64_t run;
	struct diag *diag;
	struct store_lent lent;
	sqlite3_stmt *stmt; /* the one that was lent */
};

static void write_done(struct write *write)
{
	store_give_back(&write->lent);
}

static int write_begin(struct write *write, int err)
{
	if (err < 0)
		return err;
	write->stmt = write->lent.stmt;
	(void)sqlite3_bind_int64(write->stmt, 1, write->run);
	return 0;
}

static int write_open(struct write *write, const char *sql)
{
	int err = store_may_write(write->store, write->diag);

	if (err == 0)
		err = store_lend(write->store, sql, write->diag, &write->lent);
	return write_begin(write, err);
}

static int write_open_made(struct write *write, store_sql_maker *make)
{
	int err = store_may_write(write->store, write->diag);

	if (err == 0)
		err = store_lend_made(write->store, make, write->diag, &write->lent);
	return write_begin(write, err);
}

static int write_run(struct write *write)
{
	int err = store_run(write->store, write->stmt, write->diag);

	return err == -ENOENT ? store_no_run(write->store, write->run, write->diag) : err;
}

/* One statement, in a transaction of its own. */
static int write_once(struct write *write)
{
	int err = store_enter(write->store, write->diag);

	return err < 0 ? err : store_leave(write->store, write_run(write), write->diag);
}

#define WRITE CLEANUP(write_done) struct write

static void domain_sql(struct strbuf *sql)
{
	const struct fields fields = fields_of_domain();

	strbuf_add(sql, "INSERT INTO domain (run, number");
	store_add_names(sql, fields);
	strbuf_add(sql, ") VALUES (?1, ?2");
	store_add_marks(sql, fields, 3);
	strbuf_add(sql, ") ON CONFLICT DO UPDATE SET ");
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, "%s%s = excluded.%s", i ? ", " : "",
			      fields.field[i].column, fields.field[i].column);
	/* The list is put at every flush and hardly ever changes: write no page then. */
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, "%s%s IS NOT excluded.%s", i ? " OR " : " WHERE ",
			      fields.field[i].column, fields.field[i].column);
}

static int cut_domains(struct store *store, int64_t run, size_t count, struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err =
		write_open(&write, "DELETE FROM domain WHERE run = ?1 AND number >= ?2");

	if (err < 0)
		return err;
	store_bind_u64(write.stmt, 2, count);
	return write_run(&write);
}

static int put_domains(struct store *store, int64_t run, const struct run_domain *domains,
		       size_t count, struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open_made(&write, domain_sql);

	for (size_t i = 0; err == 0 && i < count; i++) {
		store_bind_u64(write.stmt, 2, i);
		store_bind_fields(write.stmt, 3, fields_of_domain(), &domains[i]);
		err = write_run(&write);
	}
	return err < 0 ? err : cut_domains(store, run, count, diag);
}

static bool domains_are_put(const struct store *store, int64_t run,
			    const struct run_domain *domains, size_t count)
{
	return run > 0 && store->domains_run == run && store->domain_count == count &&
	       (count == 0 ||
		memcmp(store->domains, domains, count * sizeof *domains) == 0);
}

/* Without memory for it the list is only written again. */
static void remember_domains(struct store *store, int64_t run,
			     const struct run_domain *domains, size_t count)
{
	struct run_domain *copy;

	store->domains_run = 0;
	copy = reallocarray(store->domains, count + 1, sizeof *copy);
	if (!copy)
		return;
	if (count > 0)
		memcpy(copy, domains, count * sizeof *copy);
	store->domains = copy;
	store->domain_count = count;
	store->domains_run = run;
}

int store_domains_put(struct store *store, int64_t run, const struct run_domain *domains,
		      size_t count, struct diag *diag)
{
	int err;

	if (count > DOMAINS_MAX)
		return diag_say(diag, -EINVAL, "a run has at most %d domains",
				DOMAINS_MAX);
	err = store_enter(store, diag);
	if (err < 0)
		return err;
	if (!domains_are_put(store, run, domains, count))
		err = put_domains(store, run, domains, count, diag);
	err = store_leave(store, err, diag);
	if (err == 0)
		remember_domains(store, run, domains, count);
	return err;
}

/*
 * A block that grows where it lies leaves half of its pages empty. Once it is full it is
 * taken away and put behind the others, where nothing grows any more.
 */
static const char *block_sql(bool full)
{
	return full ? "REPLACE INTO block (run, number, samples, packed) "
		      "VALUES (?1, ?2, ?3, ?4)"
		    : "INSERT INTO block (run, number, samples, packed) "
		      "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
		      "samples = excluded.samples, packed = excluded.packed";
}

int store_block_put(struct store *store, int64_t run, const struct store_block *block,
		    struct diag *diag)
{
	AUTO_FREE uint8_t *bytes = NULL;
	WRITE write = { .store = store, .run = run, .diag = diag };
	size_t size = 0;
	int err = block_encode(block->rows, block->count, &bytes, &size);

	if (err < 0)
		return diag_fail(diag, err, "cannot pack %zu rows for the ledger",
				 block->count);
	err = write_open(&write, block_sql(block->count == STORE_BLOCK_ROWS));
	if (err < 0)
		return err;
	store_bind_u64(write.stmt, 2, block->number);
	store_bind_u64(write.stmt, 3, block->count);
	(void)sqlite3_bind_blob64(write.stmt, 4, bytes, size, SQLITE_STATIC);
	return write_once(&write);
}

int store_gap_add(struct store *store, int64_t run, const struct gap *gap,
		  struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO gap (run, domain, from_ns, to_ns, why) "
				     "VALUES (?1, ?2, ?3, ?4, ?5)");

	if (err < 0)
		return err;
	store_bind_u64(write.stmt, 2, gap->domain);
	(void)sqlite3_bind_int64(write.stmt, 3, gap->from_ns);
	(void)sqlite3_bind_int64(write.stmt, 4, gap->to_ns);
	store_bind_text(write.stmt, 5, field_gap_words.text((unsigned)gap->why));
	return write_once(&write);
}

int store_mark_add(struct store *store, int64_t run, const struct run_mark *mark,
		   struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write,
			     "INSERT INTO mark (run, t_ns, name) VALUES (?1, ?2, ?3)");

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(write.stmt, 2, mark->t_ns);
	store_bind_text(write.stmt, 3, mark->name);
	return write_once(&write);
}

int store_metric_add(struct store *store, int64_t run, const struct run_metric *metric,
		     struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO metric (run, t_ns, name, value) "
				     "VALUES (?1, ?2, ?3, ?4)");

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(write.stmt, 2, metric->t_ns);
	store_bind_text(write.stmt, 3, metric->name);
	/* SQLite keeps what is no number as NULL: a loss that diverged reads so again. */
	(void)sqlite3_bind_double(write.stmt, 4, metric->value);
	return write_once(&write);
}

int store_warning_add(struct store *store, int64_t run, const struct run_warning *warning,
		      struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO warning (run, code, text) "
				     "VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, warning->code);
	store_bind_text(write.stmt, 3, warning->text);
	return write_once(&write);
}

int store_tag_put(struct store *store, int64_t run, const struct run_tag *tag,
		  struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err =
		write_open(&write,
			   tag->value[0] == '\0'
				   ? "DELETE FROM tag WHERE run = ?1 AND name = ?2"
				   : "INSERT INTO tag (run, name, value) "
				     "VALUES (?1, ?2, ?3) "
				     "ON CONFLICT DO UPDATE SET value = excluded.value");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, tag->key);
	if (tag->value[0] != '\0')
		store_bind_text(write.stmt, 3, tag->value);
	return write_once(&write);
}

int store_inventory_put(struct store *store, int64_t run, const char *hardware_json,
			const char *software_json, struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write,
			     "INSERT INTO inventory (run, hardware_json, software_json) "
			     "VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
			     "hardware_json = excluded.hardware_json, "
			     "software_json = excluded.software_json");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, hardware_json);
	store_bind_text(write.stmt, 3, software_json);
	return write_once(&write);
}

int store_inside_put(struct store *store, int64_t run, const char *inside,
		     struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "REPLACE INTO nested (run, inside) VALUES (?1, ?2)");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, inside);
	return write_once(&write);
}

int store_work_add(struct store *store, int64_t run, const struct run_work *work,
		   struct diag *diag)
{
	WRITE write = { .store = store, .run = run, .diag = diag };
	int err = write_open(&write, "INSERT INTO work (run, unit, amount, count) "
				     "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
				     "amount = amount + excluded.amount, "
				     "count = count + excluded.count");

	if (err < 0)
		return err;
	store_bind_text(write.stmt, 2, work->unit);
	(void)sqlite3_bind_double(write.stmt, 3, work->amount);
	store_bind_u64(write.stmt, 4, work->count);
	return write_once(&write);
}
