/* SPDX-License-Identifier: Apache-2.0 */
/* The regions of the clouds with what is known of their grids and buildings. */
#pragma once

#include "model/regions.h"
#include "place/factor.h"

struct regions_ask {
	const char *provider;    /* "aws", "azure", "gcp"; NULL, "" or "all": every one */
	const struct place *own; /* to compare with; NULL: none */
	const struct factor *own_pue; /* instead of its place's; NULL: that */
	int64_t at_unix_ns;
	int64_t duration_ns; /* 0: not known */
};

/*
 * A row a region, in the table's order, with the factors of place/factor.h, so that a run there
 * would say the same. A region whose average is nobody's but the world's has none: the world
 * says nothing about it. The own place, where it is no region, is the last row, `apart`.
 *
 * -EINVAL for another provider; -ENODATA where the table has no region; -ENOMEM.
 */
MUST_USE int regions_of(struct tables *tables, const struct regions_ask *ask,
			struct diag *diag, struct region_list *ret);
