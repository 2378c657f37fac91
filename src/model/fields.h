/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a run, a domain, a place and a weighing consist of, as lists of named fields: the ledger's
 * columns, and the keys of what an export writes and an import reads back. One list serves all,
 * so that none of them can forget a field. A name is a format: never changed, only added.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/place.h"
#include "model/run.h"

enum field_type {
	FIELD_TEXT,  /* char[size] */
	FIELD_OWNED, /* char * */
	FIELD_I64,
	FIELD_U64,
	FIELD_U32,
	FIELD_INT,
	FIELD_BOOL,
	FIELD_REAL, /* double; NULL is `absent` */
	FIELD_WORD, /* an enum, kept as its word */
};

struct field_words {
	const char *(*text)(unsigned value);
	int (*value)(const char *text, unsigned *ret); /* -EPROTO for no such word */
};

struct field {
	const char *column;
	enum field_type type;
	bool fixed;    /* not written by an update */
	size_t offset; /* in its struct */
	size_t size;
	size_t has; /* offset of the bool that says it is there; 0: it always is. Fields that
		     * share one are there together or not at all */
	double absent;
	const struct field_words *words;
};

struct fields {
	const struct field *field;
	size_t count;
};

struct fields fields_of_run(
	void); /* of struct run_info, less its names' and its own key */
struct fields fields_of_domain(void);   /* of struct run_domain */
struct fields fields_of_place(void);    /* of struct place */
struct fields fields_of_weighing(void); /* of struct weighing, less its time */

/* Of enum gap_why, as the ledger tells it. */
extern const struct field_words field_gap_words;
