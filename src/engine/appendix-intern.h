/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are kept once, however often they come, and numbered in the order they came. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct intern {
	char **texts; /* NULL or an array that free() takes, as each of its texts */
	size_t count;
	size_t room;
	size_t *slots; /* number + 1; 0: empty */
	size_t slot_count;
};

/* -ENOMEM. *ret_number: of the text, new or not; *ret_new (may be NULL) tells which. */
MUST_USE int intern_add(struct intern *intern, const char *text, size_t *ret_number,
			bool *ret_new);

void intern_done(struct intern *intern);
