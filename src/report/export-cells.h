/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables after RFC 4180 whose columns are rows of a list, so that a head and its cells cannot
 * differ. A cell whose value is not known is empty.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "model/quantity.h"

enum cell_type {
	CELL_OWN,      /* `own` writes it */
	CELL_TEXT,     /* char[] */
	CELL_REAL,     /* double; what is not finite is not known */
	CELL_QUANTITY, /* four: the value, and NAME_low, NAME_high, NAME_kind */
	CELL_VALUE,    /* of a struct quantity the value alone */
};

/* Of one item, a struct of the table's own. */
struct cell_column {
	const char *name;
	enum cell_type type;
	size_t offset; /* in the item */
	void (*own)(struct strbuf *out, const void *item);
};

struct cell_table {
	const struct cell_column *columns;
	size_t count;
};

void cell_head(struct strbuf *out, const struct cell_table *table);
void cell_row(struct strbuf *out, const struct cell_table *table, const void *item);

/* From outside: no spreadsheet takes it for a formula. */
void cell_text(struct strbuf *out, const char *text);
/* Nine digits; nothing for what is not finite. */
void cell_real(struct strbuf *out, double value);
/* As many digits as it takes to read the same number again. */
void cell_exact(struct strbuf *out, double value);
void cell_count(struct strbuf *out, uint64_t value);
/* value / 10^places, to the last digit and without a rounding; no zeros at its end. */
void cell_decimal(struct strbuf *out, uint64_t value, unsigned int places);
/* Times and lengths of time, in s. */
void cell_seconds(struct strbuf *out, int64_t ns);
void cell_time(struct strbuf *out, int64_t unix_ns);
