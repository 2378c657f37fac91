/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a line of JSON Lines that the ledger is made from again: `record`, all that it
 * holds of a run besides its rows, and `rows`. Whole numbers are exact, reals have 17 digits.
 * src/import/import-gramme.c reads them; docs/EXPORT.md says what each holds.
 */
#pragma once

#include <jansson.h>

#include "report/export.h"

#define EXPORT_RECORD_VERSION 1

/* A new reference, NULL without memory. */
MUST_USE json_t *export_record(const struct export_run *run);

/* Adds some rows as one object of columns. */
void export_rows_pack(struct strbuf *out, const struct sample *rows, size_t count);
