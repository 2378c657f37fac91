/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

/* While the run goes on the next flush writes what a busy file did not take: sensors that are
 * read ten times a second must not wait for it until that makes a gap. */
#define PATIENCE_MS     500
#define PATIENCE_END_MS 2000

/* A counter that jumps at every tick of a week would fill the ledger with its gaps. */
#define GAPS_LISTED 10000

/* Of marks, and of metrics, that wait for the next flush. */
#define WAITING_MAX 1024

struct recorder {
	struct store *store;
	char db[512];
	bool in_memory;
	bool ending;
	int64_t file_key; /* of the run in the file; 0: it is not there */
	uint64_t gap_count;
	struct diag diag; /* why the file could not be used; the first reason stays */
	struct run_info *info;
	uint32_t block;
	size_t row_count;
	uint64_t written_before; /* by stores that were closed */
	struct run_mark marks[WAITING_MAX];
	size_t mark_count;
	struct run_metric metrics[WAITING_MAX];
	size_t metric_count;
	struct run_work works[RECORDER_UNITS_MAX]; /* since the last flush */
	size_t work_count;
	struct sample rows[STORE_BLOCK_ROWS];
};

static void open_memory(struct recorder *recorder)
{
	struct diag ignored = { 0 };

	recorder->in_memory = true;
	recorder->store = NULL;
	if (store_open(":memory:", STORE_WRITE, &ignored, &recorder->store) < 0)
		recorder->store = NULL;
}

/* Without memory there may be no sentence; silence would read as success. */
static void say_something(struct recorder *recorder, int err)
{
	if (recorder->diag.text[0] == '\0')
		(void)diag_fail(&recorder->diag, err, "cannot write the ledger %s",
				recorder->db);
}

int recorder_new(const char *db, struct recorder **ret)
{
	struct recorder *recorder = calloc(1, sizeof *recorder);

	if (!recorder)
		return -ENOMEM;
	(void)copy_text(recorder->db, sizeof recorder->db, db);
	if (*db == '\0') {
		(void)diag_say(
			&recorder->diag, -ENOENT,
			"there is no place for the ledger: neither GRAMME_DB nor HOME "
			"is set");
		diag_fix(&recorder->diag, "export GRAMME_DB=/some/where/gramme.db");
		open_memory(recorder);
	} else {
		int r = store_open(db, STORE_WRITE, &recorder->diag, &recorder->store);

		if (r < 0) {
			say_something(recorder, r);
			open_memory(recorder);
		} else {
			store_patience(recorder->store, PATIENCE_MS);
		}
	}
	*ret = recorder;
	return 0;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	store_close(recorder->store);
	free(recorder);
}

struct copying {
	struct store *to;
	int64_t run;
	uint32_t block;
	size_t row_count;
	struct diag *diag;
	struct sample rows[STORE_BLOCK_ROWS];
};

static int copy_block(struct copying *copying)
{
	int r = store_block_put(copying->to, copying->run,
				&(struct store_block){ copying->block, copying->rows,
						       copying->row_count },
				copying->diag);

	copying->block++;
	copying->row_count = 0;
	return r;
}

static int copy_row(void *ctx, const struct sample *row)
{
	struct copying *copying = ctx;

	copying->rows[copying->row_count++] = *row;
	return copying->row_count == STORE_BLOCK_ROWS ? copy_block(copying) : 0;
}

static int copy_lists(struct store *to, int64_t run, const struct run_record *record,
		      struct diag *diag)
{
	int r = store_domains_put(to, run, record->domains, record->domain_count, diag);

