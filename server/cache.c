/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that still hold: until the ledger changes, at most FRESH_MS, since "7d ago" moves,
 * and MOVING_MS where a run goes on, whose duration grows while nothing is written.
 */
#include <stdlib.h>
#include <string.h>

#include "server.h"

#define FRESH_MS  10000
#define MOVING_MS 1000

struct dish *dish_hold(struct dish *dish)
{
	dish->refs++;
	return dish;
}

void dish_drop(struct dish *dish)
{
	if (!dish || --dish->refs > 0)
		return;
	if (dish->response)
		MHD_destroy_response(dish->response);
	free(dish->error);
	free(dish->fix);
	free(dish);
}

static void forget(struct cache *cache, struct cached *entry)
{
	if (!entry->dish)
		return;
	cache->size -= entry->dish->len;
	dish_drop(entry->dish);
	free(entry->key);
	*entry = (struct cached){ .key = NULL };
}

static bool holds(const struct cached *entry, const struct stamp *stamp)
{
	int64_t age_ms = now_ms() - entry->made_ms;

	return age_ms < (entry->dish->moving ? MOVING_MS : FRESH_MS) &&
	       memcmp(&entry->stamp, stamp, sizeof *stamp) == 0;
}

static struct cached *find(struct cache *cache, const char *key)
{
	for (size_t i = 0; i < CACHE_ENTRIES; i++)
		if (cache->entry[i].key && strcmp(cache->entry[i].key, key) == 0)
			return &cache->entry[i];
	return NULL;
}

struct dish *cache_find(struct cache *cache, const char *key, const struct stamp *stamp)
{
	struct cached *entry = find(cache, key);

	if (!entry)
		return NULL;
	if (!holds(entry, stamp)) {
		forget(cache, entry);
		return NULL;
	}
	entry->used_ms = now_ms();
	return entry->dish;
}

/* A place that is free, else the one longest not asked for. */
static struct cached *oldest(struct cache *cache, bool full_only)
{
	struct cached *found = NULL;

	for (size_t i = 0; i < CACHE_ENTRIES; i++) {
		struct cached *entry = &cache->entry[i];

		if (!entry->dish && full_only)
			continue;
		if (!entry->dish)
			return entry;
		if (!found || entry->used_ms < found->used_ms)
			found = entry;
	}
	return found;
}

void cache_put(struct cache *cache, const char *key, const struct stamp *stamp,
	       struct dish *dish)
{
	struct cached *entry = find(cache, key);
	char *own = strdup(key);

	if (!own || dish->len > CACHE_ITEM_MAX) {
		free(own);
		return;
	}
	if (entry)
		forget(cache, entry);
	while (cache->size + dish->len > CACHE_MAX)
		forget(cache, oldest(cache, true));
	entry = oldest(cache, false);
	forget(cache, entry);
	*entry = (struct cached){ own, dish_hold(dish), *stamp, now_ms(), now_ms() };
	cache->size += dish->len;
}

void cache_sweep(struct cache *cache)
{
	for (size_t i = 0; i < CACHE_ENTRIES; i++)
		if (cache->entry[i].dish && now_ms() - cache->entry[i].made_ms > FRESH_MS)
			forget(cache, &cache->entry[i]);
}

void cache_done(struct cache *cache)
{
	for (size_t i = 0; i < CACHE_ENTRIES; i++)
		forget(cache, &cache->entry[i]);
}
