/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to number, strictly, in the C locale whatever the process's locale is. Every function
 * wants the whole text to be the value (white space around it is allowed), returns 0, or
 * -EPROTO for garbage, -ERANGE for what does not fit, and leaves its output untouched then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

MUST_USE int parse_u64(const char *text, uint64_t *ret);
MUST_USE int parse_i64(const char *text, int64_t *ret);
MUST_USE int parse_hex64(const char *text, uint64_t *ret); /* with or without 0x */
MUST_USE int parse_double(const char *text, double *ret);  /* finite only */

/* "500ms" "2s" "1m" "1h" "250us", a bare number is seconds. Whole result in ns, over 0. */
MUST_USE int parse_duration_ns(const char *text, int64_t *ret_ns);

/* A kernel CPU list, "0-3,8". Calls each for every number; stops at the first non-zero. */
MUST_USE int parse_cpu_list(const char *text, int (*each)(void *ctx, unsigned cpu),
			    void *ctx);

/*
 * The number after `key` on the line of `text` that starts with it: "MemTotal:  123 kB"
 * with key "MemTotal:" gives 123. -ENOENT when no line does.
 */
MUST_USE int parse_keyed_u64(const char *text, const char *key, uint64_t *ret);

/* The line of `text` that starts with key, what follows the key trimmed, copied to buf. */
MUST_USE int parse_keyed_text(const char *text, const char *key, char *buf, size_t size);

/* Copies with truncation, always terminated; returns false when it had to cut. */
bool copy_text(char *buf, size_t size, const char *text);

/* Letters of ASCII in one case, whatever the locale; and texts that differ in nothing else. */
char lower_ascii(char c);
char upper_ascii(char c);
bool same_ascii(const char *a, const char *b);

/* Cuts white space at both ends, in place; returns text's new start. */
char *trim_text(char *text);
