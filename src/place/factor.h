/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places and factors from the tables. Every place that is named has an answer: its zone, else
 * its country, else the world, with an interval that grows and a reason that is told.
 */
#pragma once

#include <stdint.h>

#include "model/factor.h"
#include "place/table.h"

/*
 * What a person types for a place: "DE", "DEU", "Germany", "US-CA", "California",
 * "US-CAL-CISO", "CAMX", "IN-Kerala", "AU-NSW", "GB-13" or "London" (the UK service's),
 * "aws:us-east-1", "gcp:europe-west9", "azure:westeurope", "us-east-1" where one provider
 * alone has it, "WORLD". Case matters not. Sets everything but how and from.
 *
 * Codes go before names, countries before their parts: "CA" is Canada, "IN" India, "UK" GB,
 * "Georgia" the country, with a note that names US-GA. -EINVAL, with the way to say it in
 * diag's fix: a state's bare code that is no country ("NY"), many grids at once ("EU", "Asia"),
 * a region of two clouds.
 *
 * A zone of the right form that no table has ("US-XX-YYY") keeps its name, has its country,
 * and says so in its note; its figures are its country's. What is like no place at all is
 * -ENOENT, with the nearest names in diag and `gramme regions` as the fix. A cloud's region
 * that the table has not is so, too: "me-south-7" is no part of Montenegro.
 */
MUST_USE int place_of_text(struct tables *tables, const char *text, struct diag *diag,
			   struct place *ret);

/* "DE" to a place; for what a time zone or an address says. -ENOENT. */
MUST_USE int place_of_iso2(struct tables *tables, const char *iso2, struct place *ret);

/* Where nothing is known. */
void place_world(struct place *ret);

/*
 * The zone's yearly mean, average: of the year of at_unix_ns or the newest before it (else the
 * oldest). Never fails: the world is always there, but where a user's own table has it not.
 *
 * The figure is the first source's that has the zone: Ember's for countries and for the states
 * of the USA and India, US EPA's for eGRID subregions, Electricity Maps' for all other zones,
 * the Australian accounts' where that has none. A cloud's region is its grid's zone. A zone
 * without a figure is its country, that without one the world.
 *
 * The interval (METHOD E-10) holds what other sources say of that zone and year, and what
 * sources differ by where there is but one; how far a country's parts lie apart where only the
 * country is known; the years between the figure's and the run's; what a yearly mean errs by
 * for a run of that duration (0 or less: not known, taken for short). A country whose parts
 * all lie to one side of it is taken for its mainland's grid.
 *
 * kind is derived where the place is known (how is neither "timezone" nor "world"), the figure
 * is of the very zone and of the run's year; else assumed. why tells every step down.
 */
void factor_average(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		    int64_t duration_ns, struct factor *ret);

/* The yearly marginal mean, from the cloud regions' table by their zone or else country's
 * zones, of which the interval holds all. value.known is false, with a reason, where there is
 * none: it has no world. */
void factor_marginal(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		     struct factor *ret);

/* The cloud region's PUE, else its provider's (the interval then holds all its regions), else
 * the default of pue.csv, assumed: METHOD E-9. */
void factor_pue(struct tables *tables, const struct place *place, int64_t at_unix_ns,
		struct factor *ret);

/* Litres of water per kWh of electricity, and on site (WUE, per kWh of IT). May be unknown. */
void factor_water(struct tables *tables, const struct place *place, struct factor *ret);
void factor_wue(struct tables *tables, const struct place *place, struct factor *ret);

/*
 * E-13, dollars a tonne of CO2. By country: Ricke et al. 2018 in the paper's slice, 2005
 * dollars; interval 16.7 to 83.3 %, may be negative (why then says what that means); the world
 * where the country is not known or not in it. Global: US EPA 2023 by emission year, 2020
 * dollars, discount 2.0 %, interval from 2.5 to 1.5 %. value.source names the study.
 */
void factor_scc_country(struct tables *tables, const struct place *place,
			struct factor *ret);
void factor_scc_global(struct tables *tables, int64_t at_unix_ns, struct factor *ret);

/* The dollars' year of "scc_country" and "scc_global": 2005, 2020; 0: it does not say. */
int factor_dollars_of(struct tables *tables, const char *scc_table);

/* gCO2e/kWh of a fuel by the name providers use ("coal", "B04", "NG"), direct or lifecycle;
 * NAN for the one that is not told, false when neither is. `scheme`: "eia", "entsoe",
 * "electricitymaps", "caiso", "uk". */
MUST_USE bool factor_fuel(struct tables *tables, const char *scheme, const char *fuel,
			  double *ret_lifecycle_gpkwh, double *ret_direct_gpkwh);
