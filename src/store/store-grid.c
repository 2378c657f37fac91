/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  carbon intensity as it was fetched.
 * Gives:  them again, years later; one time has one number.
 * Needs:  an open store.
 * Limits: a series is kept whole or not at all; a number that is none never gets in.
 *
 * Steps in the ledger never overlap: what a new one replaces is cut when it is written, so that
 * reading is one pass over the primary key. A series of another basis is another series.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "store/store-internal.h"

/* A point as it is kept: with its own time of fetching. */
struct step {
	struct intensity_point point;
	int64_t fetched_unix_s;
};

#define STEP_COLUMNS                                                                     \
	"point.from_unix_s, point.to_unix_s, point.gpkwh, point.estimated, "             \
	"point.forecast, point.fetched_unix_s"

static int take_step(sqlite3_stmt *stmt, int first, struct step *ret)
{
	struct intensity_point *point = &ret->point;

	point->from_unix_s = sqlite3_column_int64(stmt, first);
	point->to_unix_s = sqlite3_column_int64(stmt, first + 1);
	point->gpkwh = sqlite3_column_double(stmt, first + 2);
	point->estimated = sqlite3_column_int(stmt, first + 3) != 0;
	point->forecast = sqlite3_column_int(stmt, first + 4) != 0;
	ret->fetched_unix_s = sqlite3_column_int64(stmt, first + 5);
	return isfinite(point->gpkwh) ? 0 : -EPROTO;
}

/* --- writing --- */

static int check_series(const struct intensity_series *series, struct diag *diag)
{
	int64_t last = INT64_MIN;

	if (!isfinite(series->error_ratio) || series->error_ratio < 0)
		return diag_say(diag, -EINVAL, "what %s errs by is not a number",
				series->provider);
	for (size_t i = 0; i < series->count; i++) {
		const struct intensity_point *point = &series->points[i];

		if (!isfinite(point->gpkwh) || point->from_unix_s < last ||
		    point->to_unix_s <= point->from_unix_s)
			return diag_say(diag, -EINVAL,
					"step %zu of the intensity of %s by %s is not a "
					"number, not a time or not in order",
					i, series->zone, series->provider);
		last = point->to_unix_s;
	}
	return 0;
}

struct put {
	struct store *store;
	struct diag *diag;
	int64_t series;
	sqlite3_stmt *touching;
	sqlite3_stmt *insert;
	sqlite3_stmt *remove;
	struct store_grow old; /* struct step: what the point to be put overlaps */
};

static void put_done(struct put *put)
{
	(void)sqlite3_finalize(put->touching);
	(void)sqlite3_finalize(put->insert);
	(void)sqlite3_finalize(put->remove);
	free(put->old.items);
}

static int series_key(struct store *store, const struct intensity_series *series,
		      struct diag *diag, int64_t *ret)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(store,
				"INSERT INTO intensity_series "
				"(provider, zone, signal, basis, error_ratio) "
				"VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
				"error_ratio = excluded.error_ratio RETURNING key",
				diag, &stmt);

	if (err < 0)
		return err;
	store_bind_text(stmt, 1, series->provider);
	store_bind_text(stmt, 2, series->zone);
	store_bind_text(stmt, 3, signal_text(series->signal));
	store_bind_text(stmt, 4, series->basis);
	(void)sqlite3_bind_double(stmt, 5, series->error_ratio);
	err = store_next(store, stmt, diag);
	if (err <= 0)
		return err < 0 ? err : -EIO;
	*ret = sqlite3_column_int64(stmt, 0);
	return 0;
}

static int put_open(struct put *put)
{
	int err = store_prepare(put->store,
				"SELECT " STEP_COLUMNS " FROM intensity_point AS point "
				"WHERE point.series = ?1 AND " STORE_TOUCHES(
					"?1", "?2", "?3") " ORDER BY point.from_unix_s",
				put->diag, &put->touching);

	if (err == 0)
		err = store_prepare(put->store,
				    "REPLACE INTO intensity_point (series, from_unix_s, "
				    "to_unix_s, gpkwh, estimated, forecast, "
				    "fetched_unix_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
				    put->diag, &put->insert);
	if (err == 0)
		err = store_prepare(put->store,
				    "DELETE FROM intensity_point "
				    "WHERE series = ?1 AND from_unix_s = ?2",
				    put->diag, &put->remove);
	return err;
}

