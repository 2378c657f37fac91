/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's own line to the wall: `gramme calibrate`. */
#pragma once

#include "model/calibration.h"
#include "report/report.h"

struct calibrate_view {
	const struct calibration *made; /* NULL: none was */
	const struct calibration *kept; /* what is there now, the newest last */
	size_t kept_count;
	const char *file; /* where; "" : nowhere */
	bool look_only;
	size_t left_out;     /* runs that overlap and were not used */
	const char *why_out; /* why the first of them was not */
	size_t forgotten;
	bool forget;
	const char *
		recorded; /* the run of the steps of load, to be fitted later; NULL: none */
};

void calibrate_text(const struct calibrate_view *view, const struct report_opts *opts,
		    struct strbuf *out);

/* gramme.calibration/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int calibrate_json(const struct calibrate_view *view, char **ret);
