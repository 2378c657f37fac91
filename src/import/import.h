/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a format of another tracker's logs: one file import-<name>.c with one constant
 * import_<name>, and one row in imports.def. A format turns bytes into runs as the ledger keeps
 * them and knows neither the ledger nor the folders: import-find.c walks folders and archives and
 * hands over the files that make one log.
 *
 * What is read is another program's word, and may be hostile, torn or a lie: nothing in it is ever
 * executed, every length is checked against the bytes that are there, depth is bounded, and a
 * value that is not understood is a gap and a warning, never a 0. A sample's energies are what
 * the tool read of the machine; whose they are is told by the sample's `use` as of a run that
 * gramme watched itself, so that the same equations hold. Where the tool charged the whole
 * machine to the run, scope and machine are the same, and a warning "whole-machine" says so.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/macro.h"
#include "model/intensity.h"
#include "model/run.h"
#include "model/sample.h"

#define IMPORT_HEAD 4096

/* One file of a log, whole in memory (or mapped). Borrowed. */
struct import_file {
	const char *name; /* in its folder or archive, "impacttracker/data.json" */
	const char *bytes;
	size_t size;
};

/* The files that make one log: what one format's read() is given at once. */
struct import_log {
	const char *path; /* as the user gave it, and the name in an archive */
	const char
		*base; /* what names the run where the log does not: the last folder that
			   * is no tracker's own, else the archive's or file's name */
	const struct import_file *files;
	size_t file_count;
	const char *zone; /* the user's word for local times; NULL: find out */
};

/* What a run of our own was weighed by, and what came of it. */
struct import_history {
	struct intensity_series *series;
	size_t series_count;
	struct weighing *weighings;
	size_t weighing_count;
};

/* Where runs go. Calls come in this order, for each run: begin, row…, end. Non-zero of a call
 * ends the run; of a log of several failed() is asked whether the others are read, else it is
 * returned. */
struct import_sink {
	void *ctx;
	/* info, tags, domains and import's format, tool, version and digest are filled; all of it
	 * borrowed. info.id "" : the engine makes one. -EEXIST: that digest is there: go on with
	 * the next run, without end(). */
	int (*begin)(void *ctx, const struct run_record *record);
	int (*row)(void *ctx, const struct sample *row);
	/* Bytes that the run was made of, to be kept as they are: between begin and end, and good
	 * until end() returns. */
	int (*original)(void *ctx, const struct import_file *file);
	/* The same record, with all that is known at the end: duration, state, gaps, marks,
	 * metrics, works, warnings, import's figures, inventory; the domains' sums. */
	int (*end)(void *ctx, const struct run_record *record);
	/* Between begin and end; of a format of our own. */
	int (*history)(void *ctx, const struct import_history *history);
	/* A run of a log of several could not be read, or a call above refused it: "line 12", and
	 * why; diag is empty where a call said it. 0: go on with the next run. Non-zero: it is not
	 * this run's fault, and stops the reading. */
	int (*failed)(void *ctx, const char *where, int err, const struct diag *diag);
};

struct import_format {
	const char *name; /* "experiment-impact-tracker" */
	/* How likely this file is the one that a log of this format is known by, by its name and
	 * its first bytes (IMPORT_HEAD at most): 0 not, 1 perhaps, 2 surely. head NULL: at best,
	 * going by the name alone; with 0 a file met in a folder is not opened. */
	int (*knows)(const char *name, const char *head, size_t size);
	/* Names, beside or below it or beside its folder ("../"), of the files that belong to it;
	 * NULL ends the list. "*" stands for any part of one name, "~" before all
	 * for the log's own without its ending. NULL: it stands alone. */
	const char *const *beside;
	/* 0; -ENODATA: no run in it; -EPROTO: not understood, with the place in diag. files[0] is
	 * the one it was known by. */
	int (*read)(const struct import_log *log, const struct import_sink *sink,
		    struct diag *diag);
	/* Its runs are ours: they stay as they were, which domains are counted and what weighed
	 * them too, and one whose id is there from the same start is there. */
	bool own;
};

struct import_row {
	const struct import_format *format;
	const char *about;
};

extern const struct import_row import_rows[];
extern const size_t import_row_count;

const struct import_format *import_find_format(const char *name); /* NULL */

/* The one that knows the file best, the first of several that know it alike; NULL: none. */
const struct import_format *import_recognise(const char *name, const char *head,
					     size_t size);

/* The log's file of that last name ("info.pkl"), or NULL. */
const struct import_file *import_log_file(const struct import_log *log, const char *name);
