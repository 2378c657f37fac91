/* SPDX-License-Identifier: Apache-2.0 */
/* The part of series.h that compares a counter with its own power readings (E-1 with E-2). */
#pragma once

#include "calc/series.h"

/* After the reading was taken or not: base, a new beginning; moved, joules were added. */
void series_check_add(struct series_domain *domain, const struct reading *reading,
		      bool base, bool moved);
