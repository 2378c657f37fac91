/* SPDX-License-Identifier: Apache-2.0 */
/* Names of processors and of servers' makers, as the model of servers compares them. Pure. */
#pragma once

#include <stddef.h>

#define SERVER_KEY_MAX 32

/*
 * Lower case, letters and digits only, without the maker: "Intel(R) Xeon(R) CPU E5-2660 v2 @
 * 2.20GHz" to "e52660v2", "Xeon Gold 6252" to "sp6252". "" where nothing is left.
 */
void server_key(const char *cpu_name, char *buf, size_t size);

/* Of data/server_pattern.csv: kind "generation" of a key, "vendor" of a name. "other". */
const char *server_group(const char *kind, const char *text);

/* When the generation of that key came to servers; 0: not known. */
int server_generation_year(const char *key);
