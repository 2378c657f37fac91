/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger on disk: one SQLite file in WAL mode. Written as a run goes, so that a killed
 * sampler loses at most what came since the last flush. Errors are negative errnos with a
 * sentence in diag: -ENOENT no such file or run, -EACCES, -ENOSPC disk full, -EROFS,
 * -EPROTO not a database or not ours, -ESTALE written by a newer gramme (says which), -EBUSY
 * locked for too long. A read-only store can be listed and shown. After fork() a child's calls
 * are -ECHILD, and its store_close() frees memory only.
 */
#pragma once

#include "base/diag.h"
#include "model/intensity.h"
#include "model/run.h"

#define STORE_SCHEMA_VERSION 3

struct store;

enum store_mode { STORE_READ, STORE_WRITE /* creates the file and its folders (0700) */ };

/* ":memory:" is a ledger that ends with store_close(). */
MUST_USE int store_open(const char *path, enum store_mode mode, struct diag *diag,
			struct store **ret);
void store_close(struct store *store);

/* The file it is in, as store_open() was given it. */
const char *store_path(const struct store *store);

/* How long a write waits for another process's before it is -EBUSY; 2000 ms at first. */
void store_patience(struct store *store, int ms);

/* --- writing. Each call is one transaction unless store_begin() opened a larger one. --- */

MUST_USE int store_begin(struct store *store, struct diag *diag);
MUST_USE int store_commit(struct store *store, struct diag *diag);
void store_rollback(struct store *store); /* nothing, outside of one */

/* Inserts info as a new run and sets info->key. Names make their rows. */
MUST_USE int store_run_insert(struct store *store, struct run_info *info,
			      struct diag *diag);

/* Writes the fields that change (state … energy_kind) of the run info->key. */
MUST_USE int store_run_update(struct store *store, const struct run_info *info,
			      struct diag *diag);

/* Replaces the run's list of domains: late sources make it longer, never another order. */
MUST_USE int store_domains_put(struct store *store, int64_t run,
			       const struct run_domain *domains, size_t count,
			       struct diag *diag);

/*
 * The running block: all rows since the last full one, at most STORE_BLOCK_ROWS. Written anew
 * at each flush under the same number until it is full, then the next number begins.
 */
#define STORE_BLOCK_ROWS 256

struct store_block {
	uint32_t number;
	const struct sample *rows;
	size_t count;
};

MUST_USE int store_block_put(struct store *store, int64_t run,
			     const struct store_block *block, struct diag *diag);

MUST_USE int store_gap_add(struct store *store, int64_t run, const struct gap *gap,
			   struct diag *diag);
MUST_USE int store_mark_add(struct store *store, int64_t run, const struct run_mark *mark,
			    struct diag *diag);
MUST_USE int store_metric_add(struct store *store, int64_t run,
			      const struct run_metric *metric, struct diag *diag);
MUST_USE int store_warning_add(
	struct store *store, int64_t run, const struct run_warning *warning,
	struct diag *diag); /* the same code and text twice: kept once */
MUST_USE int store_tag_put(struct store *store, int64_t run, const struct run_tag *tag,
			   struct diag *diag); /* an empty value takes the tag away */
MUST_USE int store_inventory_put(struct store *store, int64_t run,
				 const char *hardware_json, const char *software_json,
				 struct diag *diag);
/* Says that the run's processes are also those of the run with that id. */
MUST_USE int store_inside_put(struct store *store, int64_t run, const char *inside,
			      struct diag *diag);
/* Adds to what the run has told of that unit. */
MUST_USE int store_work_add(struct store *store, int64_t run, const struct run_work *work,
			    struct diag *diag);
MUST_USE int store_run_remove(struct store *store, int64_t run, struct diag *diag);

/* --- reading --- */

struct store_filter {
	const char *project; /* NULL: any */
	const char *experiment;
	const char *name;
	size_t limit;         /* 0: all */
	int64_t from_unix_ns; /* begun then or later; 0: any */
	int64_t to_unix_ns;   /* begun before; 0: any */
	const char *
		search; /* in name, experiment, project or id; letters of ASCII in any case */
	bool has_state;
	enum run_state state;
	size_t offset; /* so many of the newest are left out */
};

/* Newest first. The caller frees each with run_info_done() and the array: see free_infos. */
MUST_USE int store_list(struct store *store, const struct store_filter *filter,
			struct diag *diag, struct run_info **ret, size_t *ret_count);
