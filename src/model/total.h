/* SPDX-License-Identifier: Apache-2.0 */
/* What several runs used together: calc/total.h adds them. */
#pragma once

#include <stddef.h>

#include "model/quantity.h"

struct total {
	struct quantity attributed_j;
	struct quantity facility_kwh;
	struct quantity carbon_kg;
	size_t runs;
	size_t unknown_energy; /* runs left out, since theirs is not known */
	size_t unknown_carbon;
};
