/* SPDX-License-Identifier: Apache-2.0 */
/* The UK's service, of the country and a region: any body ends in points or a sentence. */
#include "grid-body.h"

extern const struct grid grid_ukcarbon;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place country = { .iso2 = "GB" };
	const struct place region = { .iso2 = "GB", .zone = "GB-13" };
	struct grid_body body = { .data = data, .size = size };

	grid_body_fuzz(&grid_ukcarbon, &country, INT64_C(1709640000), &body);
	grid_body_fuzz(&grid_ukcarbon, &region, INT64_C(1709640000), &body);
	return 0;
}
