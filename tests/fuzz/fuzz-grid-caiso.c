/* SPDX-License-Identifier: Apache-2.0 */
/* California's files, power and CO2 from the same bytes; over the change of clocks in March. */
#include "grid-body.h"

extern const struct grid grid_caiso;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct place place = { .iso2 = "US", .zone = "US-CAL-CISO" };
	struct grid_body body = { .data = data, .size = size };

	grid_body_fuzz(&grid_caiso, &place, INT64_C(1770710400), &body);
	return 0;
}
