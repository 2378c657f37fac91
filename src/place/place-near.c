/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: every name of a place in the tables.
 * Gives: the few that differ from a text by the fewest letters added, lost or changed.
 * Needs: a walk over some ten thousand short names: for messages only.
 * Limits: one letter, and one more for every four, may differ; bytes count as letters.
 */
#include "place/place-near.h"

#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "base/parse.h"
#include "model/place.h"
#include "place/factor-row.h"

#define NEAR_MAX 3

static const struct list {
	const char *table;
	const char *name;
	const char *prefix; /* of the name, as it is typed */
	const char *code;   /* shown behind the name; NULL: none */
} lists[] = {
	{ "country", "name", "", "iso2" },
	{ "country", "iso2", "", NULL },
	{ "country", "iso3", "", NULL },
	{ "carbon_country_year", "entity", "", "iso3" },
	{ "carbon_us_state_year", "state", "", NULL },
	{ "carbon_us_state_year", "code", "US-", NULL },
	{ "carbon_india_state_year", "state", "", NULL },
	{ "carbon_india_state_year", "state", "IN-", NULL },
	{ "carbon_electricitymaps_zone_year", "zone", "", NULL },
	{ "carbon_electricitymaps_zone_year", "name", "", "zone" },
	{ "carbon_australia", "zone", "", NULL },
	{ "carbon_uk_region", "name", "", NULL },
	{ "carbon_egrid_subregion", "subregion", "", NULL },
	{ "cloud_region", "region", "", NULL },
};

struct near {
	char label[2 * PLACE_NAME_MAX];
	size_t distance;
};

struct search {
	const char *text;
	size_t most; /* a farther one is not near */
	struct near found[NEAR_MAX];
	size_t count;
};

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Levenshtein's. Both are shorter than PLACE_NAME_MAX. */
static size_t distance(const char *a, const char *b)
{
	size_t row[PLACE_NAME_MAX];
	size_t b_len = strlen(b);

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t corner = i;

		row[0] = i + 1;
		for (size_t j = 0; j < b_len; j++) {
			size_t change = corner + (lower_ascii(a[i]) != lower_ascii(b[j]));

			corner = row[j + 1];
			row[j + 1] = least(change, corner + 1, row[j] + 1);
		}
	}
	return row[b_len];
}

static bool is_found(const struct search *search, const char *label)
{
	for (size_t i = 0; i < search->count; i++)
		if (strcmp(search->found[i].label, label) == 0)
			return true;
	return false;
}

/* Keeps the nearest, the earlier list's first. */
static void keep(struct search *search, const char *label, size_t far)
{
	size_t at = search->count;

	if (is_found(search, label))
		return;
	while (at > 0 && search->found[at - 1].distance > far)
		at--;
	if (at == NEAR_MAX)
		return;
	if (search->count < NEAR_MAX)
		search->count++;
	for (size_t i = search->count - 1; i > at; i--)
		search->found[i] = search->found[i - 1];
	search->found[at].distance = far;
	(void)copy_text(search->found[at].label, sizeof search->found[at].label, label);
}

static bool may_be_near(const struct search *search, const char *name)
{
	size_t a = strlen(search->text);
	size_t b = strlen(name);

	return b > 0 && b < PLACE_NAME_MAX && (a > b ? a - b : b - a) <= search->most;
}

static void look(struct search *search, const char *name, const char *code)
{
	char label[2 * PLACE_NAME_MAX];
	size_t far;

	if (!may_be_near(search, name))
		return;
	far = distance(search->text, name);
	if (far > search->most)
		return;
	if (*code != '\0')
		(void)snprintf(label, sizeof label, "%s (%.40s)", name, code);
	else
		(void)copy_text(label, sizeof label, name);
	keep(search, label, far);
}

static void look_through(struct search *search, struct tables *tables,
			 const struct list *list)
{
	const struct table *table = tables_get(tables, list->table);
	const char *last = "";

	for (size_t row = 0; table && row < table_rows(table); row++) {
		const char *name =
			table_text(table, row, table_column(table, list->name));
		const char *code = "";
		char full[2 * PLACE_NAME_MAX];

		/* A row a year of the same name: once is enough. */
		if (strcmp(name, last) == 0)
			continue;
		last = name;
		if (list->code)
			code = table_text(table, row, table_column(table, list->code));
		(void)snprintf(full, sizeof full, "%s%s", list->prefix, name);
		look(search, full, code);
	}
}

void place_nearest(struct tables *tables, const char *text, char *buf, size_t size)
{
	/* Without a cloud's name, for its regions have none in their table. */
	const char *bare = strchr(text, ':') ? strchr(text, ':') + 1 : text;
	struct search search = { .text = bare, .most = 1 + strlen(bare) / 4 };
	size_t used = 0;

	buf[0] = '\0';
	if (strlen(bare) < 3 || strlen(bare) >= PLACE_NAME_MAX)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		look_through(&search, tables, &lists[i]);
	for (size_t i = 0; i < search.count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 i > 0 ? ", " : "", search.found[i].label);
}
