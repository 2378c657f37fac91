/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: what tools/embed-grid made of data/carbon_country_year.csv and data/pue.csv.
 * Gives: the world's carbon intensity and the default PUE, both assumed, with their spread.
 * Needs: nothing.
 * Limits: the world for now; the spread of countries is wide because the place is not known.
 */
#include "grid/world.h"

#include "base/parse.h"
#include "data-grid.h"

void grid_world(struct factor *ret)
{
	*ret = (struct factor){ .value = { .known = true,
					   .value = WORLD_GPKWH,
					   .low = WORLD_LOW_GPKWH,
					   .high = WORLD_HIGH_GPKWH,
					   .kind = KIND_ASSUMED },
				.zone = "WORLD",
				.basis = "average, lifecycle, generation",
				.year_or_time = WORLD_YEAR,
				.resolution = "year" };
	(void)copy_text(ret->value.source, sizeof ret->value.source,
			"Ember (ember-energy.org) " WORLD_YEAR ", world mean");
}

void grid_default_pue(struct quantity *ret)
{
	*ret = (struct quantity){ .known = true,
				  .value = PUE_DEFAULT,
				  .low = PUE_LOW,
				  .high = PUE_HIGH,
				  .kind = KIND_ASSUMED };
	(void)copy_text(ret->source, sizeof ret->source, PUE_SOURCE);
}

const char *grid_data_version(void)
{
	return DATA_VERSION;
}