void store_free_infos(struct run_info *infos, size_t count);

/* How many there are without limit and offset. */
MUST_USE int store_count(struct store *store, const struct store_filter *filter,
			 struct diag *diag, size_t *ret);

/*
 * A run by its id, a prefix of it that fits one run only (-EEXIST else, with the ids in diag),
 * its name (the newest of that name), or "last".
 */
MUST_USE int store_find(struct store *store, const char *what, struct diag *diag,
			int64_t *ret_run);
MUST_USE int store_load(struct store *store, int64_t run, struct diag *diag,
			struct run_record *ret);

/* Every row in order, good while each looks at it; stops when each returns non-zero, and returns
 * that. */
MUST_USE int store_rows(struct store *store, int64_t run,
			int (*each)(void *ctx, const struct sample *row), void *ctx,
			struct diag *diag);

/* The same of times, states and energies alone, for a third less work: what GPUs were used for is
 * not there. */
MUST_USE int store_energies(struct store *store, int64_t run,
			    int (*each)(void *ctx, const struct sample *row), void *ctx,
			    struct diag *diag);

/* Where the reading of a run that goes on has come to. */
struct store_cursor {
	int64_t run;
	uint32_t block; /* the next to be looked at */
	size_t rows;    /* of it that were seen: with no more it is passed over */
};

/*
 * Whole blocks in order, from the cursor's on; stops as store_rows() does. The last block of a
 * run that goes on comes again under its number, longer, with each flush; what it said between
 * its first and last row may then be rounded in another way.
 */
MUST_USE int store_blocks(struct store *store, const struct store_cursor *from,
			  int (*each)(void *ctx, const struct store_block *block),
			  void *ctx, struct diag *diag);

/* The run's domains alone. The caller frees; a run that is not there has none. */
MUST_USE int store_domains(struct store *store, int64_t run, struct diag *diag,
			   struct run_domain **ret, size_t *ret_count);

/*
 * Runs that say "running" whose tracker is gone (alive() is asked) become "interrupted".
 * Returns how many. Called before listing. -EROFS when there are some and the store is open for
 * reading only.
 */
MUST_USE int store_reap(struct store *store,
			bool (*alive)(void *ctx, const struct run_info *info), void *ctx,
			struct diag *diag);

/* --- runs of other trackers: store-import.c --- */

/* Says where the run came from. -EEXIST: that digest is there. */
MUST_USE int store_import_put(struct store *store, int64_t run,
			      const struct run_import *import, struct diag *diag);
/* The run that was made of that, or 0. */
MUST_USE int store_import_find(struct store *store, const char *digest, struct diag *diag,
			       int64_t *ret_run);

/* Bytes as they were read: compressed here. */
struct store_original {
	const char *name; /* of the file in its folder or archive */
	const char *bytes;
	size_t size;
};

MUST_USE int store_original_put(struct store *store, int64_t run,
				const struct store_original *original, struct diag *diag);
/* Each of the run's, in order, unpacked; stops as store_rows() does. */
MUST_USE int store_originals_each(struct store *store, int64_t run,
				  int (*each)(void *ctx,
					      const struct store_original *original),
				  void *ctx, struct diag *diag);

/* --- of many runs at once: store-many.c --- */

/* The ids of the runs around that one, the nearest first, at most RUN_OUTERS_MAX; also those that
 * were removed since. The caller frees; none: NULL and 0. */
#define RUN_OUTERS_MAX 32
MUST_USE int store_outers(struct store *store, int64_t run, struct diag *diag,
			  char (**ret)[RUN_ID_MAX], size_t *ret_count);

struct store_metric_ask {
	const char *name;
	bool has_target;
	double target;
	bool less; /* reached from above */
};

struct store_metric_of {
	int64_t run;     /* whose, the caller says */
	bool has;        /* it was logged at all */
	bool reached;    /* the target */
	int64_t last_ns; /* since the run's start */
	int64_t reached_ns;
	double last; /* NAN: the last one is no number */
};

/* Fills count runs' last value of a metric, and when it first reached the target. */
MUST_USE int store_metric_last(struct store *store, const struct store_metric_ask *ask,
			       struct diag *diag, struct store_metric_of *runs,
			       size_t count);

/* A tag's value; "" where the run has none of that name. */
MUST_USE int store_tag_get(struct store *store, int64_t run, const char *key,
			   struct diag *diag, struct run_tag *ret);

