/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the values of a JSON text lie, without making anything of them: what is not wanted is
 * passed over at the speed of reading, and what is goes to a parser piece by piece. Nothing is
 * believed: a text ends where its bytes do, and depth costs no stack.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct span {
	const char *at;
	size_t size;
};

/* Members of an object, or elements of an array. */
struct span_walk {
	const char *at;
	const char *end;
	bool object;
	bool begun;
};

/* open: '{' or '['. -EPROTO: the value does not begin so. */
MUST_USE int span_walk_begin(const struct span *value, char open, struct span_walk *ret);

/* 1: the next one; 0: that was all; -EPROTO. key (NULL for an array) is what stands between the
 * quotes, escapes as they are. */
MUST_USE int span_walk_next(struct span_walk *walk, struct span *ret_key,
			    struct span *ret_value);

bool span_is(const struct span *span, const char *text);
