/* SPDX-License-Identifier: Apache-2.0 */
/* ENTSO-E: any body, XML or not, ends in points or a sentence. */
#include "grid-body.h"

extern const struct grid grid_entsoe;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place place = { .iso2 = "BE" };
	struct grid_body body = { .data = data, .size = size };

	(void)setenv("GRAMME_ENTSOE_KEY", "token-abcdef", 1);
	grid_body_fuzz(&grid_entsoe, &place, INT64_C(1704067200), &body);
	return 0;
}
