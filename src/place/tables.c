/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads: the texts that tools/embed-tables made of data/, and a folder of the user's own.
 * Gives: the table in force by its name, parsed when it is first asked for.
 * Needs: the text of a table once more in memory while it is kept.
 * Limits: a user's own table stands for one of ours; a name we have not is no table.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/host.h"
#include "base/parse.h"
#include "data-tables.h"
#include "place/table.h"

#define MONTH_SIZE sizeof "2026-11"

struct tables {
	char *own_dir; /* NULL: none */
	char trouble[DIAG_TEXT_MAX];
	char version[16];     /* "": not asked for yet */
	struct table **table; /* one a text of table_texts; NULL: not asked for yet */
};

void tables_free(struct tables *tables)
{
	if (!tables)
		return;
	for (size_t i = 0; tables->table && i < table_text_count; i++)
		table_free(tables->table[i]);
	free(tables->table);
	free(tables->own_dir);
	free(tables);
}

static void free_tables(struct tables **tables)
{
	tables_free(*tables);
}

int tables_new(const char *own_dir, struct tables **ret)
{
	CLEANUP(free_tables) struct tables *tables = calloc(1, sizeof *tables);

	if (!tables)
		return -ENOMEM;
	tables->table = calloc(table_text_count, sizeof(struct table *));
	if (own_dir && *own_dir)
		tables->own_dir = strdup(own_dir);
	if (!tables->table || (own_dir && *own_dir && !tables->own_dir))
		return -ENOMEM;
	*ret = STEAL(tables);
	return 0;
}

static int read_built_in(const struct table_text *text, struct table **ret)
{
	char *copy = malloc(text->size + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, text->text, text->size + 1);
	return table_parse(text->name, copy, text->size, NULL, ret);
}

/* It has every column of ours, in any order. */
static int check_columns(const struct table *own, const struct table *ours,
			 const char *path, struct diag *diag)
{
	const char *name;

	for (size_t i = 0; (name = table_column_name(ours, i)) != NULL; i++) {
		if (table_column(own, name) == TABLE_NO_COLUMN)
			return diag_say(diag, -EPROTO, "%s: there is no column '%s'",
					path, name);
	}
	return 0;
}

static int read_file(const char *folder, const char *file, struct diag *diag,
		     char **ret_text)
{
	struct host host;
	int r = host_init(&host, folder);

	if (r < 0)
		return diag_fail(diag, r, "cannot read tables from %s", folder);
	r = host_read_all(&host, file, ret_text);
	host_done(&host);
	return r < 0 && r != -ENOENT
		       ? diag_fail(diag, r, "cannot read %s/%s", folder, file)
		       : r;
}

/* -ENOENT: the user has none of that name. */
static int read_own(const char *folder, const char *name, const struct table *ours,
		    struct diag *diag, struct table **ret)
{
	struct table *own = NULL;
	char path[512];
	char file[64];
	char *text = NULL;
	int r;

	(void)snprintf(file, sizeof file, "%s.csv", name);
	(void)snprintf(path, sizeof path, "%s/%s", folder, file);
	r = read_file(folder, file, diag, &text);
	if (r < 0)
		return r;
	assert(text);
	r = table_parse(path, text, strlen(text), diag, &own);
	if (r < 0)
		return r;
	r = check_columns(own, ours, path, diag);
	if (r < 0) {
		table_free(own);
		return r;
	}
	*ret = own;
	return 0;
}

static void try_own(struct tables *tables, size_t i)
{
	struct diag diag = { 0 };
	struct table *own = NULL;

	if (read_own(tables->own_dir, table_texts[i].name, tables->table[i], &diag,
		     &own) == 0) {
		table_set_own(own);
		table_free(tables->table[i]);
		tables->table[i] = own;
	} else if (diag.text[0] != '\0' && tables->trouble[0] == '\0') {
		(void)copy_text(tables->trouble, sizeof tables->trouble, diag.text);
	}
}

static const struct table *get_at(struct tables *tables, size_t i)
{
	if (tables->table[i])
		return tables->table[i];
	if (read_built_in(&table_texts[i], &tables->table[i]) < 0)
		return NULL;
	if (tables->own_dir)
		try_own(tables, i);
	return tables->table[i];
}

const struct table *tables_get(struct tables *tables, const char *name)
{
	for (size_t i = 0; i < table_text_count; i++) {
		if (strcmp(table_texts[i].name, name) == 0)
			return get_at(tables, i);
	}
	return NULL;
}

const char *tables_trouble(const struct tables *tables)
{
	return tables->trouble;
}

/* Makes *month the later of it and the one that text begins with, "2026-11". */
static void take_later(char month[MONTH_SIZE], const char *text)
{
	char found[MONTH_SIZE] = "";

	(void)copy_text(found, sizeof found, text);
	if (strlen(found) == MONTH_SIZE - 1 &&
	    strspn(found, "0123456789-") == MONTH_SIZE - 1 && strcmp(found, month) > 0)
		memcpy(month, found, sizeof found);
}

static bool is_own_at(struct tables *tables, const struct host *host, size_t i)
{
	const struct table *table;
	char file[64];

	(void)snprintf(file, sizeof file, "%s.csv", table_texts[i].name);
	if (!host_exists(host, file))
		return false;
	table = get_at(tables, i);
	return table && table_is_own(table);
}

const char *tables_version(struct tables *tables)
{
	static const char taken[] = "# taken: ";
	struct host host;
	bool look = tables->own_dir && host_init(&host, tables->own_dir) == 0;
	char month[MONTH_SIZE] = "";
	bool own = false;

	for (size_t i = 0; tables->version[0] == '\0' && i < table_text_count; i++) {
		const char *at = strstr(table_texts[i].text, taken);

		if (look && is_own_at(tables, &host, i)) {
			own = true;
			take_later(month, table_meta(tables->table[i], "taken"));
		} else if (at) {
			take_later(month, at + strlen(taken));
		}
	}
	if (look)
		host_done(&host);
	if (tables->version[0] == '\0')
		(void)snprintf(tables->version, sizeof tables->version, "%s%s", month,
			       own ? "+own" : "");
	return tables->version;
}