static int find_old(struct put *put, const struct intensity_point *point)
{
	int err;

	put->old.size = sizeof(struct step);
	put->old.count = 0;
	(void)sqlite3_bind_int64(put->touching, 1, put->series);
	(void)sqlite3_bind_int64(put->touching, 2, point->from_unix_s);
	(void)sqlite3_bind_int64(put->touching, 3, point->to_unix_s);
	while ((err = store_next(put->store, put->touching, put->diag)) > 0) {
		void *step = store_grow(&put->old);

		err = step ? take_step(put->touching, 0, step) : -ENOMEM;
		if (err < 0) {
			err = store_not_understood(put->store, err, put->diag);
			break;
		}
		put->old.count++;
	}
	(void)sqlite3_reset(put->touching);
	return err;
}

/* The part of a step from..to; nothing where that is empty. */
static int insert_part(struct put *put, const struct step *step, int64_t from_unix_s,
		       int64_t to_unix_s)
{
	if (from_unix_s >= to_unix_s)
		return 0;
	(void)sqlite3_bind_int64(put->insert, 1, put->series);
	(void)sqlite3_bind_int64(put->insert, 2, from_unix_s);
	(void)sqlite3_bind_int64(put->insert, 3, to_unix_s);
	(void)sqlite3_bind_double(put->insert, 4, step->point.gpkwh);
	(void)sqlite3_bind_int(put->insert, 5, step->point.estimated);
	(void)sqlite3_bind_int(put->insert, 6, step->point.forecast);
	(void)sqlite3_bind_int64(put->insert, 7, step->fetched_unix_s);
	return store_run(put->store, put->insert, put->diag);
}

/* Takes new's time out of old, on both sides of which old stays. */
static int cut_old(struct put *put, const struct step *old, const struct step *new)
{
	int err = 0;

	if (old->point.from_unix_s >= new->point.from_unix_s) {
		(void)sqlite3_bind_int64(put->remove, 1, put->series);
		(void)sqlite3_bind_int64(put->remove, 2, old->point.from_unix_s);
		err = store_run(put->store, put->remove, put->diag);
	}
	if (err == 0)
		err = insert_part(put, old, old->point.from_unix_s,
				  new->point.from_unix_s);
	if (err == 0)
		err = insert_part(put, old, new->point.to_unix_s, old->point.to_unix_s);
	return err;
}

static int worth(const struct intensity_point *point)
{
	return point->forecast ? 0 : point->estimated ? 1 : 2;
}

static bool replaces(const struct step *new, const struct step *old)
{
	int by = worth(&new->point) - worth(&old->point);

	return by != 0 ? by > 0 : new->fetched_unix_s >= old->fetched_unix_s;
}

static int put_step(struct put *put, const struct step *new)
{
	int64_t from = new->point.from_unix_s; /* what is not written yet of new */
	int err = find_old(put, &new->point);

	for (size_t i = 0; err == 0 && i < put->old.count; i++) {
		struct step old;

		memcpy(&old, put->old.items + i * sizeof old, sizeof old);
		if (old.point.to_unix_s <= from)
			return store_not_understood(put->store, -EPROTO, put->diag);
		if (replaces(new, &old)) {
			err = cut_old(put, &old, new);
		} else {
			err = insert_part(put, new, from, old.point.from_unix_s);
			from = old.point.to_unix_s;
		}
	}
	return err < 0 ? err : insert_part(put, new, from, new->point.to_unix_s);
}

static int put_series(struct store *store, const struct intensity_series *series,
		      struct diag *diag)
{
	CLEANUP(put_done) struct put put = { .store = store, .diag = diag };
	int err;

	if (series->count == 0)
		return 0;
	err = series_key(store, series, diag, &put.series);
	if (err == 0)
		err = put_open(&put);
	for (size_t i = 0; err == 0 && i < series->count; i++) {
		const struct step step = { series->points[i], series->fetched_unix_s };

		err = put_step(&put, &step);
	}
	return err;
}

