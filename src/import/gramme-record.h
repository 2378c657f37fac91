/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a line that `gramme export --format jsonl` writes, read back: docs/EXPORT.md. */
#pragma once

#include "import/import.h"
#include "import/records.h"
#include "import/span.h"

struct gramme_record {
	struct records records;
	struct import_history history; /* its arrays are this struct's */
};

void gramme_record_done(struct gramme_record *record);

/* Fills *ret from the value of `record`, which is whatever it is on failure: -EPROTO with what is
 * not understood, -EFBIG, -ENOMEM. Free it either way. */
MUST_USE int gramme_record_read(const struct span *text, struct diag *diag,
				struct gramme_record *ret);

/* What must hold from row to row. All zeros at first. */
struct gramme_rows {
	uint32_t domain_count; /* of the run */
	struct sample last;
};

/* The most rows of one object of columns. */
#define GRAMME_ROWS_MAX 256

/* Fills up to GRAMME_ROWS_MAX rows from one object of columns. -EPROTO: columns that do not fit
 * together, or counters and times that go back. */
MUST_USE int gramme_rows_read(const struct span *text, struct gramme_rows *rows,
			      struct diag *diag, struct sample *ret, size_t *ret_count);
