/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds other trackers' logs in files, folders and zip archives, and opens them one by one.
 * Folders are gone through to any depth, each once, whatever links lead there; archives in
 * archives are not opened. What is neither file nor folder is passed by.
 */
#pragma once

#include "import/bytes.h"
#include "import/import.h"

struct import_found {
	const struct import_format *format;
	char *path;         /* for people; in an archive "runs.zip/a/data.json" */
	size_t archive_len; /* of path, the archive's; 0: a file on disk */
	uint64_t size;      /* of the file it is known by, unpacked */
};

/* What could not be read, or was given and is nothing known. */
struct import_trouble {
	char *path;
	struct diag diag;
};

struct import_find {
	const struct import_format *only; /* look for this one alone; NULL: for all */
	struct import_found *found;       /* by path, each once */
	size_t found_count;
	size_t found_room;
	struct import_trouble *troubles;
	size_t trouble_count;
	size_t trouble_room;
	/* The archive that was last opened. */
	char *archive_path;
	struct bytes archive_bytes;
	struct zip *archive;
};

/* paths ends with NULL. Only -ENOMEM fails; all else is a trouble. */
MUST_USE int import_find(struct import_find *find, const char *const *paths);
void import_find_done(struct import_find *find);

/* Copies path and diag. */
MUST_USE int import_find_trouble(struct import_find *find, const char *path,
				 const struct diag *diag);

#define IMPORT_FILES_MAX 64 /* of one log */

struct import_opened {
	struct import_log log;
	char *base;
	struct import_file files[IMPORT_FILES_MAX];
	struct bytes bytes[IMPORT_FILES_MAX];
	char *names[IMPORT_FILES_MAX];
};

/* All its files at once. To be closed, whatever it returns. */
MUST_USE int import_open(struct import_find *find, const struct import_found *found,
			 struct diag *diag, struct import_opened *ret);
void import_close(struct import_opened *opened);
