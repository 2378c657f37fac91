/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of data/ as they stand: CSV texts compiled in, or a user's own of the same name
 * and form, which wins. Read when first asked for and kept; a lookup walks the rows.
 *
 * A table is `# key: value` lines, a header row, rows; fields may be quoted ("" is a quote).
 * Texts that are handed out live as long as the struct tables.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/macro.h"

struct table;
struct tables;

/* What is compiled in, sorted by name; made from data/ at build time. */
struct table_text {
	const char *name; /* "pue" of data/pue.csv */
	const char *text; /* the whole file */
	size_t size;
};

extern const struct table_text table_texts[];
extern const size_t table_text_count;

/* own_dir: a folder with tables of the user's own, NAME.csv; NULL or "": none. -ENOMEM. */
MUST_USE int tables_new(const char *own_dir, struct tables **ret);
void tables_free(struct tables *tables);

/*
 * The table in force, or NULL when there is none of that name (or no memory). A user's own
 * that is not understood is left aside for the one compiled in, and tables_trouble() says so.
 */
const struct table *tables_get(struct tables *tables, const char *name);
const char *tables_trouble(const struct tables *tables); /* "" */

/* The newest `taken` of all tables in force, "2026-11"; for tracker.data_version. A user's own
 * table adds "+own". */
const char *tables_version(struct tables *tables);

bool table_is_own(const struct table *table);
const char *table_meta(const struct table *table,
		       const char *key); /* "" when not there */
size_t table_rows(const struct table *table);

#define TABLE_NO_COLUMN ((size_t)-1)
size_t table_column(const struct table *table, const char *name);
/* NULL past the last. */
const char *table_column_name(const struct table *table, size_t column);

/* "" for a column that is not there. */
const char *table_text(const struct table *table, size_t row, size_t column);
/* False when the field is empty or no finite number. */
bool table_number(const struct table *table, size_t row, size_t column, double *ret);

/* The first row from `from` on whose field is `text` (case matters not); table_rows() when
 * there is none. */
size_t table_find(const struct table *table, size_t column, const char *text,
		  size_t from);

/*
 * For fuzzing and for a user's own: takes the text over (malloc'd, terminated at size), also on
 * failure. -EPROTO with line.
 */
MUST_USE int table_parse(const char *name, char *text, size_t size, struct diag *diag,
			 struct table **ret);
void table_free(struct table *table);
void table_set_own(struct table *table);
