/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the first line of a request asks for, taken apart: the path's parts and the arguments
 * after "?". Strict, because it is anybody's: a broken %-escape, a control character or text
 * that is no UTF-8 is an error, not something to be guessed at. Nothing here is a file's name:
 * parts are only ever compared with rows of tables.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ASK_URI_MAX   8192
#define ASK_PARTS_MAX 8
#define ASK_ARGS_MAX  64

struct ask_arg {
	const char *key;
	const char *value; /* "" without "=" */
};

struct ask {
	char *uri;                       /* as it came: what answers are kept by */
	char *text;                      /* the same decoded; all below points in here */
	const char *part[ASK_PARTS_MAX]; /* of "/": one that is empty */
	size_t part_count;
	struct ask_arg arg[ASK_ARGS_MAX];
	size_t arg_count;
};

/* -EINVAL not understood, -ENAMETOOLONG over ASK_URI_MAX, -E2BIG too many arguments, -ENOENT
 * deeper than any path of ours, -ENOMEM. */
int ask_parse(const char *uri, struct ask *ret);
void ask_done(struct ask *ask);

/* The first argument of that name; NULL: none. */
const char *ask_value(const struct ask *ask, const char *key);

/* All of them, NULL at the end; how many. `most` counts the NULL. */
size_t ask_values(const struct ask *ask, const char *key, const char **ret, size_t most);

/* Decodes text in place, up to its end: %41 is A, and + a blank where plus says so. False: it
 * is no text (see above). */
bool ask_decode(char *text, bool plus);

/* Length of the character at text: 1 to 4 bytes of well-formed UTF-8; 0: it is none. */
size_t ask_utf8(const char *text);
