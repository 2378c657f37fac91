/* SPDX-License-Identifier: Apache-2.0 */
/* What a mass of CO2e is as much as, for people. */
#pragma once

#include "model/estimate.h"
#include "place/table.h"

/*
 * Up to max of those with an amount one can picture, 0.1 to 100,000; none for a mass that is
 * not over 0. country: alpha-3, for the car and the flight of that part of the world.
 */
size_t equivalences_of(struct tables *tables, double carbon_kg, const char *country,
		       struct equivalence *ret, size_t max);
