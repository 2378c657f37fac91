/* SPDX-License-Identifier: Apache-2.0 */
/* Electricity Maps: any body ends in points or in a sentence. */
#include "grid-body.h"

extern const struct grid grid_electricitymaps;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place zone = { .iso2 = "DE", .zone = "DE" };
	const struct place position = { .has_position = true, .latitude = 52.5 };
	struct grid_body body = { .data = data, .size = size };

	grid_body_fuzz(&grid_electricitymaps, &zone, INT64_C(1709668800), &body);
	grid_body_fuzz(&grid_electricitymaps, &position, INT64_C(1709668800), &body);
	return 0;
}
