/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's CSV table of machines and loads: a first row with names of columns, of which any may be
 * missing and any field empty: cpu_name, chips, cores, threads, mhz, memory_gb, year, vendor,
 * load_ratio, measured_w.
 */
#pragma once

#include <stdbool.h>

#include "base/diag.h"
#include "import/cells.h"

enum machine_column {
	COLUMN_CPU_NAME,
	COLUMN_CHIPS,
	COLUMN_CORES,
	COLUMN_THREADS,
	COLUMN_MHZ,
	COLUMN_MEMORY_GB,
	COLUMN_YEAR,
	COLUMN_VENDOR,
	COLUMN_LOAD_RATIO,
	COLUMN_MEASURED_W,
	MACHINE_COLUMNS
};

/* A row; NAN and "" are what is not told. Texts live until the next row. */
struct machine_row {
	const char *cpu_name;
	const char *vendor;
	double number[MACHINE_COLUMNS]; /* by column; texts' are NAN */
};

struct machine_sheet {
	const char *name; /* of the file, for sentences */
	struct diag *diag;
	struct cells cells;
	size_t at[MACHINE_COLUMNS]; /* SIZE_MAX: no such column */
};

/* Reads the first row. text outlives the sheet. -EPROTO: there is none, or it names none of the
 * columns. Close with machine_sheet_done() in any case. */
MUST_USE int machine_sheet_begin(struct machine_sheet *sheet, const char *name,
				 const char *text, size_t size, struct diag *diag);
void machine_sheet_done(struct machine_sheet *sheet);

/* 1 with a row, 0 at the end. -EPROTO, -EFBIG with the line in words. */
MUST_USE int machine_sheet_next(struct machine_sheet *sheet, struct machine_row *ret);

bool machine_sheet_has(const struct machine_sheet *sheet, enum machine_column column);
const char *machine_column_name(enum machine_column column);

/* A regular file of up to 16 MiB, whole. The caller frees. -EISDIR, -EINVAL, -EFBIG. */
MUST_USE int machine_sheet_read_file(const char *path, char **ret, size_t *ret_size);
