/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a format of `gramme export`: one file export-<name>.c with one constant
 * export_<name>, and one row in exports.def. A format is given one run after the other and
 * writes it through struct export_out, which hands bytes on as they gather: no format keeps a
 * run's rows or more than one run, so that ten thousand runs take the memory of one.
 *
 * What is not known is an empty cell or null, never 0. Texts come from outside; the numbers'
 * locale is C while a format writes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "model/intensity.h"
#include "model/statement.h"

#define EXPORT_GATHERED 65536

/* Formats add to `text` and call export_pass() now and then. */
struct export_out {
	struct strbuf text;
	/* Non-zero stops, and is what every later call returns. */
	int (*write)(void *ctx, const char *bytes, size_t size);
	/* Before the bytes of one file of several; NULL: there is one place for all. */
	int (*file)(void *ctx, const char *name);
	void *ctx;
	int err;
};

/* Hands on what has gathered, once that is much; export_flush() in any case. */
MUST_USE int export_pass(struct export_out *out);
MUST_USE int export_flush(struct export_out *out);
void export_out_done(struct export_out *out);

/* What a format may ask for. */
enum {
	EXPORT_VIEW = 1 << 0, /* the run worked out; else view->record is filled alone */
	EXPORT_STATEMENT = 1 << 1, /* and a statement of it */
	EXPORT_HISTORY = 1 << 2,   /* its intensities, and what it was said to weigh */
};

/* Rows and files are read while the format asks for them. */
struct export_door {
	void *ctx;
	/* Rows in order, some hundred at a time; stops as each says. */
	int (*rows)(void *ctx,
		    int (*each)(void *each_ctx, const struct sample *rows, size_t count),
		    void *each_ctx);
	/* The files it was read from, as they were. */
	int (*originals)(void *ctx,
			 int (*each)(void *each_ctx, const char *name, const char *bytes,
				     size_t size),
			 void *each_ctx);
};

struct export_run {
	const struct run_view *view;
	const struct statement *statement; /* NULL: not asked for */
	const struct intensity_series
		*series; /* that weigh it: by enum signal; or NULL */
	size_t series_count;
	const struct weighing *weighings;
	size_t weighing_count;
	struct export_door door;
};

/* What a format can be of: "runs", "rows". */
struct export_what {
	const char *name;
	const char *about;
	unsigned int needs;                    /* EXPORT_* */
	void (*begin)(struct export_out *out); /* NULL: there is no head */
	/* 0, or what stopped it: the door's error, the writer's, -ENOMEM. -ENODATA: the run has
	 * nothing of that, and nothing was written. */
	int (*run)(const struct export_run *run, struct export_out *out);
};

struct export_format {
	const char *name;
	const struct export_what *whats; /* the first is the default */
	size_t what_count;
	bool one_run; /* of one run at a time, for it has no way to tell where the next begins */
};

struct export_row {
	const struct export_format *format;
	const char *about;
};

extern const struct export_row export_rows[];
extern const size_t export_row_count;

/* NULL when there is no such format, or none of that name in it; what NULL: the default. */
const struct export_format *export_find(const char *name);
const struct export_what *export_what_find(const struct export_format *format,
					   const char *what);
