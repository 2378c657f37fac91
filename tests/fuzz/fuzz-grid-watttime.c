/* SPDX-License-Identifier: Apache-2.0 */
/* WattTime: any body, of the login and of what follows it, ends in points or in a sentence. */
#include "grid-body.h"

extern const struct grid grid_watttime;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place place = { .iso2 = "ZA", .zone = "ZA" };
	struct grid_body body = { .data = data,
				  .size = size,
				  .first = "{\"token\":\"t\"}" };

	grid_body_fuzz(&grid_watttime, &place, INT64_C(1775001600), &body);
	body.first = NULL;
	grid_body_fuzz(&grid_watttime, &place, INT64_C(1775001600), &body);
	return 0;
}