	for (size_t i = 0; r == 0 && i < record->gap_count; i++)
		r = store_gap_add(to, run, &record->gaps[i], diag);
	for (size_t i = 0; r == 0 && i < record->mark_count; i++)
		r = store_mark_add(to, run, &record->marks[i], diag);
	for (size_t i = 0; r == 0 && i < record->metric_count; i++)
		r = store_metric_add(to, run, &record->metrics[i], diag);
	for (size_t i = 0; r == 0 && i < record->warning_count; i++)
		r = store_warning_add(to, run, &record->warnings[i], diag);
	for (size_t i = 0; r == 0 && i < record->tag_count; i++)
		r = store_tag_put(to, run, &record->tags[i], diag);
	for (size_t i = 0; r == 0 && i < record->work_count; i++)
		r = store_work_add(to, run, &record->works[i], diag);
	if (r == 0 && record->info.inside[0] != '\0')
		r = store_inside_put(to, run, record->info.inside, diag);
	if (r == 0 && (record->hardware_json || record->software_json))
		r = store_inventory_put(to, run, record->hardware_json,
					record->software_json, diag);
	return r;
}

static int copy_weighings(const struct copying *copying, struct store *from,
			  int64_t from_run)
{
	AUTO_FREE struct weighing *weighings = NULL;
	size_t count = 0;
	int r = store_weighings(from, from_run, copying->diag, &weighings, &count);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = store_weighing_add(copying->to, copying->run, &weighings[i],
				       copying->diag);
	return r;
}

/* Everything of one run from a store to another, as the run info->key there. */
static int copy_run(struct store *from, int64_t from_run, struct store *to,
		    const struct run_info *info, struct diag *diag)
{
	CLEANUP(run_record_done) struct run_record record;
	AUTO_FREE struct copying *copying = calloc(1, sizeof *copying);
	int r;

	memset(&record, 0, sizeof record);
	if (!copying)
		return -ENOMEM;
	r = store_load(from, from_run, diag, &record);
	if (r == 0)
		r = copy_lists(to, info->key, &record, diag);
	copying->to = to;
	copying->run = info->key;
	copying->diag = diag;
	if (r == 0)
		r = store_rows(from, from_run, copy_row, copying, diag);
	if (r == 0 && copying->row_count > 0)
		r = copy_block(copying);
	if (r == 0)
		r = copy_weighings(copying, from, from_run);
	if (r == 0)
		r = store_run_update(to, info, diag);
	return r;
}

/* The file failed: take what it has of the run into memory, with what weighs it, and go on
 * there. */
static void fall_back(struct recorder *recorder)
{
	struct store *file = recorder->store;
	int64_t file_run = recorder->info->key;
	struct diag ignored = { 0 };

	store_rollback(file);
	open_memory(recorder);
	if (recorder->store &&
	    store_run_insert(recorder->store, recorder->info, &ignored) == 0 &&
	    file_run > 0)
		(void)!copy_run(file, file_run, recorder->store, recorder->info,
				&ignored);
	if (recorder->store)
		(void)!store_grid_copy(file, recorder->store,
				       recorder->info->started_unix_ns / NS_PER_S,
				       &ignored);
	recorder->written_before += store_written_bytes(file);
	store_close(file);
}

/* Takes note of a failed write. Busy is one, too, where nobody would write it again. */
static void check(struct recorder *recorder, int r, const struct diag *diag)
{
	if (r >= 0 || recorder->in_memory)
		return;
	recorder->diag = *diag;
	say_something(recorder, r);
	fall_back(recorder);
}

void recorder_begin(struct recorder *recorder, struct run_info *info,
		    const struct run_tag *tags, size_t tag_count)
{
	struct diag diag = { 0 };
	int r;

	recorder->info = info;
	if (!recorder->store)
		return;
	r = store_run_insert(recorder->store, info, &diag);
	if (r < 0 && !recorder->in_memory) {
		info->key = 0;
		recorder->diag = diag;
		say_something(recorder, r);
		fall_back(recorder);
	}
	if (!recorder->in_memory)
		recorder->file_key = info->key;
	for (size_t i = 0; i < tag_count && recorder->store; i++)
		check(recorder,
		      store_tag_put(recorder->store, info->key, &tags[i], &diag), &diag);
}

