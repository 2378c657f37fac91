/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For parsers that are reached only through the files of a machine: one input is the text of
 * several files, parted by lines that hold a single '%'. A machine that lives as long as the
 * process, with a clock that stands still but for files_pass().
 *
 * A seed that begins with "%%" and a newline is read to the end as the first file, whatever
 * lines it holds. Files for which the input has no text are not there.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "activity/activity.h"
#include "base/host.h"
#include "source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a promise broken looks like: the fuzzer keeps the input that reached it. */
#define PROMISE(what)                                                                    \
	do {                                                                             \
		if (!(what))                                                             \
			files_broken(#what, __FILE__, __LINE__);                         \
	} while (0)

_Noreturn void files_broken(const char *what, const char *file, int line);

/* The bytes as a text in memory of exactly its size; the caller frees. */
char *files_text(const uint8_t *data, size_t size);

/* Lays the input out into these files, path by path. */
void files_lay(const char *const *paths, size_t count, const uint8_t *data, size_t size);

/* One more file that stands as it is. */
void files_fixed(const char *path, const char *text);

const struct host *files_host(void);
void files_pass(int64_t ns); /* time passes */
const char *files_root(void);

/* Opens, reads twice and closes, and holds the source to its contract. */
void files_source(const struct source *source);
void files_activity(const struct activity *activity, const struct scope *scope);
