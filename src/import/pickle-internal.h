/* SPDX-License-Identifier: Apache-2.0 */
/* What pickle.c and pickle-lines.c share. */
#pragma once

#include "import/pickle.h"

#define PICKLE_NUMBER_MAX 64

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size;
	char bytes[] __attribute__((aligned(16)));
};

struct pickle {
	const unsigned char *from;
	const unsigned char *at;
	const unsigned char *end;
	struct chunk *chunks;
	uint64_t memory;
	int err; /* why the last function returned false; -EPROTO where it is 0 */
	bool done;
	struct pickle_value **stack;
	size_t depth;
	size_t stack_room;
	size_t *marks; /* depths */
	size_t mark_count;
	size_t mark_room;
	struct pickle_value **memo;
	size_t memo_count;
	size_t memo_room;
	struct pickle_value *root;
};

struct op {
	bool (*run)(struct pickle *p, const struct op *op);
	unsigned size; /* of the number that follows it */
	enum pickle_kind kind;
	int64_t value;
};

/* Zeroed memory that lives as long as the pickle; NULL past its limit, with err set. */
void *pickle_take(struct pickle *p, size_t size);
struct pickle_value *pickle_make(struct pickle *p, enum pickle_kind kind);

/* False for a NULL value too, so that what could not be made is handed on. */
bool pickle_push(struct pickle *p, struct pickle_value *value);
bool pickle_push_int(struct pickle *p, enum pickle_kind kind, int64_t i);
bool pickle_push_float(struct pickle *p, double f);
bool pickle_push_bytes(struct pickle *p, enum pickle_kind kind, const void *at,
		       size_t size);

/* A line without its end; false where there is none, or it is too long. */
bool pickle_line(struct pickle *p, const char **ret, size_t *ret_size);
bool pickle_number_line(struct pickle *p, char buf[PICKLE_NUMBER_MAX]);

bool pickle_op_int_line(struct pickle *p, const struct op *op);
bool pickle_op_float_line(struct pickle *p, const struct op *op);
bool pickle_op_text_line(struct pickle *p, const struct op *op);