/* A run's values of a metric after the one of that number, in the order they came; number is then
 * that of the last, 0 at first. Stops as store_rows() does. */
struct store_metric_from {
	int64_t run;
	const char *name;
	int64_t number;
};

MUST_USE int store_metric_after(struct store *store, struct store_metric_from *from,
				int (*each)(void *ctx, const struct run_metric *metric),
				void *ctx, struct diag *diag);

/* For how long the counted domain that lacks most was not read, of runs that lack anything, by run;
 * stops as store_rows() does. */
MUST_USE int store_gaps_each(struct store *store, struct diag *diag,
			     int (*each)(void *ctx, int64_t run, int64_t unread_ns),
			     void *ctx);

/* What runs ran on, as it was stored, by run; stops as store_rows() does. */
MUST_USE int store_hardware_each(struct store *store, struct diag *diag,
				 int (*each)(void *ctx, int64_t run, const char *json),
				 void *ctx);

/* The log that runs were read from, as it was given, by run; stops as store_rows() does. */
MUST_USE int store_import_files_each(struct store *store, struct diag *diag,
				     int (*each)(void *ctx, int64_t run,
						 const char *file),
				     void *ctx);

/* What they ran with, of the first run alone of each boot_id, by boot_id. */
MUST_USE int store_boots_each(struct store *store, struct diag *diag,
			      int (*each)(void *ctx, const char *boot_id,
					  const char *json),
			      void *ctx);

/* --- what was fetched, so that no report needs the network again: store-grid.c --- */

/*
 * Keeps the series' points with the time they were fetched. A step that is there already is
 * replaced by a later fetch, but never a measured one by a forecast or an estimate; of one that
 * overlaps in part the rest stays. Each basis is a series of its own. -EINVAL, and nothing is
 * kept: a point that is no finite number, no time, or not in order.
 */
MUST_USE int store_intensity_put(struct store *store,
				 const struct intensity_series *series,
				 struct diag *diag);

/* Which series: provider and its name of the zone; a run's `grid` is "provider zone". */
struct store_series {
	char provider[24];
	char zone[PLACE_NAME_MAX];
	enum signal signal;
};

/* The steps that touch from..to, sorted; count 0 when there are none. fetched_unix_s is the
 * oldest of theirs. Where there are several bases: those of the one fetched last. Free with
 * intensity_series_done(). */
MUST_USE int store_intensity_get(struct store *store, const struct store_series *what,
				 int64_t from_unix_s, int64_t to_unix_s,
				 struct diag *diag, struct intensity_series *ret);

/* Where the host was found to be; kept by its name. -ENOENT: nothing kept. */
MUST_USE int store_place_put(struct store *store, const char *host,
			     const struct place *place, int64_t fetched_unix_s,
			     struct diag *diag);
MUST_USE int store_place_get(struct store *store, const char *host, struct diag *diag,
			     struct place *ret, int64_t *ret_fetched_unix_s);

/* All of these from one ledger to another, steps that end after since_unix_s; what is there
 * already goes by store_intensity_put(). Several transactions, unless store_begin(to). */
MUST_USE int store_grid_copy(struct store *from, struct store *to, int64_t since_unix_s,
			     struct diag *diag);

/* What a run was said to weigh, each time it was weighed; oldest first. The caller frees. The
 * same as the last one, but for its time, is kept once. -EINVAL: an amount is no number. */
MUST_USE int store_weighing_add(struct store *store, int64_t run,
				const struct weighing *weighing, struct diag *diag);
MUST_USE int store_weighings(struct store *store, int64_t run, struct diag *diag,
			     struct weighing **ret, size_t *ret_count);

/* Of what is asked after: the run, the series that weighs it, and its time. */
struct store_weighed {
	int64_t run;
	struct store_series series;
	int64_t from_unix_s;
	int64_t to_unix_s;
};

/* The last weighing, where no step of that time was fetched since: by the same method and tables
 * the run still weighs that, and no row need be read. -ENOENT: there is none such. */
MUST_USE int store_weighing_last(struct store *store, const struct store_weighed *what,
				 struct diag *diag, struct weighing *ret);

/* Bytes handed to the log since opening, for tracker.bytes_written; what a checkpoint copies from
 * there to the file is not counted again. */
uint64_t store_written_bytes(const struct store *store);
