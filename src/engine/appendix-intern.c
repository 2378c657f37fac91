/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/appendix-intern.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define SLOTS_FIRST 64

static size_t hash_of(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (size_t)(hash ^ hash >> 32);
}

/* The slot that has the text, or the empty one where it belongs. */
static size_t find_slot(const struct intern *intern, const char *text)
{
	size_t at = hash_of(text) % intern->slot_count;

	while (intern->slots[at] != 0 &&
	       strcmp(intern->texts[intern->slots[at] - 1], text) != 0)
		at = (at + 1) % intern->slot_count;
	return at;
}

/* Never more than half full. */
static int make_slots(struct intern *intern)
{
	size_t count = intern->slot_count ? 2 * intern->slot_count : SLOTS_FIRST;
	size_t *slots;

	if (2 * (intern->count + 1) <= intern->slot_count)
		return 0;
	slots = calloc(count, sizeof *slots);
	if (!slots)
		return -ENOMEM;
	free(intern->slots);
	intern->slots = slots;
	intern->slot_count = count;
	for (size_t i = 0; i < intern->count; i++)
		intern->slots[find_slot(intern, intern->texts[i])] = i + 1;
	return 0;
}

static int make_room(struct intern *intern)
{
	size_t room = intern->room ? 2 * intern->room : SLOTS_FIRST;
	char **texts;

	if (intern->count < intern->room)
		return 0;
	texts = reallocarray(intern->texts, room, sizeof *texts);
	if (!texts)
		return -ENOMEM;
	intern->texts = texts;
	intern->room = room;
	return 0;
}

int intern_add(struct intern *intern, const char *text, size_t *ret_number, bool *ret_new)
{
	size_t slot;
	char *copy;

	if (make_slots(intern) < 0 || make_room(intern) < 0)
		return -ENOMEM;
	slot = find_slot(intern, text);
	if (ret_new)
		*ret_new = intern->slots[slot] == 0;
	if (intern->slots[slot] == 0) {
		copy = strdup(text);
		if (!copy)
			return -ENOMEM;
		intern->texts[intern->count++] = copy;
		intern->slots[slot] = intern->count;
	}
	*ret_number = intern->slots[slot] - 1;
	return 0;
}

void intern_done(struct intern *intern)
{
	for (size_t i = 0; i < intern->count; i++)
		free(intern->texts[i]);
	free(intern->texts);
	free(intern->slots);
}
