/* SPDX-License-Identifier: Apache-2.0 */
/* Times as people and files write them. UTC, always. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define TIME_TEXT_MAX 40

/* Unix ns to "2026-11-23T08:37:57.123Z" (RFC 3339, milliseconds). */
void time_text(int64_t unix_ns, char *buf, size_t size);

/* And back: any fraction, Z or an offset. -EPROTO for what is not RFC 3339, -ERANGE for what
 * 64 bits of ns do not reach (before 1677, after 2262). */
MUST_USE int time_of_text(const char *text, int64_t *ret_unix_ns);

/* A length of time for people: "3 m 12 s", "450 ms", "2 h 05 m". */
void duration_text(int64_t ns, char *buf, size_t size);