void recorder_forget(struct recorder *recorder)
{
	struct diag ignored = { 0 };

	if (recorder->store && recorder->info && recorder->info->key > 0)
		(void)!store_run_remove(recorder->store, recorder->info->key, &ignored);
}

static int put_rows(struct recorder *recorder, struct diag *diag)
{
	return store_block_put(recorder->store, recorder->info->key,
			       &(struct store_block){ recorder->block, recorder->rows,
						      recorder->row_count },
			       diag);
}

/* The rows are not kept here any longer: they go to memory when the file will not have them. */
static void put_block(struct recorder *recorder)
{
	struct diag diag = { 0 };
	int r;

	if (recorder->row_count == 0 || !recorder->store)
		return;
	r = put_rows(recorder, &diag);
	check(recorder, r, &diag);
	if (r < 0 && recorder->store)
		(void)!put_rows(recorder, &diag);
}

void recorder_row(struct recorder *recorder, const struct sample *row)
{
	if (recorder->row_count == STORE_BLOCK_ROWS) {
		put_block(recorder);
		recorder->block++;
		recorder->row_count = 0;
	}
	recorder->rows[recorder->row_count++] = *row;
}

/* The small lists share one shape: write, and fall back to memory when that fails. */
#define RECORDER_ADD(name, type)                                                         \
	static void put_##name(struct recorder *recorder, const struct type *what)       \
	{                                                                                \
		struct diag diag = { 0 };                                                \
		int r;                                                                   \
                                                                                         \
		if (!recorder->store)                                                    \
			return;                                                          \
		r = store_##name##_add(recorder->store, recorder->info->key, what,       \
				       &diag);                                           \
		check(recorder, r, &diag);                                               \
		if (r < 0 && recorder->store)                                            \
			(void)!store_##name##_add(recorder->store, recorder->info->key,  \
						  what, &diag);                          \
	}

RECORDER_ADD(gap, gap)
RECORDER_ADD(warning, run_warning)

void recorder_gap(struct recorder *recorder, const struct gap *gap)
{
	struct run_warning warning = { .code = "many-gaps" };

	if (recorder->gap_count++ < GAPS_LISTED) {
		put_gap(recorder, gap);
		return;
	}
	if (recorder->gap_count > GAPS_LISTED + 1)
		return;
	(void)snprintf(warning.text, sizeof warning.text,
		       "only the first %d gaps are listed; the coverage knows them all",
		       GAPS_LISTED);
	put_warning(recorder, &warning);
}

static int put_waiting(struct recorder *recorder, struct diag *diag)
{
	struct store *store = recorder->store;
	int64_t run = recorder->info->key;
	int r = 0;

	for (size_t i = 0; r == 0 && i < recorder->mark_count; i++)
		r = store_mark_add(store, run, &recorder->marks[i], diag);
	for (size_t i = 0; r == 0 && i < recorder->metric_count; i++)
		r = store_metric_add(store, run, &recorder->metrics[i], diag);
	for (size_t i = 0; r == 0 && i < recorder->work_count; i++)
		if (recorder->works[i].count > 0)
			r = store_work_add(store, run, &recorder->works[i], diag);
	return r;
}

static int put_waiting_whole(struct recorder *recorder, struct diag *diag)
{
	int r = store_begin(recorder->store, diag);

	if (r < 0)
		return r;
	r = put_waiting(recorder, diag);
	if (r == 0)
		r = store_commit(recorder->store, diag);
	if (r < 0)
		store_rollback(recorder->store);
	return r;
}

static void forget_waiting(struct recorder *recorder)
{
	recorder->mark_count = 0;
	recorder->metric_count = 0;
	for (size_t i = 0; i < recorder->work_count; i++) {
		recorder->works[i].amount = 0;
		recorder->works[i].count = 0;
	}
}

