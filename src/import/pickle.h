/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain data out of a Python pickle, protocols 0 to 5. Nothing in it is ever looked up, called
 * or executed: a class is its name, and what would be made by it is an inert record of the name,
 * what it would be called with, and its state.
 *
 * Values may hold themselves, by the memo: who walks through them goes a path of a known length.
 * Memory is bounded by the pickle's size and PICKLE_MEMORY_MAX.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macro.h"

#define PICKLE_SIZE_MAX   (UINT64_C(64) << 20)
#define PICKLE_MEMORY_MAX (UINT64_C(256) << 20)

enum pickle_kind {
	PICKLE_NONE,
	PICKLE_BOOL,
	PICKLE_INT,
	PICKLE_FLOAT,
	PICKLE_TEXT,
	PICKLE_BYTES,
	PICKLE_LIST, /* and sets */
	PICKLE_TUPLE,
	PICKLE_DICT, /* items: key, value, key, value, … */
	PICKLE_CLASS,
	PICKLE_RECORD,
};

struct pickle_value {
	enum pickle_kind kind;
	bool wide; /* an integer of more than 64 bits: i is not it */
	int64_t i; /* of BOOL and INT */
	double f;  /* of FLOAT */
	const char
		*at; /* of TEXT (UTF-8, not checked), BYTES, and the module of a CLASS */
	size_t size; /* borrowed from the pickle, not terminated */
	const char *name; /* of a CLASS */
	size_t name_size;
	struct pickle_value *
		*items; /* of what holds some; of a RECORD what was put into it */
	size_t count;
	size_t room;
	struct pickle_value *class; /* of a RECORD: what would be called, and with what */
	struct pickle_value *args;  /* NULL: with nothing */
	struct pickle_value *state; /* NULL: none */
};

struct pickle;

/* Borrows bytes. -EPROTO with the place in diag; -EFBIG; -ENOMEM. What follows the pickle's end
 * is not looked at. */
MUST_USE int pickle_read(const char *bytes, size_t size, struct diag *diag,
			 struct pickle **ret);
void pickle_free(struct pickle *pickle); /* takes NULL */

const struct pickle_value *pickle_root(const struct pickle *pickle);

/* All of these take NULL, which has nothing. */

/* A dict's or a record's value of that key, the one put in last; NULL. */
const struct pickle_value *pickle_get(const struct pickle_value *value, const char *key);
/* The same in a record's state, where that is a dict: an attribute. */
const struct pickle_value *pickle_attribute(const struct pickle_value *value,
					    const char *name);
/* The i-th of a list or tuple; NULL past its end. */
const struct pickle_value *pickle_item(const struct pickle_value *value, size_t i);

/* False, and *ret as it was, for what is none. Text is cut at a NUL and to the buffer. */
bool pickle_text(const struct pickle_value *value, char *buf, size_t size);
bool pickle_number(const struct pickle_value *value, double *ret);
bool pickle_is_record(const struct pickle_value *value, const char *module,
		      const char *name);

/* A datetime.datetime, in ns since 1970 as if it were UTC; its zone, if any, is not looked at. */
bool pickle_datetime(const struct pickle_value *value, int64_t *ret_local_ns);
