/* SPDX-License-Identifier: Apache-2.0 */
/* What was probably meant. */
#pragma once

#include <stddef.h>

#include "place/table.h"

/* The up to three names of the tables nearest to text: "Germany (DE), US-GA"; "" for none. */
void place_nearest(struct tables *tables, const char *text, char *buf, size_t size);