/* There is no room for more: they go to memory when the file will not have them. */
static void make_room(struct recorder *recorder)
{
	struct diag diag = { 0 };
	int r = 0;

	if (recorder->store)
		r = put_waiting_whole(recorder, &diag);
	check(recorder, r, &diag);
	if (r < 0 && recorder->store)
		(void)!put_waiting_whole(recorder, &diag);
	forget_waiting(recorder);
}

void recorder_mark(struct recorder *recorder, const struct run_mark *mark)
{
	if (recorder->mark_count == WAITING_MAX)
		make_room(recorder);
	recorder->marks[recorder->mark_count++] = *mark;
}

void recorder_metric(struct recorder *recorder, const struct run_metric *metric)
{
	if (recorder->metric_count == WAITING_MAX)
		make_room(recorder);
	recorder->metrics[recorder->metric_count++] = *metric;
}

bool recorder_work(struct recorder *recorder, const struct run_work *work)
{
	size_t i = 0;

	while (i < recorder->work_count &&
	       strcmp(recorder->works[i].unit, work->unit) != 0)
		i++;
	if (i == RECORDER_UNITS_MAX)
		return false;
	if (i == recorder->work_count) {
		recorder->works[i] = (struct run_work){ .count = 0 };
		(void)copy_text(recorder->works[i].unit, sizeof work->unit, work->unit);
		recorder->work_count++;
	}
	recorder->works[i].amount += work->amount;
	recorder->works[i].count += work->count;
	return true;
}

void recorder_tag(struct recorder *recorder, const struct run_tag *tag)
{
	struct diag diag = { 0 };

	if (recorder->store)
		check(recorder,
		      store_tag_put(recorder->store, recorder->info->key, tag, &diag),
		      &diag);
}

void recorder_inside(struct recorder *recorder)
{
	struct diag diag = { 0 };

	if (recorder->store)
		check(recorder,
		      store_inside_put(recorder->store, recorder->info->key,
				       recorder->info->inside, &diag),
		      &diag);
}

void recorder_warning(struct recorder *recorder, const struct run_warning *warning)
{
	put_warning(recorder, warning);
}

void recorder_inventory(struct recorder *recorder, const char *hardware_json,
			const char *software_json)
{
	struct diag diag = { 0 };

	if (recorder->store)
		check(recorder,
		      store_inventory_put(recorder->store, recorder->info->key,
					  hardware_json, software_json, &diag),
		      &diag);
}

/* Of what is refused for what it says nothing is wrong with the file. */
#define RECORDER_TRY(recorder, call)                                                     \
	do {                                                                             \
		struct diag diag = { 0 };                                                \
		int r = (recorder)->store ? (call) : 0;                                  \
                                                                                         \
		if (r < 0 && r != -EINVAL) {                                             \
			check(recorder, r, &diag);                                       \
			if ((recorder)->store)                                           \
				(void)!(call);                                           \
		}                                                                        \
	} while (0)

void recorder_intensity(struct recorder *recorder, const struct intensity_series *series)
{
	RECORDER_TRY(recorder, store_intensity_put(recorder->store, series, &diag));
}

void recorder_place(struct recorder *recorder, const char *host,
		    const struct place *place, int64_t fetched_unix_s)
{
	RECORDER_TRY(recorder, store_place_put(recorder->store, host, place,
					       fetched_unix_s, &diag));
}

void recorder_weighing(struct recorder *recorder, const struct weighing *weighing)
{
	RECORDER_TRY(recorder, store_weighing_add(recorder->store, recorder->info->key,
						  weighing, &diag));
}

static int flush_once(struct recorder *recorder, const struct run_domain *domains,
		      size_t domain_count, struct diag *diag)
{
	struct store *store = recorder->store;
	int64_t run = recorder->info->key;
	int r = store_begin(store, diag);

	if (r < 0)
		return r;
	r = store_domains_put(store, run, domains, domain_count, diag);
	if (r == 0 && recorder->row_count > 0)
		r = put_rows(recorder, diag);
	if (r == 0)
		r = put_waiting(recorder, diag);
	if (r == 0)
		r = store_run_update(store, recorder->info, diag);
	if (r == 0)
		r = store_commit(store, diag);
	if (r < 0)
		store_rollback(store);
	else
		forget_waiting(recorder);
	return r;
}

