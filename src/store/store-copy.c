/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads:  what one ledger keeps of the grid.
 * Gives:  the same in another, each step with the time it was fetched.
 * Needs:  two open stores, the second for writing.
 * Limits: a batch of steps with one time of fetching is in memory at once.
 */
#include <errno.h>

#include "store/store-internal.h"

struct copy {
	struct store *from;
	struct store *to;
	struct diag *diag;
	int64_t key; /* of the batch's series in `from` */
	struct intensity_series batch;
};

static void copy_done(struct copy *copy)
{
	intensity_series_done(&copy->batch);
}

static int put_batch(struct copy *copy)
{
	int err = 0;

	if (copy->batch.count > 0)
		err = store_intensity_put(copy->to, &copy->batch, copy->diag);
	copy->batch.count = 0;
	return err;
}

static int take_series(sqlite3_stmt *stmt, struct intensity_series *series)
{
	char signal[16];

	store_take_text(stmt, 1, series->provider, sizeof series->provider);
	store_take_text(stmt, 2, series->zone, sizeof series->zone);
	store_take_text(stmt, 3, series->basis, sizeof series->basis);
	store_take_text(stmt, 4, signal, sizeof signal);
	series->error_ratio = sqlite3_column_double(stmt, 5);
	series->fetched_unix_s = sqlite3_column_int64(stmt, 6);
	return signal_of_text(signal, &series->signal);
}

static int copy_step(struct copy *copy, sqlite3_stmt *stmt)
{
	const struct intensity_point point = {
		.from_unix_s = sqlite3_column_int64(stmt, 7),
		.to_unix_s = sqlite3_column_int64(stmt, 8),
		.gpkwh = sqlite3_column_double(stmt, 9),
		.estimated = sqlite3_column_int(stmt, 10) != 0,
		.forecast = sqlite3_column_int(stmt, 11) != 0,
	};
	int64_t key = sqlite3_column_int64(stmt, 0);
	int64_t fetched_unix_s = sqlite3_column_int64(stmt, 6);
	int err = 0;

	if (key != copy->key || fetched_unix_s != copy->batch.fetched_unix_s) {
		err = put_batch(copy);
		if (err < 0)
			return err;
		copy->key = key;
		err = take_series(stmt, &copy->batch);
	}
	if (err == 0)
		err = intensity_series_add(&copy->batch, &point);
	return err < 0 ? store_not_understood(copy->from, err, copy->diag) : 0;
}

static int copy_intensity(struct copy *copy, int64_t since_unix_s)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(
		copy->from,
		"SELECT series.key, series.provider, series.zone, series.basis, "
		"series.signal, series.error_ratio, point.fetched_unix_s, "
		"point.from_unix_s, point.to_unix_s, point.gpkwh, point.estimated, "
		"point.forecast FROM intensity_series AS series "
		"JOIN intensity_point AS point ON point.series = series.key "
		"WHERE point.to_unix_s > ?1 ORDER BY series.key, point.fetched_unix_s, "
		"point.from_unix_s",
		copy->diag, &stmt);

	if (err < 0)
		return err;
	(void)sqlite3_bind_int64(stmt, 1, since_unix_s);
	while ((err = store_next(copy->from, stmt, copy->diag)) > 0) {
		err = copy_step(copy, stmt);
		if (err < 0)
			return err;
	}
	return err < 0 ? err : put_batch(copy);
}

static int copy_places(struct copy *copy)
{
	AUTO_STMT sqlite3_stmt *stmt = NULL;
	int err = store_prepare(copy->from, "SELECT host FROM place", copy->diag, &stmt);

	if (err < 0)
		return err;
	while ((err = store_next(copy->from, stmt, copy->diag)) > 0) {
		const char *host = (const char *)sqlite3_column_text(stmt, 0);
		struct place place;
		int64_t fetched_unix_s;

		if (!host)
			return -ENOMEM;
		err = store_place_get(copy->from, host, copy->diag, &place,
				      &fetched_unix_s);
		if (err == 0)
			err = store_place_put(copy->to, host, &place, fetched_unix_s,
					      copy->diag);
		if (err < 0)
			return err;
	}
	return err;
}

int store_grid_copy(struct store *from, struct store *to, int64_t since_unix_s,
		    struct diag *diag)
{
	CLEANUP(copy_done) struct copy copy = { .from = from, .to = to, .diag = diag };
	int err = copy_intensity(&copy, since_unix_s);

	return err < 0 ? err : copy_places(&copy);
}
