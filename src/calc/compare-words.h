/* SPDX-License-Identifier: Apache-2.0 */
/* How a comparison's warnings are put together. */
#pragma once

#include "calc/compare-internal.h"

#define NAME_ROOM    40
#define VALUE_ROOM   72
#define WARNING_ROOM (sizeof((struct compare_warning *)NULL)->text)

/* What a side that has runs is to be said to have. */
typedef void compare_say_fn(const struct compare_side *side, char *buf, size_t size);

/* Copies what fits, whole characters only, with dots where it had to cut. */
void compare_copy_cut(char *buf, size_t size, const char *text);
/* One more warning; none once there is no room. */
void compare_warning(struct compare_outcome *outcome, const char *code, const char *fmt,
		     ...) PRINTF_LIKE(3, 4);
/* "A verb value; B verb value", as many sides as there is room for. */
void compare_list_sides(const struct compare_ask *ask, const char *verb,
			compare_say_fn *say, char buf[WARNING_ROOM]);

/* Texts of struct compare_run, by where they stand in it. */
bool compare_one_text(const struct compare_side *side, size_t offset);
bool compare_all_one_text(const struct compare_ask *ask, size_t offset);
void compare_say_text(const struct compare_side *side, size_t offset, char *buf,
		      size_t size);

/* Of the first side that has any; NULL: none has. */
const struct compare_run *compare_first_run(const struct compare_ask *ask);

/* Boundary, hardware, machine and software. */
void compare_warn_texts(const struct compare_ask *ask, struct compare_outcome *outcome);
