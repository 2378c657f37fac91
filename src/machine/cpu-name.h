/* SPDX-License-Identifier: Apache-2.0 */
/* Processors' names, made comparable. */
#pragma once

#include <stddef.h>

#define CPU_NAME_MAX 64

/*
 * The form the tables use: lower case; no marks, clock, core count, graphics or the words every
 * name has. "AMD EPYC 7742 64-Core Processor" to "amd epyc 7742". Its own short name is itself.
 */
void cpu_name_short(const char *name, char *buf, size_t size);
