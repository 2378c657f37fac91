/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an accelerator may draw at most, by the name a person types or a driver tells: the last
 * resort of an estimate before a run, where there is no driver to ask.
 */
#pragma once

#include <stdint.h>

#include "model/quantity.h"
#include "place/table.h"

#define ACCELERATOR_NAME_MAX  64
#define ACCELERATOR_COUNT_MAX 100000

struct accelerator {
	uint32_t count;                  /* "8 x H100": 8; else 1 */
	char name[ACCELERATOR_NAME_MAX]; /* "NVIDIA H100 SXM" */
	/* Of one. Where several variants fit ("H100") it is the highest, and the interval
	 * holds all of them. */
	struct quantity limit_w;
	char note[192]; /* which variants fit; "" when one alone does */
};

/*
 * Words of any case and order; makers', families' ("GeForce RTX", "Tesla", "Instinct") and
 * memory words matter not where the table has them not: "8 x H100", "2x4090", "NVIDIA
 * A100-SXM4-80GB". A word that belongs to no row fits none: "RTX 4090 Laptop" is not an RTX 4090.
 *
 * -EINVAL: no name, or a count that is none; -EEXIST: it may be several models, named in diag;
 * -ENOENT: there is none such, with the nearest names in diag.
 */
MUST_USE int accelerator_of_text(struct tables *tables, const char *text,
				 struct diag *diag, struct accelerator *ret);
