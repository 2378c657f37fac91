/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-9, E-10 and the product rule of E-12. Floating point begins here.
 * Unknown in, unknown out: never a zero.
 */
#pragma once

#include "model/quantity.h"

/* facility kWh = PUE * attributed J / 3.6e6 */
struct quantity carbon_facility_kwh(const struct quantity *attributed_j,
				    const struct quantity *pue);

/* kg = kWh * g/kWh / 1000, one intensity for the whole run */
struct quantity carbon_kg(const struct quantity *facility_kwh,
			  const struct quantity *intensity_gpkwh);