int store_intensity_put(struct store *store, const struct intensity_series *series,
			struct diag *diag)
{
	int err = check_series(series, diag);

	if (err == 0)
		err = store_enter(store, diag);
	return err < 0 ? err : store_leave(store, put_series(store, series, diag), diag);
}

/* --- reading --- */

struct get {
	struct store *store;
	struct diag *diag;
	const struct store_series *what;
	int64_t from_unix_s;
	int64_t to_unix_s;
	int64_t key; /* of the series found; 0: none has a step there */
	struct intensity_series series;
};

static void get_done(struct get *get)
{
	free(get->series.points);
}

/* Of several bases the one that was asked for last. */
static int find_series(struct get *get)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(
		get->store,
		"SELECT series.key, series.basis, series.error_ratio, "
		"(SELECT max(point.fetched_unix_s) FROM intensity_point AS point "
		"WHERE point.series = series.key AND " STORE_TOUCHES(
			"series.key", "?1",
			"?2") ") AS newest "
			      "FROM intensity_series AS series WHERE series.provider = ?3 "
			      "AND series.zone = ?4 AND series.signal = ?5 AND newest IS NOT NULL "
			      "ORDER BY newest DESC, series.key DESC LIMIT 1",
		get->diag, &stmt);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, get->from_unix_s);
	(void)sqlite3_bind_int64(stmt, 2, get->to_unix_s);
	store_bind_text(stmt, 3, get->what->provider);
	store_bind_text(stmt, 4, get->what->zone);
	store_bind_text(stmt, 5, signal_text(get->what->signal));
	err = store_next(get->store, stmt, get->diag);
	if (err <= 0)
		return err;
	get->key = sqlite3_column_int64(stmt, 0);
	store_take_text(stmt, 1, get->series.basis, sizeof get->series.basis);
	get->series.error_ratio = sqlite3_column_double(stmt, 2);
	if (!isfinite(get->series.error_ratio) || get->series.error_ratio < 0)
		return store_not_understood(get->store, -EPROTO, get->diag);
	return 0;
}

static int add_step(struct intensity_series *series, const struct step *step)
{
	int err = intensity_series_add(series, &step->point);

	if (err == 0 &&
	    (series->count == 1 || step->fetched_unix_s < series->fetched_unix_s))
		series->fetched_unix_s = step->fetched_unix_s;
	return err;
}

static int get_steps(struct get *get)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(get->store,
				"SELECT " STEP_COLUMNS " FROM intensity_point AS point "
				"WHERE point.series = ?1 AND " STORE_TOUCHES(
					"?1", "?2", "?3") " ORDER BY point.from_unix_s",
				get->diag, &stmt);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, get->key);
	(void)sqlite3_bind_int64(stmt, 2, get->from_unix_s);
	(void)sqlite3_bind_int64(stmt, 3, get->to_unix_s);
	while ((err = store_next(get->store, stmt, get->diag)) > 0) {
		struct step step;

		err = take_step(stmt, 0, &step);
		if (err == 0)
			err = add_step(&get->series, &step);
		if (err < 0)
			return store_not_understood(get->store, err, get->diag);
	}
	return err;
}

/* NOLINTNEXTLINE(readability-function-size): the contract's six parameters */
int store_intensity_get(struct store *store, const struct store_series *what,
			int64_t from_unix_s, int64_t to_unix_s, struct diag *diag,
			struct intensity_series *ret)
{
	CLEANUP(get_done) struct get get = { .store = store, .diag = diag, .what = what };
	int err;

	get.from_unix_s = from_unix_s;
	get.to_unix_s = to_unix_s;
	/* A run of less than a second still has a time. */
	if (to_unix_s <= from_unix_s && from_unix_s < INT64_MAX)
		get.to_unix_s = from_unix_s + 1;
	(void)copy_text(get.series.provider, sizeof get.series.provider, what->provider);
	(void)copy_text(get.series.zone, sizeof get.series.zone, what->zone);
	get.series.signal = what->signal;
	err = find_series(&get);
	if (err == 0 && get.key > 0)
		err = get_steps(&get);
	if (err < 0)
		return err;
	*ret = get.series;
	get.series.points = NULL;
	return 0;
}
