/* SPDX-License-Identifier: Apache-2.0 */
/* The EIA's service: any body ends in points or a sentence. */
#include "grid-body.h"

extern const struct grid grid_eia;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place place = { .iso2 = "US", .zone = "US-CAL-CISO" };
	struct grid_body body = { .data = data, .size = size };

	(void)setenv("GRAMME_EIA_KEY", "token-abcdef", 1);
	grid_body_fuzz(&grid_eia, &place, INT64_C(1767225600), &body);
	return 0;
}
