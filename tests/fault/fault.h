/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls and allocations that fail when told to. The linker puts these between the
 * core and the C library (--wrap, tests/fault/meson.build); SQLite and jansson are given them
 * through their own doors. Nothing fails before fault_begin().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Once per process, before SQLite's first use. */
void fault_set_up(void);

/* The nth call from here, counted from 1, fails; with onwards all after it too. */
void fault_begin(size_t nth, bool onwards);

/* Ends it. Returns how many calls failed: 0 when there were fewer than nth. */
size_t fault_end(void);

/* For "cannot be" messages: which function failed last. */
const char *fault_last(void);

/* Memory that the core and its libraries hold now, in allocations. */
long fault_held(void);
