/* SPDX-License-Identifier: Apache-2.0 */
/* A number as people read it: with its 95 % interval, how it came about and from where. */
#pragma once

#include <math.h>
#include <stdbool.h>

#include "model/kind.h"

#define QUANTITY_SOURCE_MAX 128

struct quantity {
	bool known; /* false: prints as null, and a warning says why */
	double value;
	double low; /* 95 % interval */
	double high;
	enum kind kind;
	char source[QUANTITY_SOURCE_MAX];
};

/* What is not known is no number. */
static inline double quantity_or_nan(const struct quantity *quantity)
{
	return quantity->known ? quantity->value : NAN;
}
