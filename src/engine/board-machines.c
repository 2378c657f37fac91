/* SPDX-License-Identifier: Apache-2.0 */
/* What many runs ran on: inventories are mostly the same, so each is put in words once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "engine/board.h"
#include "report/json-value.h"
#include "report/phrase.h"

struct words {
	char *json; /* or a boot_id */
	char *text;
};

struct words_list {
	struct words *items;
	size_t count;
	size_t last; /* the one that was asked after last */
};

struct board_machines {
	struct words_list hardware; /* by its JSON */
	struct words_list hosts;    /* by boot_id, sorted */
	/* While it is filled. */
	struct board_entry **entries;
	size_t count;
	size_t at;
};

static void words_done(struct words_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].json);
		free(list->items[i].text);
	}
	free(list->items);
}

void board_machines_free(struct board_machines *machines)
{
	if (!machines)
		return;
	words_done(&machines->hardware);
	words_done(&machines->hosts);
	free(machines);
}

static void free_machines(struct board_machines **machines)
{
	board_machines_free(*machines);
}

/* Takes text, whatever comes of it. */
static int words_add(struct words_list *list, const char *json, char *text)
{
	struct words *items =
		reallocarray(list->items, list->count + 1, sizeof *list->items);
	char *copy = strdup(json);

	if (items)
		list->items = items;
	if (!items || !copy || !text) {
		free(copy);
		free(text);
		return -ENOMEM;
	}
	list->last = list->count;
	list->items[list->count++] = (struct words){ copy, text };
	return 0;
}

/* Runs beside each other are mostly alike. */
static const char *words_find(struct words_list *list, const char *json)
{
	if (list->count > 0 && strcmp(list->items[list->last].json, json) == 0)
		return list->items[list->last].text;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].json, json) == 0) {
			list->last = i;
			return list->items[i].text;
		}
	return NULL;
}

static char *hardware_words(const char *json)
{
	AUTO_FREE char *copy = strdup(json);
	struct run_record record = { .hardware_json = copy };
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT;
	char *text = NULL;

	phrase_hardware(&record, &out);
	return copy && strbuf_steal(&out, &text) == 0 ? text : NULL;
}

static int take_hardware(void *ctx, int64_t run, const char *json)
{
	struct board_machines *machines = ctx;
	struct board_entry *entry;
	const char *text;
	int err = 0;

	while (machines->at < machines->count &&
	       machines->entries[machines->at]->info->key < run)
		machines->at++;
	if (machines->at == machines->count)
		return 1;
	entry = machines->entries[machines->at];
	if (entry->info->key != run)
		return 0;
	text = words_find(&machines->hardware, json);
	if (!text) {
		err = words_add(&machines->hardware, json, hardware_words(json));
		text = err < 0 ? NULL : words_find(&machines->hardware, json);
	}
	entry->hardware = text;
	return err;
}

static int take_host(void *ctx, const char *boot_id, const char *json)
{
	struct board_machines *machines = ctx;
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(json, JSON_OBJECT);
	const char *host = json_string_value(json_object_get(software, "hostname"));

	return words_add(&machines->hosts, boot_id, strdup(host ? host : boot_id));
}

static int compare_words(const void *key, const void *item)
{
	return strcmp(key, ((const struct words *)item)->json);
}

static const char *host_of(const struct words_list *hosts, const char *boot_id)
{
	const struct words *found = hosts->count > 0
					    ? bsearch(boot_id, hosts->items, hosts->count,
						      sizeof *hosts->items, compare_words)
					    : NULL;

	return found ? found->text : NULL;
}

int board_machines_fill(struct store *store, struct board_entry **entries, size_t count,
			struct diag *diag, struct board_machines **ret)
{
	CLEANUP(free_machines)
	struct board_machines *machines = calloc(1, sizeof *machines);
	int err;

	if (!machines)
		return -ENOMEM;
	machines->entries = entries;
	machines->count = count;
	err = store_hardware_each(store, diag, take_hardware, machines);
	if (err >= 0)
		err = store_boots_each(store, diag, take_host, machines);
	if (err < 0)
		return err;
	for (size_t i = 0; i < count; i++)
		entries[i]->machine =
			host_of(&machines->hosts, entries[i]->info->boot_id);
	*ret = STEAL(machines);
	return 0;
}
