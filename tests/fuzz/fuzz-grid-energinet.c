/* SPDX-License-Identifier: Apache-2.0 */
/* Energinet: any body ends in points or in a sentence. */
#include "grid-body.h"

extern const struct grid grid_energinet;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place place = { .iso2 = "DK", .zone = "DK-DK1" };
	struct grid_body body = { .data = data, .size = size };

	grid_body_fuzz(&grid_energinet, &place, INT64_C(1767225600), &body);
	return 0;
}
