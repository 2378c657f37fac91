/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: cloud_region.csv, and through place/factor.h what tells their grids' carbon and PUE.
 * Gives: a row for each region of the clouds, and one for the place they are compared with.
 * Needs: nothing but the tables.
 * Limits: yearly means; what a region is billed by its provider's own contracts is not in them.
 */
#include "place/regions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "place/factor-row.h"
#include "place/factor-say.h"

#define TABLE "cloud_region"

static int check_provider(const char *provider, struct diag *diag, const char **ret)
{
	static const char *const known[] = { "aws", "azure", "gcp" };

	*ret = NULL;
	if (!provider || *provider == '\0' || same_ascii(provider, "all"))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (same_ascii(provider, known[i]))
			*ret = known[i];
	if (*ret)
		return 0;
	(void)diag_say(diag, -EINVAL, "the table has no cloud '%.40s'", provider);
	diag_fix(diag, "--provider aws, azure or gcp");
	return -EINVAL;
}

/* Rows of a region stand together, a year each: only its first counts. */
static bool is_first(const struct region_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (same_ascii(list->rows[i].name, name))
			return false;
	return true;
}

static void forget(struct factor *factor, const char *why)
{
	factor->value = (struct quantity){ 0 };
	factor_say(factor, "%s", why);
}

static void weigh(struct tables *tables, const struct regions_ask *ask,
		  struct region_row *row)
{
	factor_average(tables, &row->place, ask->at_unix_ns, ask->duration_ns,
		       &row->average);
	factor_marginal(tables, &row->place, ask->at_unix_ns, &row->marginal);
	factor_pue(tables, &row->place, ask->at_unix_ns, &row->pue);
	if (!row->apart && same_ascii(row->average.zone, "WORLD"))
		forget(&row->average, "the world's mean says nothing of a region");
}

/* It is in the table, so it is a place; if not, it is no row. */
static bool add_region(struct tables *tables, const struct regions_ask *ask,
		       const struct factor_row *from, struct region_list *list)
{
	struct region_row *row = &list->rows[list->count];
	struct diag ignored;

	*row = (struct region_row){ 0 };
	(void)snprintf(row->name, sizeof row->name, "%.15s:%.60s",
		       factor_row_text(from, "provider"),
		       factor_row_text(from, "region"));
	if (!is_first(list, row->name) ||
	    place_of_text(tables, row->name, &ignored, &row->place) < 0)
		return false;
	(void)copy_text(row->place.how, sizeof row->place.how, "option");
	(void)copy_text(row->location, sizeof row->location,
			factor_row_text(from, "location"));
	row->own = ask->own && same_ascii(ask->own->cloud, row->place.cloud) &&
		   same_ascii(ask->own->cloud_region, row->place.cloud_region);
	weigh(tables, ask, row);
	list->count++;
	return true;
}

static void add_own(struct tables *tables, const struct regions_ask *ask,
		    struct region_list *list)
{
	struct region_row *row = NULL;

	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].own)
			row = &list->rows[i];
	if (!row) {
		row = &list->rows[list->count++];
		*row = (struct region_row){ .own = true, .apart = true };
		row->place = *ask->own;
		(void)copy_text(row->name, sizeof row->name,
				row->place.text[0] != '\0' ? row->place.text
							   : row->place.zone);
		weigh(tables, ask, row);
	}
	if (ask->own_pue)
		row->pue = *ask->own_pue;
}

int regions_of(struct tables *tables, const struct regions_ask *ask, struct diag *diag,
	       struct region_list *ret)
{
	CLEANUP(region_list_done) struct region_list list = { 0 };
	const struct table *table = tables_get(tables, TABLE);
	struct factor_row row = { .table = table };
	const char *provider;
	int r = check_provider(ask->provider, diag, &provider);

	if (r < 0)
		return r;
	if (!table || table_rows(table) == 0)
		return diag_say(diag, -ENODATA, "the table %s has no region", TABLE);
	list.rows = calloc(table_rows(table) + 1, sizeof list.rows[0]);
	if (!list.rows)
		return diag_fail(diag, -ENOMEM, "cannot list the regions");
	for (; row.row < table_rows(table); row.row++)
		if (!provider || same_ascii(factor_row_text(&row, "provider"), provider))
			(void)add_region(tables, ask, &row, &list);
	if (list.count == 0)
		return diag_say(diag, -ENODATA, "the table %s has no region of %s", TABLE,
				provider ? provider : "any cloud");
	if (ask->own)
		add_own(tables, ask, &list);
	*ret = list;
	list = (struct region_list){ 0 };
	return 0;
}
