/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `gramme calibrate` found, kept beside the ledger as LEDGER.calibration.csv, a row a fit,
 * the newest last: METHOD E-11's line of one machine as it was then, and of the domains that were
 * in its sum. A ledger in memory keeps none.
 */
#pragma once

#include "calc/wall-fit.h"
#include "model/calibration.h"
#include "store/store.h"

struct calibrations {
	struct calibration *list;
	size_t count;
};

void calibrations_done(struct calibrations *calibrations);

/* The file's name; the caller frees. NULL: there is none such, or no memory. */
char *calibrations_path(const char *ledger);

/* None is no error. -EPROTO where it is not understood, with the line; -EACCES … */
MUST_USE int calibrations_read(const char *path, struct diag *diag,
			       struct calibrations *ret);

/* All anew, in one move. No rows: the file goes. */
MUST_USE int calibrations_write(const char *path, const struct calibrations *all,
				struct diag *diag);

/* What of a run a line is of: its machine, hardware and counted domains. False: it does not say. */
MUST_USE bool calibration_identity(const struct run_record *record,
				   struct calibration *ret);

/* How a calibration fits a run's machine. */
enum calibration_match {
	CALIBRATION_NONE,     /* another machine's */
	CALIBRATION_HARDWARE, /* this machine's, but its hardware was another */
	CALIBRATION_DOMAINS,  /* this hardware's, but other domains were in the sum */
	CALIBRATION_FITS,
};

/* The best of all, of equals the newest; *ret is NULL with CALIBRATION_NONE. */
enum calibration_match calibration_find(const struct calibrations *all,
					const struct calibration *of,
					const struct calibration **ret);
