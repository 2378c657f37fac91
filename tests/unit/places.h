/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that are compiled in, as a group's state, and places in them. */
#pragma once

#include "fixture.h"
#include "place/factor.h"

/* For cmocka_run_group_tests(): *state is then a struct tables. */
int open_tables(void **state);
int close_tables(void **state);

/* What is understood, or the end of the test. */
struct place place_of(struct tables *tables, const char *text);
