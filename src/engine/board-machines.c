/* SPDX-License-Identifier: Apache-2.0 */
/* What many runs ran on: inventories are mostly the same, so each is put in words once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "engine/appendix-intern.h"
#include "engine/board.h"
#include "report/json-value.h"
#include "report/phrase.h"

struct host {
	char *boot_id;
	char *name;
};

struct hosts {
	struct host *items; /* by boot_id, sorted */
	size_t count;
};

struct hardware {
	struct intern json;
	char **words; /* of each */
	size_t room;
	size_t last; /* the one that was asked after last */
};

struct board_machines {
	struct hardware hardware;
	struct hosts hosts;
	/* While it is filled. */
	struct board_entry **entries;
	size_t count;
	size_t at;
};

static void hosts_done(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++) {
		free(hosts->items[i].boot_id);
		free(hosts->items[i].name);
	}
	free(hosts->items);
}

static void hardware_done(struct hardware *hardware)
{
	for (size_t i = 0; hardware->words && i < hardware->json.count; i++)
		free(hardware->words[i]);
	free(hardware->words);
	intern_done(&hardware->json);
}

void board_machines_free(struct board_machines *machines)
{
	if (!machines)
		return;
	hardware_done(&machines->hardware);
	hosts_done(&machines->hosts);
	free(machines);
}

static void free_machines(struct board_machines **machines)
{
	board_machines_free(*machines);
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

static int make_room(struct hardware *hardware)
{
	size_t room = hardware->room ? 2 * hardware->room : 16;
	char **words;

	if (hardware->json.count < hardware->room)
		return 0;
	words = reallocarray(hardware->words, room, sizeof *words);
	if (!words)
		return -ENOMEM;
	memset(words + hardware->room, 0, (room - hardware->room) * sizeof *words);
	hardware->words = words;
	hardware->room = room;
	return 0;
}

/* Runs beside each other are mostly alike. */
static int words_of(struct hardware *hardware, const char *json, const char **ret)
{
	size_t at = hardware->last;
	int err = make_room(hardware);

	if (err == 0 &&
	    (at >= hardware->json.count || strcmp(hardware->json.texts[at], json) != 0))
		err = intern_add(&hardware->json, json, &at, NULL);
	if (err < 0)
		return err;
	if (!hardware->words[at])
		hardware->words[at] = hardware_words(json);
	hardware->last = at;
	*ret = hardware->words[at];
	return *ret ? 0 : -ENOMEM;
}

static int take_hardware(void *ctx, int64_t run, const char *json)
{
	struct board_machines *machines = ctx;
	struct board_entry *entry;

	while (machines->at < machines->count &&
	       machines->entries[machines->at]->info->key < run)
		machines->at++;
	if (machines->at == machines->count)
		return 1;
	entry = machines->entries[machines->at];
	if (entry->info->key != run)
		return 0;
	return words_of(&machines->hardware, json, &entry->hardware);
}

static int add_host(struct hosts *hosts, const char *boot_id, const char *name)
{
	struct host *items =
		reallocarray(hosts->items, hosts->count + 1, sizeof *hosts->items);
	struct host *own;

	if (!items)
		return -ENOMEM;
	hosts->items = items;
	own = &items[hosts->count++];
	*own = (struct host){ strdup(boot_id), strdup(name) };
	return own->boot_id && own->name ? 0 : -ENOMEM;
}

static int take_host(void *ctx, const char *boot_id, const char *json)
{
	struct board_machines *machines = ctx;
	CLEANUP(json_value_release)
	json_t *software = json_value_parse(json, JSON_OBJECT);
	const char *host = json_string_value(json_object_get(software, "hostname"));

	return add_host(&machines->hosts, boot_id, host ? host : boot_id);
}

static int compare_boots(const void *key, const void *item)
{
	return strcmp(key, ((const struct host *)item)->boot_id);
}

static const char *host_of(const struct hosts *hosts, const char *boot_id)
{
	const struct host *found = hosts->count > 0
					   ? bsearch(boot_id, hosts->items, hosts->count,
						     sizeof *hosts->items, compare_boots)
					   : NULL;

	return found ? found->name : NULL;
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
