/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction waits for the disk, so that many runs go into one. A run is in it whole or not at
 * all: killed at any time, an import has left whole runs, and the next one goes on from there.
 */
#include "engine/import-internal.h"

#define BATCH_RUNS  64
#define BATCH_BYTES (UINT64_C(64) << 20)

int import_batch_begin(struct import_job *job)
{
	int r = job->open ? 0 : store_begin(job->door.store, import_diag(job));

	if (r == 0)
		job->open = true;
	return r;
}

int import_batch_commit(struct import_job *job)
{
	int r = job->open ? store_commit(job->door.store, import_diag(job)) : 0;

	job->open = false;
	job->batch_runs = 0;
	job->batch_bytes = 0;
	return r;
}

int import_batch_add(struct import_job *job)
{
	job->run = 0;
	job->batch_runs++;
	if (job->batch_runs < BATCH_RUNS && job->batch_bytes < BATCH_BYTES)
		return 0;
	return import_batch_commit(job);
}

/* A run that was begun and cannot be ended is as if it had never been. */
void import_forget_run(struct import_job *job)
{
	struct diag ignored = { 0 };

	if (job->run != 0)
		(void)!store_run_remove(job->door.store, job->run, &ignored);
	job->run = 0;
}
