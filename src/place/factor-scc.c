/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METHOD E-13.
 * Reads: scc_country.csv and scc_global.csv.
 * Gives: dollars a tonne of CO2, to one country or to all.
 * Needs: nothing but the tables.
 * Limits: the country's interval is of two thirds, as the study gives it, and of 2005 dollars;
 * the global one is of the choice of a discount rate, not of the damage.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/factor-say.h"
#include "place/factor.h"

#define GLOBAL_SCHEME "epa-2023"

static bool numbers_of(const struct factor_row *row, struct quantity *ret)
{
	return factor_row_number(row, "low_usd_per_t", &ret->low) &&
	       factor_row_number(row, "usd_per_t", &ret->value) &&
	       factor_row_number(row, "high_usd_per_t", &ret->high);
}

static void put_source(const struct factor_row *row, struct factor *ret)
{
	ret->value.known = true;
	ret->value.kind = KIND_MODELLED;
	(void)snprintf(ret->value.source, sizeof ret->value.source, "%s%s",
		       table_meta(row->table, "attribution"),
		       table_is_own(row->table) ? " (own table)" : "");
}

/* The country's row, else the world's with the reason. */
static bool country_row(struct tables *tables, const struct place *place,
			struct factor_row *row, struct factor *ret)
{
	if (place->country[0] != '\0' &&
	    factor_row_find(tables, "scc_country", "iso3", place->country, row) &&
	    numbers_of(row, &ret->value))
		return true;
	if (place->country[0] != '\0')
		factor_say(ret, "no figure for country %s: the world's", place->country);
	else
		factor_say(ret, "the country is not known: the world's");
	return factor_row_find(tables, "scc_country", "iso3", "WLD", row) &&
	       numbers_of(row, &ret->value);
}

void factor_scc_country(struct tables *tables, const struct place *place,
			struct factor *ret)
{
	struct factor_row row;

	*ret = (struct factor){ 0 };
	if (!country_row(tables, place, &row, ret)) {
		ret->value = (struct quantity){ 0 };
		return;
	}
	put_source(&row, ret);
	(void)copy_text(ret->country, sizeof ret->country, factor_row_text(&row, "iso3"));
	(void)copy_text(ret->zone, sizeof ret->zone,
			strcmp(ret->country, "WLD") == 0 ? "WORLD" : place->iso2);
	(void)copy_text(ret->basis, sizeof ret->basis,
			"social cost to the country, 16.7 to 83.3 %");
	(void)copy_text(ret->year_or_time, sizeof ret->year_or_time,
			table_meta(row.table, "year"));
	if (ret->value.value < 0)
		factor_say(ret, "below 0: what this country itself would lose or gain, "
				"not the damage done to all");
}

static bool global_of(struct tables *tables, const char *discount_pct, int year,
		      struct factor_year *ret)
{
	const struct factor_yearly yearly = { .table = "scc_global",
					      .column = "scheme",
					      .text = GLOBAL_SCHEME,
					      .value = "usd_per_t",
					      .also_column = "discount_pct",
					      .also_text = discount_pct };

	return factor_row_of_year(tables, &yearly, year, ret);
}

void factor_scc_global(struct tables *tables, int64_t at_unix_ns, struct factor *ret)
{
	int year = factor_year_of(at_unix_ns);
	struct factor_year low;
	struct factor_year middle;
	struct factor_year high;

	*ret = (struct factor){ .zone = "WORLD" };
	if (!global_of(tables, "2.0", year, &middle) ||
	    !global_of(tables, "2.5", middle.year, &low) ||
	    !global_of(tables, "1.5", middle.year, &high) || low.year != middle.year ||
	    high.year != middle.year) {
		factor_say(ret, "the table in force has no figure");
		return;
	}
	ret->value.value = middle.value;
	ret->value.low = low.value;
	ret->value.high = high.value;
	put_source(&middle.row, ret);
	(void)copy_text(ret->basis, sizeof ret->basis,
			"social cost to all, discount 2.0 %, 2.5 to 1.5 %");
	factor_set_year(ret, middle.year);
	factor_say_year(ret, year, &middle);
}

int factor_dollars_of(struct tables *tables, const char *scc_table)
{
	const struct table *table = tables_get(tables, scc_table);
	uint64_t year = 0;

	if (!table || parse_u64(table_meta(table, "dollars_of"), &year) < 0 ||
	    year > 9999)
		return 0;
	return (int)year;
}
