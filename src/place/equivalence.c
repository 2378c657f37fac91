/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: equivalence.csv.
 * Gives: kilometres, flights, trees and telephones for a mass of CO2e.
 * Needs: nothing but the table.
 * Limits: pictures, not measures: each rests on a mean of its own.
 */
#include "place/equivalence.h"

#include <math.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"

#define LEAST 0.1
#define MOST  1e5

static bool one(struct tables *tables, const char *name, double carbon_kg,
		struct equivalence *ret)
{
	struct factor_row row;
	double g;

	if (!factor_row_find(tables, "equivalence", "name", name, &row) ||
	    !factor_row_number(&row, "g_co2e", &g) || !(g > 0))
		return false;
	*ret = (struct equivalence){ .amount = carbon_kg * 1e3 / g };
	(void)copy_text(ret->name, sizeof ret->name, name);
	(void)copy_text(ret->per, sizeof ret->per, factor_row_text(&row, "per"));
	(void)copy_text(ret->source, sizeof ret->source, factor_row_text(&row, "source"));
	return ret->amount >= LEAST && ret->amount <= MOST;
}

size_t equivalences_of(struct tables *tables, double carbon_kg, const char *country,
		       struct equivalence *ret, size_t max)
{
	bool america = strcmp(country, "USA") == 0;
	const char *const names[] = { america ? "car-us" : "car-eu",
				      america ? "flight-nyc-sf" : "flight-paris-london",
				      "tree-year", "smartphone" };
	size_t count = 0;

	if (!isfinite(carbon_kg) || carbon_kg <= 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(names) && count < max; i++)
		count += one(tables, names[i], carbon_kg, &ret[count]);
	return count;
}
