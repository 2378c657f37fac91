/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a run as it goes. Rows, marks and metrics gather and are written every few seconds.
 * When the store cannot be written (no home, read-only, disk full in the middle) the run goes
 * on in memory, so that its numbers can still be printed, and at the end one more attempt is
 * made to bring it back to the file. Nothing here ever fails the run: what went wrong is a
 * sentence in trouble.
 */
#pragma once

#include "base/diag.h"
#include "model/run.h"
#include "store/store.h"

struct recorder;

/* -ENOMEM only: an unusable file becomes a store in memory and a sentence. */
MUST_USE int recorder_new(const char *db, struct recorder **ret);
void recorder_free(struct recorder *recorder);

/* Begins the run: info's key is set. Tags are "key=value", checked by the caller. */
void recorder_begin(struct recorder *recorder, struct run_info *info,
		    const struct run_tag *tags, size_t tag_count);
/* As if it had never begun. */
void recorder_forget(struct recorder *recorder);

void recorder_row(struct recorder *recorder, const struct sample *row);
void recorder_gap(struct recorder *recorder, const struct gap *gap);
/* These two wait for the next flush, as rows do: a program may send a thousand a second. */
void recorder_mark(struct recorder *recorder, const struct run_mark *mark);
void recorder_metric(struct recorder *recorder, const struct run_metric *metric);

/* The same of work, added up by its unit; false: there are too many units. */
#define RECORDER_UNITS_MAX 32
bool recorder_work(struct recorder *recorder, const struct run_work *work);

void recorder_tag(struct recorder *recorder, const struct run_tag *tag);
/* Keeps info->inside. */
void recorder_inside(struct recorder *recorder);
void recorder_warning(struct recorder *recorder, const struct run_warning *warning);
void recorder_inventory(struct recorder *recorder, const char *hardware_json,
			const char *software_json);

/* What was found of the grid while the run went, and what it was said to weigh: after
 * recorder_begin(). What is no number is not kept. */
void recorder_intensity(struct recorder *recorder, const struct intensity_series *series);
void recorder_place(struct recorder *recorder, const char *host,
		    const struct place *place, int64_t fetched_unix_s);
void recorder_weighing(struct recorder *recorder, const struct weighing *weighing);

/* Writes the block, marks and metrics, the domains and what changed in info: one transaction. */
void recorder_flush(struct recorder *recorder, const struct run_domain *domains,
		    size_t domain_count);

/* From now on a busy file is waited for longer, and left for memory where that does not help:
 * nothing would write the same again. */
void recorder_ending(struct recorder *recorder);

/* The last flush; tries to bring a run in memory back to the file: info's key is then its key
 * there. */
void recorder_end(struct recorder *recorder, const struct run_domain *domains,
		  size_t domain_count);

/* Where the run is now, for view_make(). */
struct store *recorder_store(struct recorder *recorder);

/* False when the run is (or was, in between) not in the file. */
bool recorder_kept(const struct recorder *recorder);
const char *recorder_trouble(const struct recorder *recorder);
const char *recorder_fix(const struct recorder *recorder); /* the line that mends it */
uint64_t recorder_written_bytes(const struct recorder *recorder);
