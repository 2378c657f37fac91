/* SPDX-License-Identifier: Apache-2.0 */
#include "source/source.h"

#define SOURCE(name, about) extern const struct source source_##name;
#include "source/sources.def"
#undef SOURCE

const struct source_row source_rows[] = {
#define SOURCE(name, about) { &source_##name, about },
#include "source/sources.def"
#undef SOURCE
};

const size_t source_row_count = ARRAY_SIZE(source_rows);