void recorder_flush(struct recorder *recorder, const struct run_domain *domains,
		    size_t domain_count)
{
	struct diag diag = { 0 };
	bool was_in_memory = recorder->in_memory;
	int r;

	if (!recorder->store)
		return;
	r = flush_once(recorder, domains, domain_count, &diag);
	if (r == -EBUSY && !recorder->ending)
		return;
	check(recorder, r, &diag);
	if (r < 0 && !was_in_memory && recorder->in_memory && recorder->store)
		(void)!flush_once(recorder, domains, domain_count, &diag);
}

void recorder_ending(struct recorder *recorder)
{
	recorder->ending = true;
	if (recorder->store)
		store_patience(recorder->store, PATIENCE_END_MS);
}

/* A run that was in memory goes to the file after all, whole, in one transaction. */
static int write_back(struct recorder *recorder, struct store *file, int64_t *ret_key,
		      struct diag *diag)
{
	struct run_info info = *recorder->info;
	int64_t old;
	int r = store_begin(file, diag);

	if (r == 0 && recorder->file_key > 0 &&
	    store_find(file, info.id, diag, &old) == 0 && old == recorder->file_key)
		r = store_run_remove(file, old, diag);
	if (r == 0)
		r = store_run_insert(file, &info, diag);
	if (r == 0)
		r = copy_run(recorder->store, recorder->info->key, file, &info, diag);
	if (r == 0)
		r = store_commit(file, diag);
	if (r < 0)
		store_rollback(file);
	else
		*ret_key = info.key;
	return r;
}

/* The grid's numbers follow when the run is safe: they can be fetched again, it cannot. */
static void grid_back(struct recorder *recorder, struct store *file)
{
	struct diag ignored = { 0 };

	if (store_begin(file, &ignored) < 0)
		return;
	if (store_grid_copy(recorder->store, file, INT64_MIN, &ignored) < 0 ||
	    store_commit(file, &ignored) < 0)
		store_rollback(file);
}

/* From here on the run is in the file, and so is whatever comes late. */
static int bring_back(struct recorder *recorder, struct diag *diag)
{
	struct store *file = NULL;
	int64_t key = 0;
	int r = store_open(recorder->db, STORE_WRITE, diag, &file);

	if (r < 0)
		return r;
	r = write_back(recorder, file, &key, diag);
	if (r < 0) {
		recorder->written_before += store_written_bytes(file);
		store_close(file);
		return r;
	}
	grid_back(recorder, file);
	store_close(recorder->store);
	recorder->store = file;
	recorder->in_memory = false;
	recorder->file_key = recorder->info->key = key;
	return 0;
}

void recorder_end(struct recorder *recorder, const struct run_domain *domains,
		  size_t domain_count)
{
	struct diag diag = { 0 };

	recorder_flush(recorder, domains, domain_count);
	if (!recorder->in_memory || !recorder->store || recorder->db[0] == '\0')
		return;
	if (bring_back(recorder, &diag) == 0)
		diag_clear(&recorder->diag);
}

struct store *recorder_store(struct recorder *recorder)
{
	return recorder->store;
}

bool recorder_kept(const struct recorder *recorder)
{
	return !recorder->in_memory;
}

const char *recorder_trouble(const struct recorder *recorder)
{
	return recorder->diag.text;
}

const char *recorder_fix(const struct recorder *recorder)
{
	return recorder->diag.fix;
}

uint64_t recorder_written_bytes(const struct recorder *recorder)
{
	return recorder->written_before +
	       (recorder->in_memory || !recorder->store
			? 0
			: store_written_bytes(recorder->store));
}
