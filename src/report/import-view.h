/* SPDX-License-Identifier: Apache-2.0 */
/* What an import read: `gramme import`. */
#pragma once

#include "base/diag.h"
#include "model/run.h"
#include "report/report.h"

enum import_state { IMPORT_NEW, IMPORT_THERE, IMPORT_WOULD };

struct import_line {
	enum import_state state;
	char id[RUN_ID_MAX];
	char name[RUN_NAME_MAX];
	char format[32];
	char *file;
	struct run_figure *figures; /* as their own arithmetic has them */
	size_t figure_count;
	struct run_warning *warnings;
	size_t warning_count;
	double duration_s;
	struct quantity attributed_j; /* ours */
	struct quantity facility_kwh;
	struct quantity carbon_kg;
};

struct import_failure {
	char *file;
	char text[DIAG_TEXT_MAX];
};

struct import_view {
	struct import_line *lines;
	size_t count;
	size_t room;
	struct import_failure *failures;
	size_t failure_count;
	size_t failure_room;
	uint64_t bytes; /* that were read */
	bool original;  /* their figures are what was asked for */
	bool look_only;
};

void import_view_done(struct import_view *view);

/* A new line or failure, zeroed; NULL without memory. */
struct import_line *import_view_line(struct import_view *view);
MUST_USE int import_view_fail(struct import_view *view, const char *file,
			      const char *text);

/* Takes over what the run's view says; leaves it without its figures and warnings. */
MUST_USE int import_line_fill(struct import_line *line, struct run_view *run);

void import_text(const struct import_view *view, const struct report_opts *opts,
		 struct strbuf *out);

/* gramme.import/1. 0 or -ENOMEM; the caller frees. */
MUST_USE int import_json(const struct import_view *view, char **ret);
