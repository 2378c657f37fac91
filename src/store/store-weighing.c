/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  what a run was said to weigh.
 * Gives:  every answer that was another one than the last, as it was given.
 * Needs:  an open store.
 * Limits: an amount that is no number is refused; one that is not known stays so.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "store/store-internal.h"

static bool is_amount(const struct quantity *quantity)
{
	return !quantity->known || (isfinite(quantity->value) &&
				    isfinite(quantity->low) && isfinite(quantity->high));
}

static int check_weighing(const struct weighing *weighing, struct diag *diag)
{
	if (is_amount(&weighing->facility_kwh) && is_amount(&weighing->carbon_kg) &&
	    is_amount(&weighing->intensity_gpkwh))
		return 0;
	return diag_say(diag, -EINVAL, "what the run weighs is not a number");
}

/* IS, and not =: two that are not known are the same. */
static void add_same(struct strbuf *sql, struct fields fields, size_t first)
{
	for (size_t i = 0; i < fields.count; i++)
		strbuf_printf(sql, "%slast.%s IS ?%zu", i ? " AND " : "",
			      fields.field[i].column, first + i);
}

static void insert_sql(struct strbuf *sql)
{
	const struct fields fields = fields_of_weighing();

	strbuf_add(sql, "INSERT INTO weighing (run, at_unix_ns");
	store_add_names(sql, fields);
	strbuf_add(sql, ") SELECT ?1, ?2");
	store_add_marks(sql, fields, 3);
	strbuf_add(sql,
		   " WHERE NOT EXISTS (SELECT 1 FROM (SELECT * FROM weighing WHERE "
		   "run = ?1 ORDER BY at_unix_ns DESC, key DESC LIMIT 1) AS last WHERE ");
	add_same(sql, fields, 3);
	strbuf_add(sql, ")");
}

static int add_weighing(struct store *store, int64_t run, const struct weighing *weighing,
			struct diag *diag)
{
	LENT lent = { .stmt = NULL };
	int err = store_lend_made(store, insert_sql, diag, &lent);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(lent.stmt, 1, run);
	(void)sqlite3_bind_int64(lent.stmt, 2, weighing->at_unix_ns);
	store_bind_fields(lent.stmt, 3, fields_of_weighing(), weighing);
	err = store_run(store, lent.stmt, diag);
	return err == -ENOENT ? store_no_run(store, run, diag) : err;
}

int store_weighing_add(struct store *store, int64_t run, const struct weighing *weighing,
		       struct diag *diag)
{
	int err = check_weighing(weighing, diag);

	if (err == 0)
		err = store_enter(store, diag);
	if (err < 0)
		return err;
	return store_leave(store, add_weighing(store, run, weighing, diag), diag);
}

static int prepare_weighings(struct store *store, struct diag *diag, sqlite3_stmt **ret)
{
	CLEANUP(strbuf_done) struct strbuf sql = STRBUF_INIT;

	strbuf_add(&sql, "SELECT at_unix_ns, ");
	store_add_columns(&sql, "weighing", fields_of_weighing());
	strbuf_add(&sql, " FROM weighing WHERE run = ?1 ORDER BY at_unix_ns, key");
	return sql.failed ? -ENOMEM : store_prepare(store, sql.text, diag, ret);
}

int store_weighings(struct store *store, int64_t run, struct diag *diag,
		    struct weighing **ret, size_t *ret_count)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	struct store_grow grow = { .size = sizeof(struct weighing) };
	int err = prepare_weighings(store, diag, &stmt);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, run);
	while ((err = store_next(store, stmt, diag)) > 0) {
		struct weighing *weighing = store_grow(&grow);

		err = weighing
			      ? store_take_fields(stmt, 1, fields_of_weighing(), weighing)
			      : -ENOMEM;
		if (err < 0) {
			err = store_not_understood(store, err, diag);
			break;
		}
		weighing->at_unix_ns = sqlite3_column_int64(stmt, 0);
		grow.count++;
	}
	if (err < 0) {
		free(grow.items);
		return err;
	}
	*ret = (struct weighing *)(void *)grow.items;
	*ret_count = grow.count;
	return 0;
}

static void last_sql(struct strbuf *sql)
{
	strbuf_add(sql, "SELECT at_unix_ns, ");
	store_add_columns(sql, "weighing", fields_of_weighing());
	strbuf_add(sql, " FROM weighing WHERE run = ?1 AND NOT EXISTS (SELECT 1 "
			"FROM intensity_series AS series JOIN intensity_point AS point "
			"ON point.series = series.key WHERE series.provider = ?2 "
			"AND series.zone = ?3 AND series.signal = ?4 "
			"AND point.fetched_unix_s > weighing.at_unix_ns / 1000000000 "
			"AND " STORE_TOUCHES(
				"series.key", "?5",
				"?6") ") "
				      "ORDER BY at_unix_ns DESC, key DESC LIMIT 1");
}

static int take_last(struct store *store, sqlite3_stmt *stmt, struct diag *diag,
		     struct weighing *ret)
{
	int err = store_next(store, stmt, diag);

	if (err == 0)
		return diag_say(diag, -ENOENT, "the run has no weighing that is of now");
	if (err < 0)
		return err;
	ret->at_unix_ns = sqlite3_column_int64(stmt, 0);
	err = store_take_fields(stmt, 1, fields_of_weighing(), ret);
	return err < 0 ? store_not_understood(store, err, diag) : 0;
}

int store_weighing_last(struct store *store, const struct store_weighed *what,
			struct diag *diag, struct weighing *ret)
{
	struct weighing weighing = { 0 };
	LENT lent = { .stmt = NULL };
	sqlite3_stmt *stmt;
	int err = store_lend_made(store, last_sql, diag, &lent);

	if (err < 0)
		return err;
	stmt = lent.stmt;
	(void)sqlite3_bind_int64(stmt, 1, what->run);
	store_bind_text(stmt, 2, what->series.provider);
	store_bind_text(stmt, 3, what->series.zone);
	store_bind_text(stmt, 4, signal_text(what->series.signal));
	(void)sqlite3_bind_int64(stmt, 5, what->from_unix_s);
	(void)sqlite3_bind_int64(stmt, 6, what->to_unix_s);
	err = take_last(store, stmt, diag, &weighing);
	if (err == 0)
		*ret = weighing;
	return err;
}
