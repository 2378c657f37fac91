/* SPDX-License-Identifier: Apache-2.0 */
#include "model/kind.h"

#include <errno.h>
#include <string.h>

static const char *const kinds[] = { "measured", "derived", "modelled", "assumed" };
static const char *const boundaries[] = { "component", "node", "wall", "facility" };
static const char *const families[] = { "cpu", "memory", "gpu", "node", "other" };
static const char *const states[] = { "running", "finished", "failed", "interrupted" };

static int find(const char *const *words, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], text) == 0)
			return (int)i;
	return -EPROTO;
}

/* One pair of functions a list of words. */
#define WORDS(type, name, words)                                                         \
	const char *name##_text(enum type value)                                         \
	{                                                                                \
		size_t i = (size_t)value;                                                \
                                                                                         \
		return i < ARRAY_SIZE(words) ? (words)[i] : "unknown";                   \
	}                                                                                \
                                                                                         \
	int name##_of_text(const char *text, enum type *ret)                             \
	{                                                                                \
		int i = find(words, ARRAY_SIZE(words), text);                            \
                                                                                         \
		if (i < 0)                                                               \
			return i;                                                        \
		*ret = (enum type)i;                                                     \
		return 0;                                                                \
	}

WORDS(kind, kind, kinds)
WORDS(boundary, boundary, boundaries)
WORDS(family, family, families)
WORDS(run_state, run_state, states)

enum kind kind_worse(enum kind a, enum kind b)
{
	return a > b ? a : b;
}
